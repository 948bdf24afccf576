"""Drawing invitations from a frame, and verifying any draw, without the service."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.frame import Person, Rules, frame_of
from deliberation.sortition.frames.table import FrameError, read_table, table_digest
from deliberation.sortition.invitations.candidate_list import read_list
from deliberation.sortition.invitations.invitation_record import (
    draw_invitations,
    freeze_invitations,
    verify_invitations,
)
from deliberation.sortition.invitations.stratified import Candidate
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.same_panel import METHOD as SAME_PANEL
from deliberation.sortition.same_panel import verify_same_panel
from deliberation.sortition.seal import Check
from deliberation.sortition.volunteers.panel_record import METHOD as PANEL
from deliberation.sortition.volunteers.panel_verification import verify_panel
from deliberation.sortition.volunteers.quotas import Pool
from panel.cli.files import File, Out, names, number, read_record, stages, write_record
from panel.cli.frame import mapping_of
from panel.cli.lot import InputError, announced, answer_mistakes, lot_options
from panel.cli.pool import pool_of

STRATA = ("area", "age_class", "gender", "city", "language", "postcode")


class Draw(click.Group):
    """`draw FRAME.csv …` makes a draw; `draw verify …` checks one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "make", make, args


@click.group(cls=Draw, subcommand_metavar="FRAME.csv OPTIONS | verify RECORD.json [FILES]")
def draw() -> None:
    """Draw invitations from a frame (see `draw make --help`), or verify the record of any draw."""


@draw.command()
@click.argument("path", metavar="FRAME.csv", type=File)
@click.option("--size", type=int, required=True, help="How many people.")
@click.option(
    "--strata", default="", metavar="COL,COL", help="Our fields or their columns; each combination is a group."
)
@click.option("--out", type=Out, required=True, help="Where the record goes.")
@click.option("--map", "mapping_file", type=File, help="YAML or JSON: our field: their column.")
@click.option(
    "--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which ages count; today if not given."
)
@click.option("--minimum-age", default=16, show_default=True, help="Younger people are excluded.")
@answer_mistakes
@lot_options
def make(
    path: Path,
    size: int,
    strata: str,
    out: Path,
    mapping_file: Path | None,
    on: datetime | None,
    minimum_age: int,
    lot: Randomness,
) -> None:
    """Draw people from a frame: everyone in a group has the same chance, at most one per address."""
    started = perf_counter()
    reading = {
        "date": str(on.date() if on else date.today()),  # the day where the command is typed
        "minimum_age": minimum_age,
        "mapping": dict(mapping_of(mapping_file)) if mapping_file else None,
    }
    with stages() as progress:
        progress.begin("Bestand lezen")
        columns = names(strata)
        frame, candidates = people_of(path.read_bytes(), reading, columns)
        progress.begin("Vastleggen")
        frozen = freeze_invitations(frame, columns, candidates, size, announced(lot))
        progress.begin("Loten")
        drawn, record = draw_invitations(frozen, candidates, lot, with_panel=True)
        record["timings"] = {"seconds": round(perf_counter() - started, 3)}
        write_record(record, out)
    click.echo(f"{number(len(drawn.chosen))} van {number(len(candidates))} mensen geloot, hoogstens één per adres.")
    click.echo(f"Vingerafdruk van het verslag: {record['digest']}")
    if none := sum(count.population for count in drawn.strata if not count.invited):
        click.echo(f"Let op: {number(none)} mensen zitten in een groep zonder plaats. Neem groepen samen.")


def people_of(
    content: bytes, reading: Mapping[str, Any], columns: Sequence[str]
) -> tuple[dict[str, object], list[Candidate]]:
    """What may be known of the file, and the people in it that can be drawn."""
    table = read_table(content)
    mapping = reading["mapping"] or guess_mapping(table.header)
    fields = [_field(name, mapping) for name in columns]
    found = frame_of(table, mapping, date.fromisoformat(reading["date"]), Rules(minimum_age=reading["minimum_age"]))
    facts = {
        "reading": {**reading, "mapping": dict(mapping)},
        "digest": table_digest(table),
        "accepted": len(found.persons),
        "excluded": dict(found.excluded),
        "refused": len(found.refused),
    }
    return facts, [_candidate(person, fields) for person in found.persons]


def _field(name: str, mapping: Mapping[str, str]) -> str:
    own = next((field for field, column in mapping.items() if column.casefold() == name.casefold()), name)
    own = "age_class" if own == "birth_date" else own
    if own not in STRATA or not ({own, "birth_date" if own == "age_class" else own} & set(mapping)):
        raise FrameError(f"Op ‘{name}’ kan niet worden verdeeld. Kies uit: {', '.join(STRATA)}, of hun kolommen.")
    return own


def _candidate(person: Person, fields: Sequence[str]) -> Candidate:
    return Candidate(person.id, tuple(getattr(person, field) or "onbekend" for field in fields), person.address_key)


@draw.command()
@click.argument("record_file", metavar="RECORD.json", type=File)
@click.argument("files", metavar="[FRAME.csv | PEOPLE.csv CATEGORIES.csv | FIRST.json]", nargs=-1, type=File)
@answer_mistakes
def verify(record_file: Path, files: tuple[Path, ...]) -> None:
    """Recompute everything in a record: a line per check. Status 0 when all is right, else 1."""
    record = read_record(record_file)
    with stages() as progress:
        progress.begin("Narekenen")
        checks = _checks(record, files)
    for check in checks:
        click.echo(f"{'goed' if check.ok else '–   ' if check.ok is None else 'FOUT'}  {check.detail}")
    sys.exit(0 if all(check.ok is not False for check in checks) else 1)


def _checks(record: dict[str, Any], files: Sequence[Path]) -> list[Check]:
    if record.get("method") == SAME_PANEL:
        if len(files) > 1:
            raise InputError("Bij dit verslag hoort hoogstens het verslag van de eerste loting.")
        return verify_same_panel(record, *map(read_record, files))
    verify_one, again, wanted = (
        (verify_panel, _pool_again, 2) if record.get("method") == PANEL else (verify_invitations, _people_again, 1)
    )
    if not files:
        return verify_one(record)
    if len(files) != wanted:
        raise InputError(
            f"Bij dit verslag {'horen twee bestanden' if wanted > 1 else 'hoort één bestand'} met mensen."
        )
    try:
        return verify_one(record, *again(record, files))
    except (KeyError, TypeError, ValueError, click.ClickException) as error:
        detail = error.message if isinstance(error, click.ClickException) else str(error)
        return [*verify_one(record), Check("frame", False, f"Het bestand past niet bij het verslag. {detail}")]


def _pool_again(record: Mapping[str, Any], files: Sequence[Path]) -> tuple[dict[str, object], Pool]:
    people, categories = files
    return pool_of(people, categories, record["people"]["reading"])


def _people_again(
    record: Mapping[str, Any], files: Sequence[Path]
) -> tuple[dict[str, object], list[Candidate], dict[str, str]]:
    """From the file as it was, or from the list that the service gives to an inspector."""
    content = files[0].read_bytes()
    if "reading" in record["frame"]:
        return *people_of(content, record["frame"]["reading"], record["columns"]), {}
    table, candidates, salts = read_list(content, record["columns"])
    return {**record["frame"], "digest": table_digest(table), "accepted": len(candidates)}, candidates, salts
