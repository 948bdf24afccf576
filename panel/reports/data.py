"""The published figures as open data. The same figures as in the report, with question ids that stay the same."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any

from deliberation.figures import Row, Table
from panel.reports.facts import Material
from panel.reviews.routing_words import only_if

RESULTS = (
    *("question", "group_by", "group", "item", "answer", "label"),
    *("n", "count", "share", "value", "low", "high", "hidden"),
)
CODEBOOK = ("question", "type", "text", "part", "key", "label", "required", "apart", "asked_of")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | None
Line = tuple[Cell, ...]


def results_csv(material: Material) -> str:
    """A line per published figure: shares between 0 and 1, marks under `value`, in `hidden` why one is missing."""
    return _csv(RESULTS, _figures(material))


def results_json(material: Material) -> str:
    """The frozen findings and the facts beside them."""
    content: dict[str, Any] = {"findings": asdict(material.findings), "facts": material.facts}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def codebook_csv(material: Material) -> str:
    """Every question with its exact words and who was asked it, and every key that an answer to it may have."""
    return _csv(CODEBOOK, _codes(material))


def _figures(material: Material) -> Iterator[Line]:
    findings = material.findings
    for found in findings.questions:
        for table in found.tables:
            yield from _table(found.id, "", "", table.key, table)
        if (mean := found.mean) is not None:
            for name, value in (("mean", mean.mean), ("sd", mean.sd), ("median", mean.median)):
                low, high = (mean.low, mean.high) if name == "mean" else (None, None)
                yield (found.id, "", "", "", name, name, mean.n, None, None, value, low, high, mean.hidden)
        if found.asked is not None:
            yield _count(found.id, "", "", "asked", "asked", found.asked, "")
        if found.texts is not None:
            yield (found.id, "", "", "", "texts", "texts", found.n, found.texts, None, None, None, None, "")
    vote = material.questionnaire.vote.id
    for split in findings.splits:
        for table in split.tables:
            yield from _table(vote, split.by, table.key, "", table)
    for statements in findings.statements:
        for side in statements.sides:
            yield _count(statements.question, vote, side.side, "texts", side.label, side.texts, side.hidden)
        for tally in statements.tallies:
            yield _count(statements.question, "code", tally.code, "texts", tally.code, tally.texts, tally.hidden)
    for turnout in findings.participation.classes:
        yield _count("turnout", turnout.variable, turnout.key, "population", turnout.key, turnout.population, "")
        yield _count("turnout", turnout.variable, turnout.key, "invited", turnout.key, turnout.invited, "")
        line = ("turnout", turnout.variable, turnout.key, "", "answered", turnout.key, turnout.invited)
        yield (*line, turnout.answered, turnout.rate, None, None, None, turnout.hidden)
    yield from _whole(material)


def _whole(material: Material) -> Iterator[Line]:
    took_part = material.findings.participation
    counts = {"population": took_part.population, "invited": took_part.invited, "answered": took_part.answered}
    for name, count in (counts | asdict(took_part.outcomes)).items():
        yield _count("turnout", "", "", name, name, count, "")
    for name, share in (("rr1", took_part.rr1), ("rr2", took_part.rr2)):
        yield ("turnout", "", "", "", name, name, took_part.invited, None, share, None, None, None, "")


def _count(question: str, by: str, group: str, answer: str, label: str, count: int | None, hidden: str) -> Line:
    return (question, by, group, "", answer, label, None, count, None, None, None, None, hidden)


def _table(question: str, by: str, group: str, item: str, table: Table) -> Iterator[Line]:
    for row in table.rows:
        yield (question, by, group, item, row.key, row.label, table.n, *_row(row))


def _row(row: Row) -> tuple[Cell, ...]:
    return row.count, row.share, None, row.low, row.high, row.hidden


def _codes(material: Material) -> Iterator[Line]:
    for question in material.questionnaire.questions:
        asked_of = only_if(material.questionnaire, question, about_others=True)
        yield (question.id, question.type, question.text, "question", "", "", int(question.required), "", asked_of)
        parts = (("answer", question.options), ("item", question.items), ("direction", question.directions))
        marks = range(question.low, question.high + 1) if question.form == "scale" else ()
        for mark in marks:
            yield (question.id, question.type, question.text, "answer", mark, mark, "", 0, "")
        for part, options in parts:
            for option in options:
                apart = int(option.key in question.apart)
                yield (question.id, question.type, question.text, part, option.key, option.label, "", apart, "")


def _csv(header: Sequence[str], lines: Iterable[Line]) -> str:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in line] for line in lines)
    return stream.getvalue()


def _safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it; keys like -1 stay numbers."""
    if not isinstance(cell, str) or not cell.lstrip(" \n").startswith(FORMULA):
        return cell
    return cell if cell.lstrip("-").isdigit() else f"'{cell}"
