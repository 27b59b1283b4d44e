"""TMX as other programs write it, and corrections that go out and come back."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtsum.engines.base import Hypothesis
from mtsum.errors import InputError
from mtsum.memory import open_memory
from mtsum.memory.exchange import Imported, export_tmx, import_tmx, makers_of
from mtsum.memory.store import Correction, TranslationMemory
from mtsum.memory.tmx import Header, Unit, Unread, is_writable, read_tmx, write_tmx

MAKER = json.dumps({"model": "tiny", "from": "sq", "to": "en"})

OMEGAT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx11.dtd">
<tmx version="1.1">
  <header creationtool="OmegaT" o-tmf="OmegaT TMX" adminlang="EN-US" datatype="plaintext" segtype="sentence" srclang="SQ"/>
  <body>
<!-- Default translations -->
    <tu>
      <tuv lang="SQ">
        <seg>Kryeministri vizitoi Durrësin.</seg>
      </tuv>
      <tuv lang="EN-GB" changeid="era" changedate="20261124T101500Z" creationid="agim" creationdate="20261101T090000Z">
        <seg>The prime minister visited Durrës.</seg>
      </tuv>
    </tu>
  </body>
</tmx>
"""

TRADOS = """<?xml version="1.0" encoding="utf-16"?>
<tmx version="1.4">
  <header creationtool="SDL Language Platform" creationtoolversion="8.1" o-tmf="SDL TM8 Format" datatype="xml"
          segtype="sentence" adminlang="sq-AL" srclang="sq-AL">
    <prop type="x-Recognizers:String">RecognizeAll</prop>
  </header>
  <body>
    <tu creationdate="20261003T120000Z" creationid="OFFICE\\editor" changedate="20261004T120000Z" changeid="OFFICE\\editor">
      <prop type="x-Origin">TM</prop>
      <tuv xml:lang="sq-AL"><seg>Moti <bpt i="1" type="x-b" x="1">&lt;b&gt;<sub>alt</sub></bpt>do të
      jetë<ept i="1">&lt;/b&gt;</ept> i <hi type="x">mirë<it pos="begin"/></hi>.<ph x="2" type="lb"/>Nesër.</seg></tuv>
      <tuv xml:lang="en-US"><seg>The weather <bpt i="1" type="x-b" x="1"/>will be<ept i="1"/> good.<ph type="lb"/>Tomorrow &amp;
      after.</seg></tuv>
      <tuv xml:lang="de-DE"><seg>Das Wetter.</seg></tuv>
    </tu>
  </body>
</tmx>
"""


def read(text: str | bytes, source: str = "sq", target: str = "en") -> list[Header | Unit | Unread]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_tmx(io.BytesIO(data), "a.tmx", source, target))


def test_a_file_of_omegat_is_read_with_who_and_when() -> None:
    header, unit = read(OMEGAT)
    assert header == Header("SQ", "sentence")
    assert isinstance(unit, Unit)
    assert (unit.source, unit.target) == ("Kryeministri vizitoi Durrësin.", "The prime minister visited Durrës.")
    assert (unit.editor, unit.creator, unit.changed, unit.line) == ("era", "agim", "20261124T101500Z", 7)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-8-sig"])
def test_a_file_of_trados_is_read_without_codes_in_any_encoding(encoding: str) -> None:
    marks = {"utf-16-le-bom": ("utf-16-le", b"\xff\xfe"), "utf-16-be-bom": ("utf-16-be", b"\xfe\xff")}
    codec, mark = marks.get(encoding, (encoding, b""))
    text = TRADOS.replace("utf-16", "utf-8") if encoding == "utf-8-sig" else TRADOS
    _, unit = read(mark + text.encode(codec))
    assert isinstance(unit, Unit)
    assert unit.source == "Moti do të jetë i mirë. Nesër."
    assert unit.target == "The weather will be good. Tomorrow & after."
    assert unit.editor == "OFFICE\\editor"
    assert unit.props == {"x-Origin": "TM"}


def test_languages_are_taken_as_asked_whatever_the_direction_of_the_file() -> None:
    _, unit = read(TRADOS.replace("utf-16", "utf-8"), "de", "sq")
    assert isinstance(unit, Unit)
    assert (unit.source, unit.target) == ("Das Wetter.", "Moti do të jetë i mirë. Nesër.")


def tmx(*units: str, header: str = 'srclang="sq" segtype="sentence"', before: str = "") -> str:
    return f'{before}<tmx version="1.4"><header {header}/><body>{"".join(units)}</body></tmx>'


def tu(source: str | None, target: str | None, attributes: str = "", codes: tuple[str, str] = ("sq", "en")) -> str:
    pairs = zip(codes, (source, target), strict=True)
    variants = (f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in pairs if text is not None)
    return f"<tu {attributes}>{''.join(variants)}</tu>\n"


def test_units_that_hold_no_pair_are_told_with_their_line() -> None:
    text = tmx(
        tu("Po.", None),
        tu(None, "No."),
        tu("&x;", "No.", codes=("SQ-AL", "en_GB")),
        tu("Po.", "Yes.", codes=("sq", "tlh")),
        '<tu><tuv xml:lang="sq"><seg>A.</seg></tuv><tuv xml:lang="en-GB"><seg>B.</seg></tuv>'
        '<tuv xml:lang="en-US"><seg>C.</seg></tuv></tu>',
        "<tu><tuv xml:lang='sq'/><tuv xml:lang='en'><seg>B.</seg></tuv></tu>",
        before='<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )
    _, *units = read(text)
    assert units[:5] == [
        Unread("without a variant in English", 1),
        Unread("without a variant in Albanian", 2),
        Unread("with an entity, which is not expanded", 3),
        Unread("without a variant in English", 4),
        Unread("a further variant in English of the same unit", 5),
    ]
    assert [(unit.source, unit.target) for unit in units[5:] if isinstance(unit, Unit)] == [("A.", "B."), ("", "B.")]


def test_entities_that_grow_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = tmx(tu("&l11;", "x"), before=f'<!DOCTYPE tmx [<!ENTITY l0 "lol">{entities}]>')
    tracemalloc.start()
    try:
        items = read(text)
    except InputError:
        items = []
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert not any(isinstance(item, Unit) for item in items)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.tmx:1: not well-formed XML"),
        ("source\ttarget\n", "a.tmx:1: not well-formed XML"),
        ("<xliff version='1.2'><file/></xliff>", "not a TMX file"),
        ("<xliff><tmx><body/></tmx></xliff>", "not a TMX file"),
        ("<tmx>\n<body>\n<tu></body></tmx>", "a.tmx:3: not well-formed XML"),
        (b"<?xml version='1.0' encoding='utf-8'?>\n<tmx><body><tu>\xeb</tu></body></tmx>", "a.tmx:2: not well-formed"),
    ],
)
def test_what_is_no_tmx_is_refused_with_its_place(text: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        read(text)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.tmx"
    with path.open("w", encoding="utf-8") as stream:
        stream.write('<tmx version="1.4"><header srclang="sq"/><body>\n')
        for number in range(20_000):
            stream.write(tu(f"Fjalia {number}. {'x' * 200}", f"Sentence {number}. {'x' * 200}"))
        stream.write("</body></tmx>")

    def resident() -> int:
        return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024

    with path.open("rb") as stream:
        items = read_tmx(stream, "large.tmx", "sq", "en")
        for _ in range(100):
            next(items)
        before = resident()
        assert sum(isinstance(item, Unit) for item in items) == 20_000 - 99
        assert resident() - before < path.stat().st_size / 2


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, st.none() | TEXT.filter(bool)), max_size=4))
def test_what_is_written_is_read_the_same(units: list[tuple[str, str, str | None]]) -> None:
    made = [Unit(source, target, editor=editor, props={"x": source}) for source, target, editor in units]
    made = [unit for unit in made if is_writable(unit)]
    stream = io.StringIO()
    write_tmx(stream, "sq", "en", made)
    header, *found = read(stream.getvalue())
    assert header == Header("sq", "sentence")
    assert [(unit.source, unit.target, unit.editor) for unit in found if isinstance(unit, Unit)] == [
        (unit.source, unit.target, unit.editor) for unit in made
    ]


@pytest.fixture
def memory(tmp_path: Path) -> TranslationMemory:
    memory = open_memory(tmp_path / "memory.sqlite")
    made = {"Moti është i mirë.": "Weather good.", "Ai iku.": "He left.", "Ajo erdhi.": "She  came & went."}
    memory.remember(MAKER, {text: Hypothesis(target, -0.5, 4, 3, "eos") for text, target in made.items()}, made)
    memory.correct("sq", "en", [Correction("Ai iku.", "He has left.", "Era", "20261124T101500Z")])
    return memory


def exported(memory: TranslationMemory, **options: bool) -> str:
    stream = io.StringIO()
    export_tmx(memory, stream, "sq", "en", makers_of(memory, "sq", "en"), **options)
    return stream.getvalue()


def imported(memory: TranslationMemory, text: str) -> Imported:
    return import_tmx(memory, io.BytesIO(text.encode()), "a.tmx", "sq", "en")


def test_an_export_holds_each_sentence_once_and_says_whose_it_is(memory: TranslationMemory) -> None:
    _, *units = read(exported(memory))
    assert [(unit.source, unit.props["x-mtsum-origin"], unit.creator, unit.editor) for unit in units] == [
        ("Ai iku.", "edited", None, "Era"),
        ("Ajo erdhi.", "machine", "mtsum tiny", None),
        ("Moti është i mirë.", "machine", "mtsum tiny", None),
    ]
    assert [unit.source for unit in read(exported(memory, machine=False))[1:]] == ["Ai iku."]
    assert [unit.source for unit in read(exported(memory, edited=False))[1:]] == ["Ajo erdhi.", "Moti është i mirë."]


def test_an_export_imported_again_changes_nothing(memory: TranslationMemory) -> None:
    text = exported(memory)
    assert imported(memory, text) == Imported(same=1, untouched=2)
    assert exported(memory) == text


def test_an_export_imported_elsewhere_brings_the_corrections_and_no_more(
    memory: TranslationMemory, tmp_path: Path
) -> None:
    other = open_memory(tmp_path / "other.sqlite")
    assert imported(other, exported(memory)) == Imported(new=1, untouched=2)
    assert exported(other) == exported(memory, machine=False)


def test_a_machines_unit_that_was_changed_is_a_correction(memory: TranslationMemory) -> None:
    text = exported(memory).replace("Weather good.", "The weather is good.").replace("She  came", "She came")
    assert imported(memory, text) == Imported(new=1, same=1, untouched=1)
    assert memory.correction("sq", "en", "Moti është i mirë.") == Correction(
        "Moti është i mirë.", "The weather is good."
    )
    again = exported(memory).replace("The weather is good.", "Good weather.")
    assert imported(memory, again) == Imported(replaced=1, same=1, untouched=1)


def test_a_foreign_files_units_are_corrections_all(memory: TranslationMemory) -> None:
    assert imported(memory, OMEGAT) == Imported(new=1)
    assert memory.correction("sq", "en", "Kryeministri vizitoi Durrësin.") == Correction(
        "Kryeministri vizitoi Durrësin.", "The prime minister visited Durrës.", "era", "20261124T101500Z"
    )


def test_of_several_translations_in_one_file_the_last_changed_counts(memory: TranslationMemory) -> None:
    text = tmx(
        tu("A.", "first"),
        tu("A.", "newest", 'changedate="20260301T000000Z"'),
        tu("A.", "older", 'changedate="20260201T000000Z"'),
        tu("B.", "first"),
        tu("B.", "last"),
        tu("B.", "last"),
    )
    report = imported(memory, text)
    assert memory.corrections("sq", "en", ["A.", "B."]) == {"A.": "newest", "B.": "last"}
    assert (report.new, report.replaced, report.same) == (2, 0, 1)
    assert report.skipped == {"of a sentence that the file translates in another way as well": (3, 2)}


def test_what_is_skipped_is_counted_with_the_first_line(memory: TranslationMemory) -> None:
    report = imported(memory, tmx(tu("Po.", " "), tu("Jo.", ""), tu(" ", "No."), tu("Po.", None)))
    assert report.skipped == {
        "with an empty translation": (2, 1),
        "with an empty source": (1, 3),
        "without a variant in English": (1, 4),
    }


def test_a_file_that_breaks_off_leaves_the_memory_as_it_was(memory: TranslationMemory) -> None:
    with pytest.raises(InputError, match="well-formed"):
        imported(memory, tmx(tu("Po.", "Yes."))[:-10])
    assert memory.corrections("sq", "en", ["Po."]) == {}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ('srclang="en-GB" segtype="sentence"', "its source language is en-GB; its units are read from Albanian"),
        ('srclang="*all*" segtype="paragraph"', "of type paragraph; only those that are one sentence"),
    ],
)
def test_a_header_that_promises_less_is_told(header: str, said: str, memory: TranslationMemory) -> None:
    report = imported(memory, tmx(tu("Po.", "Yes."), header=header))
    assert report.new == 1
    assert said in report.notes[0]


def test_control_characters_are_left_out_and_counted(memory: TranslationMemory) -> None:
    memory.remember(MAKER, {"Po\x07.": Hypothesis("Yes.", -0.5, 4, 3, "eos")}, {"Po\x07.": "Yes."})
    stream = io.StringIO()
    made = export_tmx(memory, stream, "sq", "en", makers_of(memory, "sq", "en"))
    assert (made.machine, made.edited, made.left_out) == (2, 1, 1)
    assert len(read(stream.getvalue())) == 4
