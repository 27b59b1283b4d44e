"""Packed files, .gz and .zst: read as what is in them."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mtsum.cli.main import cli
from mtsum.errors import InputError
from mtsum.formats import Document, read_documents
from mtsum.formats.compression import unpacked
from mtsum.reading import read_articles


def zstandard(data: bytes) -> bytes:
    packed = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(data)
    return packed.getvalue().to_pybytes()


PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard}
LINES = b"".join(json.dumps({"id": str(number), "text": f"Fjalia {number}."}).encode() + b"\n" for number in range(500))


def ids(found: list[Document | InputError]) -> list[str]:
    return [document.id for document in found if isinstance(document, Document)]


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lajme.jsonl", LINES),
        ("lajme.csv", b'id,text\n1,"Po.\nJo."\n2,Jo.\n'),
        ("lajme.tsv", "id\ttext\n1\tPo.\n".encode("utf-16")),
        ("lajm.txt", "Një fjali.\n".encode()),
        ("lajm.md", b"# Titulli\n\nPo.\n"),
        ("lajm.html", b"<p>Vetem nje fjali e shkurter.</p>"),
    ],
)
def test_a_packed_file_is_read_as_what_is_in_it(tmp_path: Path, suffix: str, name: str, data: bytes) -> None:
    plain, packed = tmp_path / name, tmp_path / f"{name}{suffix}"
    plain.write_bytes(data)
    packed.write_bytes(PACKERS[suffix](data))
    expected = list(read_documents(str(plain)))
    assert expected and not any(isinstance(found, InputError) for found in expected)
    found = list(read_documents(str(packed)))
    assert [(each.id, each.text) for each in found] == [(each.id, each.text) for each in expected]  # type: ignore[union-attr]


@pytest.mark.parametrize("suffix", PACKERS)
def test_records_of_a_packed_file_are_called_after_its_name_without_suffixes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lajme.jsonl{suffix}"
    path.write_bytes(PACKERS[suffix](b'{"text": "Po."}\n'))
    (article,) = read_articles([str(path)], language="sq")
    assert not isinstance(article, InputError)
    assert (article.id, article.name) == ("lajme:1", f"{path}:1")


def test_the_command_line_translates_a_packed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, converted_model: Callable[..., Path]
) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    path = tmp_path / "lajme.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "a", "text": "Po. Jo."}\nprishur\n'))
    model = str(converted_model("unigram-bart"))
    ran = CliRunner().invoke(cli, ["translate", "--json", "--quiet", "--beam", "1", "-m", model, str(path)])
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 1
    assert [len(record["translation"]["sentences"]) for record in records[:1]] == [2]
    assert f"{path}:2: not JSON" in records[1]["error"]


@pytest.mark.parametrize("suffix", PACKERS)
def test_archives_one_after_the_other_are_read_as_one(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lajme.jsonl{suffix}"
    path.write_bytes(
        PACKERS[suffix](b'{"id": "a", "text": "Po."}\n') + PACKERS[suffix](b'{"id": "b", "text": "Jo."}\n')
    )
    assert ids(list(read_documents(str(path)))) == ["a", "b"]


@pytest.mark.parametrize("suffix", PACKERS)
@given(share=st.floats(0, 0.999))
@settings(max_examples=25, deadline=None)
def test_an_archive_cut_off_anywhere_gives_its_first_records_and_an_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, share: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / f"lajme.jsonl{suffix}"
    data = PACKERS[suffix](LINES)
    path.write_bytes(data[: int(len(data) * share)])
    *good, last = read_documents(str(path))
    assert ids(good) == [str(number) for number in range(len(good))]
    assert isinstance(last, InputError)
    assert f"cut off after line {len(good)}" in str(last) or "no such archive" in str(last) or "empty" in str(last)


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_plain_file_that_is_named_as_an_archive_is_an_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lajme.jsonl{suffix}"
    path.write_bytes(LINES)
    (error,) = read_documents(str(path))
    assert isinstance(error, InputError)
    assert f"{path}: the {suffix} archive is damaged or no such archive" in str(error)


def test_an_archive_without_its_suffix_is_named_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lajme.jsonl"
    path.write_bytes(gzip.compress(LINES))
    assert "a gzip archive: let its name end in .gz" in str(*read_documents(str(path)))


def test_advice_for_a_packed_file_unpacks_it_first(tmp_path: Path) -> None:
    path = tmp_path / "lajm i vjetër.txt.gz"
    path.write_bytes(gzip.compress("Çdo ditë është e mirë për çdo qytetar.".encode("cp1252")))
    assert f"gzip -dc '{path}' | iconv -f CP1252 -t UTF-8 > utf8.txt" in str(*read_documents(str(path)))


@given(st.binary(max_size=200_000), st.sampled_from([*PACKERS]))
@settings(max_examples=25, deadline=None)
def test_what_was_packed_is_unpacked(data: bytes, suffix: str) -> None:
    file = io.BytesIO(PACKERS[suffix](data))
    assert unpacked(file, suffix, "a").read() == data  # type: ignore[arg-type]
