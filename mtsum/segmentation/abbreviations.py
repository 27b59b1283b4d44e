"""What the sentence splitter knows about each language: abbreviations, and words that open or carry on a sentence.

All words are stored folded (see ``fold``): lower case, without diacritics, so that Albanian typed without ë and ç
matches.
An abbreviation is stored without its final full stop: ``p.sh`` for ``p.sh.``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


def fold(word: str) -> str:
    """Lower-case a word and take off its diacritics: ``Vëll`` gives ``vell``."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _words(*lines: str) -> frozenset[str]:
    return frozenset(fold(word) for line in lines for word in line.split())


@dataclass(frozen=True)
class LanguageRules:
    """The word lists of one language. Every set holds folded words, abbreviations without their final full stop.

    ``never_end``: always followed by more of the sentence (titles before a name, ``p.sh.``).
    ``before_number``: go on when a number or a single letter follows (``nr. 5``), otherwise end the sentence.
    ``may_end``: end the sentence unless what follows reads like a name in two words (``SH.B.A. Donald Trump``).
    ``ends_before_starter``: end the sentence only before one of ``starters`` (``the U.S. He``, not ``U.S. Senate``).
    ``ends_before_capital``: end the sentence before any capital (``etj.``).
    ``starters``: words that, capitalized, open a sentence rather than continue a name.
    ``continuations``: capitalized words that continue after an abbreviation (``2 mln. Euro``, ``5 p.m. Sunday``).
    ``months``: month names, which follow an ordinal (``5. Maj``).
    ``lettered``: nouns that take a letter as their name, so that the letter is no initial (``plan B``).
    ``divisions``: parts of a document whose number stays with the heading (``Kreu II. Të drejtat``).
    ``reporting``: verbs that report speech after a name (``“Why?” Smith asked``).
    ``conjunctions``: words before which an over-long sentence is best split.
    """

    never_end: frozenset[str] = frozenset()
    before_number: frozenset[str] = frozenset()
    may_end: frozenset[str] = frozenset()
    ends_before_starter: frozenset[str] = frozenset()
    ends_before_capital: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()
    continuations: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    lettered: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    reporting: frozenset[str] = frozenset()
    conjunctions: frozenset[str] = frozenset()

    def knows(self, abbreviation: str) -> bool:
        """Whether a folded word is an abbreviation of the language."""
        return (
            abbreviation in self.never_end
            or abbreviation in self.before_number
            or abbreviation in self.may_end
            or abbreviation in self.ends_before_starter
            or abbreviation in self.ends_before_capital
        )


ALBANIAN = LanguageRules(
    never_end=_words(
        "z zz znj zj zt zonj dr drs prof as asoc mr msc sc ing inxh av akad doc gjen kol nkol nënkol lt ten",
        "imz shën arq ark dipl jur mag hon kryet zv zëv n/kryet rr bul bulv blv shesh lag p.sh psh d.m.th",
        "dmth d.m.th.se f.v fv krhs krh",
    ),
    before_number=_words(
        "nr no dt fq fqe f ff art kap vëll vëllim par paragr fig tab shek tel cel faks fax mob kat ap sht pg",
        "ref bot lib v vv vit pk cit rresht kod prot neni p jan shk mar pri qer korr gush shtat tet nën nënt",
        "dhj dhjet",
    ),
    may_end=_words(
        "sh.b.a s.h.b.a shba sh.a sha sh.p.k shpk o.k.b okb b.e r.sh rsh p.e.s e.s p.e.r e.r m.s p.k kr er",
        "b.r.s.s r.p.sh r.p.s.sh r.s.h o.e.a n.a.t.o p.s p.d l.s.i k.e u.e km m cm mm kg gr g kv mln mld mil",
        "min sek l ml kw v.o",
    ),
    ends_before_capital=_words(
        "etj e.tj etjer tj e.t.j",
    ),
    starters=_words(
        "ai ajo ata ato ky kjo këta këto unë ti ne ju ia iu u i e të së atij asaj atyre këtij kësaj këtyre në",
        "më me për pas para nga nën mbi sipas gjatë tek te deri drejt rreth midis mes përveç kundër pa ndaj",
        "prej kur kush çfarë pse si ku sa cili cila cilët a por dhe edhe ndërsa kurse megjithatë mirëpo madje",
        "po jo nuk mos s një disa shumë asnjë askush asgjë çdo gjithë gjithçka vetëm pak tjetri atje aty këtu",
        "tani dje sot nesër pastaj sepse nëse pra prandaj gjithashtu ndërkohë që duke pasi kështu atëherë",
        "është ishte janë ishin ka kishte kanë do mund duhet ja nëpër përmes pavarësisht ndonëse megjithëse",
        "sidoqoftë gjithsesi ndoshta sigurisht presidenti presidentja kryeministri kryeministrja ministri",
        "ministrja ministria qeveria ambasada ambasadori kongresi senati parlamenti kuvendi policia",
        "prokuroria gjykata partia opozita kryetari zëdhënësi",
    ),
    continuations=_words(
        "euro eur lekë lek dollarë usd paund franga all",
    ),
    months=_words(
        "janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor janari shkurti marsi",
        "prilli maji qershori korriku gushti shtatori tetori nëntori dhjetori janarit shkurtit marsit prillit",
        "majit qershorit korrikut gushtit shtatorit tetorit nëntorit dhjetorit",
    ),
    lettered=_words(
        "vitaminë vitamina vitaminën vitaminës plan plani planin grup grupi grupin grupit grupet klasa klasë",
        "klasën kategoria kategori kategorinë hepatit hepatiti hepatitin pika pikën shkronja shkronjën blloku",
        "seria salla porta tipi tip lloji zona gripi faza kampi sektori varianti opsioni",
    ),
    divisions=_words(
        "kreu kapitulli kapitull pjesa neni seksioni titulli shtojca aneksi libri akti skena",
    ),
    reporting=_words(
        "tha thotë pyeti pyet shtoi shton shkroi shkruan deklaroi theksoi vazhdoi shpjegoi bërtiti thirri tregoi",
    ),
    conjunctions=_words(
        "dhe por ndërsa kurse ose apo sepse se që cili cila cilët cilat kur nëse ndonëse megjithëse pasi",
        "derisa ku duke për edhe madje prandaj pra ndaj si sipas pas para gjatë me në nga",
    ),
)

ENGLISH = LanguageRules(
    never_end=_words(
        "mr mrs ms messrs mx dr drs prof sen sens rep reps gov gen lt col capt cpt sgt det maj cmdr adm brig pvt",
        "rev hon fr pres supt msgr eng mt ft e.g eg i.e cf viz vs v approx dept asst assn attn inst univ",
    ),
    before_number=_words(
        "no nos p pp vol vols fig figs sec secs ch chap eq eds ref tel ext ver op jan feb mar apr jun jul aug",
        "sep sept oct nov dec",
    ),
    may_end=_words(
        "inc co corp ltd llc plc jr sr esq ph.d phd m.d b.a m.a b.sc m.sc ll.b j.d d.d.s r.n a.m p.m pm",
        "b.c a.d b.c.e c.e ave blvd rd sq hwy ln pl ibid m km kg lb lbs oz ft mi mph min sec hr hrs bn mn",
    ),
    ends_before_starter=_words(
        "u.s u.n u.k e.u u.s.a d.c u.s.s.r u.a.e st al n.y l.a w.va ala ariz calif colo conn fla kan ky md",
        "mich minn mo neb nev okla pa tenn tex va vt wis wyo bros",
    ),
    ends_before_capital=_words(
        "etc",
    ),
    starters=_words(
        "he she it they we you i his her its their our your my this that these those the a an there here one",
        "some many most no nobody none another other both each every all in on at by for from of to with",
        "without under over after before during since until about among between against despite although",
        "though because while when where who what why how which if but and or so yet still however meanwhile",
        "moreover then now today yesterday tomorrow later according as is was were are has have had will",
        "would can could may might must should do does did not only even nor once instead also nothing",
        "everyone someone people officials police lawmakers",
    ),
    continuations=_words(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july",
        "august september october november december est edt cst cdt mst mdt pst pdt et ct mt pt gmt utc bst",
        "cet cest",
    ),
    months=_words(
        "january february march april june july august september october november december",
    ),
    lettered=_words(
        "vitamin plan group hepatitis class category type grade exhibit section point gate hall block option",
    ),
    divisions=_words(
        "chapter article part section title annex appendix book act scene",
    ),
    reporting=_words(
        "said says asked asks added adds told replied answered shouted wrote writes continued explained insisted",
        "tweeted cried yelled declared demanded wondered joked",
    ),
    conjunctions=_words(
        "and but or nor so yet while whereas because although though that which who whom whose when where if",
        "unless until since after before as with for in by from",
    ),
)

GENERIC = LanguageRules()

_BY_LANGUAGE = {"sq": ALBANIAN, "en": ENGLISH}


def rules_for(language: str) -> LanguageRules:
    """The word lists for an ISO 639-1 code; any language but ``sq`` and ``en`` gets empty ones."""
    return _BY_LANGUAGE.get(language, GENERIC)
