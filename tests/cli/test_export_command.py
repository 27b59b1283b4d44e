"""``mtsum export`` as a user calls it, on records of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtsum.cli.main import cli
from mtsum.corpus.export.html import MOST_ARTICLES
from mtsum.corpus.manifest import Manifest
from mtsum.corpus.records_parquet import write_parquet
from mtsum.records import error_record, json_line


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", 5)


def make_run(path: Path, articles: int) -> Path:
    path.mkdir()
    made = [error_record(f"article {number}", "empty") for number in range(articles)]
    (path / "records-00000.jsonl").write_text("".join(json_line(one) + "\n" for one in made), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "start"), [("x.csv", "\ufeffid,title,text"), ("x.md", "# run\n"), ("x.html", "<!DOCTYPE html>")]
)
def test_the_suffix_says_the_format(folder: Path, tmp_path: Path, name: str, start: str) -> None:
    result = run(folder, "-o", tmp_path / name)
    assert (result.exit_code, result.output) == (0, "")
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.lstrip("\n").startswith(start)
    assert text.count("article 4") >= 1


def test_a_format_goes_to_stdout_and_a_parquet_file_gives_the_same(folder: Path, tmp_path: Path) -> None:
    write_parquet([error_record(f"article {number}", "empty") for number in range(5)], tmp_path / "run.parquet")
    from_folder, from_file = run(folder, "--format", "md"), run(tmp_path / "run.parquet", "--format", "md")
    assert from_folder.exit_code == 0
    assert from_folder.stdout == from_file.stdout


def test_a_part_of_the_run_can_be_had_and_what_is_left_is_said(folder: Path) -> None:
    result = run(folder, "--format", "md", "--skip", 1, "--limit", 2)
    assert [line for line in result.stdout.splitlines() if line.startswith("## ")] == ["## article 1", "## article 2"]
    assert "--skip 3 --limit 2" in result.stderr
    assert run(folder, "--format", "md", "--skip", 3, "--limit", 2).stderr == ""


def test_a_page_of_too_many_articles_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "large", MOST_ARTICLES + 1)
    result = run(folder, "-o", tmp_path / "x.html")
    assert result.exit_code == 2
    assert f"--limit {MOST_ARTICLES}" in result.stderr
    assert not (tmp_path / "x.html").exists()
    assert run(folder, "-o", tmp_path / "x.html", "--limit", MOST_ARTICLES).exit_code == 0
    assert run(folder, "-o", tmp_path / "x.csv").exit_code == 0


def test_a_wrong_call_says_what_would_be_right(folder: Path, tmp_path: Path) -> None:
    for arguments, said in (
        ((folder, "-o", tmp_path / "x.xlsx"), "--format, one of: csv, html, md"),
        ((folder,), "add --format"),
        ((folder, "--format", "htm"), "did you mean 'html'"),
        ((tmp_path / "none", "--format", "md"), "no such file or folder"),
        ((folder, "--format", "md", "--skip", 9), "no articles after the first 9"),
        ((folder / "records-00000.jsonl", "-o", folder / "records-00000.jsonl", "--format", "md"), "another name"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2, arguments
        assert said in result.stderr


def test_a_run_that_is_not_finished_is_said_to_be(folder: Path) -> None:
    Manifest({}, state="running").write(folder)
    result = run(folder, "--format", "md")
    assert "warning: " in result.stderr
    assert "not finished" in result.stderr
    Manifest({}, state="finished").write(folder)
    assert run(folder, "--format", "md").stderr == ""


def test_a_broken_record_leaves_no_half_written_file(folder: Path, tmp_path: Path) -> None:
    with (folder / "records-00000.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": \n')
    (tmp_path / "x.md").write_text("before")
    result = run(folder, "-o", tmp_path / "x.md")
    assert result.exit_code == 1
    assert "records-00000.jsonl:6" in result.stderr
    assert (tmp_path / "x.md").read_text() == "before"
