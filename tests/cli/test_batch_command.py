"""``mtsum batch`` as a user calls it, on tiny models."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.corpus import ALBANIAN, ENGLISH

from mtsum.cli.main import cli
from mtsum.corpus.records_reading import read_records

GERMAN = "Der Präsident traf die Minister und sprach lange über die Wirtschaft des Landes."


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MTSUM_OFFLINE", "1")


@pytest.fixture
def model(converted_model: Callable[..., Path]) -> str:
    return str(converted_model("unigram-bart"))


@pytest.fixture
def summarizer(converted_model: Callable[..., Path]) -> str:
    return str(converted_model("bart"))


@pytest.fixture
def run(model: str, tmp_path: Path) -> Callable[..., Result]:
    """A function: runs the command to translate with the tiny model into ``run``."""

    def called(source: Path, *arguments: object, task: str = "translate", out: Path | None = None) -> Result:
        command = ["batch", str(source), "-o", str(out or tmp_path / "run"), "--task", task, "--translator", model]
        return CliRunner().invoke(cli, [*command, "--threads", "1", "--beam", "1", *map(str, arguments)])

    return called


def lines_of(path: Path, *lines: dict[str, Any] | str | bytes) -> Path:
    encoded = (line if isinstance(line, bytes) else _text(line).encode() for line in lines)
    path.write_bytes(b"".join(line + b"\n" for line in encoded))
    return path


def _text(line: dict[str, Any] | str) -> str:
    return line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = [{"id": f"a{number}", "text": ALBANIAN[number], "place": "Vlorë"} for number in range(10)]
    return lines_of(tmp_path / "corpus.jsonl", *lines)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Six records that can't be done for six reasons, and one that can."""
    return lines_of(
        tmp_path / "bad.jsonl",
        {"id": "a", "text": "", "place": "Vlorë"},
        "{no json",
        {"id": "c", "body": "Po."},
        {"id": "d", "text": GERMAN},
        {"id": "e", "text": ALBANIAN[0] * 100},
        '{"id": "f", "text": "çmim"}'.encode("cp1252"),
        {"id": "g", "text": ALBANIAN[0]},
    )


def records(folder: Path) -> list[dict[str, Any]]:
    return list(read_records(folder))


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix != ".lock" and path.name != "journal.json"
    }


def test_records_stand_in_shards_in_the_order_of_the_input_with_its_columns(
    run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    result = run(corpus, "--shard-articles", 4)
    assert result.exit_code == 0
    assert result.stdout == ""
    folder = tmp_path / "run"
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    assert names == ["journal.json", "manifest.json", *(f"records-0000{number}.jsonl" for number in range(3))]
    made = records(folder)
    assert [record["id"] for record in made] == [f"a{number}" for number in range(10)]
    assert all(record["extra"] == {"place": "Vlorë"} for record in made)
    assert [record["translation"]["sentences"][0]["source"] for record in made] == list(ALBANIAN[:10])
    assert made[0]["meta"]["seconds"] is None
    assert made[0]["meta"]["settings"]["translation"]["checksums"]["model.bin"]


def test_the_manifest_says_what_the_run_was_made_from_and_with(
    run: Callable[..., Result], corpus: Path, model: str, tmp_path: Path
) -> None:
    run(corpus, "--shard-articles", 4)
    said = manifest(tmp_path / "run")
    assert said["state"] == "finished"
    assert said["counts"]["records"] == said["counts"]["sentences"] == 10
    assert said["counts"]["errors"] == {}
    assert said["job"]["input"]["path"].endswith("corpus.jsonl")
    assert said["job"]["input"]["digest"]
    assert said["job"]["settings"]["translation"]["model"] == model
    assert said["job"]["settings"]["translation"]["generation"]["beam_size"] == 1
    assert {"mtsum", "python", "ctranslate2"} <= set(said["versions"])
    assert [shard["counts"]["records"] for shard in said["shards"]] == [4, 4, 2]


def test_parquet_holds_the_records_of_json_lines(run: Callable[..., Result], corpus: Path, tmp_path: Path) -> None:
    run(corpus, "--shard-articles", 4)
    result = run(corpus, "--shard-articles", 4, "--output-format", "parquet", out=tmp_path / "parquet")
    assert result.exit_code == 0
    assert len(list((tmp_path / "parquet").glob("records-*.parquet"))) == 3
    assert records(tmp_path / "parquet") == records(tmp_path / "run")


def test_a_folder_of_articles_and_other_columns_are_read(run: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "articles" / "2026"
    folder.mkdir(parents=True)
    (folder / "lajm.txt").write_text(ALBANIAN[0], encoding="utf-8")
    (folder / "foto.jpg").write_bytes(b"\xff\xd8")
    result = run(tmp_path / "articles")
    assert result.exit_code == 0
    assert "1 file *.jpg left out" in result.stderr
    assert len(records(tmp_path / "run")) == 1

    table = tmp_path / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["nr", "body"], ["7", ALBANIAN[1]]])
    assert run(table, "--column", "body", "--id-column", "nr", out=tmp_path / "other").exit_code == 0
    assert records(tmp_path / "other")[0]["id"] == "7"


def test_english_articles_are_summarized_as_they_are_and_albanian_ones_translated(
    run: Callable[..., Result], summarizer: str, tmp_path: Path
) -> None:
    corpus = lines_of(
        tmp_path / "both.jsonl",
        {"id": "sq", "text": " ".join(ALBANIAN[:5])},
        {"id": "en", "text": " ".join(ENGLISH[:5])},
    )
    result = run(corpus, "-m", summarizer, "--length", 20, task="summarize")
    assert result.exit_code == 0, result.stderr
    albanian, english = records(tmp_path / "run")
    assert (albanian["source"]["lang"], english["source"]["lang"]) == ("sq", "en")
    assert albanian["translation"] and english["translation"] is None
    assert albanian["summary"]["selection"]["words_asked"] == 20
    assert english["summary"]["sentences"]


def test_bad_records_say_what_was_wrong_and_where_and_the_others_are_done(
    run: Callable[..., Result], bad: Path, tmp_path: Path
) -> None:
    result = run(bad, "--max-chars", 2000)
    assert result.exit_code == 1
    made = records(tmp_path / "run")
    assert [bool(record["error"]) for record in made] == [True] * 6 + [False]
    assert all(f"{bad}:{line}" in record["error"] for line, record in enumerate(made[:6], start=1))
    assert "over the 2,000 allowed" in made[4]["error"]
    assert [record.get("extra") for record in made[:6]] == [{"place": "Vlorë"}, None, {"body": "Po."}, None, None, None]
    assert manifest(tmp_path / "run")["counts"]["errors"] == {
        "column": 1,
        "empty": 1,
        "encoding": 1,
        "language": 1,
        "malformed": 1,
        "too long": 1,
    }
    assert f"error: {bad}:2: not JSON" in result.stderr
    assert "6 errors" in result.stderr


def test_the_same_command_again_does_nothing_and_ends_the_same(
    run: Callable[..., Result], bad: Path, tmp_path: Path
) -> None:
    run(bad)
    before = files(tmp_path / "run")
    again = run(bad)
    assert again.exit_code == 1
    assert "nothing was left to do" in again.stderr
    assert files(tmp_path / "run") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--beam", 2], "beam_size: 1 in the run, 2 now"),
        (["--max-chars", 500], "most_characters: 1000000 in the run, 500 now"),
        (["--shard-articles", 10], "shard_articles: 5000 in the run, 10 now"),
        (["--output-format", "parquet"], 'output_format: "jsonl" in the run, "parquet" now'),
        (["--column", "body"], 'text_column: "text" in the run, "body" now'),
    ],
)
def test_another_job_on_the_folder_is_refused_with_the_difference(
    arguments: list[Any], said: str, run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    run(corpus)
    before = files(tmp_path / "run")
    refused = run(corpus, *arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert "holds the run of another job" in refused.stderr
    assert files(tmp_path / "run") == before


def test_another_input_or_model_on_the_folder_is_refused(
    run: Callable[..., Result], corpus: Path, model: str, tmp_path: Path
) -> None:
    run(corpus)
    copied = tmp_path / "another"
    shutil.copytree(model, copied)
    other = run(corpus, "--translator", copied)
    assert other.exit_code == 2
    assert f'model: "{model}" in the run, "{copied}" now' in other.stderr
    with (copied / "config.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    changed = run(corpus, "--translator", copied)
    assert "checksums config.json: " in changed.stderr
    assert "checksums model.bin: " not in changed.stderr
    with corpus.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"text": ALBANIAN[11]}) + "\n")
    refused = run(corpus)
    assert refused.exit_code == 2
    assert "digest: " in refused.stderr


def test_a_folder_that_is_no_run_is_refused(run: Callable[..., Result], corpus: Path, tmp_path: Path) -> None:
    refused = run(corpus, out=tmp_path)
    assert refused.exit_code == 2
    assert f"{tmp_path}: is not empty and not the folder of a run" in refused.stderr


def test_too_many_errors_stop_the_run_and_a_larger_bound_goes_on(
    run: Callable[..., Result], corpus: Path, bad: Path, tmp_path: Path
) -> None:
    both = lines_of(tmp_path / "both.jsonl", *bad.read_bytes().splitlines(), *corpus.read_bytes().splitlines())
    stopped = run(both, "--max-errors", 2, "--shard-articles", 3)
    assert stopped.exit_code == 1
    assert "stopped: 3 of 3 records failed" in stopped.stderr
    assert "with a larger --max-errors goes on" in stopped.stderr
    assert manifest(tmp_path / "run")["state"] == "running"
    assert run(both, "--max-errors", 2, "--shard-articles", 3).exit_code == 1
    assert run(both, "--max-errors", 6, "--shard-articles", 3).exit_code == 1
    run(both, "--shard-articles", 3, out=tmp_path / "undisturbed")
    assert files(tmp_path / "run") == files(tmp_path / "undisturbed")


def test_retry_does_only_what_failed_with_bounds_that_were_changed(
    run: Callable[..., Result], bad: Path, tmp_path: Path
) -> None:
    run(bad, "--max-chars", 2000, "--shard-articles", 2)
    before = files(tmp_path / "run")
    assert run(bad, "--max-chars", 100_000, "--shard-articles", 2).exit_code == 2
    retried = run(bad, "--max-chars", 100_000, "--any-language", "--shard-articles", 2, "--retry-errors")
    assert retried.exit_code == 1
    assert "trying 6 failed records again" in retried.stderr
    assert "now: 6 articles" in retried.stderr
    made = records(tmp_path / "run")
    assert [record["id"] for record in made if not record["error"]] == ["d", "e", "g"]
    assert manifest(tmp_path / "run")["counts"]["errors"] == {"column": 1, "empty": 1, "encoding": 1, "malformed": 1}
    assert manifest(tmp_path / "run")["job"]["settings"]["any_language"] is True
    after = files(tmp_path / "run")
    assert after["records-00003.jsonl"] == before["records-00003.jsonl"]
    assert after["records-00001.jsonl"] != before["records-00001.jsonl"]


def test_retry_reads_records_that_were_mended_and_refuses_others_that_changed(
    run: Callable[..., Result], bad: Path, tmp_path: Path
) -> None:
    run(bad)
    lines = bad.read_bytes().splitlines()
    lines[1] = json.dumps({"id": "b", "text": ALBANIAN[3]}, ensure_ascii=False).encode()
    lines_of(bad, *lines)
    assert run(bad).exit_code == 2
    assert run(bad, "--retry-errors").exit_code == 1
    assert [record["id"] for record in records(tmp_path / "run") if not record["error"]] == ["b", "e", "g"]
    lines_of(bad, *lines[:-1], {"id": "other", "text": ALBANIAN[5]})
    refused = run(bad, "--retry-errors")
    assert refused.exit_code == 2
    assert "record 7 of the run is 'g', and the input has 'other' there now" in refused.stderr


def test_retry_works_on_parquet_too(run: Callable[..., Result], bad: Path, tmp_path: Path) -> None:
    options = ["--shard-articles", 2]
    run(bad, *options, out=tmp_path / "lines")
    run(bad, *options, "--any-language", "--retry-errors", out=tmp_path / "lines")
    run(bad, *options, "--output-format", "parquet")
    run(bad, *options, "--output-format", "parquet", "--any-language", "--retry-errors")
    assert records(tmp_path / "run") == records(tmp_path / "lines")


def test_the_memory_serves_the_next_run_and_no_cache_goes_without(
    run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    run(corpus, "--no-cache", out=tmp_path / "without")
    assert not (tmp_path / "home" / "memory.sqlite").exists()
    assert "models wrote 0 texts" not in run(corpus).stderr
    served = run(corpus, out=tmp_path / "again")
    assert "models wrote 0 texts" in served.stderr
    assert files(tmp_path / "again") == files(tmp_path / "run") == files(tmp_path / "without")


def test_an_editors_sentence_is_used_and_marked_in_the_next_run_and_not_put_into_a_finished_one(
    run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    run(corpus)
    before = files(tmp_path / "run")
    tmx = tmp_path / "memory.tmx"
    assert CliRunner().invoke(cli, ["cache", "export", str(tmx)]).exit_code == 0
    machine = records(tmp_path / "run")[3]["translation"]["text"]
    there, changed = tmx.read_text(encoding="utf-8").split(f"<seg>{ALBANIAN[3]}</seg></tuv>\n")
    tmx.write_text(
        f"{there}<seg>{ALBANIAN[3]}</seg></tuv>\n{changed.replace(machine, 'By an editor.', 1)}", encoding="utf-8"
    )
    assert "1 correction imported" in CliRunner().invoke(cli, ["cache", "import", str(tmx)]).stdout
    assert "edited 1" in run(corpus, out=tmp_path / "next").stderr
    sentences = [record["translation"]["sentences"][0] for record in records(tmp_path / "next")]
    assert [at for at, sentence in enumerate(sentences) if "edited" in sentence["flags"]] == [3]
    assert (sentences[3]["target"], sentences[3]["score"]) == ("By an editor.", None)
    run(corpus)
    assert files(tmp_path / "run") == before


def test_a_retry_goes_to_its_end_whatever_the_bound_on_errors(
    run: Callable[..., Result], bad: Path, tmp_path: Path
) -> None:
    run(bad)
    retried = run(bad, "--retry-errors", "--max-errors", 1)
    assert retried.exit_code == 1
    assert "now: 5 articles" in retried.stderr
    assert manifest(tmp_path / "run")["state"] == "finished"


def test_the_closing_summary_counts_and_quiet_keeps_it_back(
    run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    said = run(corpus).stderr
    assert "10 articles, 10 sentences translated, no errors" in said
    assert "flags of translated sentences: " in said
    assert "articles a minute" in said
    assert "time: " in said
    assert "slowest: a0 to a9 (10 articles, 10 sentences)" in said
    assert run(corpus, "-q", out=tmp_path / "quiet").stderr == ""


def test_the_journal_tells_when_the_folder_was_worked_on(
    run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    run(corpus)
    run(corpus)
    runs = json.loads((tmp_path / "run" / "journal.json").read_text(encoding="utf-8"))["runs"]
    assert [entry["how"] for entry in runs] == ["finished", "finished"]
    assert [entry["articles"] for entry in runs] == [10, 0]
    assert runs[0]["versions"]["ctranslate2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--length", "short"], "--length is for --task summarize"),
        (["--model", "x"], "--model and --translator name the same thing"),
        (["--engine", "dask"], "'local', 'ray'"),
        (["--workers", 2], "say --engine ray"),
        (["--from", "albanien"], "Albanian"),
        (["--shard-articles", 0], "x>=1"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_would_be_right(
    arguments: list[Any], said: str, run: Callable[..., Result], corpus: Path, tmp_path: Path
) -> None:
    result = run(corpus, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "run").exists()


def test_an_input_that_is_not_there_or_empty_leaves_no_folder(run: Callable[..., Result], tmp_path: Path) -> None:
    missing = run(tmp_path / "nowhere.jsonl")
    assert missing.exit_code in (1, 2)
    assert "nowhere.jsonl: no such file" in missing.stderr
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty").exit_code in (1, 2)
    assert not (tmp_path / "run").exists()
