"""Numbers of a text in a form that is the same in Albanian (1.234,5) and English (1,234.5) writing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATE = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
# Groups of three digits may be set apart with a (hard, thin) space; other separators need a digit right after them.
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?![\d])|\d+(?:[.,:]\d+)*")
_ROMAN = re.compile(r"\b(?=[IVXL]{2,}\b|[VX]\b)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_SCALE = re.compile(
    r"[\s-]*(?:mij|milion|miliard|bilion|thousand|million|billion|trillion|mln|bn|m\b|k\b)", re.IGNORECASE
)
_ENGLISH_SMALL = {
    "0": "zero no nil",
    "1": "one first once a an single",
    "2": "two second twice both double pair couple",
    "3": "three third",
    "4": "four fourth",
    "5": "five fifth",
    "6": "six sixth",
    "7": "seven seventh",
    "8": "eight eighth",
    "9": "nine ninth",
    "10": "ten tenth decade",
    "11": "eleven eleventh",
    "12": "twelve twelfth dozen",
    "15": "fifteen fifteenth",
    "18": "eighteen eighteenth",
    "20": "twenty twentieth",
    "30": "thirty thirtieth",
    "50": "fifty fiftieth half",
    "100": "hundred hundredth century",
    "1000": "thousand",
}
_ALBANIAN_NUMBER_WORD = re.compile(
    r"\b(?:dy\w*|tr[eëi]\w{0,3}|kat[eë]r\w*|pes[eë]\w*|gjasht\w*|shtat\w*|tet[eë]\w*|n[eë]nt\w*|dhjet\w*|nj[eë]zet\w*|"
    r"\w+dhjet\w*|dyzet\w*|\w*qind\w*|mij\w+|milion\w*|miliard\w*|gjys\w+|dyfish\w*|shek\w*|dekad\w*|duzin\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number as digits without separators; ``scaled`` when a word such as million or mijë follows it."""

    digits: str
    scaled: bool
    required: bool = True


def numbers(text: str, *, join_spaced_groups: bool = True) -> list[Number]:
    """The numbers of ``text`` in order. A numeric date gives day, month and year, the month not ``required``.

    ``join_spaced_groups`` reads ``10 000`` as one number; without it, as two.
    """
    found: list[Number] = []
    rest: list[str] = []
    at = 0
    for date in _DATE.finditer(text):
        day, month, year = date.groups()
        found += [Number(_plain(day), False), Number(_plain(month), False, required=False), Number(_plain(year), False)]
        rest.append(text[at : date.start()])
        at = date.end()
    for part in [*rest, text[at:]]:
        for match in _NUMBER.finditer(part):
            scaled = bool(_SCALE.match(part, match.end()))
            written = match.group()
            if not join_spaced_groups and re.search(r"\s", written):
                found += [Number(_plain(group), scaled) for group in written.split()]
            else:
                found.append(Number(_plain(written), scaled))
    return found


def missing_numbers(source: str, hypothesis: str) -> list[str]:
    """Numbers (digits only) of an Albanian or English ``source`` that its English ``hypothesis`` does not have.

    Small numbers may be spelt out in the hypothesis, afternoon hours may become p.m., ``'80`` may become 1980s.
    """
    return min(
        (
            _missing(numbers(source, join_spaced_groups=joined), numbers(hypothesis), hypothesis)
            for joined in (True, False)
        ),
        key=len,
    )


def invented_numbers(source: str, hypothesis: str) -> list[str]:
    """Numbers (digits only) of ``hypothesis`` that ``source`` has neither in digits nor, perhaps, in words.

    A source with number words or Roman numerals may give any number, so nothing is said of its hypothesis.
    """
    if _ALBANIAN_NUMBER_WORD.search(source) or _ROMAN.search(source):
        return []
    in_source = numbers(source) + numbers(source, join_spaced_groups=False)
    absent = [n for n in numbers(hypothesis) if n.required and not any(_same(n, other) for other in in_source)]
    return [number.digits for number in absent if len(number.digits) > 1 and number.digits not in ("10", "12")]


def unsupported_numbers(sentence: str, source: str) -> list[str]:
    """Numbers (digits only) of an English ``sentence`` that the English ``source`` it rests on does not have."""
    return _missing(numbers(sentence), numbers(source) + numbers(source, join_spaced_groups=False), source)


def _missing(wanted: list[Number], present: list[Number], spelt_in: str) -> list[str]:
    """Digits of the ``wanted`` numbers that are neither among ``present`` nor spelt out in the text ``spelt_in``."""
    written = set(re.findall(r"[a-z]+", spelt_in.lower()))
    return [
        number.digits
        for number in wanted
        if number.required
        and not any(_same(number, other) for other in present)
        and not written & set(_ENGLISH_SMALL.get(number.digits, "").split())
    ]


def _same(one: Number, other: Number) -> bool:
    if one.digits == other.digits:
        return True
    if (one.scaled or other.scaled) and one.digits.rstrip("0") == other.digits.rstrip("0"):
        return True
    short, long = sorted((one.digits, other.digits), key=len)
    if len(short) == 2 and len(long) == 4 and long.endswith(short) and long[0] in "12":  # '80 and 1980s
        return True
    return _afternoon(one.digits) == other.digits or _afternoon(other.digits) == one.digits


def _afternoon(digits: str) -> str:
    """The twelve-hour form of 13 to 24 o'clock (``1730`` gives ``530``, ``20`` gives ``8``)."""
    if len(digits) not in (2, 4) or not 13 <= int(digits[:2]) <= 24:
        return ""
    hour, minutes = str(int(digits[:2]) - 12), digits[2:]
    return hour + ("" if minutes in ("", "00") else minutes)


def _plain(written: str) -> str:
    digits = re.sub(r"\D", "", written)
    return digits if digits != written else digits.lstrip("0") or "0"
