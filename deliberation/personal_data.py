"""Find what looks like personal data in Dutch free text, so that a person can look at it before others do.

Patterns, not understanding: what is marked may be innocent, and what is not marked may still identify someone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]` looks like `kind`: email, phone, iban, bsn, postcode, street or name."""

    kind: str
    start: int
    end: int


def is_bsn(digits: str) -> bool:
    """Whether nine digits pass the eleven-test of the BSN: 9a + 8b + … + 2h − i is a multiple of 11, and not zero.

    One in eleven random numbers passes. Source: Logisch Ontwerp BSN (RvIG).
    """
    if len(digits) != 9 or not (digits.isascii() and digits.isdigit()) or digits == "0" * 9:
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


def is_iban(text: str) -> bool:
    """Whether letters and digits without spaces form an IBAN: 15 to 34 long, remainder 1 (ISO 13616, mod 97-10)."""
    if not 15 <= len(text) <= 34 or not text.isascii() or not text.isalnum():
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def find_personal_data(text: str) -> list[Mark]:
    """Marks in the order of the text; they do not overlap (the more certain kind wins).

    E-mail addresses, Dutch and international phone numbers, IBANs that pass mod 97, numbers that pass the BSN's
    eleven-test, a postcode or street with a house number, a name after a title or initials, and two capitalised
    words together inside a sentence that are no known institution. Time grows with the length of the text.
    """
    marks: list[Mark] = []
    taken = bytearray(len(text))
    for kind, find in FINDERS:
        for start, end in find(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                marks.append(Mark(kind, start, end))
    return sorted(marks, key=lambda mark: mark.start)


LETTER, CAPITAL = r"[^\W\d_]", "[A-ZÀ-ÖØ-Þ]"
WORD = rf"{CAPITAL}{LETTER}{{1,30}}(?:[-'’]{LETTER}{{1,30}}){{0,3}}"
PARTICLES = r"(?:(?:van|de|der|den|ter|ten|te|'t|’t|el|al)[ ]){0,3}"
MEASURES = "uur|minuten|dag|week|weken|maand|jaar|jaren|keer|euro|meter|km|mensen|bewoners|inwoners|gezinnen"
NUMBER = rf"\d{{1,5}}(?!\d)(?:[ -]?[A-Za-z](?!\w))?(?![ ]?(?:%|{MEASURES}))"

EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)")
IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ .]?[A-Za-z0-9]){11,30}")
DUTCH = r"(?:(?:\+|00)31[ -]?(?:\(0\)[ -]?|0)?|\(?0)[1-9](?:\)?[ ./-]{0,3}\d){8}"
PHONE = re.compile(rf"(?<![\w+])(?<!\d[-/.])(?:{DUTCH}|\+[1-9]\d(?:[ ]?\d){{8,11}})(?!\d)")
SERVICE_NUMBER, DATE = re.compile(r"0[89]00"), re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
NINE_DIGITS = re.compile(r"(?<![\w.,-])\d(?:[ .-]?\d){8}(?![\d-]|[.,]\d)")
POSTCODE = re.compile(
    r"(?<!\w)[1-9]\d{3}(?:[ ]{0,2}(?!SA|SD|SS)[A-Z]{2}|(?!sa|sd|ss)[a-z]{2})(?!\w),?[ ]{0,2}"
    rf"(?:(?:nr|nummer|huisnummer)\.?[ ])?{NUMBER}"
)
STREET = re.compile(rf"(?<!\w)({LETTER}{{4,40}}),?[ ](?:(?:nr|nummer)\.?[ ])?{NUMBER}")
SURELY_STREET = ("straat", "laan", "gracht", "singel", "plein", "kade", "steeg", "plantsoen", "dreef", "dijk")
PERHAPS_STREET = ("weg", "hof", "pad", "park", "markt", "baan", "wal", "poort", "haven", "veld", "brink", "werf")
LAAN_VAN = re.compile(rf"(?<!\w)(?:Laan|Weg|Plein|Park|Hof)[ ]{PARTICLES}{WORD}(?:[ ]{WORD}){{0,2}}[ ]{NUMBER}")
TITLED = re.compile(
    r"(?<!\w)(?i:meneer|mijnheer|mevrouw|heer|dhr|mevr|mw|mr|drs|dr|ir|prof|familie|fam|buurman|buurvrouw"
    rf"|dokter|juf|oom|tante)\.?[ ](?:{CAPITAL}\.[ ]?){{0,5}}{PARTICLES}{WORD}(?:[ ]{PARTICLES}{WORD}){{0,2}}"
)
INITIALS = re.compile(rf"(?<!\w)(?:{CAPITAL}\.){{2,5}}[ ]?{PARTICLES}{WORD}")
TWO_CAPITALS = re.compile(rf"(?<=[a-zà-ÿ,;][ ]){WORD}[ ]{PARTICLES}{WORD}(?:[ ]{WORD})?")
INSTITUTIONS = """
Tweede Eerste Kamer Gemeente Gemeenteraad Raad State College Burgemeester Wethouders Wet Besluit Sociaal Sociale
Domein Dienst Den Haag Bosch Nederland Nederlandse Europese Unie Rode Kruis Leger Centraal Centrum Bureau Ministerie
Hoge Hoger Algemene Nationale Noord Zuid Oost West Nieuwe Nieuw Oude Oud Sint Koning Koningin Vereniging Stichting
Partij Jeugd Zorg Werk Inkomen Openbaar Wijkteam Wmo Albert Heijn Bijlage Artikel
"""
NO_NAMES = frozenset(INSTITUTIONS.split())


def _all(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
    return lambda text: (match.span() for match in pattern.finditer(text))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in IBAN.finditer(text):
        ends = [place + 1 for place in range(*match.span()) if text[place].isalnum()]
        for count in range(min(34, len(ends)), 14, -1):
            end = ends[count - 1]
            whole = not text[end : end + 1].isalnum()
            if whole and is_iban("".join(text[place - 1] for place in ends[:count])):
                yield match.start(), end
                break


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in PHONE.finditer(text):
        if not SERVICE_NUMBER.match(match[0]) and not DATE.search(match[0]):
            yield match.span()


def _bsns(text: str) -> Iterator[tuple[int, int]]:
    for match in NINE_DIGITS.finditer(text):
        if is_bsn("".join(filter(str.isdigit, match[0]))):
            yield match.span()


def _streets(text: str) -> Iterator[tuple[int, int]]:
    for match in STREET.finditer(text):
        word = match[1]
        if word.endswith(SURELY_STREET) or (word[0].isupper() and word.endswith(PERHAPS_STREET)):
            yield match.span()


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    for match in TWO_CAPITALS.finditer(text):
        if NO_NAMES.isdisjoint(match[0].split()):
            yield match.span()


FINDERS: tuple[tuple[str, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("email", _all(EMAIL)),
    ("iban", _ibans),
    ("phone", _phones),
    ("bsn", _bsns),
    ("postcode", _all(POSTCODE)),
    ("street", _streets),
    ("street", _all(LAAN_VAN)),
    ("name", _all(TITLED)),
    ("name", _all(INITIALS)),
    ("name", _pairs),
)
