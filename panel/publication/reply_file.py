"""The reactienota as the executive filled it in: a CSV with the number, the answer and the reason of each advice."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import StringIO

from panel.publication.models import Decision
from panel.reports.wording import say
from panel.web.dutch import format_number
from panel.web.messages import Refused, sentence

NUMBER, ANSWER, REASON = "nummer", "antwoord", "reden"
MOST_BYTES = 1_000_000
MOST_SAID = 10  # of the rows in which something is wrong
AT_THE_DESK = {
    Decision.ADOPTED: "overgenomen",
    Decision.PARTLY: "voor een deel overgenomen",
    Decision.NOT: "niet overgenomen",
    Decision.OUTSIDE: "daar gaat de raad niet over",
}


@dataclass(frozen=True)
class Filled:
    """What the form gets from a file, by field; `wrong`: a sentence for every row that could not be used."""

    typed: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The first of what is wrong, and how much more there is."""
        more = len(self.wrong) - MOST_SAID
        left = [sentence("publication.rows_more", count=format_number(more))] if more > 0 else []
        return " ".join([*self.wrong[:MOST_SAID], *left])


def read_reply(content: bytes, advices: Collection[str]) -> Filled:
    """Rows without an answer and a reason are left out: they are not filled in yet. Refuses what is no such table."""
    filled = Filled()
    for line, number, answer, reason in _rows(content):
        if number not in advices:
            filled.wrong.append(sentence("publication.row_number", line=line, number=number[:20]))
        elif f"reason_{number}" in filled.typed:
            filled.wrong.append(sentence("publication.row_twice", line=line, number=number))
        elif answer or reason:
            filled.typed[f"reason_{number}"] = reason
            filled.typed[f"decision_{number}"] = _decisions().get(answer.casefold().strip(" .☐☒"), "")
            if not filled.typed[f"decision_{number}"]:
                filled.wrong.append(sentence("publication.row_answer", line=line, number=number, answer=answer[:60]))
            elif not reason:
                filled.wrong.append(sentence("publication.row_reason", line=line, number=number))
    return filled


def _decisions() -> dict[str, str]:
    of_the_file = {say("decisions", decision).casefold(): decision.value for decision in Decision}
    return of_the_file | {words: decision.value for decision, words in AT_THE_DESK.items()}


def _rows(content: bytes) -> Iterator[tuple[int, str, str, str]]:
    text = _text(content)
    separator = max(";,\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        if not {NUMBER, ANSWER, REASON} <= {*header}:
            raise Refused("publication.no_columns", "file")
        places = [header.index(name) for name in (NUMBER, ANSWER, REASON)]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                number, answer, reason = (_cell(cells[place]) if place < len(cells) else "" for place in places)
                yield reader.line_num, number, answer, reason
    except csv.Error:
        raise Refused("publication.no_table", "file") from None


def _text(content: bytes) -> str:
    """As a spreadsheet saved it. NUL is in what no table is, such as a spreadsheet itself."""
    if b"\0" in content:
        raise Refused("publication.no_table", "file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _cell(text: str) -> str:
    """Without the apostrophe with which we keep a spreadsheet from reading it as a formula."""
    text = text.replace("\r\n", "\n").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text
