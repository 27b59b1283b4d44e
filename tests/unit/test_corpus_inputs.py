"""The input of long runs: files and folders of this machine."""

import gzip
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from mtsum.corpus.chunks import Item
from mtsum.corpus.inputs import Source, count_items, fingerprint, ignored, read_items
from mtsum.errors import InputError, InputUnreachable, UsageError
from mtsum.formats import Document


def read(path: Path | str, **columns: str) -> list[Item]:
    items = list(read_items(Source(str(path), **columns)))  # type: ignore[arg-type]
    assert [item.position for item in items] == list(range(len(items)))
    return items


def summary(items: list[Item]) -> list[tuple[str, str]]:
    """The identifier and text, or error, of each."""
    return [(each.id, each.content.text if isinstance(each.content, Document) else str(each.content)) for each in items]


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of articles in every format, at three depths."""
    folder = tmp_path / "korpusi"
    (folder / "2023" / "maj").mkdir(parents=True)
    (folder / "2023" / "maj" / "a.txt").write_text("Një.", encoding="utf-8")
    (folder / "2023" / "b.md").write_text("# Dy\n\nPo.\n", encoding="utf-8")
    (folder / "2023" / "c.HTML").write_text("<p>Vetëm një fjali e shkurtër.</p>", encoding="utf-8")
    (folder / "a.txt").write_text("Katër.", encoding="utf-8")
    (folder / "d.jsonl").write_text(lines({"id": "x", "text": "Pesë."}, {"text": "Gjashtë.", "viti": 2020}))
    (folder / "e.csv.gz").write_bytes(gzip.compress("id,text\nx,Shtatë.\n".encode()))
    (folder / "f.tsv").write_text("text\nTetë.\n", encoding="utf-8")
    parquet.write_table(pyarrow.table({"text": ["Nëntë."]}), folder / "g.parquet")
    word = docx.Document()
    word.add_paragraph("Dhjetë.")
    word.save(str(folder / "h.docx"))
    return folder


def test_a_folder_gives_the_articles_of_every_file_in_the_order_of_paths(corpus: Path) -> None:
    assert summary(read(corpus)) == [
        ("2023/b.md", "# Dy\n\nPo.\n"),
        ("2023/c.HTML", "Vetëm një fjali e shkurtër.\n"),
        ("2023/maj/a.txt", "Një."),
        ("a.txt", "Katër."),
        ("x", "Pesë."),
        ("d.jsonl:2", "Gjashtë."),
        ("x", "Shtatë."),
        ("f.tsv:2", "Tetë."),
        ("g.parquet:1", "Nëntë."),
        ("h.docx", "Dhjetë.\n"),
    ]
    assert read(corpus)[5].content.extra == {"viti": 2020}  # type: ignore[union-attr]


def test_the_order_is_the_same_in_a_copy_made_in_another_order(corpus: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kopja"
    for file in sorted((path for path in corpus.rglob("*") if path.is_file()), reverse=True):
        (copy / file.relative_to(corpus)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy / file.relative_to(corpus))
    assert summary(read(copy)) == summary(read(corpus))


def test_files_of_other_kinds_are_counted_and_hidden_ones_are_not(corpus: Path) -> None:
    for name in ("foto.jpg", "2023/foto.JPG", "shënim", "arkiv.tar.gz", ".DS_Store", "~$h.docx", "run.log"):
        (corpus / name).write_text("x", encoding="utf-8")
    (corpus / ".git").mkdir()
    (corpus / ".git" / "a.txt").write_text("Fshehur.", encoding="utf-8")
    assert len(read(corpus)) == 10
    assert ignored(Source(str(corpus))) == {".jpg": 2, ".log": 1, ".tar.gz": 1, "no suffix": 1}
    assert ignored(Source(str(corpus / "d.jsonl"))) == {}


def test_a_format_given_is_that_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "lajm").write_text("Po.", encoding="utf-8")
    (tmp_path / "lajm.dat").write_text("Jo.", encoding="utf-8")
    assert summary(read(tmp_path, format="txt")) == [("lajm", "Po."), ("lajm.dat", "Jo.")]


def test_one_file_gives_ids_of_its_name_and_line(tmp_path: Path) -> None:
    path = tmp_path / "lajme.jsonl.gz"
    path.write_bytes(gzip.compress(lines({"text": "Po."}, {"text": "Jo.", "id": 5}).encode()))
    assert summary(read(path)) == [("lajme:1", "Po."), ("5", "Jo.")]
    (tmp_path / "lajm.i.pare.txt").write_text("Po.", encoding="utf-8")
    assert summary(read(tmp_path / "lajm.i.pare.txt")) == [("lajm.i.pare", "Po.")]


def test_bad_records_are_items_that_say_what_and_where_and_the_good_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lajme.jsonl"
    records = [
        b'{"id": "a", "text": "Po."}',
        b"prishur",
        b'{"id": "c", "text": " "}',
        b'{"id": "d", "tekst": "Po."}',
        '{"id": "e", "text": "është"}'.encode("cp1252"),
        b"",
        b'{"id": "g", "text": "Jo."}',
    ]
    path.write_bytes(b"\n".join(records))
    found = summary(read(path))
    assert [id for id, _ in found] == ["a", "lajme:2", "c", "d", "lajme:5", "lajme:6", "g"]
    for (_, message), number, what in zip(
        found[1:6],
        range(2, 7),
        ["not JSON", "'text' is empty", "the columns are: 'id', 'tekst'", "not UTF-8", "empty"],
        strict=True,
    ):
        assert message.startswith(f"{path}:{number}: ") and what in message


def test_a_bad_file_of_a_folder_is_an_item_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Po.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes("është".encode("cp1252"))
    (tmp_path / "c.csv").write_text("tekst\nPo.\n", encoding="utf-8")
    (tmp_path / "d.txt").write_bytes(b"")
    (tmp_path / "e.txt").symlink_to(tmp_path / "nuk-ka.txt")
    (tmp_path / "f.txt").write_text("Jo.", encoding="utf-8")
    found = summary(read(tmp_path))
    assert [id for id, _ in found] == ["a.txt", "b.txt", "c.csv", "d.txt", "e.txt", "f.txt"]
    for (_, message), what in zip(found[1:5], ["not UTF-8", "no column 'text'", "empty", "no such file"], strict=True):
        assert what in message and str(tmp_path) in message


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails when it is read (Linux)")
@pytest.mark.parametrize("name", ["b.txt", "b.jsonl", "b.jsonl.gz", "b.jsonl.zst", "b.docx"])
def test_a_disk_that_fails_ends_the_run_and_makes_no_bad_record(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("Po.", encoding="utf-8")
    (tmp_path / name).symlink_to("/proc/self/mem")
    items = read_items(Source(str(tmp_path)))
    assert next(items).id == "a.txt"
    with pytest.raises(InputUnreachable, match=f"{tmp_path}/{name}: cannot be read for now"):
        next(items)


def test_an_identifier_that_occurs_twice_is_kept_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(lines({"id": "x", "text": "Po."}, {"id": "x", "text": "Jo."}))
    assert summary(read(path)) == [("x", "Po."), ("x", "Jo.")]


def test_a_link_back_to_a_folder_above_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "lajm.txt").write_text("Po.", encoding="utf-8")
    (tmp_path / "a" / "lart").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    assert [item.id for item in read(tmp_path)] == ["a/lajm.txt", "b/lajm.txt"]


def test_a_file_name_that_is_no_utf_8_gives_an_identifier_that_can_be_written(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/lajm\xeb.txt", "w") as file:
        file.write("Po.")
    assert summary(read(tmp_path)) == [("lajm\\xeb.txt", "Po.")]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (Source("nuk-ka.jsonl"), InputError, "no such file or folder"),
        (Source("-"), UsageError, "can be read only once"),
        (Source("/dev/null"), UsageError, "can be read only once"),
        (Source("a\0b.txt"), InputError, "no such file or folder"),
        (Source("BOSH"), InputError, "no file that can be read; there are: .jpg 1"),
        (Source("BOSH/foto.jpg", format="xlsx"), UsageError, "unknown input format 'xlsx'"),
        (
            Source("BOSH/foto.jpg", split="train"),
            UsageError,
            "--split means nothing for BOSH/foto.jpg, which is a file of articles",
        ),
    ],
    ids=lambda value: getattr(value, "path", None),
)
def test_an_input_that_cannot_be_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Source, error: type[Exception], message: str
) -> None:
    (tmp_path / "BOSH").mkdir()
    (tmp_path / "BOSH" / "foto.jpg").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    for ask in (read_items, fingerprint, count_items):
        with pytest.raises(error, match=message):
            ask(source)


def test_a_fingerprint_tells_content_and_paths_and_not_times(corpus: Path) -> None:
    source = Source(str(corpus))
    before = fingerprint(source)
    assert before["files"]["count"] == 9 and json.loads(json.dumps(before)) == before
    for path in corpus.rglob("*"):
        os.utime(path, (1, 1))
    (corpus / "foto.jpg").write_bytes(b"not read")
    assert fingerprint(source) == before
    (corpus / "a.txt").write_text("Kater.", encoding="utf-8")
    changed = fingerprint(source)
    assert changed["digest"] != before["digest"]
    (corpus / "a.txt").rename(corpus / "b.txt")
    assert fingerprint(source)["digest"] not in (before["digest"], changed["digest"])


def test_another_spelling_of_a_path_is_the_same_input(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus.parent)
    (corpus / "d.jsonl").write_text("prishur\n")
    assert fingerprint(Source("./korpusi/")) == fingerprint(Source("korpusi"))
    assert summary(read("./korpusi/")) == summary(read("korpusi"))
    (corpus / "a?b.txt").write_text("Po.", encoding="utf-8")
    assert fingerprint(Source("korpusi/a?b.txt"))["path"] == "korpusi/a?b.txt"


def test_a_copy_of_a_file_has_its_digest(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(lines({"text": "Po."}))
    one, other = (fingerprint(Source(str(tmp_path / name))) for name in ("a.jsonl", "b.jsonl"))
    assert one["digest"] == other["digest"] and one["files"] == {"count": 1, "bytes": 16}


@pytest.mark.parametrize("name", ["d.jsonl", "g.parquet", "a.txt", "2023"])
def test_items_are_counted_where_that_is_cheap(corpus: Path, name: str) -> None:
    assert count_items(Source(str(corpus / name))) == len(read(corpus / name))


def test_the_records_of_csv_are_not_counted(corpus: Path) -> None:
    assert count_items(Source(str(corpus / "e.csv.gz"))) is None
    assert count_items(Source(str(corpus))) is None


@given(st.lists(st.sampled_from(['{"text": "Po."}', "", "  ", "prishur"]), max_size=12), st.booleans())
@settings(deadline=None)
def test_json_lines_are_counted_as_they_are_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[str], packed: bool
) -> None:
    data = "\n".join(written).encode()
    path = tmp_path_factory.mktemp("lines") / ("a.jsonl.gz" if packed else "a.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert count_items(Source(str(path))) == len(read(path))


def test_items_go_through_pickle_whole(corpus: Path) -> None:
    (corpus / "d.jsonl").write_text("prishur\n" + lines({"id": "c", "text": ""}))
    for item in read(corpus):
        copy = pickle.loads(pickle.dumps(item))
        assert (copy.position, copy.id, str(copy.content)) == (item.position, item.id, str(item.content))


def peak_memory(path: Path, expected: int) -> int:
    """The most memory, in KiB, that a process held which read all items of ``path``."""
    program = (
        "import resource, sys\nfrom mtsum.corpus.inputs import Source, read_items\n"
        "print(sum(1 for _ in read_items(Source(sys.argv[1]))), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    count, peak = map(int, done.stdout.split())
    assert count == expected
    return peak


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    peaks = {}
    for count in (1_000, 20_000):
        path = tmp_path / f"{count}.jsonl"
        path.write_text("".join(f'{{"id": "lajm-{n}", "text": "Fjalia {n}. Po."}}\n' for n in range(count)))
        peaks[count] = peak_memory(path, count)
    assert peaks[20_000] < 1.1 * peaks[1_000], peaks
