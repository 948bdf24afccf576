"""Checking a municipality's file without the service."""

import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click
import yaml

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.frame import Frame, Rules, frame_of
from deliberation.sortition.frames.table import read_table
from panel.cli.files import File, counted, number, stages
from panel.cli.lot import InputError, answer_mistakes

SHOWN = 20
REASONS = {
    "deceased": "overleden",
    "moved": "verhuisd",
    "secrecy": "geheim adres",
    "under_age": "te jong",
}


@click.group()
def frame() -> None:
    """The file of people who can be drawn."""


@frame.command()
@click.argument("path", metavar="FRAME.csv", type=File)
@click.option("--map", "mapping_file", type=File, help="YAML or JSON: our field: their column.")
@click.option(
    "--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which ages count; today if not given."
)
@click.option("--minimum-age", default=16, show_default=True, help="Younger people are excluded.")
@answer_mistakes
def check(path: Path, mapping_file: Path | None, on: datetime | None, minimum_age: int) -> None:
    """Who can be drawn, who is excluded, and which rows are refused and why. Status 0 when none is, else 2."""
    found = read(path, mapping_file, on.date() if on else date.today(), minimum_age)
    click.echo(counted(len(found.persons), "mens kan", "mensen kunnen") + " worden geloot.")
    click.echo(counted(sum(found.excluded.values()), "mens doet", "mensen doen") + " niet mee.")
    for reason, count in found.excluded.items():
        click.echo(f"  {number(count)} {REASONS.get(reason, reason)}")
    click.echo(counted(len(found.refused), "rij is", "rijen zijn") + " geweigerd.")
    for refusal in found.refused[:SHOWN]:
        click.echo(f"  {refusal.sentence}")
    if len(found.refused) > SHOWN:
        click.echo(f"  En nog {number(len(found.refused) - SHOWN)}.")
    sys.exit(2 if found.refused else 0)


def read(path: Path, mapping_file: Path | None, on: date, minimum_age: int) -> Frame:
    with stages() as progress:
        progress.begin("Bestand lezen")
        table = read_table(path.read_bytes())
        mapping = mapping_of(mapping_file) if mapping_file else guess_mapping(table.header)
        return frame_of(table, mapping, on, Rules(minimum_age=minimum_age))


def mapping_of(path: Path) -> Mapping[str, str]:
    try:
        found = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(part, str) for pair in found.items() for part in pair):
        raise InputError("Zet op elke regel ons veld en hun kolom: ‘postcode: PC6’.", path.name)
    return found
