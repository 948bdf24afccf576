"""People who volunteered, more of some kinds than of others, as a municipality would deliver them."""

import csv
import io
import random

from panel.demo.residents import COLUMNS

EXTRA = ("opleiding", "mening over het plan")
HEADER = [*COLUMNS, *EXTRA]


def volunteers(number: int = 150, seed: int = 1) -> bytes:
    """Two at some addresses; most are old and highly educated; of a few the education is not known."""
    rng = random.Random(seed)
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=";")
    rows.writerow(HEADER)
    for place in range(number):
        home = place - 1 if place % 7 == 6 else place
        born = rng.choices((2004, 1990, 1975, 1955), (1, 2, 3, 5))[0]
        person = [
            f"W{place:04d}",
            f"Vrijwilliger {place}",
            "" if place % 20 == 3 else f"vrijwilliger{place}@inwoner.example",
            "Dorpsweg",
            home + 1,
            "3511 AB",
            "Voorbeeld",
            f"{born}-05-05",
            rng.choice("MV"),
            rng.choices(("Noord", "Zuid", "Oost"), (5, 3, 2))[0],
            "",
            "" if place % 50 == 9 else rng.choices(("laag", "midden", "hoog"), (1, 3, 6))[0],
            rng.choice(("voor", "tegen", "weet niet")),
        ]
        rows.writerow(person)
    return out.getvalue().encode()
