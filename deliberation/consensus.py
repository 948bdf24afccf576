"""Agreement across groups, and how opinion moved between a review and its follow-up.

Both are made from published figures alone, so that they tell nothing that is hidden.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot, prod

from deliberation.figures import Agreement, Findings, Mean, QuestionFindings, Row
from deliberation.tabulation import decimals

PRODUCT, MEAN = 4, 1


@dataclass(frozen=True)
class Published:
    """A share (0 to 1) or a mean mark as it was published, with its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Movement:
    """One figure of a review beside the same figure of its follow-up.

    `question` and `item` say which table (item "" for a whole question), `key` and `label` which answer; a mean mark
    has `kind` "mean" and key "". `difference`: now − before, with its interval of 95 %, in the decimals that both
    were published in. `differs`: that interval lies on one side of 0; of figures that stayed the same one in twenty
    differs in this sense by chance.
    """

    question: str
    item: str
    kind: str
    key: str
    label: str
    before: Published
    now: Published
    difference: float
    low: float
    high: float
    differs: bool


def agreement(by: str, option: str, shares: Mapping[str, float]) -> Agreement:
    """How far the groups of the variable `by` agree on `option`. `shares`: the published share of every group.

    The lowest share says what every group reaches at least, the product is high only when no group stays behind
    (group-informed consensus: Small, Bjorkegren, Erkkilä, Shaw & Megill, Polis, Recerca 26, 2021). The first of
    equally low groups is named. Raises ValueError for fewer than two groups.
    """
    if len(shares) < 2:
        raise ValueError("agreement takes two groups or more")
    group = min(shares, key=lambda name: shares[name])
    return Agreement(by, option, len(shares), shares[group], group, round(prod(shares.values()), PRODUCT))


def moved(before: Findings, now: Findings) -> tuple[Movement, ...]:
    """Every figure that both published, in the order of the follow-up's questions.

    Compared are questions with the same id and, per table, the same answers; of those the shares and the mean that
    are shown in both. The interval of a difference is put together from the two published intervals (MOVER: method
    10 of Newcombe, Statistics in Medicine 17, 1998; Zou & Donner, Statistics in Medicine 27, 2008), as if other
    people had been drawn. Where the same people answered twice, and thought alike, it is wider than it need be.
    """
    earlier = {question.id: question for question in before.questions}
    return tuple(
        movement
        for question in now.questions
        if question.id in earlier and earlier[question.id].type == question.type
        for movement in _moved(earlier[question.id], question, max(before.thresholds.floor, now.thresholds.floor))
    )


def _moved(before: QuestionFindings, now: QuestionFindings, floor: int) -> Iterator[Movement]:
    tables = {_answers(table.key, table.rows): table for table in before.tables}
    for table in now.tables:
        known = tables.get(_answers(table.key, table.rows))
        if known is None or known.n is None or table.n is None:
            continue
        digits = decimals(min(known.n, table.n), floor)
        for old, new in zip(known.rows, table.rows, strict=True):
            if (was := _share(old)) and (became := _share(new)):
                yield _movement(now.id, table.key, "share", new, was, became, digits)
    marks = Row("", now.text, None, None, None, None, "")
    if (was := _mean(before.mean)) and (became := _mean(now.mean)):
        yield _movement(now.id, "", "mean", marks, was, became, MEAN)


def _answers(key: str, rows: tuple[Row, ...]) -> tuple[object, ...]:
    return key, *((row.key, row.label) for row in rows)


def _share(row: Row) -> Published | None:
    if row.share is None or row.low is None or row.high is None:
        return None
    return Published(row.share, row.low, row.high)


def _mean(mean: Mean | None) -> Published | None:
    if mean is None or mean.mean is None or mean.low is None or mean.high is None:
        return None
    return Published(mean.mean, mean.low, mean.high)


def _movement(
    question: str, item: str, kind: str, row: Row, before: Published, now: Published, digits: int
) -> Movement:
    difference = now.value - before.value
    low = round(difference - hypot(now.value - now.low, before.high - before.value), digits)
    high = round(difference + hypot(now.high - now.value, before.value - before.low), digits)
    return Movement(
        question=question,
        item=item,
        kind=kind,
        key=row.key,
        label=row.label,
        before=before,
        now=now,
        difference=round(difference, digits),
        low=low,
        high=high,
        differs=low > 0 or high < 0,
    )
