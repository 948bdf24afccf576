"""The vote per group, and everything that is published about the vote as one system of cells.

The vote stands in many tables: as a whole, per area, age and gender, per answer to another question, beside the texts
people wrote. A cell hidden in one can be found through another, so all of them are protected together.
"""

from collections.abc import Collection, Mapping, Sequence

from deliberation.answering import Answers
from deliberation.disclosure import Cell, Cells, Sum
from deliberation.figures import Split, Thresholds
from deliberation.precision import Design
from deliberation.questionnaire import Question
from deliberation.tabulation import Raw, joined, publish, raw_table
from deliberation.weighting import Variable

CLEAR, OTHER = "clear", "other"
Splits = Mapping[str, Sequence[Raw]]


def split_vote(
    vote: Question,
    classes: Sequence[Mapping[str, str]],
    answers: Sequence[Answers],
    variables: Sequence[Variable],
    clear: tuple[str, Collection[str]] | None,
) -> Splits:
    """Raw tables of the vote per class of each variable, and for those who gave one of the `clear` answers or not.

    `clear`: the question whether the plan is clear and those answers; None when that was not asked of everyone.
    """
    groups = {v.name: (v.classes, [c[v.name] for c in classes]) for v in variables}
    if clear is not None:
        question, keys = clear
        told = [CLEAR if answer.get(question) in keys else OTHER for answer in answers]
        groups[question] = ((CLEAR, OTHER), told)
    votes = [answer[vote.id] for answer in answers]
    return {
        by: [
            raw_table(
                (f"vote by {by}", vote.id, name),
                name,
                vote.options,
                [[choice] if group == name else None for choice, group in zip(votes, labels, strict=True)],
            )
            for name in names
        ]
        for by, (names, labels) in groups.items()
    }


def vote_cells(
    vote: Raw, splits: Splits, clear_table: Sequence[Raw], clear: tuple[str, Collection[str]] | None, floor: int
) -> Cells:
    """All cells of the vote and how they add up: over the options, over the groups, and over the answers `clear`."""
    shown = {by: tables for by, tables in splits.items() if len(tables) > 1}
    counts, sums = joined([vote, *clear_table, *(raw for tables in shown.values() for raw in tables)])
    for tables in shown.values():
        sums.append((vote.total, *(raw.total for raw in tables)))
        for number, cell in enumerate(vote.cells):
            sums.append((cell, *(raw.cells[number] for raw in tables)))
    if clear is not None:
        question, keys = clear
        for raw in clear_table:
            parts = [cell for row, cell in zip(raw.rows, raw.cells, strict=True) if row.key in keys]
            told: Sum = (next(t.total for t in splits[question] if t.key == CLEAR), *parts)
            sums.append(told)
    public = {raw.total for raw in (vote, *clear_table) if raw.n >= floor}
    return Cells(counts, sums, public)


def publish_split(
    by: str, tables: Sequence[Raw], hidden: Collection[Cell], design: Design, thresholds: Thresholds
) -> Split:
    if len(tables) < 2:
        return Split(by, (), "single")
    return Split(by, tuple(publish(raw, hidden, design, thresholds) for raw in tables), "")
