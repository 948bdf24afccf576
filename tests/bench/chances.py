"""`python -m tests.bench.chances`: has everybody the same chance, whatever the household? Counted over many lots.

Draws letters from a made-up town again and again, each time with another seed, and divides how often people of
households of one to six were drawn by letters / people. Also checks in every draw that nobody shares an address with
somebody else who was drawn and that every group got its seats.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from statistics import mean, stdev
from time import process_time

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from deliberation.sortition.invitations.stratified import Candidate, Draw, Prepared, allocate
from tests.bench.timing import console

SIZES, SHARES = (1, 2, 3, 4, 5, 6), (40, 32, 12, 11, 4, 1)  # about as Statistics Netherlands counts households
AREAS = [f"wijk {number}" for number in range(1, 11)]
AGES, AGE_SHARES = ("16-24", "25-34", "35-44", "45-54", "55-64", "65+"), (10, 18, 16, 17, 17, 22)
GENDERS = ("man", "vrouw")
LETTERS = {60_000: 3_000, 1_000_000: 10_000}
FAIR = 0.02  # how far from the fair chance is still fair


def make_town(people: int) -> list[Candidate]:
    """Households of one to six. Partners are mostly of one age, who lives with them mostly of the youngest class."""
    dice, town = random.Random(1), list[Candidate]()
    strata = {(area, age, gender): (area, age, gender) for area in AREAS for age in AGES for gender in GENDERS}
    while len(town) < people:
        [size] = dice.choices(SIZES, SHARES)
        area, address = dice.choice(AREAS), f"{len(town):07}"
        ages = _ages(dice, size)
        for age in ages[: people - len(town)]:
            town.append(Candidate(f"p{len(town):07}", strata[area, age, dice.choice(GENDERS)], address))
    return town


def _ages(dice: random.Random, size: int) -> Sequence[str]:
    adult, partner = dice.choices(AGES, AGE_SHARES, k=2)
    others = [AGES[0] if dice.random() < 0.8 else dice.choice(AGES) for _ in range(2, size)]
    return [adult, adult if dice.random() < 0.7 else partner, *others][:size]


def sound(drawn: Draw, address_of: dict[str, str | None], seats: dict[tuple[str, ...], int]) -> bool:
    """Whether a draw has the seats it should have, and one person per address."""
    one_each = len({address_of[id_] for id_ in drawn.chosen}) == sum(seats.values())
    return one_each and {count.stratum: count.invited for count in drawn.strata} == seats


def draws(frame: Prepared, letters: int, seeds: int) -> Iterator[Draw]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        for number in progress.track(range(seeds), description="draws"):
            yield frame.draw(letters, f"lot {number}".encode())


def study(people: int, letters: int, seeds: int) -> bool:
    """Print a table of the chances by household size. True when all are fair and all draws sound."""
    town = make_town(people)
    address_of = {person.id: person.address for person in town}
    size_of_address = Counter(address_of.values())
    size_of = {id_: size_of_address[address] for id_, address in address_of.items()}
    populations = Counter(person.stratum for person in town)
    seats = allocate(populations, letters)
    counts: dict[int, list[int]] = {size: [] for size in SIZES}
    unsound, began = 0, process_time()
    for drawn in draws(Prepared(town), letters, seeds):
        unsound += not sound(drawn, address_of, seats)
        met = Counter(size_of[id_] for id_ in drawn.chosen)
        for size in SIZES:
            counts[size].append(met[size])
    took = (process_time() - began) / seeds
    table = Table("household", "people", "per lot", "chance / fair", "standard error", "by its group", "by address")
    table.title = f"{people:,} people, {letters:,} letters, {seeds:,} lots, {len(seats)} groups"
    fair = unsound == 0
    for size in SIZES:
        members = [person for person in town if size_of[person.id] == size]
        expected = len(members) * letters / people
        stated = sum(seats[person.stratum] / populations[person.stratum] for person in members) / expected
        ratio = mean(counts[size]) / expected
        error = stdev(counts[size]) / sqrt(seeds) / expected
        fair &= abs(ratio - 1) < FAIR
        figures = (ratio, error, stated, people / len(size_of_address) / size)
        table.add_row(str(size), f"{len(members):,}", f"{mean(counts[size]):,.1f}", *(f"{x:.4f}" for x in figures))
    console.print(table)
    console.print("“By its group”: what the ratio should be, since a group gets a whole number of letters.")
    console.print("“By address”: what it would be if addresses were drawn, each with one person.")
    console.print(f"{unsound} unsound draws. {took:.2f} s CPU per lot. {'Fair' if fair else 'NOT fair'}.\n")
    return fair


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many lots, 2 or more (%(default)s)")
    parser.add_argument("--town", type=int, action="append", help="people: 60000 and 1000000 unless told otherwise")
    parser.add_argument("--letters", type=int, help="3,000 and 10,000 for those; else one in a hundred")
    given = parser.parse_args()
    towns = given.town or list(LETTERS)
    fair = [study(town, given.letters or LETTERS.get(town, town // 100), given.seeds) for town in towns]
    return 0 if all(fair) else 1


if __name__ == "__main__":
    sys.exit(main())
