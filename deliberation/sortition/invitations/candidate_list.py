"""The people of a draw as a list that an inspector may see: enough to make the draw again, without names."""

import csv
import io
from collections.abc import Mapping, Sequence

from deliberation.sortition.frames.table import FrameError, Table, read_table
from deliberation.sortition.invitations.stratified import Candidate

OWN = ("id", "salt", "address")


def write_list(candidates: Sequence[Candidate], columns: Sequence[str], salts: Mapping[str, str]) -> bytes:
    """CSV in UTF-8: id, salt, address, and a column per part of a stratum; sorted by id."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([*OWN, *columns])
    for person in sorted(candidates, key=lambda person: person.id):
        rows.writerow([person.id, salts.get(person.id, ""), person.address or "", *person.stratum])
    return out.getvalue().encode()


def read_list(content: bytes, columns: Sequence[str]) -> tuple[Table, list[Candidate], dict[str, str]]:
    """The table, its people, and their salts. Raises FrameError when it is not such a list."""
    table = read_table(content)
    if missing := [name for name in (*OWN, *columns) if name not in table.header]:
        raise FrameError(f"In de lijst ontbreekt de kolom ‘{missing[0]}’.")
    places = [table.header.index(name) for name in (*OWN, *columns)]
    people, salts = list[Candidate](), dict[str, str]()
    for row, cells in table.rows:
        if len(cells) < len(table.header):
            raise FrameError(f"Rij {row}: er ontbreken vakken.")
        id_, salt, address, *stratum = (cells[place] for place in places)
        people.append(Candidate(id_, tuple(stratum), address or None))
        salts[id_] = salt
    return table, people, salts
