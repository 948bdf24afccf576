"""Figures per area, as Statistics Netherlands (CBS) publishes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deliberation.sortition.frames.table import FrameError, read_table

CODE = re.compile(r"(?:GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4})", re.ASCII)
NUMBER = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+)(?:,0+)?", re.ASCII)
INHABITANTS = ("aantalinwoners", "ainw", "inwoners", "inwonertal", "totalebevolking", "population")
HOUSEHOLDS = ("particulierehuishoudens", "aantalhuishoudens", "huishoudenstotaal", "ahh", "huishoudens")
NO_COUNT = re.compile(r"%|percentage|gemiddeld|grootte|dichtheid|\bper\b|eenpersoons|kinderen|jaar", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """`counts`: code -> inhabitants, or households when the file has no column of inhabitants."""

    counts: Mapping[str, int]
    column: str
    households: bool


def area_population(content: bytes) -> AreaFigures:
    """Read a CSV of Statistics Netherlands: padded codes and numbers, `.` for what is missing.

    The column of codes is known by its content (GM + 4 digits, WK + 6 or BU + 8 signs), the column of numbers by its
    name. FrameError when there is no such column, or an area has two different numbers.
    """
    table = read_table(content)
    rows = [[*cells, *[""] * len(table.header)] for _, cells in table.rows]
    codes = max(range(len(table.header)), key=lambda place: _codes(rows, place))
    if not _codes(rows, codes):
        raise FrameError(
            "Er is geen kolom met codes van het CBS, zoals WK036301. Kies een bestand per wijk of buurt."
        )
    for names, households in ((INHABITANTS, False), (HOUSEHOLDS, True)):
        place = _named(table.header, rows, names)
        if place is not None:
            return AreaFigures(_figures(rows, codes, place), table.header[place], households)
    raise FrameError(
        "Er is geen kolom met inwoners of huishoudens. Kies een bestand met een kolom ‘Aantal inwoners’ van het CBS."
    )


def _codes(rows: Sequence[Sequence[str]], place: int) -> int:
    return len({row[place] for row in rows if CODE.fullmatch(row[place].upper())})


def _named(header: Sequence[str], rows: Sequence[Sequence[str]], names: Sequence[str]) -> int | None:
    plain = [re.sub(r"[^a-z]", "", name.casefold()) for name in header]
    for wanted in names:
        for place, name in enumerate(plain):
            known = name == wanted if len(wanted) < 5 else wanted in name
            if known and not NO_COUNT.search(header[place]) and any(NUMBER.fullmatch(row[place]) for row in rows):
                return place
    return None


def _figures(rows: Sequence[Sequence[str]], codes: int, place: int) -> dict[str, int]:
    figures: dict[str, int] = {}
    for row in rows:
        code, number = row[codes].upper(), NUMBER.fullmatch(row[place])
        if number and CODE.fullmatch(code) and figures.setdefault(code, value := _whole(number[1])) != value:
            raise FrameError(f"{code} komt twee keer voor, met een ander aantal. Kies een bestand van één jaar.")
    return figures


def _whole(digits: str) -> int:
    return int(digits.replace(".", ""))
