from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.errors import UsageError
from mtsum.formats import Document, find_format, read_documents
from mtsum.formats.txt import text_blocks

EXAMPLES = Path(__file__).parents[2] / "examples"


def pieces(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in text_blocks(text)]


def test_blank_lines_part_paragraphs_and_a_short_line_before_one_is_a_heading() -> None:
    text = "Hapet ura\r\n\r\n  Ura u hap sot.  \r\n \t\r\n\r\nAjo është e gjatë."
    assert pieces(text) == [("heading", "Hapet ura"), ("text", "Ura u hap sot."), ("text", "Ajo është e gjatë.")]


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    text = "Hapet ura\nUra u hap sot në mëngjes, tha qeveria.\nAjo është e gjatë 300 metra.\n"
    assert [kind for kind, _ in pieces(text)] == ["heading", "text", "text"]


def test_lines_broken_to_a_width_are_one_paragraph() -> None:
    text = "Ura e re mbi lumin u hap sot në\nmëngjes në prani të banorëve dhe të\nministrit. Ajo është e gjatë.\n"
    assert pieces(text) == [("text", text.rstrip())]


def test_broken_lines_between_blank_lines_are_one_paragraph() -> None:
    text = "Ura e re u hap\nsot në mëngjes.\n\nAjo është\ne gjatë.\n"
    assert pieces(text) == [("text", "Ura e re u hap\nsot në mëngjes."), ("text", "Ajo është\ne gjatë.")]


def test_long_lines_under_a_headline_are_a_paragraph_each() -> None:
    long = "Fjali e gjatë " * 12
    text = f"Titulli\n\n{long}fund\n{long}fund.\n"
    assert [kind for kind, _ in pieces(text)] == ["heading", "text", "text"]


def test_list_marks_are_left_out_and_a_dash_of_dialogue_is_not() -> None:
    text = "Bleva:\n- bukë\n- djathë\n\n– Po, tha ai.\n"
    assert pieces(text) == [
        ("text", "Bleva:"),
        ("list_item", "bukë"),
        ("list_item", "djathë"),
        ("text", "– Po, tha ai."),
    ]


def test_an_ordinal_at_the_start_of_a_line_is_no_list_mark() -> None:
    assert pieces("5. maj ishte festë.\n") == [("text", "5. maj ishte festë.")]


def test_the_last_line_is_never_a_heading() -> None:
    assert [kind for kind, _ in pieces("Ura u hap sot.\n\nGazeta Jonë\n")] == ["text", "text"]


@given(st.text(st.sampled_from("ab.ë-•\n\r \t\x0b\u2028\ufeff"), max_size=60))
def test_blocks_hold_every_character_but_white_space_and_list_marks(text: str) -> None:
    blocks = text_blocks(text)
    rest, at = "", 0
    for block in blocks:
        assert at <= block.start < block.end
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        rest, at = rest + text[at : block.start], block.end
    assert not (rest + text[at:]).strip("-•\ufeff \n\r\t\x0b\u2028")


def test_the_example_reads_the_same_as_text_and_as_a_page() -> None:
    read = []
    for name in ("lajm.txt", "lajm.html"):
        (document,) = read_documents(str(EXAMPLES / name))
        assert isinstance(document, Document)
        read.append([(block.kind, document.text[block.start : block.end]) for block in document.blocks])
        assert document.title == "Hapet linja e re hekurudhore mes Prishtinës dhe Tiranës"
        assert document.id == "lajm"
    assert read[0] == read[1]
    assert [kind for kind, _ in read[0]] == ["heading"] + ["text"] * 8


@pytest.mark.parametrize(
    ("name", "path", "found"),
    [
        (None, "a.MD", "md"),
        (None, "a.htm", "html"),
        (None, "pa-prapashtesë", "txt"),
        (None, None, "txt"),
        ("ndjson", "a.txt", "jsonl"),
        (".CSV", None, "csv"),
    ],
)
def test_the_format_is_the_named_one_or_that_of_the_suffix(name: str | None, path: str | None, found: str) -> None:
    assert find_format(name, path).name == found


def test_an_unknown_format_is_an_error_with_the_choices() -> None:
    with pytest.raises(UsageError, match=r"'docs' \(did you mean 'docx'\?\); known are: csv, docx, html"):
        find_format("docs", None)
