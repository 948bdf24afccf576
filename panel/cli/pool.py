"""Choosing a panel from volunteers without the service."""

import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from deliberation.sortition.frames.table import FrameError, Table, read_table, table_digest
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.volunteers.methods import METHODS
from deliberation.sortition.volunteers.panel_record import choose_panel, freeze_panels
from deliberation.sortition.volunteers.pool_files import read_people, read_targets
from deliberation.sortition.volunteers.portfolio import lottery_size, round_to_panels
from deliberation.sortition.volunteers.quotas import Pool, check, group
from deliberation.sortition.volunteers.quotas import repair as smallest_repair
from deliberation.sortition.volunteers.seating import deal
from panel.cli.files import File, Out, counted, names, stages, write_record
from panel.cli.lot import InputError, announced, answer_mistakes, lot_options


@click.group()
def pool() -> None:
    """A panel from volunteers, with targets."""


@pool.command()
@click.argument("people_file", metavar="PEOPLE.csv", type=File)
@click.argument("categories_file", metavar="CATEGORIES.csv", type=File)
@click.option("--size", type=int, required=True, help="Seats in the panel.")
@click.option("--method", type=click.Choice(list(METHODS)), default="maximin", show_default=True)
@click.option("--address", default="", metavar="COL,COL", help="Columns that make an address: one person of each.")
@click.option("--id", "id_column", metavar="COL", help="The column with the id, when its name does not tell.")
@click.option("--panels", type=click.IntRange(1, 100_000), metavar="M", help="Panels to draw from.")
@click.option("--alternates", type=click.IntRange(0), default=0, metavar="A", help="Reserves.")
@click.option("--dropout", type=click.FloatRange(0, 1), default=0.2, show_default=True, help="Share that drops out.")
@click.option("--out", type=Out, required=True, help="Where the record goes.")
@answer_mistakes
@lot_options
def select(
    people_file: Path,
    categories_file: Path,
    size: int,
    method: str,
    address: str,
    id_column: str | None,
    panels: int | None,
    alternates: int,
    dropout: float,
    out: Path,
    lot: Randomness,
) -> None:
    """The fairest chances, a lottery over panels with these chances, and the panel that the lot chooses."""
    clock = Clock()
    with stages() as progress:
        progress.begin("Bestanden lezen")
        reading = {"id_column": id_column, "address": names(address)}
        facts, volunteers = pool_of(people_file, categories_file, reading)
        clock.lap("reading")
        progress.begin("De eerlijkste kansen zoeken")
        lottery = METHODS[method](volunteers, size, progress.share)
        clock.lap("chances")
        progress.begin("Panels samenstellen")
        count = panels or lottery_size(sum(volunteers.sizes), size)
        dealt = deal(volunteers, round_to_panels(volunteers, size, lottery, count))
        clock.lap("panels")
        progress.begin("Vastleggen en loten")
        frozen = freeze_panels(
            volunteers, size, method, lottery, dealt, facts, announced(lot), alternates=alternates, dropout=dropout
        )
        record = choose_panel(frozen, volunteers, lot)
        clock.lap("lot")
        write_record({**record, "timings": clock.laps}, out)
    click.echo(f"Panel {record['index']} van 0 tot en met {count - 1} is geloot: {size} mensen.")
    proven = f"bewezen tot op {abs(lottery.gap):.0e}"
    click.echo(f"Kleinste kans {lottery.smallest:.6g}, grootste {lottery.largest:.6g}, {proven}.")
    if lottery.excluded:
        left_out = sum(volunteers.sizes[t] for t in lottery.excluded)
        click.echo(counted(left_out, "mens past", "mensen passen") + " in geen enkel panel.")
    click.echo(f"Vingerafdruk van het verslag: {record['digest']}")


@pool.command()
@click.argument("people_file", metavar="PEOPLE.csv", type=File)
@click.argument("categories_file", metavar="CATEGORIES.csv", type=File)
@click.option("--size", type=int, required=True, help="Seats in the panel.")
@click.option("--address", default="", metavar="COL,COL", help="Columns that make an address: one person of each.")
@click.option("--id", "id_column", metavar="COL", help="The column with the id, when its name does not tell.")
@answer_mistakes
def repair(people_file: Path, categories_file: Path, size: int, address: str, id_column: str | None) -> None:
    """Whether a panel can keep the targets; if not, their smallest change. Status 0 when it can, else 1."""
    reading = {"id_column": id_column, "address": names(address)}
    with stages() as progress:
        progress.begin("Streefaantallen nagaan")
        _, volunteers = pool_of(people_file, categories_file, reading)
        problems = check(volunteers, size)
        found = smallest_repair(volunteers, size)
    if not problems:
        click.echo("Deze streefaantallen kunnen.")
        return
    for sentence in problems:
        click.echo(sentence)
    click.echo(f"De kleinste verandering ({counted(found.people, 'mens', 'mensen')}) waarmee het wel kan:")
    for old, new in found.changed:
        click.echo(f"  {new.category}, {new.feature}: {old.minimum}–{old.maximum} wordt {new.minimum}–{new.maximum}")
    sys.exit(1)


def pool_of(people_file: Path, categories_file: Path, reading: Mapping[str, Any]) -> tuple[dict[str, object], Pool]:
    """What may be known of the two files, and their people grouped under their targets."""
    categories, table = _table(categories_file), _table(people_file)
    try:
        targets = read_targets(categories)
    except FrameError as error:
        raise InputError(str(error), categories_file.name) from None
    try:
        people = read_people(table, targets, reading["id_column"], reading["address"])
    except FrameError as error:
        raise InputError(str(error), people_file.name) from None
    facts: dict[str, object] = {
        "reading": dict(reading),
        "digest": table_digest(table),
        "targets_digest": table_digest(categories),
        "count": len(people.features),
    }
    return facts, group(people.features, targets, people.homes)


def _table(path: Path) -> Table:
    try:
        return read_table(path.read_bytes())
    except FrameError as error:
        raise InputError(str(error), path.name) from None


class Clock:
    """Seconds per stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name], self._since = round(now - self._since, 3), now
