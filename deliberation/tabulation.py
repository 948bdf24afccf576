"""Answers -> tables: first raw, with who is in them; then published, after disclosure control."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log10

import numpy as np
from numpy.typing import NDArray

from deliberation.answering import Answer
from deliberation.disclosure import Cell, Cells, Limit, Sum, share_reason
from deliberation.figures import Interval, Mean, Row, Table, Thresholds
from deliberation.precision import (
    Design,
    Estimate,
    Mask,
    estimates,
    mean_interval,
    share_interval,
    steady,
    weighted_median,
    weighted_sd,
)
from deliberation.questionnaire import Option, Question

Choices = NDArray[np.bool_]
HALF_DIGIT = 0.05


@dataclass(frozen=True)
class Raw:
    """A table before disclosure control, over all b ballots.

    `cells`: one per row; `total`: that of its n; `domain` (b): who is in the table; `chose` (b × rows): who chose
    what; `partition`: everyone in it chose exactly one row.
    """

    key: str
    label: str
    total: Cell
    rows: tuple[Option, ...]
    cells: tuple[Cell, ...]
    domain: Mask
    chose: Choices
    partition: bool = True

    @property
    def n(self) -> int:
        return int(self.domain.sum())

    def counts(self) -> dict[Cell, int]:
        counts: dict[Cell, int] = {self.total: self.n}
        counts |= dict(zip(self.cells, self.chose.sum(axis=0).tolist(), strict=True))
        if not self.partition:
            counts |= {("not", cell): self.n - counts[cell] for cell in self.cells}
        return counts

    def sums(self) -> list[Sum]:
        if self.partition:
            return [(self.total, *self.cells)]
        return [(self.total, cell, ("not", cell)) for cell in self.cells]


def raw_table(
    name: tuple[str, str, str], label: str, rows: Sequence[Option], chosen: Sequence[Collection[str] | None]
) -> Raw:
    """A table from what each ballot chose, None for who is not in it. `name`: kind, question or variable, key."""
    domain = np.array([choice is not None for choice in chosen], dtype=bool)
    places = {row.key: place for place, row in enumerate(rows)}
    chose = np.zeros((len(chosen), len(rows)), dtype=bool)
    for ballot, choice in enumerate(chosen):
        for key in choice or ():
            if key in places:
                chose[ballot, places[key]] = True
    return Raw(name[2], label, (*name, "*"), tuple(rows), tuple((*name, key) for key in places), domain, chose)


def scale_rows(question: Question) -> tuple[Option, ...]:
    marks = (Option(str(mark), str(mark)) for mark in range(question.low, question.high + 1))
    return (*marks, *question.options)


def raw_tables(question: Question, given: Sequence[Answer | None]) -> list[Raw]:
    """The tables of one question. `given`: the answer of every ballot, None where there is none."""
    name = ("question", question.id, "")
    match question.form:
        case "single":
            return [raw_table(name, question.text, question.options, [_one(a) for a in given])]
        case "scale":
            return [raw_table(name, question.text, scale_rows(question), [_one(a) for a in given])]
        case "single_per_item":
            return [
                raw_table(
                    ("question", question.id, item.key),
                    item.label,
                    question.options,
                    [_one((a or {}).get(item.key)) for a in given],
                )
                for item in question.items
            ]
        case "multi_with_direction":
            return _directions(question, given)
        case "multi_other":
            chosen = [None if a is None else a["chosen"] for a in given]
            return [_overlapping(raw_table(name, question.text, question.options, chosen))]
        case "text":
            return []


def _one(answer: Answer | None) -> list[str] | None:
    return None if answer is None else [str(answer)]


def _overlapping(raw: Raw) -> Raw:
    return Raw(raw.key, raw.label, raw.total, raw.rows, raw.cells, raw.domain, raw.chose, partition=False)


def _directions(question: Question, given: Sequence[Answer | None]) -> list[Raw]:
    whole = _overlapping(raw_table(("question", question.id, ""), question.text, question.options, given))
    tables = [whole]
    for option, cell in zip(whole.rows, whole.cells, strict=True):
        if option.key not in question.alone:
            chosen = [_one((answer or {}).get(option.key)) for answer in given]
            raw = raw_table(("question", question.id, option.key), option.label, question.directions, chosen)
            tables.append(Raw(raw.key, raw.label, cell, raw.rows, raw.cells, raw.domain, raw.chose))
    return tables


def joined(raws: Sequence[Raw]) -> tuple[dict[Cell, int], list[Sum]]:
    """The cells and the sums of several tables together."""
    counts: dict[Cell, int] = {}
    for raw in raws:
        counts |= raw.counts()
    return counts, [total for raw in raws for total in raw.sums()]


def cells_of(raws: Sequence[Raw], floor: int) -> Cells:
    """The tables of one question as cells for disclosure control. Their n is public, from `floor` on."""
    counts, sums = joined(raws)
    in_a_row = {cell for raw in raws for cell in raw.cells}
    return Cells(counts, sums, {raw.total for raw in raws if raw.n >= floor} - in_a_row)


def publish(raw: Raw, hidden: Collection[Cell], design: Design, thresholds: Thresholds) -> Table:
    """The table with weighted shares, without what may not be shown."""
    if raw.total in hidden or raw.n < thresholds.floor:
        rows = tuple(Row(o.key, o.label, None, None, None, None, "small") for o in raw.rows)
        return Table(raw.key, raw.label, None, None, rows, "small")
    everyone = np.ones((len(design), 1))
    whole, *found = estimates(design, np.hstack([everyone, raw.chose.astype(np.float64)]), raw.domain)
    counts = raw.chose.sum(axis=0).tolist()
    rows = tuple(
        _row(option, count, estimate, cell in hidden, thresholds)
        for option, count, estimate, cell in zip(raw.rows, counts, found, raw.cells, strict=True)
    )
    return Table(raw.key, raw.label, raw.n, steady(whole.effective_n, 0), rows, "")


def _row(option: Option, count: int, share: Estimate, hidden: bool, thresholds: Thresholds) -> Row:
    interval = share_interval(share, most=share.n)
    reason = "small" if hidden else share_reason(share.n, share.effective_n, interval, thresholds)
    if reason:
        return Row(option.key, option.label, None if hidden else count, None, None, None, reason)
    return Row(option.key, option.label, count, *rounded(share, interval, thresholds.floor), "")


def decimals(n: int, floor: int = 10) -> int:
    """In how many decimals a share of n people is published: 2 to 4.

    One step of the last is worth at least `floor` people, or is a whole percent where that is worth fewer. A weighted
    share beside an unweighted count tells how many of those counted are in classes that weigh heavily: with one
    variable of two classes, whose weights follow from the turnout, to the person if the share is exact. (What whole
    percents still tell in small reviews, `splits.weight_limits` reckons with.)
    """
    return min(max(2, int(log10(max(n, 1) / max(floor, 1)))), 4)


def rounded(share: Estimate, interval: Interval, floor: int = 10) -> tuple[float, float, float]:
    """A share with its interval, in the decimals that its n allows."""
    digits = decimals(share.n, floor)
    return steady(share.value, digits), steady(interval.low, digits), steady(interval.high, digits)


def choice_limits(question: Question, raws: Sequence[Raw]) -> list[Limit]:
    """What the rules of a question with several choices tell about its counts.

    An answer that excludes the others (`alone`) excludes them; of the others everyone chose at most `most`, and in a
    question with directions at least one.
    """
    if question.form not in ("multi_with_direction", "multi_other"):
        return []
    whole = raws[0]
    alone = [cell for row, cell in zip(whole.rows, whole.cells, strict=True) if row.key in question.alone]
    others = [cell for cell in whole.cells if cell not in alone]
    left = {whole.total: 1.0} | dict.fromkeys(alone, -1.0)
    limits = [Limit(left | {cell: -1.0}, 0, inf) for cell in others]
    if question.most:
        at_most = {cell: question.most * number for cell, number in left.items()}
        limits.append(Limit(at_most | dict.fromkeys(others, -1.0), 0, inf))
    if question.form == "multi_with_direction":
        limits.append(Limit(left | dict.fromkeys(others, -1.0), -inf, 0))
    return limits


def scale_limits(raw: Raw, design: Design) -> list[Limit]:
    """What mean, spread and median of a scale tell about its table, taken as loosely as keeps them true."""
    marks, values, weights = _marks(raw, design)
    if not len(values):
        return []
    mean, sd = float(weights @ values / weights.sum()), weighted_sd(values, weights)
    middle, plain = weighted_median(values, weights), float(values.mean())
    spread = float(np.square(values - plain).mean())
    low_sd, high_sd = max(sd - HALF_DIGIT, 0) ** 2, (sd + HALF_DIGIT) ** 2

    def limit(score: Mapping[Cell, float], low: float, high: float) -> list[Limit]:
        at_least = Limit({cell: s - low for cell, s in score.items()}, -1e-9, np.inf)
        return [at_least, Limit({cell: s - high for cell, s in score.items()}, -np.inf, 1e-9)]

    below = {cell: float(mark < middle) for cell, mark in marks.items()}
    above = {cell: float(mark > middle) for cell, mark in marks.items()}
    squares = {cell: (mark - plain) ** 2 for cell, mark in marks.items()}
    return [
        *limit(marks, min(mean - HALF_DIGIT, plain), max(mean + HALF_DIGIT, plain)),
        *limit(squares, min(low_sd, spread), max(high_sd, spread)),
        *limit(below, 0, max(0.5, float((values < middle).mean()))),
        *limit(above, 0, max(0.5, float((values > middle).mean()))),
    ]


def _marks(raw: Raw, design: Design) -> tuple[dict[Cell, float], NDArray[np.float64], NDArray[np.float64]]:
    """The mark of every cell that has one, and the marks and weights of those who gave one."""
    numbered = [i for i, row in enumerate(raw.rows) if row.key.lstrip("-").isdigit()]
    marks = {raw.cells[i]: float(raw.rows[i].key) for i in numbered}
    chosen = raw.chose[:, numbered]
    gave = chosen.any(axis=1)
    values = chosen[gave] @ np.array(list(marks.values()))
    return marks, np.asarray(values, dtype=np.float64), design.weights[gave]


def publish_mean(
    raw: Raw, hidden: Collection[Cell], design: Design, thresholds: Thresholds, *, protected: bool
) -> Mean:
    """The mean mark. Its n is hidden when it would reveal how many gave no mark; all when not `protected`."""
    marks, values, weights = _marks(raw, design)
    n = len(values)
    if n < thresholds.floor or not protected:
        return Mean(None, None, None, None, None, None, "small")
    beside = any(cell in hidden for cell in raw.cells if cell not in marks)
    shown = None if beside else n
    gave: Mask = np.asarray(raw.chose[:, [cell in marks for cell in raw.cells]].any(axis=1), dtype=bool)
    filled = np.zeros((len(gave), 1))
    filled[gave, 0] = values
    (mean,) = estimates(design, filled, gave)
    if min(n, mean.effective_n) < thresholds.share_n:
        return Mean(shown, None, None, None, None, None, "few")
    interval = mean_interval(mean)
    low, high = min(marks.values()), max(marks.values())
    return Mean(
        n=shown,
        mean=steady(mean.value, 1),
        low=steady(max(interval.low, low), 1),
        high=steady(min(interval.high, high), 1),
        sd=steady(weighted_sd(values, weights), 1),
        median=steady(weighted_median(values, weights), 1),
        hidden="",
    )
