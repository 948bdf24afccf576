"""What the executive fills in: one row per advice, as a text document (OpenDocument 1.3) and as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from panel.reports.archive import pack
from panel.reports.chapters.advices import advised
from panel.reports.facts import Material
from panel.reports.tables import Cell, csv_text
from panel.reports.templating import fill
from panel.reports.wording import day, say

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
HEADER = ("Nummer", "Advies van het panel", "Waarom", "Antwoord", "Reden (altijd nodig)", "Wie", "Wanneer")
COLUMNS = ("nummer", "advies", "waarom", "aantal", "aandeel", "antwoord", "reden", "wie", "wanneer")
BOX = "☐"


@dataclass(frozen=True)
class Row:
    """An advice and, once it is there, the answer to it. `n` people answered; `share` of them, 0 to 1, lead to it."""

    number: int
    text: str
    why: str
    n: int | None
    share: float | None
    decision: str
    reason: str
    by: str
    on: str


def reply_odt(material: Material) -> bytes:
    """The same bytes for the same material. Whatever people typed goes in as text."""
    facts = material.facts
    values = {
        "title": facts["title"],
        "question": facts["question"],
        "council": facts["council_name"],
        "address": facts["public_url"],
        "contact": facts["contact"],
        "day": facts["frozen_on"],
        "due": day(facts["reply_due"]) if facts["reply_due"] else "",
        "answered": bool(facts["replies"]),
        "header": HEADER,
        "choices": "\n".join(f"{BOX} {choice}" for choice in choices()),
        "rows": list(rows(material)),
    }
    parts = {"mimetype": MEDIA_TYPE.encode()}
    for name in ("content.xml", "styles.xml", "meta.xml"):
        parts[name] = fill(f"reply/{name}", **values).encode()
    parts["META-INF/manifest.xml"] = fill("reply/manifest.xml").encode()
    return pack(parts, date.fromisoformat(facts["frozen_on"]), stored="mimetype")


def reply_csv(material: Material) -> str:
    """For a Dutch spreadsheet, which expects semicolons and a mark that says that this is UTF-8."""
    return "\ufeff" + csv_text(COLUMNS, map(_cells, rows(material)), ";")


def rows(material: Material) -> Iterator[Row]:
    given = {reply["advice"]: reply for reply in material.facts["replies"]}
    for advice in material.findings.advices:
        told = advised(material, advice)
        reply = given.get(advice.number)
        yield Row(
            advice.number,
            told.text,
            told.reason,
            advice.n,
            advice.share,
            _capital(say("decisions", reply["decision"])) if reply else "",
            reply["reason"] if reply else "",
            reply["by"] if reply else "",
            day(reply["on"]) if reply else "",
        )


def choices() -> list[str]:
    """What can be done with an advice."""
    return [_capital(say("decisions", code)) for code in ("adopted", "partly", "not", "outside")]


def _cells(row: Row) -> tuple[Cell, ...]:
    return row.number, row.text, row.why, row.n, row.share, row.decision, row.reason, row.by, row.on


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
