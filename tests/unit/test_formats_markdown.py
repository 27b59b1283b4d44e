import io

from hypothesis import given
from hypothesis import strategies as st

from mtsum.errors import InputError
from mtsum.formats import Document, read_documents
from mtsum.formats.markdown import markdown_document


def pieces(text: str) -> list[tuple[str, str]]:
    document = markdown_document(text, "a", "a.md")
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def hidden(text: str) -> list[str]:
    document = markdown_document(text, "a", "a.md")
    return [text[start:end] for start, end in document.hidden]


def test_block_marks_are_outside_the_blocks() -> None:
    text = "# Titulli ##\r\n\r\nTeksti.\r\n\r\n- një\r\n  - dy\r\n\r\n1. tri\r\n\r\n> Citim.\r\n\r\nNën\r\n===\r\n"
    assert pieces(text) == [
        ("heading", "Titulli"),
        ("text", "Teksti."),
        ("list_item", "një"),
        ("list_item", "dy"),
        ("list_item", "tri"),
        ("text", "Citim."),
        ("heading", "Nën"),
    ]


def test_code_html_front_matter_and_link_definitions_are_in_no_block() -> None:
    text = "---\ntitle: x\n---\nPo.\n\n```\nkod\n```\n\n    kod\n\n<div>\nhtml\n</div>\n\n[r]: http://x.y\n"
    assert pieces(text) == [("text", "Po.")]


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert pieces("---\n\nPo.\n\n---\n\nJo.\n") == [("text", "Po."), ("text", "Jo.")]


def test_a_table_gives_a_block_a_cell() -> None:
    assert [words for _, words in pieces("| A | B |\n|---|---|\n| a | a\\|b |\n")] == ["A", "B", "a", "a\\|b"]


def test_a_repeated_word_is_found_in_its_own_place() -> None:
    document = markdown_document("- a\n- a\n- a\n", "a", "a.md")
    assert [(block.start, block.end) for block in document.blocks] == [(2, 3), (6, 7), (10, 11)]


def test_links_emphasis_and_quote_marks_are_hidden() -> None:
    assert hidden("Sipas [BIRN](https://b.al/a_(b) 'x') **sot** `kod` <b>e</b>.")[:1] == ["["]
    assert hidden("Sipas [BIRN](https://b.al/a_(b)) **sot**") == ["[", "](https://b.al/a_(b))", "**", "**"]
    assert hidden("> një\n> dy") == ["> "]
    assert hidden("![foto](a.png)") == ["![foto](a.png)"]


def test_marks_that_are_no_markup_are_words() -> None:
    assert hidden("5 * 3 * 2, emri_i_skedarit, [sic], 3 < 5 > 2, a@b.al") == []


def test_the_title_is_the_first_heading_without_markup() -> None:
    assert markdown_document("# Ura e **re** [sot](http://x)\n\nPo.", "a", "a.md").title == "Ura e re sot"


def test_markdown_without_words_is_an_error() -> None:
    (found,) = read_documents("-", format="md", stdin=io.BytesIO(b"```\nkod\n```\n"))
    assert isinstance(found, InputError)


@given(st.text(st.sampled_from("aë.#->*_[]()|`\\ \n\r\t\ufeff1"), min_size=1, max_size=80))
def test_blocks_and_hidden_spans_are_ordered_and_apart_for_any_markdown(text: str) -> None:
    try:
        document = markdown_document(text, "a", "a.md")
    except InputError:
        return
    assert isinstance(document, Document)
    assert document.text == text
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end <= len(text)
        at = block.end
    at = 0
    for start, end in document.hidden:
        assert at <= start < end
        assert any(block.start <= start and end <= block.end for block in document.blocks)
        at = end
