"""The vote per group: its tables, and what they tell about each other and about the vote as a whole.

The vote stands in many tables: as a whole, per area, age and gender, per answer to another question. A cell hidden in
one can be found through another, so a split adds all its cells to one system; and one that would reveal something is
not published.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deliberation.answering import Answers
from deliberation.disclosure import Cell, Cells, Limit, Sum, share_reason, together
from deliberation.figures import Association, Split, Thresholds
from deliberation.merging import Variable
from deliberation.precision import Design, estimates, share_interval, steady
from deliberation.questionnaire import Question
from deliberation.rao_scott import rao_scott
from deliberation.tabulation import Raw, decimals, joined, publish, raw_table
from deliberation.weighting import Floats

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


def split_cells(
    vote: Raw, tables: Sequence[Raw], clear_table: Raw | None, clear: Collection[str] | None, floor: int
) -> Cells:
    """The cells of one split and how they add up: over the options, over the groups, to the answers that are `clear`.

    How many of each class took part is public; how many said that the plan is clear (`clear_table`) is not.
    """
    if len(tables) < 2:
        return Cells({})
    counts, sums = joined(tables)
    sums.append((vote.total, *(raw.total for raw in tables)))
    for number, cell in enumerate(vote.cells):
        sums.append((cell, *(raw.cells[number] for raw in tables)))
    if clear_table is None or clear is None:
        return Cells(counts, sums, {raw.total for raw in tables if raw.n >= floor})
    parts = [cell for row, cell in zip(clear_table.rows, clear_table.cells, strict=True) if row.key in clear]
    told: Sum = (next(table.total for table in tables if table.key == CLEAR), *parts)
    return Cells(counts, [*sums, told])


@dataclass(frozen=True)
class Told:
    """`low` ≤ Σ coefficient × what the option weighs ≤ `high`; `given`: as long as these options are all shown."""

    options: Mapping[str, float]
    low: float
    high: float
    given: tuple[str, ...] = ()


def weight_limits(vote: Raw, tables: Sequence[Raw], design: Design, thresholds: Thresholds) -> Cells:
    """What weighted shares beside unweighted counts tell about the whole vote, and about a split (`tables`).

    The weights of a class add up to its population, and a share of the whole vote is their sum over the classes. With
    one variable all weights of a class are known from its turnout; else they lie between the smallest and the largest
    that are published. So that a share and a count of the whole vote say how many in each class voted so: to the
    person, if there are two classes.
    """
    if not len(design):
        return Cells({})
    weights = design.weights / design.weights.mean()
    whole = _worth(vote, weights, design, thresholds, known=bool(np.ptp(weights) < 1e-9))
    if len(tables) < 2 or np.ptp(weights) < 1e-9:
        return whole
    known = all(raw.n and np.ptp(weights[raw.domain]) < 1e-9 for raw in tables)
    parts = [_worth(raw, weights, design, thresholds, known=known) for raw in tables]
    links = []
    for number, cell in enumerate(vote.cells):
        parted: dict[Cell, float] = {("worth", raw.cells[number]): 1.0 for raw in tables}
        links.append(_about({("worth", cell): -1.0} | parted, 0, 1e-6))
    return together([whole, *parts, Cells({}, limits=links)])


def told_limits(vote: Raw, told: Sequence[Told]) -> Cells:
    """What is said about what the options weigh, besides their shares (`weight_limits` has what they weigh)."""
    cells = {row.key: cell for row, cell in zip(vote.rows, vote.cells, strict=True)}
    limits = [
        Limit(
            {("worth", cells[key]): value for key, value in one.options.items()},
            one.low - 1e-6,
            one.high + 1e-6,
            tuple(cells[option] for option in one.given if option in cells),
        )
        for one in told
    ]
    return Cells({}, limits=limits)


def _worth(raw: Raw, weights: Floats, design: Design, thresholds: Thresholds, *, known: bool) -> Cells:
    """What each row of a table weighs, in multiples of the mean weight. `known`: everyone in it weighs the same."""
    counts: dict[Cell, int] = {("worth", cell): 0 for cell in raw.cells}
    if not raw.n:
        return Cells(counts, slack=counts)
    own = weights[raw.domain]
    low, high = steady(float(weights.min()), 1) - 0.05, steady(float(weights.max()), 1) + 0.05
    if known:
        low = high = float(own[0])
    slack = 1e-6 if known else 0.0
    limits = []
    for cell in raw.cells:
        worth: Cell = ("worth", cell)
        limits.append(Limit({worth: 1, cell: -low}, -slack, np.inf))
        limits.append(Limit({worth: -1, cell: high}, -slack, np.inf))
    limits.append(_about({("worth", cell): 1.0 for cell in raw.cells}, float(own.sum()), 1e-6))
    return Cells(counts, slack=counts, limits=[*limits, *_share_limits(raw, design, thresholds)])


def _share_limits(raw: Raw, design: Design, thresholds: Thresholds) -> list[Limit]:
    """Of every row whose share may be printed: what it weighs, as exactly as the share tells."""
    if raw.n < thresholds.floor:
        return []
    digits = decimals(raw.n, thresholds.floor)
    weighs = float(design.weights[raw.domain].sum() / design.weights.mean())
    found = estimates(design, raw.chose.astype(np.float64), raw.domain)
    return [
        _about({("worth", cell): 1.0}, weighs * steady(share.value, digits), weighs * 0.5 / 10**digits, (cell,))
        for share, cell in zip(found, raw.cells, strict=True)
        if not share_reason(share.n, share.effective_n, share_interval(share, most=share.n), thresholds)
    ]


def _about(coefficients: Mapping[Cell, float], value: float, margin: float, given: tuple[Cell, ...] = ()) -> Limit:
    return Limit(coefficients, value - margin - 1e-6, value + margin + 1e-6, given)


def publish_split(
    by: str, tables: Sequence[Raw], hidden: Collection[Cell], design: Design, thresholds: Thresholds
) -> Split:
    """The split without what is hidden, and the test of whether its groups differ where nothing is."""
    if len(tables) < 2:
        return Split(by, (), "single")
    published = tuple(publish(raw, hidden, design, thresholds) for raw in tables)
    if all(row.count is None for table in published for row in table.rows):
        return Split(by, (), "small")
    test = None
    if all(row.count is not None for table in published for row in table.rows):
        groups = np.array([raw.domain for raw in tables]).argmax(axis=0)
        options = np.array([raw.chose for raw in tables]).any(axis=0).argmax(axis=1)
        test = rao_scott(design, groups, options)
    return Split(by, published, "", test and rounded_test(test))


def rounded_test(test: Association) -> Association:
    """A test as it is published."""
    return Association(
        steady(test.statistic, 3), steady(test.df, 2), steady(test.denominator_df, 1), steady(test.p, 4)
    )
