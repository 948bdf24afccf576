"""The verdict as it may be published, and what it tells about the votes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf

import numpy as np

from deliberation.disclosure import Cell, share_reason
from deliberation.figures import Thresholds, Verdict
from deliberation.precision import Design, estimates, share_interval, steady
from deliberation.splits import Told
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


def comparisons(verdict: Verdict, conditions: Conditions) -> list[Told]:
    """What a verdict says about what the options weigh: which has the majority, which weighs more than half.

    Each as a sum over the options that is not negative.
    """
    if verdict.reasons == ("quorum_not_met",):
        return []
    if verdict.status == "no_verdict":
        return [Told(dict.fromkeys(conditions.opinions, -1.0), 0, inf)]

    def compared(key: str, share: Fraction, *, more: bool) -> Told:
        """The option weighs at least this share of those with an opinion, or at most."""
        sign = 1 if more else -1
        rest = {other: -sign * float(share) for other in conditions.opinions if other != key}
        return Told(rest | {key: sign * float(1 - share)}, 0, inf)

    half = Fraction(1, 2)
    adopts = compared(conditions.adopt, conditions.majority, more=verdict.status == "meets")
    return [adopts, *(compared(key, half, more=key == verdict.outcome) for key in conditions.opinions)]


def verdict_shares(verdict: Verdict, conditions: Conditions, thresholds: Thresholds) -> list[Told]:
    """What the published share of those with an opinion says about what the options weigh, as far as it is shown."""
    if verdict.hidden or verdict.share is None:
        return []
    return of_opinions(
        [conditions.adopt], verdict.share, verdict.opinions or 0, conditions.adopt, conditions, thresholds
    )


def of_opinions(
    keys: Collection[str], share: float, n: int, beside: str, conditions: Conditions, thresholds: Thresholds
) -> list[Told]:
    """What these options weigh of the n with an opinion, as it is published: if the count `beside` it is shown."""
    digits = decimals(n, thresholds.floor)
    about, margin = steady(share, digits), 0.5 / 10**digits
    return [
        Told(
            {key: sign * (float(key in keys) - about) + margin for key in conditions.opinions},
            0,
            inf,
            (beside, conditions.blank),
        )
        for sign in (1, -1)
    ]


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
    figures = (steady(figure, digits) for figure in (verdict.share, verdict.low, verdict.high))
    share, low, high = figures
    return replace(verdict, share=share, low=low, high=high)
