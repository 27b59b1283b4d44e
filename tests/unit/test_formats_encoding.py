import os
from pathlib import Path

import pytest

from mtsum.errors import InputError
from mtsum.formats import read_documents
from mtsum.formats.encoding import decode, likely_encoding

ALBANIAN = "Kryeministri tha:\n“Është një ditë e mirë për çdo qytetar.”\n"


def error_of(path: str | Path) -> str:
    (found,) = read_documents(str(path))
    assert isinstance(found, InputError)
    assert str(found).startswith(f"{path}: ")
    return str(found)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_codec_gives_back_the_bytes(codec: str, newline: str) -> None:
    data = ALBANIAN.replace("\n", newline).encode(codec)
    text, name = decode(data, "lajm.txt")
    assert text == ALBANIAN.replace("\n", newline)
    assert text.encode(name) == data


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_of_either_byte_order_gives_back_the_bytes(order: str) -> None:
    data = ("\ufeff" + ALBANIAN).encode(f"utf-16-{order}")
    text, name = decode(data, "lajm.txt")
    assert text.removeprefix("\ufeff") == ALBANIAN
    assert text.encode(name) == data


@pytest.mark.parametrize(
    ("codec", "name"), [("cp1252", "CP1252"), ("cp1250", "CP1252"), ("mac_roman", "MACINTOSH"), ("cp852", "CP852")]
)
def test_another_encoding_is_refused_with_the_place_of_the_first_bad_byte_and_a_remedy(
    tmp_path: Path, codec: str, name: str
) -> None:
    path = tmp_path / "lajm i vjetër.txt"
    path.write_bytes("Fjali.\nÇdo ditë është e mirë.\n".encode(codec))
    message = error_of(path)
    assert "offset 7 of the file (line 2)" in message
    assert f"iconv -f {name} -t UTF-8 '{path}'" in message


def test_the_advised_encoding_reads_the_letters_of_albanian() -> None:
    for codec in ("cp1252", "cp1250", "iso-8859-1", "iso-8859-2"):
        advised = likely_encoding("është për çdo qytetar".encode(codec))
        assert advised is not None
        assert "është për çdo qytetar".encode(codec).decode(advised) == "është për çdo qytetar"


def test_cyrillic_bytes_get_no_wrong_advice() -> None:
    assert likely_encoding("Привет, мир".encode("cp1251")) is None


def test_one_damaged_byte_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "lajm.txt"
    path.write_bytes(ALBANIAN.encode() + b"\xff")
    assert "damaged UTF-8: byte 0xFF" in error_of(path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\xd0\xcf\x11\xe0rest", "save it as .docx"),
        (b"\x89PNG\r\n", "a PNG image"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"tekst\0tekst", "a NUL byte at offset 5"),
        ("është".encode("utf-16-le"), "iconv -f UTF-16LE"),
        ("është".encode("utf-16-be"), "iconv -f UTF-16BE"),
        ("është".encode("utf-32"), "UTF-32"),
        (b"\xff\xfea", "begins like UTF-16 but is broken"),
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".jsonl", ".csv"])
def test_a_file_that_is_no_text_is_named_with_what_it_looks_like(
    tmp_path: Path, data: bytes, expected: str, suffix: str
) -> None:
    path = tmp_path / f"lajm{suffix}"
    path.write_bytes(data)
    assert expected in error_of(path)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".docx", ".jsonl", ".csv", ".tsv"])
@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n"], ids=["nothing", "byte-order-mark", "white-space"]
)
def test_an_empty_file_is_named_in_the_error(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"bosh{suffix}"
    path.write_bytes(data)
    assert "empty" in error_of(path) or "white space" in error_of(path)


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path) -> None:
    assert "no such file" in error_of(tmp_path / "nuk-ka.txt")
    assert "is a directory" in error_of(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are POSIX ones here")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "i-mbyllur.txt"
    path.write_text(ALBANIAN, encoding="utf-8")
    path.chmod(0)
    user = os.geteuid()
    if user == 0:  # root may read everything; anyone else may not
        os.seteuid(65534)
    try:
        assert "permission denied" in error_of(path)
    finally:
        if user == 0:
            os.seteuid(0)
