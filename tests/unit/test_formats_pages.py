"""HTML and Word documents."""

import io
import socket
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml

from mtsum.errors import InputError
from mtsum.formats import Document, read_documents

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>Ura u hap | Gazeta</title></head><body>
<nav><a href="/">Kreu</a> <a href="/s">Sport</a></nav>
<article><h1>Ura u hap</h1>
<p>Ura e re mbi lumin u hap sot në
   mëngjes, <b>tha</b> <a href="http://x.y">qeveria</a>. Ajo është e gjatë 300 metra dhe kushtoi shumë.</p>
<h2>Reagimet</h2><p>Banorët janë të kënaqur.<br><br>Disa jo.</p>
<ul><li>Një</li><li>Dy</li></ul></article>
<footer>Të drejtat e rezervuara</footer></body></html>"""


def read(data: bytes, format: str) -> list[tuple[str, str]]:
    (document,) = read_documents("-", format=format, stdin=io.BytesIO(data))
    assert isinstance(document, Document), document
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "iso-8859-2"])
def test_the_main_text_of_a_page_is_read_in_its_declared_encoding(charset: str) -> None:
    assert read(PAGE.format(charset=charset).encode(charset), "html") == [
        ("heading", "Ura u hap"),
        (
            "text",
            "Ura e re mbi lumin u hap sot në mëngjes, tha qeveria. Ajo është e gjatë 300 metra dhe kushtoi shumë.",
        ),
        ("heading", "Reagimet"),
        ("text", "Banorët janë të kënaqur."),
        ("text", "Disa jo."),
        ("list_item", "Një"),
        ("list_item", "Dy"),
    ]


def test_a_page_in_an_encoding_it_does_not_declare_is_an_error() -> None:
    (found,) = read_documents("-", format="html", stdin=io.BytesIO("<p>është</p>".encode("cp1252")))
    assert isinstance(found, InputError)
    assert "CP1252" in str(found)


def test_a_page_of_one_sentence_is_read() -> None:
    assert read("<p>Vetëm një fjali e shkurtër.</p>".encode(), "html") == [("text", "Vetëm një fjali e shkurtër.")]


def test_a_page_without_text_is_an_error() -> None:
    (found,) = read_documents("-", format="html", stdin=io.BytesIO(b"<html><body></body></html>"))
    assert isinstance(found, InputError)
    assert "no main text" in str(found)


def test_a_page_is_read_without_opening_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert read(PAGE.format(charset="utf-8").encode(), "html")[0] == ("heading", "Ura u hap")


def test_the_libraries_of_formats_are_imported_by_the_readers_that_need_them() -> None:
    heavy = ["trafilatura", "lxml", "docx", "markdown_it"]
    code = f"import sys, mtsum.formats; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def word_file(path: Path) -> docx.document.Document:
    word = docx.Document()
    word.add_heading("Ura u hap", 1)
    word.add_paragraph("Ura e re u hap sot. Ajo është e gjatë.")
    word.add_paragraph("Një", style="List Bullet")
    word.add_paragraph("")
    table = word.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Gjatësia", "300 m"
    word.add_paragraph("Fundi.")
    word.save(str(path))
    return word


def test_a_word_document_gives_headings_lists_and_cells_in_order(tmp_path: Path) -> None:
    word_file(tmp_path / "ura.docx")
    (document,) = read_documents(str(tmp_path / "ura.docx"))
    assert isinstance(document, Document)
    assert (document.id, document.title) == ("ura", "Ura u hap")
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("heading", "Ura u hap"),
        ("text", "Ura e re u hap sot. Ajo është e gjatë."),
        ("list_item", "Një"),
        ("text", "Gjatësia"),
        ("text", "300 m"),
        ("text", "Fundi."),
    ]


def test_text_inserted_under_review_is_read_and_deleted_text_is_not() -> None:
    word = docx.Document()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    marked = (
        f"<w:p {space}><w:r><w:t xml:space='preserve'>Ura </w:t></w:r>"
        "<w:ins w:id='1'><w:r><w:t>e re</w:t></w:r></w:ins>"
        "<w:del w:id='2'><w:r><w:delText>e vjetër</w:delText></w:r></w:del><w:r><w:br/><w:t>u hap.</w:t></w:r></w:p>"
    )
    word.element.body.insert(0, parse_xml(marked))
    saved = io.BytesIO()
    word.save(saved)
    assert read(saved.getvalue(), "docx") == [("text", "Ura e re\nu hap.")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Tekst i thjeshte", "it is no zip archive"),
        (b"PK\x03\x04 i prishur", "not a Word document"),
        (b"\xd0\xcf\x11\xe0", "save it as .docx"),
    ],
)
def test_what_is_no_word_document_is_an_error(data: bytes, expected: str) -> None:
    (found,) = read_documents("-", format="docx", stdin=io.BytesIO(data))
    assert isinstance(found, InputError)
    assert expected in str(found)
