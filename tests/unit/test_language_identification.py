"""Albanian and English are told apart: long and short, with and without ë and ç."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtsum.errors import LanguageUnknown
from mtsum.language_identification import UNDETERMINED, identify, looks_like, name_of

ALBANIAN = "Kryetari i bashkisë tha të mërkurën se rruga e re do të hapet para fundit të vitit."
UNMARKED = ALBANIAN.replace("ë", "e").replace("ç", "c")
ENGLISH = "The mayor said on Wednesday that the new road will open before the end of the year."
DEV_SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "mt" / "dev"


@pytest.mark.parametrize("text", [ALBANIAN, UNMARKED, ALBANIAN.upper(), f"\x00\ufffe{ALBANIAN}\ud800"])
def test_albanian_is_albanian_however_it_is_typed(text: str) -> None:
    found = identify(text)
    assert found.code == "sq"
    assert found.probability > 0.8
    assert looks_like(text, "Albanian")


def test_each_language_is_not_taken_for_the_other() -> None:
    assert identify(ENGLISH).code == "en"
    assert looks_like(ENGLISH, "en")
    assert not looks_like(ENGLISH, "sq")
    assert not looks_like(ALBANIAN, "en")
    assert not looks_like(UNMARKED, "en")


@pytest.mark.parametrize("text", ["", "   \n", "5. 12. 2024", "Tirana", "The road is open", "?!…", "\x00\x01"])
def test_a_text_too_short_to_tell_passes_as_anything(text: str) -> None:
    assert looks_like(text, "sq")
    assert looks_like(text, "en")


def test_nothing_to_read_is_undetermined() -> None:
    assert identify("12 345 !!").code == UNDETERMINED
    assert identify("").probability == 0.0


def test_an_albanian_article_that_quotes_english_is_albanian() -> None:
    assert looks_like(f"{ALBANIAN} “{ENGLISH}”, tha ai. {ALBANIAN}", "sq")


def test_near_twins_are_not_held_against_a_text() -> None:
    croatian = "Predsjednik vlade izjavio je u srijedu da će nova cesta biti otvorena prije kraja godine."
    assert looks_like(croatian, "hr")
    assert looks_like(croatian, "bs")
    assert not looks_like(croatian, "sq")


def test_hebrew_goes_by_its_present_code() -> None:
    hebrew = "ראש העיר אמר ביום רביעי כי הכביש החדש ייפתח לפני סוף השנה"
    assert identify(hebrew).code == "he"
    assert looks_like(hebrew, "he")


def test_an_unknown_language_name_raises() -> None:
    with pytest.raises(LanguageUnknown):
        looks_like(ENGLISH, "klingon")


def test_messages_name_a_language_where_the_table_can() -> None:
    assert name_of("sq") == "Albanian"
    assert name_of("mg") == "mg"


@given(st.text())
def test_no_text_breaks_the_identifier(text: str) -> None:
    assert 0.0 <= identify(text).probability <= 1.0
    assert looks_like(text, "sq") in (True, False)


def test_identification_loads_no_heavy_library() -> None:
    script = (
        "import sys, mtsum.language_identification as lid; lid.identify('Kjo është një fjali.'); "
        "print({'torch', 'transformers', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.skipif(not DEV_SETS.is_dir(), reason="the shared dev sets are not beside this checkout")
def test_dev_set_sentences_are_identified() -> None:
    pairs = [
        line.split("\t")[-2:]
        for path in sorted(DEV_SETS.glob("*.tsv"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    unmarked = [source.translate(str.maketrans("ëçËÇ", "ecEC")) for source, _ in pairs]
    assert sum(identify(source).code == "sq" for source, _ in pairs) / len(pairs) > 0.99
    assert sum(identify(text).code == "sq" for text in unmarked) / len(pairs) > 0.99
    assert sum(looks_like(text, "sq") for text in unmarked) / len(pairs) > 0.99
    assert sum(looks_like(target, "sq") for _, target in pairs) / len(pairs) < 0.02
