"""The fairest chances for a pool of volunteers under targets: a lottery over panels, with proof.

Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 596 (2021), on
types instead of people: the targets do not tell people of one type apart, so an optimum gives them equal chances,
chance_t = Σ_panels probability × x_t / size_t.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from deliberation.sortition.chances import Lottery, relaxed_maximin
from deliberation.sortition.panels import Panels, Vector
from deliberation.sortition.quotas import Pool, QuotaError, check

Progress = Callable[[float], None]
GAP = 1e-6
DEALT, VARIANTS = 1.3, 30
SMOOTHING = (0.8, 0.4, 0.0)


@dataclass(frozen=True, slots=True)
class FairLottery:
    """A lottery over panels. A panel is a tuple of numbers of people, one per type in the order of `Pool.types`.

    `panels` and `probabilities` (> 0, sum 1): the portfolio. `chances`: of each member of a type, per type.
    `smallest` and `largest`: among types that can be selected; the others are `excluded` (places in `Pool.types`).
    `upper_bound`: no lottery gives every selectable type a larger chance. `weights` (per type, ≥ 0, sum 1 over the
    selectable types) prove it: the largest Σ weight_t x_t / size_t over all panels is `upper_bound` (see `bound`).
    `gap`: upper_bound / smallest − 1.
    """

    panels: tuple[tuple[int, ...], ...]
    probabilities: tuple[float, ...]
    chances: tuple[float, ...]
    smallest: float
    largest: float
    upper_bound: float
    weights: tuple[float, ...]
    gap: float
    excluded: tuple[int, ...]


def maximin(pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """The lottery over panels of `seats` people in which the smallest chance is as large as possible.

    Column generation: a master program over the panels found, panels priced by its dual values, which are smoothed
    (Wentges, Int. Trans. Oper. Res. 4 (1997)), until the proven relative gap is at most 1e-6. It starts from panels
    dealt around the optimum of the relaxation. The same pool gives the same lottery, whatever the order of rows.
    `progress` hears the share of the work that is done, from 0 to 1.
    Raises QuotaError when no panel keeps the targets; the message says which clash.
    """
    if problems := check(pool, seats):
        raise QuotaError(" ".join(problems))
    panels = pool.panels(seats)
    found = list(panels.covering())
    possible = np.sum(found, axis=0) > 0
    lottery = Lottery(panels, possible)
    lottery.add(found)
    mean, centre = relaxed_maximin(panels, possible)
    progress = progress or _silent
    _deal(lottery, panels, mean, progress)
    upper, weights = _raise(lottery, panels, centre)
    outcome = lottery.outcome()
    progress(1.0)
    smallest = float(outcome.chances[possible].min())
    return FairLottery(
        panels=outcome.panels,
        probabilities=outcome.probabilities,
        chances=tuple(map(float, outcome.chances)),
        smallest=smallest,
        largest=float(outcome.chances[possible].max()),
        upper_bound=upper,
        weights=tuple(map(float, weights)),
        gap=upper / smallest - 1,
        excluded=tuple(int(t) for t in np.flatnonzero(~possible)),
    )


def bound(pool: Pool, seats: int, weights: tuple[float, ...]) -> float:
    """The upper bound on the smallest chance that `weights` (≥ 0, sum 1) prove: the largest Σ weight_t x_t / size_t.

    The smallest chance is at most the weighted mean of the chances, and that is the mean over panels of this sum.
    One mixed integer program: whoever doubts a certificate can compute it with any solver.
    """
    panels = pool.panels(seats)
    return panels.best(np.array(weights) / panels.sizes)[1]


def _deal(lottery: Lottery, panels: Panels, mean: Vector, progress: Progress) -> None:
    """Deal panels one after another so that their running mean stays at `mean`: whoever is behind weighs more.

    Herding (Welling, ICML 2009), with weights relative to what a type should have. Somewhat more panels than types.
    """
    behind, total = np.zeros(len(mean)), int(DEALT * len(mean)) + 1
    for number in range(total):
        behind += mean
        panel = panels.near(behind / np.maximum(mean, 1e-9))
        behind -= panel
        lottery.add([panel])
        progress(number / total)


def _raise(lottery: Lottery, panels: Panels, best: Vector) -> tuple[float, Vector]:
    """Add panels until the smallest chance is proven within GAP of its optimum; the bound and its weights."""
    upper = _price(lottery, panels, best)
    chance, weights = lottery.solve()
    while upper > chance * (1 + GAP):
        before = len(lottery)
        for share in SMOOTHING:
            trial = share * best + (1 - share) * weights
            proven = _price(lottery, panels, trial)
            if proven < upper:
                upper, best = proven, trial
        if len(lottery) == before:
            break
        lottery.add(_variants(panels, weights))
        chance, weights = lottery.solve()
    return upper, best


def _price(lottery: Lottery, panels: Panels, weights: Vector) -> float:
    """The bound that `weights` prove on the smallest chance; the panel that reaches it is added."""
    panel, value = panels.best(weights / panels.sizes)
    lottery.add([panel])
    return value


def _variants(panels: Panels, weights: Vector) -> Iterator[Vector]:
    """Good panels for `weights` that differ: types that have had a seat weigh less in the next."""
    left = weights / panels.sizes
    for _ in range(VARIANTS):
        panel = panels.near(left)
        left = np.where(panel > 0, 0.7 * left, left)
        yield panel


def _silent(_share: float) -> None:
    """Nobody wants to hear of the progress."""
