"""From the municipality's file to a clean sampling frame, and every refused row with its reason."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from deliberation.sortition.frames.rows import DEFAULT_RULES, Person, RowReader, Rules, keyed_hash
from deliberation.sortition.frames.table import Table, read_table
from deliberation.sortition.frames.values import RowError

__all__ = [
    "Frame",
    "Person",
    "Refusal",
    "Rules",
    "frame_digest",
    "frame_of",
    "keyed_hash",
    "read_frame",
]


class Refusal(NamedTuple):
    """A row that was not taken: its number in the file (the header is row 1), and what to do about it."""

    row: int
    column: str | None
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Persons, excluded and refused together are the rows of the file, blank ones aside.

    `excluded`: deceased, moved, secrecy, opted_out, recently_drawn, council_or_staff or under_age -> how many.
    `extra`: the names of the columns behind `Person.features`.
    """

    persons: tuple[Person, ...]
    excluded: Mapping[str, int]
    refused: tuple[Refusal, ...]
    extra: tuple[str, ...] = ()


def frame_digest(persons: Sequence[Person]) -> str:
    """SHA-256 (hex) of the accepted rows: a JSON list a line, UTF-8 NFC, sorted by id. Order does not matter."""
    digest = hashlib.sha256()
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for person in sorted(persons, key=attrgetter("id")):
        known = person if person.features else person[:-1]
        digest.update(unicodedata.normalize("NFC", encode(known)).encode() + b"\n")
    return digest.hexdigest()


def read_frame(
    content: bytes,
    mapping: Mapping[str, str],
    reference_date: date,
    rules: Rules = DEFAULT_RULES,
    extra: Sequence[str] = (),
) -> Frame:
    """The sampling frame in a CSV file (`read_table` says which forms, `frame_of` what is done with the rows)."""
    return frame_of(read_table(content), mapping, reference_date, rules, extra)


def frame_of(
    table: Table,
    mapping: Mapping[str, str],
    reference_date: date,
    rules: Rules = DEFAULT_RULES,
    extra: Sequence[str] = (),
) -> Frame:
    """The sampling frame in a table.

    `mapping`: our field (`columns.FIELDS`) -> their column; `guess_mapping` proposes one. `extra`: other columns,
    whose cells are kept as text (`Person.features`). Ages are those on `reference_date`. Every row is accepted,
    excluded (counted under the first reason that holds) or refused (with the first thing that is wrong). An excluded
    person's other cells are not checked. FrameError when the file as a whole or the mapping is wrong.
    """
    reader = RowReader(table.header, mapping, reference_date, rules, extra)
    persons, refused, excluded = list[Person](), list[Refusal](), Counter[str]()
    for row, cells in table.rows:
        try:
            found = reader.read(cells)
        except RowError as refusal:
            column = mapping.get(refusal.our_field or "")
            where = f"Rij {row}, kolom {column}" if column else f"Rij {row}"
            refused.append(Refusal(row, column, refusal.code, f"{where}: {refusal.sentence}"))
            continue
        if isinstance(found, Person):
            persons.append(found)
        else:
            excluded[found] += 1
    return Frame(tuple(persons), dict(sorted(excluded.items())), tuple(refused), tuple(extra))
