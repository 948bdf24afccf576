"""The bytes of a CSV file as a header and numbered rows, or one sentence that says why not."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.personal_data import is_bsn

SAVE_AS_CSV = "Open het in uw rekenprogramma, kies Opslaan als en dan ‘CSV UTF-8’, en lees dat bestand in."
MISSING = ("", ".")
BSN_NAMES = {"bsn", "burgerservicenummer", "sofinummer", "sofi"}
BSN_AT_LEAST = 5
LOOKS_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+|[1-9]\d{3} ?[A-Za-z]{2}|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}")
CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f]")


class FrameError(ValueError):
    """The file as a whole cannot be read. The message is a Dutch sentence without personal data."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: (row number in the file, cells). The header is row 1; blank rows are counted but left out."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]


def read_table(content: bytes) -> Table:
    """Read CSV: UTF-8 with or without BOM, else Windows-1252; comma, semicolon or tab; quoted or not.

    Cells are stripped. Rows may be longer or shorter than the header. Raises FrameError for an empty or binary file,
    a missing header, equal column names, a misplaced quotation mark, or a column of citizen service numbers (BSN).
    """
    records = _records(_decode(content))
    header = tuple(records[0]) if records else ()
    _check_header(header)
    rows = [(number, cells) for number, cells in enumerate(records[1:], start=2) if any(cells)]
    if not rows:
        raise FrameError("Onder de kopregel staan geen rijen. Kijk of u het goede bestand heeft.")
    _check_bsn(header, rows)
    return Table(header, rows)


def _decode(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FrameError(f"Dit is geen CSV-bestand maar een Excel- of ander rekenbestand. {SAVE_AS_CSV}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FrameError(f"Het bestand is opgeslagen als UTF-16. {SAVE_AS_CSV}")
    if b"\x00" in content:
        raise FrameError(f"In het bestand staan nul-bytes: het is beschadigd of geen tekst. {SAVE_AS_CSV}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decode_windows(content)
    if not text.strip():
        raise FrameError("Het bestand is leeg.")
    if CONTROL.search(text):
        raise FrameError(f"In het bestand staan tekens die geen tekst zijn. {SAVE_AS_CSV}")
    return text


def _decode_windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise FrameError(f"Het bestand is geen tekst in UTF-8 of Windows-1252. {SAVE_AS_CSV}") from error


def _records(text: str) -> list[list[str]]:
    separator = _separator(text)
    records: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            if records and _swallowed_rows(cells, separator, len(records[0])):
                raise FrameError(_misplaced_quote(len(records) + 1))
            records.append([cell.strip() for cell in cells])
    except csv.Error as error:
        raise FrameError(_misplaced_quote(len(records) + 1)) from error
    return records


def _swallowed_rows(cells: Sequence[str], separator: str, width: int) -> bool:
    """A quotation mark that is not closed makes following rows part of a cell."""
    return any((separator in cell or len(cells) != width) for cell in cells if "\n" in cell or "\r" in cell)


def _misplaced_quote(row: int) -> str:
    return (
        f'In rij {row} staat een aanhalingsteken (") op een verkeerde plaats, of er mist er een. '
        "Verbeter die rij en lees het bestand opnieuw in."
    )


def _separator(text: str) -> str:
    """The separator that the header line has most of, outside quotes."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").splitlines()[0])
    return max(";,\t", key=header.count)


def _check_header(header: Sequence[str]) -> None:
    if not any(header):
        raise FrameError("De eerste rij van het bestand is leeg. Zet daar de namen van de kolommen.")
    if header[0].isdigit() or any(LOOKS_LIKE_DATA.fullmatch(name) for name in header):
        raise FrameError("De eerste rij lijkt op een gewone rij. Zet daarboven een rij met de namen van de kolommen.")
    counts = Counter(name.casefold() for name in header if name)
    if double := [name for name in header if counts[name.casefold()] > 1]:
        raise FrameError(f"De kolom ‘{double[0]}’ komt meer dan één keer voor. Geef elke kolom een eigen naam.")


def _check_bsn(header: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> None:
    """Stop at a column named as one, or of which more than half, and five or more, pass the eleven-test.

    Of random pseudonyms of nine digits one in eleven passes. The worst case by accident is five of nine rows: once in
    1,750 such files; in a file of a hundred rows it does not happen.
    """
    filled, passing = [0] * len(header), [0] * len(header)
    for _, cells in rows:
        for place, cell in enumerate(cells[: len(header)]):
            if cell not in MISSING:
                filled[place] += 1
                if len(cell) >= 8 and cell[-1].isdigit() and _may_be_bsn(cell):
                    passing[place] += 1
    for name, count, passes in zip(header, filled, passing, strict=True):
        named = re.sub(r"[^a-z]", "", name.casefold()) in BSN_NAMES and count > 0
        if named or (passes >= BSN_AT_LEAST and 2 * passes > count):
            raise FrameError(
                f"In de kolom ‘{name}’ lijken burgerservicenummers (BSN) te staan. Die mogen hier niet in. "
                "Verwijder de kolom of vervang de nummers door een eigen volgnummer, en lees het bestand opnieuw in."
            )


def _may_be_bsn(cell: str) -> bool:
    """Nine digits, with dots or spaces, or eight when a spreadsheet dropped the zero in front."""
    digits = cell.replace(".", "").replace(" ", "")
    return digits.isdigit() and len(digits) in (8, 9) and is_bsn(digits.zfill(9))
