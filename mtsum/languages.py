"""The table of languages: what people call a language, and what each model family calls it.

Families disagree: Albanian is ``als_Latn`` (Tosk) to NLLB, ``sq`` to M2M100 and MADLAD, ``sqi`` to OPUS. ``sqi_Latn``
looks like an NLLB token but is none (NLLB would read it as unknown and translate into anything), so every code that
goes to a model comes from ``Language.code_for`` and never from what the user typed.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from mtsum.errors import LanguageUnknown

FAMILIES = ("marian", "nllb", "m2m100", "mbart", "t5", "madlad", "bart", "pegasus")

# code | ISO 639-3 | English name | NLLB (FLORES-200) | M2M100 | mBART-50 | MADLAD | further names, comma-separated.
# "=" stands for the ISO 639-1 code itself, "-" for a family that was not trained on the language.
_TABLE = """
sq | sqi | Albanian   | als_Latn | = | -     | =   | alb, als, shqip, tosk, sqi_Latn
en | eng | English    | eng_Latn | = | en_XX | =   | anglisht
af | afr | Afrikaans  | afr_Latn | = | af_ZA | =   |
ar | ara | Arabic     | arb_Arab | = | ar_AR | =   | arb
az | aze | Azerbaijani| azj_Latn | = | az_AZ | =   | azj
be | bel | Belarusian | bel_Cyrl | = | -     | =   |
bg | bul | Bulgarian  | bul_Cyrl | = | -     | =   |
bn | ben | Bengali    | ben_Beng | = | bn_IN | =   | bangla
bs | bos | Bosnian    | bos_Latn | = | -     | =   | bosanski
ca | cat | Catalan    | cat_Latn | = | -     | =   | català
cs | ces | Czech      | ces_Latn | = | cs_CZ | =   | cze, čeština
cy | cym | Welsh      | cym_Latn | = | -     | =   | wel
da | dan | Danish     | dan_Latn | = | -     | =   | dansk
de | deu | German     | deu_Latn | = | de_DE | =   | ger, deutsch, gjermanisht
el | ell | Greek      | ell_Grek | = | -     | =   | gre, greqisht
es | spa | Spanish    | spa_Latn | = | es_XX | =   | español, castilian
et | est | Estonian   | est_Latn | = | et_EE | =   | eesti
eu | eus | Basque     | eus_Latn | - | -     | =   | baq, euskara
fa | fas | Persian    | pes_Arab | = | fa_IR | =   | per, pes, farsi
fi | fin | Finnish    | fin_Latn | = | fi_FI | =   | suomi
fr | fra | French     | fra_Latn | = | fr_XX | =   | fre, français, frëngjisht
ga | gle | Irish      | gle_Latn | = | -     | =   | gaeilge
gl | glg | Galician   | glg_Latn | = | gl_ES | =   | galego
he | heb | Hebrew     | heb_Hebr | = | he_IL | iw  |
hi | hin | Hindi      | hin_Deva | = | hi_IN | =   |
hr | hrv | Croatian   | hrv_Latn | = | hr_HR | =   | hrvatski
hu | hun | Hungarian  | hun_Latn | = | -     | =   | magyar
hy | hye | Armenian   | hye_Armn | = | -     | =   | arm
id | ind | Indonesian | ind_Latn | = | id_ID | =   |
is | isl | Icelandic  | isl_Latn | = | -     | =   | ice
it | ita | Italian    | ita_Latn | = | it_IT | =   | italiano, italisht
ja | jpn | Japanese   | jpn_Jpan | = | ja_XX | =   |
ka | kat | Georgian   | kat_Geor | = | ka_GE | =   | geo
kk | kaz | Kazakh     | kaz_Cyrl | = | kk_KZ | =   |
ko | kor | Korean     | kor_Hang | = | ko_KR | =   |
lb | ltz | Luxembourgish | ltz_Latn | = | -  | =   |
lt | lit | Lithuanian | lit_Latn | = | lt_LT | =   |
lv | lav | Latvian    | lvs_Latn | = | lv_LV | =   | lvs
mk | mkd | Macedonian | mkd_Cyrl | = | mk_MK | =   | mac, maqedonisht
mt | mlt | Maltese    | mlt_Latn | - | -     | =   |
nl | nld | Dutch      | nld_Latn | = | nl_XX | =   | dut, nederlands, flemish
no | nor | Norwegian  | nob_Latn | = | -     | =   | nb, nob, bokmål
pl | pol | Polish     | pol_Latn | = | pl_PL | =   | polski
pt | por | Portuguese | por_Latn | = | pt_XX | =   | português
ro | ron | Romanian   | ron_Latn | = | ro_RO | =   | rum, moldavian, română
ru | rus | Russian    | rus_Cyrl | = | ru_RU | =   | русский
sk | slk | Slovak     | slk_Latn | = | -     | =   | slo
sl | slv | Slovenian  | slv_Latn | = | sl_SI | =   | slovene
sr | srp | Serbian    | srp_Cyrl | = | -     | =   | scc, srpski, српски
sv | swe | Swedish    | swe_Latn | = | sv_SE | =   | svenska
sw | swa | Swahili    | swh_Latn | = | sw_KE | =   | swh, kiswahili
tr | tur | Turkish    | tur_Latn | = | tr_TR | =   | türkçe, turqisht
uk | ukr | Ukrainian  | ukr_Cyrl | = | uk_UA | =   | українська
ur | urd | Urdu       | urd_Arab | = | ur_PK | =   |
vi | vie | Vietnamese | vie_Latn | = | vi_VN | =   |
zh | zho | Chinese    | zho_Hans | = | zh_CN | =   | chi, cmn, mandarin
"""


@dataclass(frozen=True)
class Language:
    """A language: its ISO 639-1 ``code``, ISO 639-3 ``iso3``, English ``name`` and the other names it answers to.

    Equal to another ``Language`` of the same code.
    """

    code: str
    iso3: str
    name: str
    nllb: str
    m2m100: str | None
    mbart: str | None
    madlad: str | None
    aliases: tuple[str, ...] = ()

    def code_for(self, family: str) -> str:
        """What models of ``family`` call this language.

        NLLB: the FLORES-200 token (``als_Latn``); M2M100: ISO 639-1; mBART: the mBART-50 token (``en_XX``); MADLAD:
        the code inside ``<2..>``; Marian: the OPUS label inside ``>>..<<`` (only models with several target languages
        want it); T5: the English name, as in its prefix; BART and PEGASUS have no language tokens: ISO 639-1.
        Raises ``LanguageUnknown`` where the family was not trained on the language, ``ValueError`` for an unknown
        family.
        """
        codes = {
            "marian": self.iso3,
            "nllb": self.nllb,
            "m2m100": self.m2m100,
            "mbart": self.mbart,
            "madlad": self.madlad,
            "t5": self.name,
            "bart": self.code,
            "pegasus": self.code,
        }
        if family not in codes:
            raise ValueError(f"unknown model family {family!r}; known: {', '.join(FAMILIES)}")
        code = codes[family]
        if code is None:
            spoken = ", ".join(other.code for other in languages() if getattr(other, family) is not None)
            raise LanguageUnknown(f"{family} models do not speak {self.name} ({self.code}); they speak: {spoken}")
        return code

    def __str__(self) -> str:
        """Give the code."""
        return self.code


def _parse(table: str) -> tuple[Language, ...]:
    rows = []
    for line in table.strip().splitlines():
        code, iso3, name, nllb, m2m100, mbart, madlad, names = (cell.strip() for cell in line.split("|"))

        def known(cell: str, code: str = code) -> str | None:
            return None if cell == "-" else code if cell == "=" else cell

        further = tuple(alias for alias in (part.strip() for part in names.split(",")) if alias)
        rows.append(Language(code, iso3, name, nllb, known(m2m100), known(mbart), known(madlad), further))
    return tuple(rows)


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()


_LANGUAGES = _parse(_TABLE)
_BY_NAME: dict[str, Language] = {
    _key(name): language
    for language in _LANGUAGES
    for name in (language.code, language.iso3, language.name, language.nllb, language.mbart, *language.aliases)
    if name
}


def languages() -> tuple[Language, ...]:
    """Every language of the table, Albanian and English first, the others by code."""
    return _LANGUAGES


def language(name: str | Language) -> Language:
    """The language that ``name`` means: a code, a name, or a family's token, in any case, with ``-`` or ``_``.

    A region or script after a known code is accepted (``sq_AL``, ``sq-Latn-XK``). Raises ``LanguageUnknown`` with
    close choices.
    """
    if isinstance(name, Language):
        return name
    key = _key(name)
    found = _BY_NAME.get(key)
    if found is None and re.fullmatch(r"[a-z]{2,3}(_([a-z]{4}|[a-z]{2}|\d{3})){1,2}", key):
        found = _BY_NAME.get(key.split("_")[0])
    if found is None:
        raise LanguageUnknown(f"unknown language {name!r}{_suggestions(key)}")
    return found


def _suggestions(key: str) -> str:
    close = difflib.get_close_matches(key, _BY_NAME, n=4, cutoff=0.55)
    meant = list(dict.fromkeys(_BY_NAME[match] for match in close))
    if meant:
        return "; did you mean " + ", ".join(f"{each.code} ({each.name})" for each in meant) + "?"
    return "; known codes: " + ", ".join(each.code for each in _LANGUAGES)
