"""A review as its English edition tells it: the words of the questionnaire in English, the same figures.

What exists in Dutch alone stays so, and is known as Dutch: the words of residents, and what the drafter did not
translate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from deliberation.figures import Advice, Findings, QuestionFindings, Row, Split, Statements, Table
from deliberation.questionnaire import Option, Question, Questionnaire
from panel.reports.dutch_inside import untranslated
from panel.reports.facts import Before, Material, read_dataclass, read_material


def in_english(document: Mapping[str, Any]) -> Material | None:
    """{"findings": …, "facts": …, "english": facts}, to be told in English; None without those. Raises InputError."""
    if not document.get("english"):
        return None
    material = read_material({"findings": document["findings"], "facts": document["english"]})
    findings = labelled(material.findings, material.questionnaire)
    facts = material.facts
    if facts["before"] is not None:
        facts = {**facts, "before": _first_time(facts["before"], material.findings, findings)}
    kept = untranslated(read_material(document).questionnaire, material.questionnaire)
    return replace(material, findings=findings, facts=facts, dutch=frozenset(_texts(document["facts"])) | kept)


def _first_time(before: Before, dutch: Findings, english: Findings) -> Before:
    """The first time with the same labels as the second, where these were the same in Dutch too."""
    labels = dict(zip(_rows_of(dutch), (row.label for *_, row in _places(english)), strict=True))
    findings = read_dataclass(Findings, before["findings"], "facts.before.findings")
    told = replace(findings, questions=tuple(_relabelled(found, labels) for found in findings.questions))
    return {**before, "findings": asdict(told)}


def _places(findings: Findings) -> Iterator[tuple[str, str, Row]]:
    for found in findings.questions:
        for table in found.tables:
            for row in table.rows:
                yield found.id, table.key, row


def _rows_of(findings: Findings) -> Iterator[tuple[str, str, str, str]]:
    return ((question, table, row.key, row.label) for question, table, row in _places(findings))


def _relabelled(found: QuestionFindings, labels: Mapping[tuple[str, str, str, str], str]) -> QuestionFindings:
    def label(table: Table, row: Row) -> str:
        return labels.get((found.id, table.key, row.key, row.label), row.label)

    tables = (
        replace(table, rows=tuple(replace(row, label=label(table, row)) for row in table.rows))
        for table in found.tables
    )
    return replace(found, tables=tuple(tables))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value.strip()
        case Mapping():
            for key, inner in value.items():
                if key != "questionnaire":
                    yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def labelled(findings: Findings, questionnaire: Questionnaire) -> Findings:
    """The findings with their labels as the questionnaire has them in its language."""
    vote = questionnaire.vote
    return replace(
        findings,
        questions=tuple(_question(found, questionnaire.question(found.id)) for found in findings.questions),
        splits=tuple(_split(split, vote) for split in findings.splits),
        statements=tuple(
            _statements(found, questionnaire.question(found.question), vote) for found in findings.statements
        ),
        advices=tuple(_advice(advice, questionnaire.question(advice.question)) for advice in findings.advices),
    )


def _question(found: QuestionFindings, question: Question) -> QuestionFindings:
    tables = tuple(_table(table, question) for table in found.tables)
    return replace(found, text=question.text, tables=tables)


def _table(table: Table, question: Question) -> Table:
    label = _label((*question.items, *question.options), table.key, table.label)
    return replace(table, label=label, rows=_rows(table.rows, _answers(question, table.key)))


def _answers(question: Question, key: str) -> Sequence[Option]:
    """What could be answered: of an option that was chosen before, its directions."""
    return question.directions if question.form == "multi_with_direction" and key else question.options


def _rows(rows: Sequence[Row], options: Sequence[Option]) -> tuple[Row, ...]:
    return tuple(replace(row, label=_label(options, row.key, row.label)) for row in rows)


def _label(options: Sequence[Option], key: str, otherwise: str) -> str:
    return next((option.label for option in options if option.key == key), otherwise)


def _split(split: Split, vote: Question) -> Split:
    return replace(
        split, tables=tuple(replace(table, rows=_rows(table.rows, vote.options)) for table in split.tables)
    )


def _statements(found: Statements, question: Question, vote: Question) -> Statements:
    sides = tuple(replace(side, label=_label(vote.options, side.side, side.label)) for side in found.sides)
    return replace(found, text=question.text, sides=sides)


def _advice(advice: Advice, question: Question) -> Advice:
    options = _answers(question, advice.item)
    labels = tuple(_label(options, key, label) for key, label in zip(advice.keys, advice.labels, strict=True))
    return replace(advice, labels=labels)
