"""Tables as CSV that a spreadsheet can open without harm."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], lines: Iterable[Sequence[Cell]], delimiter: str = ",") -> str:
    """RFC 4180. What is not there is empty."""
    stream = StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return stream.getvalue()


def _safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; keys like -1 stay numbers."""
    if not isinstance(cell, str) or not cell.lstrip(" \n").startswith(FORMULA):
        return cell
    return cell if cell.lstrip("-").isdigit() else f"'{cell}"
