"""A town of a hundred thousand, read and drawn; a city of a million, drawn; panels from volunteers."""

import csv
import hmac
import io
from datetime import date
from pathlib import Path

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.frame import read_frame
from deliberation.sortition.frames.table import read_table
from deliberation.sortition.invitations.stratified import Candidate, draw
from panel.demo.residents import make_frame
from tests.bench import pools
from tests.bench.chances import make_town
from tests.bench.timing import Contender, compare, console, whole

PEOPLE, SEATS, SEED = 100_000, 1_000, b"37 11 4 29 8 15"
TODAY = date(2026, 11, 1)


async def run(folder: Path) -> None:
    await _town()
    await _city()
    pools.measure(folder)


async def _town() -> None:
    content = make_frame(PEOPLE, seed=1)
    mapping = guess_mapping(read_table(content).header)
    people = [
        Candidate(person.id, (person.area or "", person.age_class or ""), person.address_key)
        for person in read_frame(content, mapping, TODAY).persons
    ]
    strata = len({person.stratum for person in people})
    console.print(
        f"{PEOPLE:,} rows, {len(content) / 1e6:.1f} MB; {len(people):,} people, {strata} strata, {SEATS:,} seats"
    )

    def parse() -> None:
        for _ in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"):
            pass

    def hash_everyone() -> None:
        for person in people:
            hmac.digest(SEED, person.id.encode(), "sha256")

    await compare(
        "The file",
        "file",
        [
            Contender("read_frame", whole(lambda: read_frame(content, mapping, TODAY)), beside=("csv.reader",)),
            Contender("csv.reader", whole(parse)),
        ],
    )
    await compare(
        "The draw",
        "draw",
        [
            Contender("draw", whole(lambda: draw(people, SEATS, SEED)), beside=("one HMAC each",)),
            Contender("one HMAC each", whole(hash_everyone)),
        ],
    )


async def _city() -> None:
    city = make_town(1_000_000)

    def hash_the_city() -> None:
        for person in city:
            hmac.digest(SEED, person.id.encode(), "sha256")

    await compare(
        "A city of a million",
        "draw",
        [
            Contender("draw 10,000", whole(lambda: draw(city, 10_000, SEED)), beside=("one HMAC each",)),
            Contender("one HMAC each", whole(hash_the_city)),
        ],
    )
