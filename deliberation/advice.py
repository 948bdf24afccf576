"""Advices to the council: what the vote says, and every critical answer that more than half gave, surely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deliberation.disclosure import Cell, Cells, share_reason
from deliberation.figures import Advice, Thresholds, Verdict
from deliberation.precision import Design, estimates, share_interval
from deliberation.questionnaire import Question
from deliberation.tabulation import Raw, rounded


@dataclass(frozen=True)
class Critical:
    """Answers to one question that belong together: when more than half give one of them, an advice follows."""

    question: str
    keys: tuple[str, ...]


CRITICAL = (
    Critical("q01_duidelijk", ("2", "1")),
    Critical("q02_doel", ("2", "1")),
    Critical("q03_grondwaarden", ("0", "-1")),
    Critical("q06_papierwerk", ("-1", "-2")),
    Critical("q07_regie", ("1",)),
    Critical("q08_uitzondering", ("weinig",)),
    Critical("q08_uitzondering", ("veel",)),
)


@dataclass(frozen=True)
class Point:
    """A critical group in one table that more than half are in, surely: its share with interval, as published."""

    critical: Critical
    raw: Raw
    figures: tuple[float, float, float]

    @property
    def name(self) -> Cell:
        return ("critical", self.critical, self.raw.total)

    @property
    def cells(self) -> Cells:
        """The size of the group, as something a reader knows."""
        counts = self.raw.counts()
        parts = [c for o, c in zip(self.raw.rows, self.raw.cells, strict=True) if o.key in self.critical.keys]
        return Cells({self.name: sum(counts[part] for part in parts)}, [(self.name, *parts)], {self.name})


def points(critical: Critical, raws: Sequence[Raw], design: Design, thresholds: Thresholds) -> list[Point]:
    """The tables in which the group's share may be printed, and its published interval lies above one half."""
    found = []
    for raw in raws:
        if raw.n < thresholds.floor:
            continue
        chosen = raw.chose[:, [row.key in critical.keys for row in raw.rows]].any(axis=1)
        (share,) = estimates(design, np.asarray(chosen, dtype=np.float64)[:, None], raw.domain)
        interval = share_interval(share, most=share.n)
        figures = rounded(share, interval, thresholds.floor)
        if figures[1] > 0.5 and not share_reason(share.n, share.effective_n, interval, thresholds):
            found.append(Point(critical, raw, figures))
    return found


def advices(vote: Question, verdict: Verdict, found: Sequence[Point]) -> tuple[Advice, ...]:
    """The vote as the first advice, the critical points after it, numbered."""
    keys = (verdict.outcome,) if verdict.outcome else ()
    labels = tuple(vote.label(key) for key in keys)
    first = Advice(1, "vote", vote.id, "", keys, labels, verdict.opinions, verdict.share, verdict.low, verdict.high)
    return (first, *(_advice(number, point) for number, point in enumerate(found, 2)))


def _advice(number: int, point: Point) -> Advice:
    chosen = [row for row in point.raw.rows if row.key in point.critical.keys]
    keys, labels = tuple(row.key for row in chosen), tuple(row.label for row in chosen)
    return Advice(
        number, "critical", point.critical.question, point.raw.key, keys, labels, point.raw.n, *point.figures
    )
