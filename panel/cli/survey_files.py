"""The files of `samenspraak analyse`: answers, population, invitations. What is wrong with one is a SurveyError."""

import json
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from deliberation.columns import Column, SurveyError, check_names
from deliberation.sortition.frames.table import NO_ROWS, begin_table
from deliberation.turnout import Invited, invited_of
from panel.cli.files import number

MISSING = ("", ".", "NA")
VALUES = 5_000
ROWS_AT_ONCE = 2_000


def read_columns(path: Path, wanted: Sequence[str]) -> dict[str, Column]:
    """The columns of a CSV file by name; a blank cell, `.` and `NA` are no answer."""
    table = begin_table(path.read_bytes())
    check_names(wanted, table.header)
    if not (used := list(dict.fromkeys(wanted))):
        return {}
    places = [table.header.index(name) for name in used]
    found = [_Numbers() for _ in used]
    pieces: list[list[np.ndarray[Any, np.dtype[np.int16]]]] = [[] for _ in used]
    rows, width, pick = iter(table.rows), len(table.header), itemgetter(*places, places[0])
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        for row, cells in chunk:
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                raise SurveyError(
                    f"Rij {row} van {path.name} heeft {len(cells)} cellen en de kopregel {width}. Kijk of er een "
                    "scheidingsteken in een antwoord staat; zet zo’n antwoord tussen aanhalingstekens."
                )
        parts = islice(zip(*(pick(cells) for _, cells in chunk), strict=True), len(places))
        for place, part, numbers, piece in zip(places, parts, found, pieces, strict=True):
            piece.append(np.fromiter(map(numbers.__getitem__, part), np.int16, len(chunk)))
            if len(numbers) > VALUES:
                raise SurveyError(
                    f"De kolom ‘{table.header[place]}’ van {path.name} heeft meer dan {number(VALUES)} verschillende "
                    "waarden. Dat zijn geen klassen of vaste antwoorden: laat deze kolom weg, of neem waarden samen."
                )
    if not pieces[0]:
        raise SurveyError(NO_ROWS)
    return {
        name: Column(tuple(label for label in numbers if label not in MISSING), np.concatenate(piece))
        for name, numbers, piece in zip(used, found, pieces, strict=True)
    }


class _Numbers(dict[str, int]):
    """The number of each text, in the order in which they come."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(MISSING, -1))

    def __missing__(self, text: str) -> int:
        self[text] = len(self) - len(MISSING)
        return self[text]


def read_sizes(path: Path) -> dict[str, dict[str, float]]:
    """JSON that says per column and class how many people there are."""
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        found = None
    if (
        not isinstance(found, dict)
        or not found
        or not all(isinstance(part, dict) and part for part in found.values())
    ):
        raise SurveyError(
            f'{path.name} is geen JSON met per kolom de klassen, zoals {{"wijk": {{"Noord": 1200, "Zuid": 900}}}}.'
        )
    for name, sizes in found.items():
        for label, size in sizes.items():
            if isinstance(size, bool) or not isinstance(size, int | float) or not 0 <= size < 1e12:
                raise SurveyError(
                    f"In {path.name} is het aantal van ‘{label}’ bij ‘{name}’ geen getal van 0 of meer."
                )
        if not sum(sizes.values()):
            raise SurveyError(f"In {path.name} telt ‘{name}’ samen 0 mensen. Vul de aantallen in.")
    return {name: {label.strip(): float(size) for label, size in sizes.items()} for name, sizes in found.items()}


def read_invited(path: Path, margins: Sequence[str]) -> Invited:
    """Everyone who was invited in a CSV file, or counts per class in JSON."""
    with path.open("rb") as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
            return Invited(read_sizes(path))
    if not margins:
        raise SurveyError("Noem met --strata of --rake de kolommen waarop de uitnodigingen worden geteld.")
    return invited_of(read_columns(path, margins))
