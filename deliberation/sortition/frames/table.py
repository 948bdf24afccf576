"""The bytes of a CSV file as a header and numbered rows, or one sentence that says why not."""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from operator import itemgetter
from typing import Protocol

from deliberation.sortition.frames import bsn

SAVE_AS_CSV = "Open het in uw rekenprogramma, kies Opslaan als en dan ‘CSV UTF-8’, en lees dat bestand in."
BOM = b"\xef\xbb\xbf"
NOT_CSV = {
    b"PK\x03\x04": "een Excel- of ander rekenbestand",
    b"\xd0\xcf\x11\xe0": "een Excel- of ander rekenbestand",
    b"\xff\xfe": "een bestand in UTF-16",
    b"\xfe\xff": "een bestand in UTF-16",
    b"%PDF": "een PDF",
    b"{\\rtf": "een tekstdocument (RTF)",
    b"<": "een webpagina (HTML) of XML",
    b"{": "JSON",
    b"[": "JSON",
    b"\x1f\x8b": "een ingepakt bestand",
}
CONTROLS = tuple(bytes([code]) for code in (*range(9), *range(14, 32)))  # tab and line ends are text
SEPARATORS = ";,\t|"
MISSING = ("", ".")
NO_ROWS = "Onder de kopregel staan geen rijen. Kijk of u het goede bestand heeft."
CELLS_AT_ONCE = 5_000  # what fits in a processor's own memory goes by fastest
LOOKS_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+|[1-9]\d{3} ?[A-Za-z]{2}|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}|[\d.]{5,}")


class FrameError(ValueError):
    """The file as a whole cannot be read. The message is a Dutch sentence without personal data."""


class Rows(Protocol):
    """(row number in the file, cells). The header is row 1; blank rows are counted but left out."""

    def __iter__(self) -> Iterator[tuple[int, list[str]]]: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows of a checked file, read again at every walk: a million of them take no memory."""

    content: bytes = field(repr=False)
    start: int
    encoding: str
    separator: str
    number: int = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return islice(self.records(), 1, None)

    def __len__(self) -> int:
        return self.number

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The header, blank or not, and every row that is not blank."""
        reader = csv.reader(_text(self.content, self.start, self.encoding), delimiter=self.separator, strict=True)
        row, line, width = 0, 0, 0
        try:
            for cells in reader:
                row += 1
                width = width or len(cells)
                if reader.line_num > line + 1 and row > 1 and self._swallowed_rows(cells, width):
                    raise FrameError(_misplaced_quote(row))
                line = reader.line_num
                stripped = list(map(str.strip, cells))
                if row == 1 or any(stripped):
                    yield row, stripped
        except csv.Error as error:
            raise FrameError(_misplaced_quote(row + 1)) from error

    def _swallowed_rows(self, cells: Sequence[str], width: int) -> bool:
        """A quotation mark that is not closed makes following rows part of a cell."""
        return any((self.separator in cell or len(cells) != width) for cell in cells if "\n" in cell or "\r" in cell)


def read_table(content: bytes) -> Table:
    """Read CSV: UTF-8 with or without BOM, else Windows-1252; semicolon, comma, tab or bar; quoted or not.

    Cells are stripped. Rows may be longer or shorter than the header; nameless columns at its end are not of it.
    FrameError for an empty or binary file, a missing header, equal column names, a misplaced quotation mark, or
    a column of citizen service numbers (BSN). The rows keep `content` and are read from it whenever they are asked.
    """
    table = begin_table(content, str.casefold)
    count = _check_rows(table.header, table.rows)
    if not count:
        raise FrameError(NO_ROWS)
    return Table(table.header, replace(table.rows, number=count))


@dataclass(frozen=True, slots=True)
class Begun:
    """A file of which only the header was looked at: its rows are checked, and not counted, when they are read."""

    header: tuple[str, ...]
    rows: _Lines


def begin_table(content: bytes, same: Callable[[str], str] = str) -> Begun:
    """As `read_table`, of any CSV file, in one walk. `same`: names that become equal by it are equal."""
    start = 0
    while content.startswith(BOM, start):
        start += len(BOM)
    encoding = _encoding(content, start)
    with _text(content, start, encoding) as text:
        separator = _separator(text.readline())
    lines = _Lines(content, start, encoding, separator)
    _, cells = next(lines.records())
    while cells and not cells[-1]:
        cells.pop()
    header = tuple(cells)
    _check_header(header, same)
    return Begun(header, lines)


def table_digest(table: Table) -> str:
    """SHA-256 (hex) of every cell of every row, also of columns that nobody uses.

    A row is its cells in the order of the column names, NFC, joined by U+001F; the header is a row of its own. Hashed
    is the SHA-256 of the header and then those of the rows, sorted: the order of rows and columns does not matter.
    """
    names = [unicodedata.normalize("NFC", name) for name in table.header]
    width = len(names)
    order = sorted(range(width), key=names.__getitem__)
    in_order: Callable[[Sequence[str]], Sequence[str]] = itemgetter(*order) if width > 1 else list

    def hashed(cells: Sequence[str]) -> bytes:
        if len(cells) == width:
            line = "\x1f".join(in_order(cells))
        else:  # a row of which the reader will say that it is too short or too long
            line = "\x1f".join([*(cells[place] for place in order if place < len(cells)), *cells[width:]])
        if not line.isascii():
            line = unicodedata.normalize("NFC", line)
        return hashlib.sha256(line.encode()).digest()

    whole = hashlib.sha256(hashed(names))
    for row in sorted(hashed(cells) for _, cells in table.rows):
        whole.update(row)
    return whole.hexdigest()


def _text(content: bytes, start: int, encoding: str) -> io.TextIOWrapper:
    shared = io.BytesIO(content)  # it copies only what is written
    shared.seek(start)
    return io.TextIOWrapper(shared, encoding, newline="")


def _encoding(content: bytes, start: int) -> str:
    head = content[start : start + 1_000].lstrip()
    for begin, what in NOT_CSV.items():
        if head.startswith(begin):
            raise FrameError(f"Dit is geen CSV-bestand maar {what}. {SAVE_AS_CSV}")
    if re.compile(rb"\S").search(content, start) is None:
        raise FrameError("Het bestand is leeg. Kies het bestand met de mensen die geloot kunnen worden.")
    for control in CONTROLS:
        if (place := content.find(control)) >= 0:
            what = (
                "nul-bytes: het is beschadigd, of geen tekst" if control == b"\x00" else "tekens die geen tekst zijn"
            )
            raise FrameError(f"Op regel {_line_of(content, place)} van het bestand staan {what}. {SAVE_AS_CSV}")
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
        else:
            return encoding
    raise FrameError(
        f"Regel {_line_of(content, place)} van het bestand is geen tekst in UTF-8 of Windows-1252. {SAVE_AS_CSV}"
    )


def _line_of(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _separator(line: str) -> str:
    """The separator that the header line has most of, outside quotes."""
    if re.fullmatch(r'"?sep=.?"?', line.strip()):
        raise FrameError("De eerste regel is ‘sep=’. Verwijder die regel, zodat de kopregel bovenaan staat.")
    return max(SEPARATORS, key=re.sub(r'"[^"]*"', "", line).count)


def _misplaced_quote(row: int) -> str:
    return (
        f'In rij {row} staat een aanhalingsteken (") op een verkeerde plaats, of er mist er een. '
        "Verbeter die rij en lees het bestand opnieuw in."
    )


def _check_header(header: Sequence[str], same: Callable[[str], str]) -> None:
    if not header:
        raise FrameError("De eerste rij van het bestand is leeg. Zet daar de namen van de kolommen.")
    if header[0].isdigit() or any(LOOKS_LIKE_DATA.fullmatch(name) for name in header):
        raise FrameError("De eerste rij lijkt op een gewone rij. Zet daarboven een rij met de namen van de kolommen.")
    counts = Counter(same(name) for name in header if name)
    if double := [name for name in header if counts[same(name)] > 1]:
        raise FrameError(f"De kolom ‘{double[0]}’ komt meer dan één keer voor. Geef elke kolom een eigen naam.")


def _check_rows(header: Sequence[str], lines: _Lines) -> int:
    """How many rows there are; their quotation marks and their columns are looked at on the way."""
    columns = [bsn.Column(name) for name in header]
    rows, count = iter(lines), 0
    while chunk := [cells for _, cells in islice(rows, max(1, CELLS_AT_ONCE // len(header)))]:
        count += len(chunk)
        for column, cells in zip(columns, zip_longest(*chunk, fillvalue=""), strict=False):
            column.see(cells, MISSING)
    for column in columns:
        if column.is_bsn():
            raise FrameError(
                f"In de kolom ‘{column.name}’ lijken burgerservicenummers (BSN) te staan. Die mogen hier niet in. "
                "Verwijder de kolom of vervang de nummers door een eigen volgnummer, en lees het bestand opnieuw in."
            )
    return count
