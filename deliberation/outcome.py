"""The verdict as it may be published, and what it tells about the votes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf

import numpy as np

from deliberation.disclosure import Cell, Cells, Limit, share_reason
from deliberation.figures import Thresholds, Verdict
from deliberation.precision import Design, estimates, share_interval
from deliberation.tabulation import Raw, decimals
from deliberation.verdict import Conditions, decide

UNSEEN = ("tie", "within_margin")  # reasons that tell the share


def judged(votes: Raw, design: Design, conditions: Conditions, thresholds: Thresholds) -> Verdict:
    """The verdict on these votes, before disclosure control; `hidden` says whether its share can be printed."""
    keys = [row.key for row in votes.rows]
    counts = dict(zip(keys, votes.chose.sum(axis=0).tolist(), strict=True))
    weighted = dict(zip(keys, (design.weights @ votes.chose).tolist(), strict=True))
    adopts = votes.chose[:, keys.index(conditions.adopt)]
    opinion = votes.chose[:, [key in conditions.opinions for key in keys]].any(axis=1)
    if not opinion.any():
        return replace(decide(counts, weighted, conditions), hidden="few")
    (share,) = estimates(design, adopts.astype(np.float64)[:, None], np.asarray(opinion, dtype=bool))
    interval = share_interval(share, most=share.n)
    unsure = share_reason(share.n, share.effective_n, interval, thresholds)
    return replace(decide(counts, weighted, conditions, interval), hidden=unsure)


def verdict_cells(votes: Raw, verdict: Verdict, design: Design, conditions: Conditions) -> Cells:
    """What a verdict tells about the votes: which options weigh more than the others together, and which do not."""
    if verdict.reasons == ("quorum_not_met",) or not len(design):
        return Cells({})
    cells = {
        row.key: cell for row, cell in zip(votes.rows, votes.cells, strict=True) if row.key in conditions.opinions
    }
    if verdict.status == "no_verdict":
        return Cells({}, limits=[Limit(dict.fromkeys(cells.values(), 1.0), -inf, 0)])
    relative = design.weights / design.weights.mean()
    least, most = float(relative.min()), float(relative.max())

    def compared(key: str, share: Fraction, *, more: bool) -> Limit:
        """The option weighs at least this share of those with an opinion, or at most."""
        own, rest = (most, least) if more else (least, most)
        parts = {cell: -float(share) * rest for name, cell in cells.items() if name != key}
        limit = {cells[key]: float(1 - share) * own, **parts}
        return Limit(limit, -1e-6, inf) if more else Limit(limit, -inf, 1e-6)

    half = Fraction(1, 2)
    limits = [compared(conditions.adopt, conditions.majority, more=verdict.status == "meets")]
    limits += [compared(key, half, more=key == verdict.outcome) for key in cells]
    return Cells({}, limits=limits)


def publish_verdict(
    verdict: Verdict,
    votes: Raw,
    hidden: Collection[Cell],
    conditions: Conditions,
    thresholds: Thresholds,
    *,
    withheld: bool,
) -> Verdict:
    """The verdict without what may not be shown; none at all (below_floor) when it would reveal a hidden figure."""
    cells: Mapping[str, Cell] = {row.key: cell for row, cell in zip(votes.rows, votes.cells, strict=True)}
    revealing = withheld or cells[conditions.adopt] in hidden or cells.get(conditions.blank) in hidden
    if withheld and verdict.reasons != ("quorum_not_met",):
        verdict = replace(verdict, status="no_verdict", outcome="", reasons=("below_floor",))
    if revealing:
        reasons = tuple(reason for reason in verdict.reasons if reason not in UNSEEN)
        verdict = replace(verdict, reasons=reasons, opinions=None, blank=None, hidden="small")
    if verdict.hidden or verdict.share is None or verdict.low is None or verdict.high is None:
        return replace(verdict, share=None, low=None, high=None)
    digits = decimals(verdict.opinions or 0, thresholds.floor)
    figures = (round(figure, digits) for figure in (verdict.share, verdict.low, verdict.high))
    share, low, high = figures
    return replace(verdict, share=share, low=low, high=high)
