"""The view of those who chose otherwise than the outcome, and when it has a chapter of its own."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from deliberation.disclosure import Cell, share_reason
from deliberation.figures import GroupView, Interval, Minority, Quote, Row, Split, Thresholds, Verdict
from deliberation.outcome import of_opinions
from deliberation.precision import ROUNDING, Design, Estimate, estimates, share_interval
from deliberation.splits import Told
from deliberation.tabulation import Raw, rounded
from deliberation.verdict import Conditions

ENOUGH = 0.2
EMPTY = Minority("", (), None, None, None, "", (), ())


def others(conditions: Conditions, verdict: Verdict) -> tuple[str, ...]:
    """The options with an opinion that are not the outcome; none without an outcome."""
    return tuple(key for key in conditions.opinions if key != verdict.outcome) if verdict.outcome else ()


def minority(
    votes: Raw,
    rows: Sequence[Row],
    splits: Sequence[Split],
    hidden: Collection[Cell],
    quotes: tuple[Quote, ...],
    design: Design,
    conditions: Conditions,
    verdict: Verdict,
    thresholds: Thresholds,
) -> Minority | None:
    """The minority view; None without an outcome.

    It has a chapter when a fifth or more of those with an opinion chose otherwise, weighted, or when more than half
    of some group, surely (the lower bound of its published share), chose one other option. Both are judged by
    published figures alone, so that whether there is a chapter tells nothing: where the share may not be shown, by
    the shares of all who voted, which can only be smaller. The share is shown when it is shown how many chose the
    outcome and how many had no opinion. `rows`: the published table of the vote; `splits`: the published splits.
    """
    options = others(conditions, verdict)
    if not options:
        return None
    found = _share(votes, hidden, design, conditions, verdict, options, thresholds)
    shown = [row.share for row in rows if row.key in options and row.share is not None]
    groups = tuple(
        GroupView(split.by, table.key, row.key)
        for split in splits
        for table in split.tables
        for row in table.rows
        if row.key in options and row.low is not None and row.low > 0.5
    )
    enough = (sum(shown) if found.share is None else found.share) >= ENOUGH - ROUNDING
    rule = "share" if enough else "group" if groups else ""
    return replace(found, rule=rule, groups=groups, quotes=quotes if rule else ())


def _share(
    votes: Raw,
    hidden: Collection[Cell],
    design: Design,
    conditions: Conditions,
    verdict: Verdict,
    options: tuple[str, ...],
    thresholds: Thresholds,
) -> Minority:
    cells = {row.key: cell for row, cell in zip(votes.rows, votes.cells, strict=True)}
    found = replace(EMPTY, options=options)
    if votes.n < thresholds.floor or {cells[verdict.outcome], cells.get(conditions.blank)} & set(hidden):
        return replace(found, hidden="small")
    share, interval = _estimated(votes, design, conditions, options)
    if unsure := share_reason(share.n, share.effective_n, interval, thresholds):
        return replace(found, hidden=unsure)
    value, low, high = rounded(share, interval, thresholds.floor)
    return replace(found, share=value, low=low, high=high)


def _estimated(
    votes: Raw, design: Design, conditions: Conditions, options: Collection[str]
) -> tuple[Estimate, Interval]:
    chose = votes.chose[:, [row.key in options for row in votes.rows]].any(axis=1)
    opinion = votes.chose[:, [row.key in conditions.opinions for row in votes.rows]].any(axis=1)
    (share,) = estimates(design, np.asarray(chose, dtype=np.float64)[:, None], np.asarray(opinion, dtype=bool))
    return share, share_interval(share, most=share.n)


def minority_shares(
    votes: Raw, design: Design, conditions: Conditions, verdict: Verdict, thresholds: Thresholds
) -> list[Told]:
    """What the share of the minority says about what the options weigh, as far as it is published."""
    options = others(conditions, verdict)
    if not options:
        return []
    share, interval = _estimated(votes, design, conditions, options)
    if share_reason(share.n, share.effective_n, interval, thresholds):
        return []
    return of_opinions(options, share.value, share.n, verdict.outcome, conditions, thresholds)
