"""What a sentence takes for granted is known, and a summary that doesn't tell it would rather have another sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.summarization.assembly import Candidate, alike, choose
from mtsum.summarization.context import Context, bare_names, contexts, full_names, leans_back
from mtsum.summarization.length import Budget


@pytest.mark.parametrize(
    "sentence",
    [
        "He left in May.",
        "But the road is open.",
        "“That's becoming more and more apparent,” she said.",
        "In addition, nine were wounded.",
        "Before that, the former lawyer was a senator.",
        "Before leaving his house, the mayor called the army.",
        "One of them died.",
        "The couple left in May.",
        "The one that hit Vlora was small.",
        "The police looked into the same hotel.",
        "While bypasses are common, this Alabama law has gone too far.",
        "Now is the time for talks, he said.",
        "Both trials end on Monday.",
        "Because, according to her, she is ill.",
        "The rebels seem to be winning there.",
        "All parks will be free those two days.",
        "The crab can give an answer to these questions.",
        "Rowe met a man who does just that.",
        "Polls at the time found most against her.",
        "After the kiss, though, he seemed dazed.",
        "As far as evidence goes, that's all the police have.",
        "Webb, on the contrary, is a decorated veteran.",
        "Regardless, the vote was held.",
        "A fourth officer resigned.",
        "The Swede was angry.",
        "Each weighed 25 pounds.",
        "Police are trying to figure that out.",
        "Traditionally, she observes, elephants are the stars.",
        "The 47-year-old was to die on Monday.",
        "The announcement was made in Vlora.",
        "President Leka took a liking to him and brought him to Tirana.",
    ],
)
def test_a_sentence_that_opens_with_a_pointing_word_leans_back(sentence: str) -> None:
    assert leans_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "This week the road was closed.",
        "The mayor left his house.",
        "Before the vote, the mayor called the army.",
        "Maria Kola said she would come.",
        "Because of the flood, schools are closed.",
        "Which road is open?",
        "Police thanked those who came.",
        "The road was closed at the same time.",
        "The mayor left his house early this morning.",
        "Now is the time for talks, Mira Kola said, and he said so too.",
        "A second time the road was closed.",
        "Each week the road is closed.",
        "The Swedes were angry.",
        "The announcement of the vote was made in Vlora.",
        "Police say that Arben Leka shot him near Vlora.",
        "",
        "...",
    ],
)
def test_a_sentence_that_names_whom_it_speaks_of_does_not(sentence: str) -> None:
    assert not leans_back(sentence)


def test_names_of_two_words_are_full_and_those_alone_bare() -> None:
    sentence = "Police say Mira Hoxha's brother met Dervishi and three Albanian friends on Friday in J. K. Gashi's bar."
    assert full_names(sentence) >= {"mira", "hoxha", "gashi"}
    assert bare_names(sentence) == {"police", "dervishi"}


def test_a_surname_wants_the_sentence_that_said_who_that_is() -> None:
    found = contexts(
        ["A man was shot.", "Erion Nowsch faces charges.", "Police say Nowsch fled.", "Erion Nowsch is ill."]
    )
    assert found == [Context(), Context(), Context(names=frozenset({"nowsch"})), Context()]


def test_a_name_that_the_text_never_gave_in_full_wants_nothing() -> None:
    assert contexts(["Farah fled.", "Farah Ali is her full name.", "Farah is 20."])[2] == Context()


def test_a_thing_that_a_sentence_begins_with_as_known_wants_a_sentence_that_spoke_of_it() -> None:
    found = contexts(["A mummy was in the statue.", "The mummy is old.", "The mayor is glad.", "A mummy is rare."])
    assert [one.things for one in found] == [frozenset(), frozenset({"mumm"}), frozenset(), frozenset()]


def test_a_thing_that_a_sentence_has_as_known_later_on_is_a_mention() -> None:
    found = contexts(["A shooting shook Vlora.", "The mayor left after the deadly shooting.", "Police found the car."])
    assert [one.mentions for one in found] == [frozenset(), frozenset({"shoot"}), frozenset()]
    found = contexts(
        ["A shooting shook Vlora.", "Mira saw the shooting that shook it.", "He told of the shooting of a boy."]
    )
    assert [one.mentions for one in found] == [frozenset(), frozenset(), frozenset()]


def test_a_thing_that_only_a_heading_spoke_of_wants_nothing() -> None:
    assert contexts(["A shooting in Vlora.", "The shooting was at night."], [False, True])[1].things == frozenset()


def test_a_first_sentence_that_leans_back_leans_on_nothing() -> None:
    assert [one.previous for one in contexts(["They call.", "They ask for money.", "Police are silent."])] == [
        -1,
        0,
        None,
    ]


@given(st.lists(st.text("Ab .'“”"), max_size=6))
def test_each_sentence_has_its_context(sentences: list[str]) -> None:
    assert len(contexts(sentences)) == len(sentences)


def sentence(words: str, at: int, value: float, context: Context | None = None) -> Candidate:
    return Candidate(words, (at,), value, (), context or Context())


LEAD = "Two boats sank near the harbour of Vlora during a storm on Monday evening."
WHO = "Fisherman Arben Leka swam to a rock and waited there until the coast guard came."
BARE = sentence(
    "Leka thanked everyone who had looked for him through the long cold night.", 2, 0.5, Context(1, frozenset({"leka"}))
)
PLAIN = sentence("Schools along the southern coast will stay closed for the rest of this week.", 3, 0.4)


def test_a_sentence_whose_person_is_not_introduced_gives_way_to_a_lesser_one() -> None:
    offered = [sentence(LEAD, 0, 1.0), BARE, PLAIN]
    assert [one.sources for one in choose(offered, Budget(28, 24, 32))] == [(0,), (3,)]


def test_a_sentence_of_a_thing_that_nothing_spoke_of_gives_way_to_a_lesser_one() -> None:
    mummy = sentence("The mummy was found by workers who were mending the statue in the old hall.", 2, 0.5,
                     Context(things=frozenset({"mumm"})))  # fmt: skip
    assert [one.sources for one in choose([sentence(LEAD, 0, 1.0), mummy, PLAIN], Budget(28, 24, 32))] == [(0,), (3,)]
    told = sentence("A mummy lay for a thousand years in a statue of the quiet old town of Vlora.", 1, 1.0)
    assert [one.sources for one in choose([told, mummy, PLAIN], Budget(30, 24, 34))] == [(1,), (2,)]


def test_a_sentence_that_reads_on_is_taken_before_one_of_a_little_more_worth_from_far_below() -> None:
    near, far = sentence(PLAIN.text, 2, 0.4), sentence(WHO, 9, 0.42)
    assert [one.sources for one in choose([sentence(LEAD, 0, 1.0), near, far], Budget(28, 24, 32))] == [(0,), (2,)]


def test_a_sentence_that_mentions_what_nothing_spoke_of_gives_way_to_one_of_nearly_its_worth() -> None:
    mention = sentence(WHO, 1, 0.5, Context(mentions=frozenset({"coast"})))
    for worth, taken in ((0.45, 2), (0.3, 1)):
        plain = sentence(PLAIN.text.replace("coast", "shore"), 2, worth)
        chosen = choose([sentence(LEAD, 0, 1.0), mention, plain], Budget(28, 24, 32))
        assert [one.sources for one in chosen] == [(0,), (taken,)]


def test_what_was_said_is_not_told_by_a_part_of_it() -> None:
    told = contexts(["Women got no education then.", "She is changing that.", "She is 90."])
    assert [(one.previous, one.all_of_it) for one in told] == [(None, False), (0, True), (1, False)]
    cut = Candidate("Women got none.", (0,), 1.0, is_whole=False)
    assert cut.tells(0) and not cut.tells(0, all_of_it=True)
    assert Candidate("Women got no education then.", (0,), 1.0).tells(0, all_of_it=True)


def test_one_shared_word_makes_sentences_alike_only_where_there_is_no_other() -> None:
    told = sentence("That is the message of those who led the search for the lost ship.", 1, 0.5)
    assert not alike(sentence("The big search is over.", 0, 0.3), told)
    assert alike(sentence("The search is over.", 0, 0.3), told)
    assert alike(sentence("The search for the ship is over.", 0, 0.3), told)


def test_it_is_taken_beside_the_one_that_introduces_it() -> None:
    offered = [sentence(WHO, 1, 1.0), BARE, PLAIN]
    assert [one.sources for one in choose(offered, Budget(28, 24, 32))] == [(1,), (2,)]


def test_a_few_words_of_little_worth_do_not_fill_a_summary_up() -> None:
    offered = [sentence(LEAD, 0, 1.0), sentence("A lawyer represents him.", 2, 0.05), sentence(PLAIN.text, 3, 0.3)]
    assert [one.sources for one in choose(offered, Budget(24, 17, 32))] == [(0,), (3,)]
