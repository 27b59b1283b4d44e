"""What a sentence takes for granted that the sentences before it said: whom a pronoun or a bare surname means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mtsum.checks.words import ENGLISH_FUNCTION_WORDS, content_stems, fold

_TOKEN = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?|\d+|[^\w\s]")
_OPENING = re.compile(r"^[\W_]+")
_LEANING_TEXT = """
but and so or however meanwhile therefore he she it they this these that those his her their its then also instead
moreover furthermore still yet such nevertheless nonetheless thus hence consequently indeed alas besides likewise
similarly otherwise him them here both another others regardless elsewhere afterward afterwards again
"""
_LEANING = frozenset(_LEANING_TEXT.split())
_LEANING_PHRASE = re.compile(
    r"(?:before|after|since|despite|at|by|in|of|for|from|on|with|to|during) (?:that|this|these|those|which|then|it)\b"
    r"|(?:take|consider) (?:the|an?|this|for)\b|at issue\b|each (?:of|one|was|were|is|has|had|\w+ed)\b"
    r"|in addition\b|as a result\b|after all\b|for (?:example|instance)\b"
    r"|the one (?:that|who|which)\b|the (?:former|latter|other|others|same|two|three|pair|couple|duo|trio)\b"
    r"|an? (?:second|third|fourth|fifth|sixth) (?!time\b|term\b|day\b|quarter\b|of\b|night\b|year\b|week\b|season\b|half\b)"
    r"|the (?:\d+|\w+)-year-old\b|the (?:announcement|answer|claim|comment|decision|discover|finding|incident|move|news|plea"
    r"|push|reason|remark|result|ruling|subject|verdict)(?:y|ies|s)?\b(?! (?:of|by|that|to|in|on|for)\b)"
    r"|one of (?:them|those|these)\b|(?:in|on) (?:his|her|their)\b|because(?:,|[^,]*$)|which\b[^?]*$"
    r"|[\w'.\- ]{2,30}, (?:however|instead|meanwhile|on the (?:contrary|other hand)|(?:by|in) contrast"
    r"|for (?:his|her|its|their) part),",
)
_POINTS_BACK = re.compile(
    r"\bthis (?!(?:morning|afternoon|evening|week|weekend|month|year|day|time|summer|winter|spring|fall|autumn|season|country"
    r"|article|is|was|has|had|will|would|can|could|may|might|one|much|far)\b)[a-z]"
    r"|\bthe (?:same|other) (?!hand|side|end|time|way|as\b|thing|day|of\b|than\b|is\b|was\b)"
    r"|\b(?:that|the same) (?:year|day|month|week|night|summer)\b|\bat the time\b|, both then,"
    r"|\bthere[.!?]*$|\b(?:figure|find|sort|work) (?:that|this) out\b"
    r"|, (?:that|this)(?:'s| is| was) |\b(?:just|all|done|did|does|do) (?:that|this)[.!?]*$"
    r"|\b(?:these|those) (?!who\b|whose\b|of\b|in\b|with\b|from\b|days\b|are\b|were\b)[a-z]|^(?:[\w'-]+ ){0,3}[\w'-]+, though,"
)
_A_MAN_OF = (
    "American|Argentine|Australian|Austrian|Belgian|Brazilian|Briton|Canadian|Croat|Czech|Dane|Dutchman|Finn|Frenchman"
    "|Frenchwoman|German|Greek|Irishman|Italian|Norwegian|Pole|Romanian|Russian|Scot|Serb|Spaniard|Swede|Swiss|Turk|Ukrainian"
)
_THE_SWEDE = re.compile(
    rf"The (?:{_A_MAN_OF})(?:,| (?:and|was|is|has|had|who|will|would|said|could|\w+ed|won|beat|lost|made|took)\b)"
)
_HIM = re.compile(r"\bhim\b")
_WHAT_WAS_SAID = re.compile(r"\b(?:that|this|those|these|such|so)\b", re.IGNORECASE)
_THE_THING = re.compile(r"(?:In |At |On |For |From )?[Tt]h(?:e|is|at) (?:\d+-\w+-\w+ )?([a-z]+)\b(?! of\b)")
_KNOWN = re.compile(r"\b[Tt]h(?:e|is|ese|ose) ((?:[a-z][a-z'-]* ?){1,3})")
# “The vaccine that teaches cells” and “the death of a boy” tell themselves which one is meant.
_DEFINING = re.compile(r" (?:of|that|which|who|whose|where|to)\b")
_MOST_WORDS_OF_A_THING = 2
# “Leka met him” means a third; in “Leka says that the police took him to Vlora” somebody may be meant who is named.
_ENOUGH_NAMES = 2
_SPEAKS = (
    r"(?:said|says|add(?:s|ed)|told \w+|observe[sd]|explain(?:s|ed)|note[sd]|recall(?:s|ed)|argue[sd]"
    r"|wr(?:ites|ote)|believe[sd])"
)
_HE_SAID = re.compile(rf", (?:he|she) {_SPEAKS}\b[^,]*(?:$|,)")
_OF_ITSELF = re.compile(
    r"(?:in )?th(?:is|at|ese|ose) (?:morning|week|weekend|month|year|days?|time|summer|winter|spring|fall|autumn|season)\b"
    r"|(?:at|for) (?:this|that) time\b|in this (?:country|article)\b"
)
_PERSONAL = frozenset({"he", "she", "they", "him", "her", "them", "his", "their", "hers", "theirs"})
_NOT_PEOPLE = re.compile(
    r"(?:ian|ican|ese|ish)s?$|^(?:mon|tues|wednes|thurs|fri|satur|sun)day$"
    r"|^(?:january|february|march|april|may|june|july|august|september|october|november|december)$"
)


@dataclass(frozen=True)
class Context:
    """What must be told before a sentence: sentence ``previous`` (a position), who each of ``names`` is, and of which ``things``.

    ``previous`` is -1 where a first sentence leans on one that isn't there, and ``None`` where nothing is leaned on;
    ``all_of_it`` where it is what was said that is leaned on (“that made me mad”), not only whom it was said of.
    ``things`` are stems, and so are ``mentions``, of which it had better be told.
    """

    previous: int | None = None
    names: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    all_of_it: bool = False


def contexts(sentences: Sequence[str], quotable: Sequence[bool] | None = None) -> list[Context]:
    """The context of each of the ``sentences`` of a text, in order; of things only the ``quotable`` ones (``None``: all) tell.

    A name counts where the text said it in full first (“Erich Nowsch”) and the sentence does not (“Nowsch faces”), a thing
    where the text spoke of it before and the sentence begins with it as known (“The mummy was”), a mention where it has it as
    known later on (“when the mummy was”).
    """
    found: list[Context] = []
    spoken_of: set[str] = set()
    introduced: set[str] = set()
    used_alone: set[str] = set()
    for at, sentence in enumerate(sentences):
        full, bare = full_names(sentence), bare_names(sentence)
        previous = at - 1 if leans_back(sentence) else None
        things = known_things(sentence) & spoken_of
        mentions = (mentioned_things(sentence) & spoken_of) - things
        all_of_it = previous is not None and _WHAT_WAS_SAID.search(sentence) is not None
        found.append(Context(previous, frozenset((bare - full) & introduced), things, mentions, all_of_it))
        if quotable is None or quotable[at]:
            spoken_of |= set(content_stems(sentence))
        used_alone |= bare - introduced
        introduced |= full - used_alone
    return found


def leans_back(sentence: str) -> bool:
    """Whether ``sentence`` points to what was said before it: it opens so (“He”, “But”, “In addition”) or ends in “there”."""
    opening = fold(_OPENING.sub("", sentence))
    if _OF_ITSELF.match(opening):
        return False
    if _POINTS_BACK.search(opening) or (_HE_SAID.search(opening) and not full_names(sentence)):
        return True
    if _THE_SWEDE.match(_OPENING.sub("", sentence)) or _means_a_third(sentence):
        return True
    first = re.split(r"[\s,;:]", opening, maxsplit=1)[0].split("'")[0]
    return first in _LEANING or _LEANING_PHRASE.match(opening) is not None or _opens_with_a_pronoun(opening)


def known_things(sentence: str) -> frozenset[str]:
    """The stem of what ``sentence`` begins with as known: “mummy” of “The mummy was found”."""
    match = _THE_THING.match(_OPENING.sub("", sentence))
    return frozenset(content_stems(match.group(1))[:1]) if match else frozenset()


def mentioned_things(sentence: str) -> frozenset[str]:
    """The stems of what ``sentence`` has as known anywhere: “shoot” of “He left after the shooting”, the adjective's too."""
    found = (match.group(1) for match in _KNOWN.finditer(sentence))
    phrases = (content_stems(phrase) for phrase in found if not _DEFINING.search(phrase))
    return frozenset(stem for stems in phrases for stem in stems[:_MOST_WORDS_OF_A_THING])


def full_names(sentence: str) -> set[str]:
    """The words of the names of two words and more in ``sentence``, folded."""
    return {name for run in _runs(sentence) if len(run) > 1 for name in run}


def bare_names(sentence: str) -> set[str]:
    """The names in ``sentence`` that stand there alone, folded; nationalities, days and months are none."""
    return {run[0] for run in _runs(sentence) if len(run) == 1 and not _NOT_PEOPLE.search(run[0])}


def loses_names(shorter: str, sources: Sequence[str]) -> bool:
    """Whether a name of ``sources`` is not in ``shorter``: whom the next sentence calls “he” may have gone with it."""
    names = {name for source in sources for name in full_names(source) | bare_names(source)}
    return not names <= full_names(shorter) | bare_names(shorter)


def _means_a_third(sentence: str) -> bool:
    """“Leka took a liking to him”: whom it means is told before, where at most one is named before “him”."""
    match = _HIM.search(sentence)
    return match is not None and len(list(_runs(sentence[: match.start()]))) < _ENOUGH_NAMES


def _opens_with_a_pronoun(opening: str) -> bool:
    """“Before leaving his house”: a person is meant before anyone can have been named."""
    for word in _TOKEN.findall(opening)[:5]:
        if word in _PERSONAL:
            return True
        if word not in ENGLISH_FUNCTION_WORDS and not word.endswith(("ing", "ly")):
            return False
    return False


def _runs(sentence: str) -> Iterator[list[str]]:
    """Capitalised words that follow each other, without function words and possessive endings."""
    run: list[str] = []
    for token in _TOKEN.findall(sentence):
        folded = fold(token).rstrip(".")
        plain = folded.removesuffix("'s").removesuffix("'")
        if token[0].isupper() and plain not in ENGLISH_FUNCTION_WORDS:
            run.append(plain)
            if folded == plain:
                continue
        if run:
            yield run
        run = []
    if run:
        yield run
