import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import ENGLISH
from support.word_engine import WordEngine

from mtsum.checks import ends_a_sentence
from mtsum.errors import InputError, UsageError
from mtsum.reading import article_from_text
from mtsum.summarization import Summarizer
from mtsum.summarization.summarizer import model_sentences
from mtsum.translation import Translator

ARTICLE = """Flood in the north

The flood destroyed two hundred houses in the northern city of Shkodra on Monday night. The weather office had warned \
of heavy rain in the mountains since Saturday. Mayor Benet Beci asked the army for boats and tents the same evening.

Soldiers carried 340 people out of their houses, most of them from the villages along the river Buna. Nobody was \
killed, the police said. Schools stay closed until Thursday.

The government promised 12 million euros for the repair of roads and bridges. Farmers fear that their fields will be \
lost for years, because the water brought sand and stones. In 2010 a flood of the same size took three months to go.
"""


def summarizer(write=lambda text: "", **options: object) -> Summarizer:
    engine = WordEngine(write=write, **{key: options.pop(key) for key in ("window",) if key in options})
    return Summarizer(engine, "words", **options)


def english(text: str = ARTICLE):
    return article_from_text(text, "en")


def test_a_checked_sentence_of_the_model_comes_first_and_names_its_sources() -> None:
    written = "The flood destroyed houses in Shkodra and soldiers carried 340 people out."
    made = summarizer(lambda text: written).summarize(english(), length=15)
    assert made.text == written
    assert made.sentences[0].sources == ("s2", "s5")
    assert made.sentences[0].flags == ()


def test_a_sentence_with_an_invented_number_gives_way_to_its_source() -> None:
    written = "Soldiers carried 900 people out of their houses."
    made = summarizer(lambda text: written).summarize(english(), length=20)
    assert "900" not in made.text
    assert [(replaced.text, "numbers" in replaced.flags) for replaced in made.selection.replaced] == [(written, True)]
    assert all("extracted" in sentence.flags for sentence in made.sentences)


@pytest.mark.parametrize(
    ("cut", "flags"),
    [
        ("Soldiers carried 340 people out of their houses.", ()),
        ("Soldjers carried 340 people people out of their houses.", ()),  # written as the source writes it
        ("Soldiers, most of them from the villages along the river Buna.", ("cut",)),
        ("Soldiers carried 340 people.", ("too-short",)),
    ],
)
def test_a_model_that_only_leaves_words_out_is_believed_where_its_source_can_do_without(
    cut: str, flags: tuple[str, ...]
) -> None:
    made = summarizer(
        lambda given: cut if given.startswith("Soldiers") else given,
        least_in_order=1,
        copies=True,
        input_sentences=1,
        input_words=45,
        output_words=15,
    ).summarize(english(), length=40)
    own = [sentence for sentence in made.sentences if "extracted" not in sentence.flags]
    assert [sentence.text for sentence in own] == (
        [] if flags else ["Soldiers carried 340 people out of their houses."]
    )
    assert [replaced.flags for replaced in made.selection.replaced] == ([flags] if flags else [])


def test_an_unfinished_last_sentence_of_the_model_is_dropped() -> None:
    assert model_sentences("The flood came.<n>Soldiers carried people out of") == ["The flood came."]
    assert model_sentences("Soldiers carried people out of") == []


def test_a_lead_longer_than_the_summary_is_shortened_rather_than_passed_over() -> None:
    lead = "The flood destroyed two hundred houses in the northern city of Shkodra on Monday"
    text = (
        f"{lead}, which the weather office had warned of since Saturday, when it spoke of heavy rain in the mountains. "
    )
    made = summarizer().summarize(english(text + "Mayor Benet Beci asked for boats. " * 3), length=15)
    assert made.sentences[0].text == f"{lead}."
    assert made.sentences[0].flags == ("extracted", "shortened")


def test_a_dateline_is_in_no_summary_and_its_absence_is_flagged() -> None:
    text = (
        "Tirana (Reuters) - The flood destroyed two hundred houses in the city of Shkodra. It rained for days there. "
    )
    made = summarizer().summarize(english(text + "Mayor Benet Beci asked the army for boats and tents."), length=15)
    assert made.sentences[0].text == "The flood destroyed two hundred houses in the city of Shkodra."
    assert made.sentences[0].flags == ("extracted", "shortened")


def test_a_model_that_writes_nothing_leaves_the_articles_own_sentences() -> None:
    made = summarizer().summarize(english(), length="short")
    own = [sentence.text for sentence in english().sentences]
    assert all(sentence.text in own for sentence in made.sentences)
    assert all(sentence.flags == ("extracted",) for sentence in made.sentences)


@pytest.mark.parametrize("asked", [20, 25, 30, 40, 50])
def test_the_length_is_honoured_within_a_fifth(asked: int) -> None:
    words = len(summarizer().summarize(english(), length=asked).text.split())
    assert 0.8 * asked <= words <= 1.2 * asked


def test_a_short_article_gets_a_summary_of_about_half_of_it() -> None:
    made = summarizer().summarize(english(), length="long")
    assert len(made.text.split()) <= 0.6 * len(ARTICLE.split())


@pytest.mark.parametrize("text", ["Nobody was killed.", "Nobody was killed. Schools stay closed."])
def test_an_article_of_one_or_two_sentences_is_its_own_lead(text: str) -> None:
    made = summarizer().summarize(english(text))
    assert made.text == "Nobody was killed."
    assert made.selection.method == "lead"


def test_an_article_within_the_window_is_given_whole() -> None:
    engine = WordEngine(write=lambda text: "")
    made = Summarizer(engine, "words").summarize(english())
    assert made.selection.method == "whole"
    assert made.selection.left_out == ()
    assert engine.seen == [" ".join(ARTICLE.split())]


def test_of_a_longer_article_whole_sentences_are_given_and_the_rest_is_named() -> None:
    engine = WordEngine(write=lambda text: "", window=60)
    made = Summarizer(engine, "words").summarize(english())
    article = english()
    assert made.selection.method == "selected"
    given = [name for group in made.selection.inputs for name in group]
    assert sorted([*given, *made.selection.left_out]) == sorted(sentence.id for sentence in article.sentences)
    texts = {sentence.id: sentence.text for sentence in article.sentences}
    assert engine.seen == [" ".join(texts[name] for name in given)]
    assert len(engine.seen[0].split()) + 2 <= 60


def test_a_model_of_short_inputs_and_outputs_gets_as_many_groups_as_the_length_needs() -> None:
    engine = WordEngine(write=lambda text: "")
    made = Summarizer(engine, "words", input_words=40, output_words=20).summarize(english(), length=55)
    assert made.selection.method == "groups"
    assert len(engine.seen) == 3
    assert all(len(text.split()) <= 40 for text in engine.seen)


def test_nothing_is_said_twice() -> None:
    told = "The government promised 12 million euros for the repair of roads and bridges."
    written = f"{told} {told.replace('The government promised', 'Government promised')}"
    made = summarizer(lambda text: written).summarize(english(), length=30)
    assert made.text.count("overnment promised 12 million euros") == 1


def test_sources_of_a_translated_article_are_the_ids_of_its_own_sentences() -> None:
    article = article_from_text("Përmbytja erdhi. Ushtria ndihmoi. Ministri foli. Shkollat u mbyllën.", "sq")
    translation = Translator(WordEngine(write=lambda text: text), "words").translate([article])[0]
    made = summarizer().summarize(article, translation, 5)
    assert {name for sentence in made.sentences for name in sentence.sources} <= {"s1", "s2", "s3", "s4"}


def test_an_unknown_length_and_an_article_without_text_are_refused() -> None:
    with pytest.raises(UsageError):
        summarizer().summarize(english(), length="huge")
    article = article_from_text("Po.", "sq")
    empty = Translator(WordEngine(write=lambda text: ""), "words").translate([article])[0]
    with pytest.raises(InputError, match="no sentence"):
        summarizer().summarize(article, empty)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=15),
    st.integers(5, 150),
    st.lists(st.sampled_from([*ENGLISH, "Half of a", "Zog 99 is king."]), max_size=4),
)
def test_a_summary_is_never_longer_than_its_article_nor_ends_mid_sentence(
    texts: list[str], asked: int, written: list[str]
) -> None:
    article = english(" ".join(texts))
    made = summarizer(lambda text: " ".join(written)).summarize(article, length=asked)
    ids = {sentence.id for sentence in article.sentences}
    assert made.sentences
    assert len(made.text.split()) <= len(article.text.split())
    for sentence in made.sentences:
        assert ends_a_sentence(sentence.text)
        assert sentence.sources
        assert set(sentence.sources) <= ids


def test_a_real_engine_summarizes_alone_as_in_company(tiny_engine) -> None:
    one = Summarizer(tiny_engine("bart"), "tiny")
    articles = [english(), english(" ".join(ENGLISH[:12]))]
    together = one.summarize_all([(article, None) for article in articles], 30)
    assert together == [one.summarize(article, length=30) for article in articles]
