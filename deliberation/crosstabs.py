"""One question of a survey file: its table, the same per group, and what may be shown of all that together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from deliberation.columns import Classes, Column
from deliberation.consensus import agreement
from deliberation.crosscells import MEAN, WHOLE, cell_name, protected
from deliberation.disclosure import Cell, share_reason
from deliberation.figures import Agreement, Interval, Mean, Row, Split, Table, Thresholds
from deliberation.intervals import interval_by
from deliberation.precision import Design, Estimate, Mask, ShareTable, mark_mean, mean_interval, share_table, steady
from deliberation.rao_scott import rao_scott
from deliberation.splits import rounded_test
from deliberation.tabulation import decimals
from deliberation.weighting import Floats

MARKS = 5


@dataclass(frozen=True)
class SurveyRow(Row):
    """A row with the standard error of its share; None where that is not shown, or rounded."""

    se: float | None = None


@dataclass(frozen=True)
class SurveyMean(Mean):
    """A mean with its standard error; None where that is not shown, or rounded."""

    se: float | None = None


@dataclass(frozen=True)
class SurveyQuestion:
    """What was answered in one column. Rows are `SurveyRow`.

    `mean`: of five or more whole numbers. A split that would reveal something is hidden as a whole ("small").
    `agreement`: per split and answer, where the share of every group is shown.
    """

    id: str
    n: int | None
    table: Table
    mean: SurveyMean | None
    splits: tuple[Split, ...]
    agreement: tuple[Agreement, ...]


@dataclass(frozen=True, eq=False)
class _Made:
    """What the figures of one question are made with. `rounded`: as they are published, without standard errors."""

    name: str
    answers: Column
    design: Design
    thresholds: Thresholds
    interval: str
    rounded: bool

    def table(self, by: str, key: str, hidden: Collection[Cell], inside: Mask | None = None) -> Table:
        """The table without what is hidden. How uncertain a share is, is judged by its Korn–Graubard interval."""
        given = self.answers.codes >= 0 if inside is None else inside & (self.answers.codes >= 0)
        n, floor, labels = int(given.sum()), self.thresholds.floor, self.answers.labels
        name = cell_name(by, self.name, key)
        if n < max(floor, 1) or name in hidden:
            rows = tuple(SurveyRow(label, label, None, None, None, None, "small") for label in labels)
            return Table(key, key, None, None, rows, "small")
        found = share_table(self.design, self.answers.codes, len(labels), given)
        low, high = self.limits(found)
        digits = decimals(n, floor)
        shown: list[SurveyRow] = []
        for number, label in enumerate(labels):
            count = None if (*name, label) in hidden else int(found.counts[number])
            interval = Interval(float(found.low[number]), float(found.high[number]))
            reason = share_reason(n, found.effective_n, interval, self.thresholds) if count is not None else "small"
            if reason:
                shown.append(SurveyRow(label, label, count, None, None, None, reason))
            else:
                figures = (float(found.share[number]), float(low[number]), float(high[number]))
                share, lowest, highest = (self.told(figure, digits) for figure in figures)
                se = None if self.rounded else float(found.se[number])
                shown.append(SurveyRow(label, label, count, share, lowest, highest, "", se))
        return Table(key, key, n, self.told(found.effective_n, 0), tuple(shown), "")

    def told(self, figure: float, digits: int) -> float:
        return steady(figure, digits) if self.rounded else figure

    def limits(self, table: ShareTable) -> tuple[Floats, Floats]:
        """The intervals of a table, of the kind that was asked for."""
        if self.interval == "beta":
            return table.low, table.high
        n, worth, df = table.n, table.effective_n, table.df
        shares = zip(table.share.tolist(), table.se.tolist(), strict=True)
        found = [interval_by(self.interval, Estimate(share, se, n, worth, df)) for share, se in shares]
        return np.array([each.low for each in found]), np.array([each.high for each in found])

    def mean(self, hidden: bool) -> SurveyMean:
        """The mean, spread and median of marks."""
        codes, marks = self.answers.codes, np.array([float(label) for label in self.answers.labels])
        n = int((codes >= 0).sum())
        if hidden or n < max(self.thresholds.floor, 1):
            return SurveyMean(None, None, None, None, None, None, "small")
        mean = mark_mean(self.design, codes, marks)
        if min(n, mean.effective_n) < self.thresholds.share_n:
            return SurveyMean(n, None, None, None, None, None, "few")
        given = codes >= 0
        weights: Floats = np.bincount(codes[given], self.design.weights[given], len(marks)).astype(np.float64)
        spread = float(weights @ np.square(marks - mean.value) / weights.sum()) * n / max(n - 1, 1)
        half = np.cumsum(weights) >= weights.sum() / 2 * (1 - 1e-12)
        interval = mean_interval(mean)
        return SurveyMean(
            n=n,
            mean=self.told(mean.value, 1),
            low=self.told(max(interval.low, float(marks[0])), 1),
            high=self.told(min(interval.high, float(marks[-1])), 1),
            sd=self.told(spread**0.5, 1),
            median=float(marks[int(np.argmax(half))]),
            hidden="",
            se=None if self.rounded else mean.se,
        )

    def split(self, group: Classes, hidden: Collection[Cell], withheld: bool) -> Split:
        if len(group.labels) < 2:
            return Split(group.name, (), "single")
        tables = tuple(
            self.table(group.name, label, hidden, group.codes == number) for number, label in enumerate(group.labels)
        )
        if withheld or all(row.count is None for table in tables for row in table.rows):
            return Split(group.name, (), "small")
        test = None
        if all(row.count is not None for table in tables for row in table.rows):
            test = rao_scott(self.design, group.codes, self.answers.codes.astype(np.intp))
        if test is not None and self.rounded:
            test = rounded_test(test)
        return Split(group.name, tables, "", test)


def tabulate(
    name: str,
    answers: Column,
    groups: Mapping[str, Classes],
    own: Classes | None,
    design: Design,
    thresholds: Thresholds,
    interval: str,
    margins: Collection[str],
    *,
    rounded: bool,
) -> SurveyQuestion:
    """Everything about one question.

    `answers` (n): from `columns.answers_of`; `groups`: to split by; `own`: the classes that the same column has in
    other tables, where how many are in each is known; `margins`: the columns that were raked to; `rounded`: as it is
    published, else exact. What is hidden is the same.
    """
    if len(answers.labels) == 1 and thresholds.floor:
        return _unanimous(name, groups)
    made = _Made(name, answers, design, thresholds, interval, rounded)
    marks = len(answers.labels) >= MARKS and all(label.lstrip("-").isdigit() for label in answers.labels)
    hidden, withheld = protected(name, answers, groups, own, margins, design, thresholds, marks=marks)
    table = replace(made.table(WHOLE, "", hidden), label=name)
    splits = tuple(made.split(group, hidden, by in withheld) for by, group in groups.items())
    return SurveyQuestion(
        id=name,
        n=table.n,
        table=table,
        mean=made.mean(MEAN in withheld) if marks else None,
        splits=splits,
        agreement=tuple(_agreement(splits, answers.labels, rounded=rounded)),
    )


def _unanimous(name: str, groups: Mapping[str, Classes]) -> SurveyQuestion:
    """Everybody gave one answer; that nobody gave another is not in the file, and is a small count all the same."""
    splits = tuple(Split(by, (), "small" if len(group.labels) > 1 else "single") for by, group in groups.items())
    return SurveyQuestion(name, None, Table("", name, None, None, (), "small"), None, splits, ())


def _agreement(splits: Sequence[Split], labels: Sequence[str], *, rounded: bool) -> list[Agreement]:
    found = []
    for split in splits:
        for number, label in enumerate(labels):
            shares = {table.key: table.rows[number].share for table in split.tables}
            shown = {key: share for key, share in shares.items() if share is not None}
            if len(shown) == len(shares) > 1:
                agreed = agreement(split.by, label, shown)
                found.append(agreed if rounded else replace(agreed, product=prod(shown.values())))
    return found
