"""Made-up residents of a made-up municipality, over real wijken."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from deliberation.sortition.frames.table import read_table

TOWN = "Voorbeeld"
# Wijken of the municipality of Utrecht with their inhabitants in thousands, rounded: public figures of CBS.
WIJKEN = {
    "West": 31,
    "Noordwest": 47,
    "Overvecht": 36,
    "Noordoost": 41,
    "Oost": 34,
    "Binnenstad": 19,
    "Zuid": 29,
    "Zuidwest": 41,
    "Leidsche Rijn": 43,
    "Vleuten-De Meern": 51,
}
STREETS = ("Lindelaan", "Kerkstraat", "Dorpsweg", "Beukenhof", "Molenpad", "Havenkade", "Schoolstraat", "Zonnedauw")
FIRST = {
    "V": (
        "Anna",
        "Fatima",
        "Johanna",
        "Sanne",
        "Emine",
        "Maria",
        "Lotte",
        "Naomi",
        "Wilma",
        "Ingrid",
        "Yara",
        "Tess",
    ),
    "M": ("Jan", "Mohammed", "Pieter", "Daan", "Mehmet", "Kees", "Bram", "Lucas", "Henk", "Ruben", "Youssef", "Finn"),
    "X": ("Robin", "Sam", "Noa", "Charlie"),
}
LAST = (
    *("de Vries", "Jansen", "van Dijk", "Bakker", "Yilmaz", "Visser", "Smit", "Meijer", "El Amrani", "Mulder", "Bos"),
    *("Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit", "Dijkstra", "Kaya", "Singh", "Kok"),
)
HOUSEHOLDS = ((1, 40), (2, 33), (3, 12), (4, 11), (5, 4))  # size and its weight
AGES = ((0, 17, 20), (18, 34, 24), (35, 54, 27), (55, 74, 21), (75, 94, 8))
COLUMNS = [
    "volgnummer",
    "naam",
    "e-mail",
    "straat",
    "huisnummer",
    "postcode",
    "woonplaats",
    "geboortedatum",
    "geslacht",
    "wijk",
    "geheimhouding",
]
HUNDRED = 100


@dataclass(frozen=True)
class Mistake:
    """What is wrong on purpose with some rows, as in every real file: one row in so many."""

    every: int
    column: str
    value: str


MISTAKES = (
    Mistake(900, "postcode", "12AB"),
    Mistake(1300, "geboortedatum", "31-02-1980"),
    Mistake(1700, "e-mail", "geen"),
    Mistake(2300, "volgnummer", ""),
)


def make_frame(size: int, seed: int, areas: dict[str, int] | None = None) -> bytes:
    """A file as a municipality would deliver it: semicolons, a BOM, some mistakes, some people to be left out."""
    rng = random.Random(seed)  # noqa: S311 - made-up people, not a draw
    weights = areas or WIJKEN
    out = io.StringIO()
    rows = csv.DictWriter(out, COLUMNS, delimiter=";")
    rows.writeheader()
    number = home = 0
    while number < size:
        home += 1
        people = min(_pick(rng, HOUSEHOLDS), size - number)
        area = rng.choices(list(weights), list(weights.values()))[0]
        place = {
            "straat": rng.choice(STREETS),
            "huisnummer": str((home - 1) % 90_000 + 1),  # the postcode keeps addresses of a large town apart
            "postcode": f"{3500 + list(weights).index(area) % 99} {chr(65 + home % 17)}{chr(65 + home % 7)}",
            "woonplaats": TOWN,
            "wijk": area,
        }
        for person in range(people):
            number += 1
            rows.writerow(_with_mistakes(number, _person(rng, number, grown_up=person == 0) | place))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _person(rng: random.Random, number: int, grown_up: bool) -> dict[str, str]:
    gender = rng.choices(("V", "M", "X"), (502, 495, 3))[0]
    name = f"{rng.choice(FIRST[gender])} {rng.choice(LAST)}"
    low, high = rng.choices([age[:2] for age in AGES[grown_up:]], [age[2] for age in AGES[grown_up:]])[0]
    born = date(2026, 11, 1) - timedelta(days=round(rng.uniform(low, high + 0.99) * 365.25))
    local = name.lower().replace(" ", ".")
    moved = "verhuisd." if rng.randrange(HUNDRED) < 3 else ""  # an address that does not exist any more
    return {
        "volgnummer": f"V{number:06}",
        "naam": name,
        "e-mail": f"{moved}{local}.{number}@inwoner.example",
        "geboortedatum": born.strftime("%d-%m-%Y"),
        "geslacht": gender,
        "geheimhouding": "J" if rng.randrange(HUNDRED) < 1 else "N",
    }


def _with_mistakes(number: int, row: dict[str, str]) -> dict[str, str]:
    return row | {mistake.column: mistake.value for mistake in MISTAKES if number % mistake.every == 0}


def _pick(rng: random.Random, weighted: Sequence[tuple[int, int]]) -> int:
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def read_frame_file(file: Path, size: int, seed: int) -> tuple[str, bytes]:
    """A file with people as it is; a file with areas, as CBS publishes them, gives made-up people there."""
    content = file.read_bytes()
    table = read_table(content)
    names = [name.lower() for name in table.header]
    code = next((place for place, name in enumerate(names) if "regiocode" in name), None)
    if code is None:
        return file.name, content
    homes = next(place for place, name in enumerate(names) if "huishoudens" in name)
    label = next(place for place, name in enumerate(names) if "wijken en buurten" in name)
    areas = {
        cells[label].strip(): int(cells[homes])
        for _, cells in table.rows
        if cells[code].strip().startswith("WK") and cells[homes].strip().isdigit() and int(cells[homes]) > 0
    }
    return "bevolking.csv", make_frame(size, seed, areas)
