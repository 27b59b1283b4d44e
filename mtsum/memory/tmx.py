"""TMX 1.4b, the format in which translators' tools exchange translation memories: reading and writing a file of it.

Read as a stream, with entities and the network off. Of a segment only its text is read: native codes inside ``<bpt>``,
``<ept>``, ``<it>``, ``<ph>`` and ``<ut>`` are markup of another program's and no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, BinaryIO, TextIO
from xml.sax.saxutils import escape, quoteattr

from mtsum import __version__
from mtsum.errors import InputError, LanguageUnknown
from mtsum.languages import language

_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 cannot hold, not even escaped.
_UNWRITABLE = frozenset(map(chr, {*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF} - {9, 10, 13}))


@dataclass(frozen=True)
class Header:
    """What a file says of itself: ``source_language`` as written (``*all*`` or empty: any), ``segtype`` in lower case."""

    source_language: str
    segtype: str


@dataclass(frozen=True)
class Unit:
    """A sentence and its translation, white space single. ``line`` is where it begins in the file read.

    ``creator`` made it, ``editor`` changed it last, at ``changed`` (``20261124T033000Z``); ``props`` are the ``<prop>``
    elements by type.
    """

    source: str
    target: str
    creator: str | None = None
    editor: str | None = None
    changed: str | None = None
    props: dict[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Unread:
    """A unit, or a part of one, that gives no pair of sentences, and why."""

    why: str
    line: int


def read_tmx(stream: BinaryIO, name: str, source: str, target: str) -> Iterator[Header | Unit | Unread]:
    """The header and the units of the file ``stream``; ``name`` stands for it in messages.

    Of every unit the variants in ``source`` and ``target`` (ISO 639-1) are taken, of whatever region or script. Memory
    does not grow with the file. Raises ``InputError`` for what is no TMX or not well-formed.
    """
    from lxml import etree

    events = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=("{*}tmx", "{*}header", "{*}tu"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    seen = False
    try:
        for event, element in events:
            kind = etree.QName(element).localname
            if event == "start":
                seen = seen or (kind == "tmx" and element.getparent() is None)
            elif not seen:
                break
            elif kind == "header":
                yield Header(element.get("srclang", ""), element.get("segtype", "").lower())
            elif kind == "tu":
                yield from _units(element, source, target)
                # What has been read goes, and its emptied place in the tree with it.
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as problem:
        raise InputError(f"not well-formed XML: {problem.msg}", f"{name}:{problem.lineno or 1}") from problem
    if not seen:
        raise InputError("not a TMX file: its outermost element is not <tmx>", name)


def is_writable(unit: Unit) -> bool:
    """Whether XML can hold the sentences of ``unit``: no control characters in them."""
    return _UNWRITABLE.isdisjoint(unit.source) and _UNWRITABLE.isdisjoint(unit.target)


def write_tmx(stream: TextIO, source: str, target: str, units: Iterable[Unit]) -> None:
    """Writes a file of ``units``, all of them writable, for a stream in UTF-8. The same units give the same bytes."""
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n')
    stream.write(
        f'<header creationtool="mtsum" creationtoolversion={quoteattr(__version__)} segtype="sentence" o-tmf="mtsum" '
        f'adminlang="en" srclang={quoteattr(source)} datatype="plaintext"/>\n<body>\n'
    )
    for unit in units:
        names = {"creationid": unit.creator, "changeid": unit.editor, "changedate": unit.changed}
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in names.items() if value)
        stream.write(f"<tu{attributes}>\n")
        for kind, value in unit.props.items():
            stream.write(f"<prop type={quoteattr(kind)}>{escape(value)}</prop>\n")
        for code, text in ((source, unit.source), (target, unit.target)):
            stream.write(f"<tuv xml:lang={quoteattr(code)}><seg>{escape(text)}</seg></tuv>\n")
        stream.write("</tu>\n")
    stream.write("</body>\n</tmx>\n")


def _units(element: Any, source: str, target: str) -> Iterator[Unit | Unread]:
    """The unit of a ``<tu>``; a second variant in one of the two languages is told, not taken."""
    line = element.sourceline or 0
    variants: dict[str, Any] = {}
    for variant in element.iterfind("{*}tuv"):
        code = language_code(variant.get(_XML_LANG) or variant.get("lang") or "")
        if code in variants and code in (source, target):
            yield Unread(f"a further variant in {language(code).name} of the same unit", variant.sourceline or line)
        elif code is not None:
            variants[code] = variant
    for code in (source, target):
        if code not in variants:
            yield Unread(f"without a variant in {language(code).name}", line)
            return
    texts = []
    for code in (source, target):
        segment = variants[code].find("{*}seg")
        text = "" if segment is None else _text(segment)
        if text is None:
            yield Unread("with an entity, which is not expanded", line)
            return
        texts.append(" ".join(text.split()))
    chosen = variants[target]

    def said(name: str) -> str | None:
        return chosen.get(name) or element.get(name)

    yield Unit(
        texts[0],
        texts[1],
        creator=said("creationid"),
        editor=said("changeid"),
        changed=said("changedate") or said("creationdate"),
        props={prop.get("type", ""): (prop.text or "").strip() for prop in element.iterfind("{*}prop")},
        line=line,
    )


def _text(element: Any) -> str | None:
    """The words of a segment, codes left out (a line break is a space); None where an entity stands among them."""
    from lxml import etree

    parts = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            return None
        kind = etree.QName(child).localname
        if kind not in _CODES:  # <hi>: words that are marked
            inner = _text(child)
            if inner is None:
                return None
            parts.append(inner)
        elif kind == "ph" and child.get("type") == "lb":
            parts.append(" ")
        parts.append(child.tail or "")
    return "".join(parts)


@lru_cache(maxsize=256)
def language_code(name: str) -> str | None:
    """The ISO 639-1 code of a TMX language name (``sq-AL``, ``SQ``, ``en_gb``); None for one the table lacks."""
    try:
        return language(name).code
    except LanguageUnknown:
        return None
