"""The table of languages: every name of Albanian, and codes that the families' own tokenizers know."""

from __future__ import annotations

import pytest

from mtsum.errors import LanguageUnknown
from mtsum.languages import FAMILIES, language, languages

ALBANIAN = [
    "sq",
    "sqi",
    "alb",
    "als",
    "Albanian",
    "albanian",
    "shqip",
    "als_Latn",
    "ALS-LATN",
    "sq_AL",
    "sq-XK",
    " SQ ",
]


@pytest.mark.parametrize("name", ALBANIAN)
def test_every_name_of_albanian_means_albanian(name: str) -> None:
    assert language(name).code == "sq"
    assert language(name) is language("sq")


@pytest.mark.parametrize("name", [*ALBANIAN, "sqi_Latn", "sqi-latn"])
def test_nllb_only_ever_hears_als_latn(name: str) -> None:
    assert language(name).code_for("nllb") == "als_Latn"


def test_each_family_gets_its_own_code_for_albanian() -> None:
    codes = {family: language("sq").code_for(family) for family in FAMILIES if family != "mbart"}
    assert codes == {
        "marian": "sqi",
        "nllb": "als_Latn",
        "m2m100": "sq",
        "t5": "Albanian",
        "madlad": "sq",
        "bart": "sq",
        "pegasus": "sq",
    }


def test_a_family_without_the_language_says_what_it_speaks() -> None:
    with pytest.raises(LanguageUnknown, match=r"mbart models do not speak Albanian .* they speak: en, af"):
        language("sq").code_for("mbart")


@pytest.mark.parametrize(("typed", "offered"), [("albanan", "sq (Albanian)"), ("Macedonia", "mk (Macedonian)")])
def test_an_unknown_name_is_answered_with_close_choices(typed: str, offered: str) -> None:
    with pytest.raises(LanguageUnknown) as caught:
        language(typed)
    assert typed in str(caught.value)
    assert offered in str(caught.value)


def test_a_name_close_to_nothing_is_answered_with_all_codes() -> None:
    with pytest.raises(LanguageUnknown, match="known codes: sq, en, af"):
        language("klingon!")


@pytest.mark.parametrize("name", ["", "sq_", "sq_AL_extra_parts", "english sentence", "sqlatn_"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(LanguageUnknown):
        language(name)


def test_an_unknown_family_lists_the_known() -> None:
    with pytest.raises(ValueError, match="marian, nllb"):
        language("sq").code_for("gpt")


def test_no_name_means_two_languages() -> None:
    seen: dict[str, str] = {}
    for each in languages():
        for name in {each.code, each.iso3, each.name, each.nllb, *each.aliases}:
            assert seen.setdefault(name.casefold(), each.code) == each.code


def test_the_codes_are_tokens_of_the_real_tokenizers() -> None:
    m2m100 = pytest.importorskip("transformers.models.m2m_100.tokenization_m2m_100").FAIRSEQ_LANGUAGE_CODES["m2m100"]
    nllb = pytest.importorskip("transformers.models.nllb.tokenization_nllb").FAIRSEQ_LANGUAGE_CODES
    mbart = pytest.importorskip("transformers.models.mbart50.tokenization_mbart50").FAIRSEQ_LANGUAGE_CODES
    for each in languages():
        assert each.nllb in nllb
        assert each.m2m100 is None or each.m2m100 in m2m100
        assert (each.m2m100 is None) == (each.code not in m2m100)
        assert each.mbart is None or each.mbart in mbart
        assert (each.mbart is None) == (not any(token.startswith(f"{each.code}_") for token in mbart))
