import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.documents import Article, rebuild
from mtsum.errors import InputError, LanguageUnknown, UsageError
from mtsum.reading import article_from_text, read_articles

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "lajm.txt"
SHARED = ROOT / "../shared/articles/000_e3205ef2ff94cdfa.txt"

MARKDOWN = """# Ura e **re**

> Ura u hap
> sot. Ajo është e gjatë.

- Sipas [BIRN](https://b.al/a?b=c. "Po. Jo."), kushtoi shumë. **Po, shumë.**
- **Po**, tha _ministri i ri._

```
Kod. Kod.
```
"""

# Letters, ends of sentences, every kind of white space and line end, and marks of lists and Markdown.
news_like = st.text(
    st.sampled_from('aëÇT5.!?…,“”"-•–#>*_[]() \n\r\t\x0b\u00a0\u2028\u200b\ufeff\U0001f600'), max_size=120
)
any_text = st.one_of(news_like, st.text(st.characters(exclude_categories=["Cs"]), max_size=60))


def sound(article: Article) -> None:
    """Everything an article promises about its offsets and identifiers."""
    at = 0
    for number, sentence in enumerate(article.sentences, 1):
        assert sentence.id == f"s{number}"
        assert at <= sentence.start < sentence.end
        assert article.text[sentence.start : sentence.end] == sentence.text
        assert sentence.content
        at = sentence.end
    for number, paragraph in enumerate(article.paragraphs, 1):
        assert paragraph.id == f"p{number}"
        assert paragraph.sentences
        assert paragraph.start <= paragraph.sentences[0].start
        assert paragraph.sentences[-1].end <= paragraph.end


@given(any_text, st.sampled_from(["txt", "md"]))
def test_any_text_is_rebuilt_and_its_offsets_are_right(text: str, format: str) -> None:
    try:
        article = article_from_text(text, "sq", format=format)
    except InputError:
        assert format == "md" or not text.strip().strip("\ufeff").strip()
        return
    assert rebuild(article) == text
    sound(article)


@given(any_text)
def test_every_character_of_a_paragraph_that_is_no_white_space_is_in_a_sentence(text: str) -> None:
    try:
        article = article_from_text(text, "sq")
    except InputError:
        return
    for paragraph in article.paragraphs:
        at = paragraph.start
        for sentence in paragraph.sentences:
            assert not article.text[at : sentence.start].strip()
            at = sentence.end
        assert at == paragraph.end


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize("text", ["Një.\r\n\r\nDy.  \r\n", "Titull\n\nNjë. Dy.", "\n\n  Një.\t\n", "Një.\rDy.\r"])
def test_an_untranslated_file_is_rebuilt_byte_for_byte(tmp_path: Path, text: str, suffix: str, codec: str) -> None:
    path = tmp_path / f"lajm{suffix}"
    path.write_bytes(text.encode(codec))
    (article,) = read_articles([str(path)], language="sq")
    assert isinstance(article, Article)
    assert rebuild(article).encode(article.encoding) == path.read_bytes()


def test_the_example_has_a_heading_and_its_sentences_in_order() -> None:
    (article,) = read_articles([str(EXAMPLE)], language="Albanian")
    assert isinstance(article, Article)
    sound(article)
    assert (article.id, article.language, article.name) == ("lajm", "sq", str(EXAMPLE))
    assert [paragraph.kind for paragraph in article.paragraphs] == ["heading"] + ["text"] * 8
    assert [len(paragraph.sentences) for paragraph in article.paragraphs] == [1, 3, 3, 2, 3, 4, 3, 3, 2]
    assert article.sentences[1].text == "Treni i parë i udhëtarëve u nis të hënën nga Prishtina drejt Tiranës."


@pytest.mark.skipif(not SHARED.exists(), reason="the shared article is not beside this checkout")
def test_a_real_article_of_a_paragraph_a_line_is_rebuilt() -> None:
    (article,) = read_articles([str(SHARED)], language="sq")
    assert isinstance(article, Article)
    sound(article)
    assert rebuild(article).encode() == SHARED.read_bytes()
    assert len(article.paragraphs) == len(SHARED.read_text(encoding="utf-8").split("\n")) - article.text.endswith("\n")


def test_markdown_sentences_have_plain_words_and_rebuild_keeps_the_marks_around_them() -> None:
    article = article_from_text(MARKDOWN, "sq", format="md")
    sound(article)
    assert [sentence.content for sentence in article.sentences] == [
        "Ura e re",
        "Ura u hap sot.",
        "Ajo është e gjatë.",
        "Sipas BIRN, kushtoi shumë.",
        "Po, shumë.",
        "Po, tha ministri i ri.",
    ]
    assert article.title == "Ura e re"
    english = ["The new bridge", "It opened today.", "It is long.", "BIRN says so.", "Yes.", "Yes, he said."]
    rebuilt = rebuild(article, {f"s{number}": words for number, words in enumerate(english, 1)})
    assert rebuilt == (
        "# The new bridge\n\n> It opened today. It is long.\n\n- BIRN says so. **Yes.**\n- Yes, he said.\n\n"
        "```\nKod. Kod.\n```\n"
    )


def test_inputs_that_fail_are_errors_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Një.", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "Dy."}\nprishur\n{"id": "x", "text": "Tri."}\n', encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\x89PNG")
    paths = [str(tmp_path / name) for name in ("nuk-ka.txt", "a.txt", "b.jsonl", "c.txt")] + ["-"]
    found = list(read_articles(paths, language="sq", stdin=io.BytesIO(b"Fund.")))
    assert [one.id if isinstance(one, Article) else one.where for one in found] == [
        paths[0],
        "a",
        "b:1",
        f"{paths[2]}:2",
        "x",
        paths[3],
        "stdin",
    ]


def test_articles_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Një."}\n' * 3, encoding="utf-8")
    articles = read_articles([str(path), str(tmp_path / "b.txt")], language="sq")
    assert isinstance(next(articles), Article)
    (tmp_path / "b.txt").write_text("Dy.", encoding="utf-8")
    assert [isinstance(article, Article) for article in articles] == [True, True, True]


def test_files_of_one_name_get_identifiers_of_their_own(tmp_path: Path) -> None:
    paths = []
    for folder in ("maj", "qershor", "korrik"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "lajm.txt"
        path.write_text("Po.", encoding="utf-8")
        paths.append(str(path))
    found = read_articles(paths, language="sq")
    assert [article.id for article in found if isinstance(article, Article)] == ["lajm", "lajm-2", "lajm-3"]


def test_other_columns_and_the_title_of_a_record_reach_the_article() -> None:
    data = b'{"nr": 5, "trupi": "Po.", "title": "T", "viti": 2021}\n'
    (article,) = read_articles(
        ["-"], language="sq", format="jsonl", text_column="trupi", id_column="nr", stdin=io.BytesIO(data)
    )
    assert isinstance(article, Article)
    assert (article.id, article.title, article.extra) == ("5", "T", {"viti": 2021})


def test_a_wrong_language_or_format_is_an_error_before_anything_is_read() -> None:
    with pytest.raises(LanguageUnknown):
        read_articles(["nuk-ka.txt"], language="shqyp")
    with pytest.raises(UsageError, match="known are"):
        read_articles(["nuk-ka.txt"], language="sq", format="pdf")
    with pytest.raises(UsageError, match="txt or md"):
        article_from_text("Po.", "sq", format="csv")


def test_a_blank_text_is_an_error() -> None:
    with pytest.raises(InputError, match="white space"):
        article_from_text(" \n", "sq")
