"""Bytes to text without guessing: UTF-8, or UTF-16 with a byte order mark; anything else is refused with a remedy."""

from __future__ import annotations

import codecs
import itertools
import re
import sys
from collections.abc import Iterator
from typing import BinaryIO

from mtsum.errors import InputError
from mtsum.formats.compression import piped

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF: save its text first, for example with `pdftotext`"),
    (b"PK\x03\x04", "a zip archive such as .docx, .odt or .epub; for a Word document choose the format docx"),
    (b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file: save it as .docx"),
    (b"{\\rtf", "an RTF document: save it as .docx or .txt"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive: let its name end in .gz, or unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive: let its name end in .zst, or unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"PAR1", "a Parquet file: let its name end in .parquet, or choose the format parquet"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
# What a right decoding shows beyond ASCII: Albanian's own letters, and what else is common in its news.
_ALBANIAN = frozenset("ëçËÇ")
_COMMON = frozenset("“”„’‘‚«»–—…€°·áéäöüšžćčđ\xa0\xad")
_CANDIDATES = ("cp1252", "cp1250", "mac_roman", "cp852")
_SAMPLE = 1 << 16


def refuse_binary(data: bytes, where: str) -> None:
    """Raise ``InputError``, saying what it looks like, when ``data`` (a file's beginning will do) is no text."""
    for signature, meaning in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"not a text file; it looks like {meaning}", where)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise InputError(f"encoded in UTF-32; convert it first: {_iconv('UTF-32', where)}", where)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    at = data.find(b"\0")
    if at < 0:
        return
    for order, offset in (("LE", 1), ("BE", 0)):
        # Text in UTF-16 of a Latin script has a zero in every second byte, and in no other.
        high, low = data[offset:_SAMPLE:2], data[1 - offset : _SAMPLE : 2]
        if len(high) > 1 and high.count(0) > 0.7 * len(high) and 0 not in low:
            remedy = _iconv(f"UTF-16{order}", where)
            raise InputError(f"looks like UTF-16 without its byte order mark; convert it first: {remedy}", where)
    raise InputError(f"not a text file: a NUL byte at offset {at}", where)


def decode(data: bytes, where: str) -> tuple[str, str]:
    """``data`` as text, and the codec's name, with which ``text.encode(name) == data``.

    A byte order mark is not part of the text, save that of the UTF-16 which is not this machine's: no codec writes it,
    so it stays as the first character. Raises ``InputError`` for binary data, for any other encoding and for bad bytes.
    """
    refuse_binary(data, where)
    name = _codec(data)
    try:
        return data.decode(name), name
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, where, first_line=1) from error


def lines(file: BinaryIO, where: str) -> Iterator[str]:
    """The lines of ``file`` with their line ends, one at a time; a bad byte becomes a lone surrogate.

    So a bad byte spoils its record and no other: ``require_clean`` turns the surrogate into an ``InputError``.
    Raises ``InputError`` when the file is binary.
    """
    first = file.readline()
    name = _codec(first)
    if name.startswith("utf-16"):
        # Line ends are two bytes wide here, so the file cannot be read by bytes up to b"\n"; such files are small.
        data = first + file.read()
        refuse_binary(data, where)
        try:
            text = data.decode(name, "surrogatepass").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise _undecodable(data, error, where, first_line=1) from error
        yield from re.findall(r"[^\n]*\n|[^\n]+", text)
        return
    refuse_binary(first, where)
    for line in itertools.chain([first.removeprefix(codecs.BOM_UTF8)], file):
        if line:
            yield line.decode("utf-8", "surrogateescape")


def require_clean(text: str, where: str, line: int) -> None:
    """Raise ``InputError`` when ``text``, read by ``lines`` from line number ``line``, held bytes that are no UTF-8."""
    if "\0" in text:
        raise InputError("holds a NUL byte", where)
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise InputError("holds half of a surrogate pair, which is no character", where) from error
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, where, first_line=line, offset_of="the line") from error


def likely_encoding(data: bytes) -> str | None:
    """The 8-bit encoding in which ``data`` reads as Albanian text, for advice only; ``None`` when none does."""
    sample = data[:_SAMPLE]
    best, best_share = None, 0.3
    for name in _CANDIDATES:
        special = [char for char in sample.decode(name, "replace") if char > "\x7f"]
        weight = sum(1.0 if char in _ALBANIAN else 0.5 if char in _COMMON else 0.0 for char in special)
        if special and weight / len(special) > best_share:
            best, best_share = name, weight / len(special)
    return best


def _codec(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for mark, order, name in ((codecs.BOM_UTF16_LE, "little", "utf-16-le"), (codecs.BOM_UTF16_BE, "big", "utf-16-be")):
        if data.startswith(mark):
            return "utf-16" if sys.byteorder == order else name
    return "utf-8"


def _undecodable(
    data: bytes, error: UnicodeDecodeError, where: str, *, first_line: int, offset_of: str = "the file"
) -> InputError:
    line = first_line + data.count(b"\n", 0, error.start)
    place = f"byte 0x{data[error.start]:02X} at offset {error.start} of {offset_of} (line {line})"
    if error.encoding.startswith("utf-16"):
        return InputError(f"begins like UTF-16 but is broken: {place}", where)
    start = max(0, error.start - _SAMPLE // 2)
    sample = data[start : start + _SAMPLE]
    text = sample.decode("utf-8", "replace")
    if sum(char > "\x7f" and char != "\ufffd" for char in text) > text.count("\ufffd"):
        return InputError(f"damaged UTF-8: {place} is no part of a character; the rest reads as UTF-8", where)
    likely = likely_encoding(sample)
    if likely is None:
        remedy = "convert it to UTF-8 first: iconv -f ITS-ENCODING -t UTF-8"
    else:
        name = {"mac_roman": "MACINTOSH"}.get(likely, likely.upper())
        remedy = f"it may be {name}: {_iconv(name, where)}"
    return InputError(f"not UTF-8: {place}; {remedy}", where)


def _iconv(encoding: str, where: str) -> str:
    command = f"iconv -f {encoding} -t UTF-8"
    path = where.rpartition(":")[0] if where.rpartition(":")[2].isdigit() else where
    return f"{command} | mtsum ..." if path == "stdin" else f"{piped(command, path)} > utf8.txt"
