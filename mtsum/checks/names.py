"""Names of an Albanian text that should stand in its English translation, whatever case ending they carry."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from mtsum.checks.words import ENGLISH_FUNCTION_WORDS, fold, words

# Albanian names of places whose English form does not begin alike (stem without ending -> English beginnings).
_EXONYMS_TEXT = """
kin=chin; uashington=washington; phenian=pyongyang; mosk=moscow; gjermani=german; greqi=gree; itali=ital;
spanj=spain spanish; franc=fran french; angli=engl brit; shqiperi=alban; kosov=kosov; maqedoni=macedon;
serbi=serb; suedi=swed; zvicer=switz swiss; hungari=hungar; poloni=pol; rumani=romani; kroaci=croat;
slloveni=sloven; turqi=tur; qipro=cypr; egjipt=egypt; siri=syri; irak=iraq; japoni=japan; indi=indi;
brukse=brussel; athin=athen; rom=rom; paris=paris; vjen=vienn; londer=london; beograd=belgrad;
selanik=thessalonik; stamboll=istanbul; gjenev=genev; hag=hague; pekin=beijing; evrop=europ eu; afrik=afric;
amerik=americ us; azi=asia; ukrain=ukrain; rusi=russia; kore=korea; tiran=tiran; prishtin=pri; shkup=skopje;
malezi=montenegr; bosnj=bosni; hercegovin=herzegovin; holand=netherland dutch; belgjik=belgi; austri=austri;
brazil=brazil; meksik=mexic; kanad=canad; izrael=israel; palestin=palestin; iran=iran; afganistan=afghan;
zelandes=zealand; uells=wales welsh; skoci=scot; irland=ir; evropian=europ eu; krishtlindje=christmas;
krisht=christ; jezu=jesus christ; zot=god lord; allah=allah god; islam=islam; vatikan=vatican; papa=pope;
penian=pyongyang; nju-jork=york; kroat=croat; norvegji=norw; karaibe=caribb; egje=aegea; mesdhe=mediterr;
finland=finn finland
"""
EXONYMS = {
    stem: english.split()
    for stem, english in (" ".join(entry.split()).split("=") for entry in _EXONYMS_TEXT.split(";"))
}

# Albanian names of towns (stem without ending) and how English news writes them.
_TOWNS_TEXT = """
tiran=Tirana; prishtin=Pristina; durres=Durres; shkoder=Shkoder; shkodr=Shkoder; vlor=Vlora; elbasan=Elbasan;
korc=Korca; berat=Berat; gjirokast=Gjirokaster; kukes=Kukes; lezh=Lezha; peshkopi=Peshkopi; pogradec=Pogradec;
sarand=Saranda; kavaj=Kavaja; lushnj=Lushnja; pej=Peja; prizren=Prizren; gjakov=Gjakova; ferizaj=Ferizaj;
gjilan=Gjilan; mitrovic=Mitrovica; vushtrri=Vushtrri; podujev=Podujeva; shkup=Skopje; tetov=Tetovo;
gostivar=Gostivar; kumanov=Kumanovo; oher=Ohrid; ohr=Ohrid; ulqin=Ulcinj; podgoric=Podgorica; preshev=Presevo;
beograd=Belgrade; athin=Athens; selanik=Thessaloniki; stamboll=Istanbul; uashington=Washington; phenian=Pyongyang;
penian=Pyongyang; pekin=Beijing; londer=London; londr=London; mosk=Moscow; bruksel=Brussels;
gjenev=Geneva; varshav=Warsaw; budapest=Budapest; bukuresht=Bucharest; zagreb=Zagreb; sarajev=Sarajevo;
"""
TOWNS = {
    stem: english
    for stem, english in (entry.split("=") for entry in " ".join(_TOWNS_TEXT.split()).rstrip(";").split("; "))
}

# Beginnings of ordinary words that Albanian writes with a capital inside the names of institutions, feasts and places.
_COMMON_TEXT = """
presiden kryemin minist qever parlament kuvend asambl gjykat prokur polic ushtri departament universi fakultet
institut akadem shkoll spital banka bank komision keshill komitet bashki komun rreth qark republik mbret shtet
bashk komb nderkomb demokrat social parti lidhj federat konfeder agjenci drejtori zyr sekretar drejtor deputet
ambasad konsullat kisha kish xhami katedral muze teatr librar stadium park liqen lumi mal det oqean gadishull
ishull ishuj veri jug lindj perendim qend qytet fshat rrug shesh ligj kushtetut kod marreveshj traktat konvent
deklarat dit jav muaj vit shekull luft revolucion holokaust olimpi kampionat kup liga lig superlig botero bot
tok diell hen zot zonj doktor profesor mbreteresh papa shen shenjt bib kuran ungjill fond grup kompani korporat
shoqat fondacion organizat qendr sherbim inspektorat autoritet enti instituc misioni mision projekt program plan
strategji raport internet gazet radio televizion revist artikull neni shtator tetor nentor dhjetor janar shkurt
mars prill maj qershor korrik gusht pavaresi pavares pranver vjesht dimer vere kombetar mbrojt siguri drejtesi
shendet arsim ekonom financ bujqesi mjedis turiz kultur sport rini punes jasht brendsh puneve rend madh vogel
larte lart bardh kuq zi i re ri vjeter katolik ortodoks mysliman protestan hebre budist anglikan evangjel ndert
kongres senat dhom pent gard force ajr marin djall festival kryetar sida
"""
_COMMON = tuple(opening for opening in _COMMON_TEXT.split() if len(opening) > 2)

# The longest endings that Albanian puts on a name: Putini, Putinit, Putinin, Tiranës, Hysajve, New Yorkut.
_ENDINGS = ("vet", "ve", "it", "in", "ut", "un", "se", "es", "en", "ne", "te", "i", "u", "a", "e", "s", "n", "t")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|[^\w\s]|\d+")
# English words that begin sentences of news and are no names, by their endings or as they are.
_ORDINARY = re.compile(
    r"(?:ing|ly|ions?|ments?|ers|ists|ors|als|ants|ents|ties|ness|men|ed)$"
    r"|^(?:police|people|thousands|hundreds|dozens|millions|troops|talks|prices|shares|president|prime|minister|former)$"
)
_PARTICLES = {"e", "i", "të", "te", "së", "se"}
_OPENS = set(".!?:;“”„\"«»‘'([–—-/|*•…")


def names(source: str) -> list[str]:
    """Words of an Albanian sentence that are, with little doubt, names an English translation keeps.

    Left out are words that begin a sentence or a quotation, abbreviations (they translate: OKB, UN), runs held together
    by a particle (``Këshilli i Sigurimit``: an institution), common words written with a capital, and words with ë or
    ç unless the table of place names knows them.
    """
    found: list[str] = []
    run: list[str] = []
    linked = False
    tokens = _TOKEN.findall(source)
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else "."
        if _is_capitalised(token) and not (before in _OPENS and not run):
            run.append(token)
            continue
        after = tokens[position + 1] if position + 1 < len(tokens) else ""
        if run and token in _PARTICLES and _is_capitalised(after):
            linked = True
            continue
        found += _kept(run, linked)
        run, linked = [], False
    return found + _kept(run, linked)


def is_exonym(name: str) -> bool:
    """Whether the table of place names has ``name``, which English then writes otherwise."""
    return bool(_english_forms(name))


def english_town(name: str) -> str | None:
    """How English writes an Albanian ``name`` of a town that the table has, whatever case ending it carries."""
    folded = fold(name)
    fitting = [stem for stem in TOWNS if folded.startswith(stem) and len(folded) - len(stem) <= 4]
    return TOWNS[max(fitting, key=len)] if fitting else None


def missing_names(source: str, hypothesis: str) -> list[str]:
    """The ``names`` of ``source`` of which no form stands in its English ``hypothesis``, as written in the source."""
    targets = [fold(word) for word in words(hypothesis)]
    squeezed = fold(hypothesis).replace(" ", "")
    return [name for name in names(source) if not _present(name, targets, squeezed)]


def unsupported_names(sentence: str, source: str) -> list[str]:
    """Capitalised words of an English ``sentence`` that the English ``source`` it rests on does not have.

    A word that begins the sentence or a quotation counts as well, unless a capitalised word of the source follows it or
    it looks like an ordinary word (officials, meeting, police).
    """
    known = {part for word in words(source) for part in _forms(word)}
    tokens = _TOKEN.findall(sentence)
    absent = []
    for position, token in enumerate(tokens):
        if not token[0].isupper() or fold(token) in ENGLISH_FUNCTION_WORDS or _forms(token) & known:
            continue
        opens = position == 0 or tokens[position - 1] in _OPENS
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        followed_by_known = following[:1].isupper() and bool(_forms(following) & known)
        if not (opens and (followed_by_known or _ORDINARY.search(fold(token)))):
            absent.append(token)
    return absent


def _forms(word: str) -> set[str]:
    folded = fold(word)
    plain = folded.removesuffix("'s").removesuffix("'")
    return {plain, plain.removesuffix("s")} | {part for part in plain.split("-") if len(part) > 3}


def _is_capitalised(token: str) -> bool:
    return token[:1].isupper() and len(token) > 1


def _kept(run: list[str], linked: bool) -> list[str]:
    if not run:
        return []
    known_places = [token for token in run if _english_forms(token)]
    if linked:
        return [token for token in known_places if len(run) == 1]
    # Gjykata Penale: what follows an institution's noun and ends in -e is its adjective, which is translated.
    adjectives = run[1:] if _is_common(run[0]) else []
    kept = [token for token in run if not (token in adjectives and token.endswith("e"))]
    return [token for token in kept if token in known_places or _looks_foreign(token)]


def _looks_foreign(token: str) -> bool:
    folded = fold(token)
    if token.isupper() or len(folded) < 3 or "ë" in token.casefold() or "ç" in token.casefold():
        return False
    return not _is_common(token)


def _is_common(token: str) -> bool:
    return fold(token).startswith(_COMMON)


def _english_forms(token: str) -> list[str]:
    folded = fold(token)
    for stem_, english in EXONYMS.items():
        if folded.startswith(stem_) and len(folded) - len(stem_) <= 4:
            return english
    return []


def _present(name: str, targets: list[str], squeezed: str) -> bool:
    exonym = _english_forms(name)
    if exonym:
        return any(target.startswith(form) for target in targets for form in exonym)
    folded = fold(name)
    bare = _without_ending(re.sub(r"['\-].{1,4}$", "", folded))
    if bare in squeezed or folded in squeezed:
        return True
    # Albanian respells foreign names by sound: Xhon and John, Uilliam and William.
    respelt = [form.replace("xh", "j").replace("ks", "x") for form in {folded, bare}]
    for target in targets:
        shared = _shared_prefix(folded, target)
        if shared >= 4 or (shared >= 3 and len(bare) <= 5):
            return True
        # Short names are alike by chance (Kim, him), so they must be closer.
        closeness = max(SequenceMatcher(None, form, target).ratio() for form in respelt)
        if closeness >= (0.6 if len(bare) > 4 else 0.8):
            return True
    return False


def _without_ending(folded: str) -> str:
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded[: -len(ending)]
    return folded


def _shared_prefix(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
