from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.errors import UsageError
from mtsum.reading import article_from_text
from mtsum.summarization.assembly import Candidate, alike, choose
from mtsum.summarization.compression import shorter_forms
from mtsum.summarization.length import NAMED_LENGTHS, Budget, Length, parse_length
from mtsum.summarization.provenance import sources_of
from mtsum.summarization.quotations import balanced
from mtsum.summarization.selection import (
    centrality,
    grouped_inputs,
    most_salient,
    recurrence,
    salience,
    similarity,
    tf_idf,
)
from mtsum.summarization.source import source_sentences
from mtsum.translation import TranslatedSentence, Translation

SENTENCES = [
    "The flood destroyed two hundred houses in the northern city.",
    "The weather office had warned of the flood in the northern city on Monday.",
    "The mayor of the northern city asked for help after the flood.",
    "A cat was seen on a roof.",
    "The army sent boats to the flood in the city.",
]


@pytest.mark.parametrize(("value", "words"), [("short", 25), ("medium", 60), ("LONG", 120), ("45", 45), (80, 80)])
def test_a_length_is_a_name_or_a_number_of_words(value: str | int, words: int) -> None:
    assert parse_length(value).words == words


@pytest.mark.parametrize("value", ["", "tiny", "0", "-5", "12.5", "99999"])
def test_any_other_length_is_refused_with_the_choices(value: str) -> None:
    with pytest.raises(UsageError, match=r"short.*medium.*long"):
        parse_length(value)


@given(st.integers(5, 2000), st.integers(1, 5000))
def test_a_budget_is_within_a_fifth_of_its_target_and_half_the_article(asked: int, words: int) -> None:
    made = Length(asked, asked).budget(words)
    assert made.target <= max(1, words // 2)
    assert 0.8 * made.target - 1e-6 <= made.least <= made.target <= made.most <= 1.2 * made.target + 1e-6


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("short", 15, 35), (25, 20, 30), ("medium", 48, 72), ("long", 96, 144), (5, 4, 6)]
)
def test_a_number_is_honoured_within_a_fifth_and_short_by_one_sentence_or_two(
    asked: str | int, least: int, most: int
) -> None:
    length = parse_length(asked)
    assert length.budget(1000) == Budget(length.words, least, most)
    assert [length.is_honoured_by(words) for words in (least - 1, least, most, most + 1)] == [False, True, True, False]


def test_the_named_lengths_do_not_overlap() -> None:
    budgets = [length.budget(1000) for length in sorted(NAMED_LENGTHS.values(), key=lambda length: length.words)]
    assert all(shorter.most < longer.least for shorter, longer in pairwise(budgets))


def test_the_sentence_that_shares_most_with_the_others_is_the_most_central() -> None:
    ranks = centrality(tf_idf(SENTENCES))
    assert max(ranks) == 1.0
    assert min(range(len(SENTENCES)), key=ranks.__getitem__) == 3


def test_similarity_is_one_with_itself_and_none_without_a_shared_word() -> None:
    vectors = tf_idf(SENTENCES)
    assert similarity(vectors[0], vectors[0]) == pytest.approx(1.0)
    assert similarity(vectors[0], vectors[3]) == 0.0


def test_centrality_of_nothing_is_nothing() -> None:
    assert centrality([]) == []


def test_what_other_sentences_come_back_to_recurs_most_a_word() -> None:
    frequency = {"flood": 4, "shkodra": 3, "umbrella": 1}
    whole = recurrence("A flood came to Shkodra under an umbrella.", frequency)
    assert recurrence("A flood came to Shkodra.", frequency) > whole > recurrence("An umbrella.", frequency) > 0
    assert recurrence("Words nobody knows.", frequency) == recurrence("", frequency)


def test_an_early_sentence_matters_more_than_the_same_one_later() -> None:
    article = article_from_text(" ".join([SENTENCES[0], *SENTENCES[1:], SENTENCES[0]]), "en")
    sentences = source_sentences(article)
    values = salience(sentences, tf_idf([sentence.text for sentence in sentences]))
    assert values[0] > values[-1]


def test_a_selection_keeps_to_the_limit_and_the_order_of_the_article() -> None:
    assert most_salient([0.2, 0.9, 0.5], [10, 10, 10], 20) == (1, 2)
    assert most_salient([0.2, 0.9, 0.5], [10, 30, 10], 20) == (0, 2)


def test_groups_keep_to_their_size_and_share_no_seed() -> None:
    vectors = tf_idf(SENTENCES)
    sizes = [len(sentence.split()) for sentence in SENTENCES]
    groups = grouped_inputs(vectors, [1.0, 0.8, 0.6, 0.4, 0.2], sizes, 25, 2, lambda at: at != 3)
    assert len(groups) == 2
    assert all(sum(sizes[at] for at in group) <= 25 for group in groups)
    assert not set(groups[0]) & set(groups[1])
    assert 3 not in {at for group in groups for at in group}
    alone = grouped_inputs(vectors, [1.0, 0.8, 0.6, 0.4, 0.2], sizes, 25, 9, lambda at: at != 3, most_sentences=1)
    assert sorted(alone) == [(0,), (1,), (2,), (4,)]


def test_a_sentence_rests_on_the_one_it_was_made_from() -> None:
    assert sources_of("Boats were sent to the flooded city by the army.", SENTENCES) == (4,)


def test_a_sentence_made_from_two_rests_on_both() -> None:
    text = "The flood destroyed two hundred houses and the mayor asked for help."
    assert sources_of(text, SENTENCES) == (0, 2)


@given(st.text(), st.lists(st.text(), min_size=1, max_size=6))
def test_every_sentence_rests_on_one_to_three_sources(text: str, candidates: list[str]) -> None:
    found = sources_of(text, candidates)
    assert 1 <= len(found) <= 3
    assert list(found) == sorted(set(found))
    assert all(0 <= at < len(candidates) for at in found)


def test_parentheses_and_trailing_clauses_may_go() -> None:
    text = "The mayor (of the northern city) asked the army for help on Monday, after the flood destroyed houses."
    forms = shorter_forms(text)
    assert "The mayor asked the army for help on Monday, after the flood destroyed houses." in forms
    assert "The mayor asked the army for help on Monday." in forms


def test_a_trailing_clause_stays_where_a_span_of_time_is_counted_from_it() -> None:
    assert shorter_forms("The pope may visit the island of Cuba just months after the two nations spoke.") == []


def test_a_clause_after_a_comma_may_go_though_time_is_named_before_it() -> None:
    text = "The meeting could be delayed for a week, after the fight in the court went on."
    assert shorter_forms(text) == ["The meeting could be delayed for a week."]


def test_a_term_in_quotation_marks_stays_or_goes_whole() -> None:
    text = "The army closed the “bridge of friendship” to cars on Monday, after the flood (a “slow, long” one) came."
    assert "The army closed the “bridge of friendship” to cars on Monday." in shorter_forms(text)
    assert all(form.count("“") == form.count("”") for form in shorter_forms(text))
    whole = "The mayor of the city calls it a “slow, and long” flood."
    assert shorter_forms(whole) == []


def test_words_in_quotation_marks_are_never_edited() -> None:
    assert shorter_forms("He said “we will help, because we can, while we can” to the crowd.") == []


@given(st.text("ab ,;()–.", max_size=80))
def test_a_shorter_form_is_shorter_and_ends_as_a_sentence(text: str) -> None:
    for form in shorter_forms(text):
        assert len(form.split()) <= len(text.split())
        assert form.endswith((".", "!", "?", '."', ".)", ".]")) or form[-1] in ")]"


def test_half_a_quotation_loses_its_mark_and_a_whole_one_keeps_both() -> None:
    assert balanced("“This is a problem.") == "This is a problem."
    assert balanced("“This”, he said.") == "“This”, he said."


def candidate(words: int, value: float, at: int) -> Candidate:
    return Candidate(" ".join(chr(98 + at) * (3 + number) for number in range(words)), (at,), value)


def test_the_best_sentences_that_meet_the_budget_are_chosen_in_their_order() -> None:
    offered = [candidate(10, 0.9, 3), candidate(10, 0.8, 1), candidate(10, 0.1, 2), candidate(30, 1.0, 0)]
    chosen = choose(offered, Budget(20, 16, 24))
    assert [one.sources for one in chosen] == [(1,), (3,)]


def test_no_two_chosen_sentences_say_the_same() -> None:
    first = Candidate("The flood destroyed many houses.", (0,), 1.0)
    again = Candidate("Many houses were destroyed by the flood.", (1,), 0.9)
    assert alike(first, again)
    assert len(choose([first, again, candidate(5, 0.1, 2)], Budget(10, 8, 12))) == 2


def test_when_nothing_meets_the_budget_the_nearest_set_is_taken() -> None:
    assert [one.words for one in choose([candidate(40, 1.0, 0), candidate(25, 0.2, 1)], Budget(15, 12, 18))] == [25]


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1)), max_size=12), st.integers(5, 100))
def test_a_choice_meets_the_budget_whenever_one_sentence_alone_does(
    sizes: list[tuple[int, float]], target: int
) -> None:
    offered = [candidate(words, value, at) for at, (words, value) in enumerate(sizes)]
    wanted = Length(target, target).budget(10_000)
    chosen = choose(offered, wanted)
    if any(wanted.least <= one.words <= wanted.most for one in offered):
        assert wanted.least <= sum(one.words for one in chosen) <= wanted.most
    assert bool(chosen) == bool(offered)


def test_a_credit_is_not_quoted() -> None:
    article = article_from_text("The road is open. CNN's Annie Ramos contributed to this report.", "en")
    assert [sentence.quotable for sentence in source_sentences(article)] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        "See the original story at RollingStone.com.",
        "The views expressed in this commentary are solely those of the writer.",
        "HBO is a Time Warner company, like CNN.",
        "Read more about the flood.",
        "See the gallery above for more of his pictures.",
        "[Breaking news update, posted at 9.04 p.m.]",
        "(Good to see that it has got over it.)",
        "Here are some of the names you may hear: .",
    ],
)
def test_what_a_page_says_of_itself_or_in_brackets_or_announces_is_not_quoted(line: str) -> None:
    found = source_sentences(article_from_text(f"The road is open. {line} Police see more cars.", "en"))
    assert [sentence.quotable for sentence in found] == [True, False, True]


def test_a_caption_set_apart_by_its_full_stop_is_not_quoted_unless_all_are() -> None:
    text = "The road is open.\n\nAirlines show off their new colours .\n\nThe police are there."
    assert [one.quotable for one in source_sentences(article_from_text(text, "en"))] == [True, False, True]
    first = "It seems the road is open .\n\nThe police are there. They are many."
    assert [one.quotable for one in source_sentences(article_from_text(first, "en"))] == [True, True, True]
    tokenized = "The road is open .\n\nThe police are there ."
    assert all(one.quotable for one in source_sentences(article_from_text(tokenized, "en")))


def test_headings_fragments_and_broken_translations_are_not_quoted() -> None:
    article = article_from_text("Titulli i madh\n\nAi erdhi. Ajo shkoi. Ata folën.", "sq")
    targets = [("The big title", ()), ("He came.", ()), ("She left left left.", ("repetition",)), ("They spoke,", ())]
    translated = tuple(
        TranslatedSentence(sentence.id, sentence.text, target, -1.0, flags)
        for sentence, (target, flags) in zip(article.sentences, targets, strict=True)
    )
    found = source_sentences(article, Translation("m", "en", translated, ""))
    assert [sentence.quotable for sentence in found] == [False, True, False, False]


def test_a_full_stop_that_the_translator_lost_is_put_back() -> None:
    article = article_from_text("Ai erdhi. Ajo shkoi", "sq")
    translated = tuple(
        TranslatedSentence(sentence.id, sentence.text, target, -1.0)
        for sentence, target in zip(article.sentences, ("He came", "She left"), strict=True)
    )
    found = source_sentences(article, Translation("m", "en", translated, ""))
    assert [(sentence.text, sentence.quotable) for sentence in found] == [("He came.", True), ("She left", False)]


def test_the_sentence_that_an_article_begins_with_matters_most() -> None:
    article = article_from_text(" ".join(SENTENCES), "en")
    sentences = source_sentences(article)
    values = salience(sentences, tf_idf([sentence.text for sentence in sentences]))
    assert max(values) == values[0]


def test_a_sentence_of_three_words_matters_less_than_a_longer_one_after_it() -> None:
    text = "New York, Monday. A flood hit two hundred houses in Shkodra. " + " ".join(SENTENCES)
    sentences = source_sentences(article_from_text(text, "en"))
    values = salience(sentences, tf_idf([sentence.text for sentence in sentences]))
    assert values[0] < values[1]


def test_names_alone_are_not_quoted() -> None:
    text = "Washington. New York. He came. The pope may visit the island of Cuba. Long Live The King Of Spain."
    found = source_sentences(article_from_text(text, "en"))
    assert [sentence.quotable for sentence in found] == [False, False, True, True, True]
