"""Fair lotteries over panels, for any yardstick of fairness, with proof.

Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens' assemblies", Nature 596 (2021), on
types instead of people: the targets do not tell people of one type apart, so an optimum gives them equal chances,
chance_t = Σ_panels probability × x_t / size_t.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum

import numpy as np

from deliberation.sortition.volunteers.chances import EXACT, Lottery
from deliberation.sortition.volunteers.dealing import Dealt, deal
from deliberation.sortition.volunteers.panels import Panels, Vector
from deliberation.sortition.volunteers.quotas import Pool, QuotaError, check
from deliberation.sortition.volunteers.split import Split

Progress = Callable[[float], None]
ACCEPTED, MOST_TYPES, DEALING = 1e-7, 6_000, 0.9


@dataclass(frozen=True, slots=True)
class FairLottery:
    """A lottery over panels. A panel is a tuple of numbers of people, one per type in the order of `Pool.types`.

    `panels` and `probabilities` (> 0, sum 1): the portfolio. `chances`: of each member of a type, per type.
    `smallest` and `largest`: among types that can be selected; the others are `excluded` (places in `Pool.types`).
    `value`: what the method makes as large as possible. `upper_bound`: no lottery has a larger value; `weights` prove
    it (`methods.bound`). `gap`: upper_bound / value − 1. With n people for k seats the value is
    - maximin and leximin: the smallest chance (of leximin, the first of its stages);
    - nash: the geometric mean of the chances of those who can be selected;
    - goldilocks: 2 / (largest × n/k + k/n / smallest), which is 1 when all chances are equal.
    """

    panels: tuple[tuple[int, ...], ...]
    probabilities: tuple[float, ...]
    chances: tuple[float, ...]
    smallest: float
    largest: float
    value: float
    upper_bound: float
    weights: tuple[float, ...]
    gap: float
    excluded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ideal:
    """What a method would choose if people could be split: `chances`; `goal`, the part of them that matters (a
    lottery with such chances or more is as good; 0 where nothing is asked); and the weights of the proof."""

    chances: Vector
    goal: Vector
    weights: Vector


@dataclass(frozen=True, slots=True)
class Method:
    """A yardstick of fairness.

    `ideal`: the best chances if people could be split. `value`: of chances, larger is better. `prove`: the upper
    bound on the value of every lottery that weights prove, given the largest Σ weight_t x_t / size_t of a panel.
    `close`: panels dealt have the ideal chances when none is short by more than this part of it.
    """

    ideal: Callable[[Split], Ideal]
    value: Callable[[Split, Vector], float]
    prove: Callable[[Split, Vector, float], float]
    close: float = EXACT


def fairest(method: Method, pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """The lottery over panels of `seats` people that is best by `method`, with the proof.

    First the optimum over a polytope that holds the chances of every lottery (`Split`): none is better. Then panels
    are dealt that have these chances (`deal`): that lottery is optimal. If no panels have them, a column
    generation finds how near a lottery can come (`Lottery`), and its dual values are a cut: an inequality that holds
    for all panels and not for that optimum. With it the optimum is computed again, until panels have it. So the
    answer is right for every pool; the cuts are rare.
    The same pool gives the same lottery, whatever the order of rows. `progress` hears the share of the work that is
    done, from 0 to 1. Raises QuotaError when no panel keeps the targets; the message says which clash.
    """
    if len(pool.types) > MOST_TYPES:
        raise QuotaError(
            f"Deze groep is te groot voor eerlijke kansen: {len(pool.types)} soorten mensen, hoogstens {MOST_TYPES}. "
            "Kies zonder op adressen te letten, of met minder kenmerken."
        )
    if problems := check(pool, seats):
        raise QuotaError(" ".join(problems))
    panels, heard = pool.panels(seats), _Rising(progress)
    split = Split(panels)
    ideal, dealt = _within_reach(method, pool, seats, panels, split, heard)
    found = [panel for panel, _ in dealt]
    while _share(dealt, ideal.goal, panels) < 1 - method.close:
        lottery = Lottery(panels, ideal.goal)
        lottery.add(found)
        share, weights, upper = lottery.raise_()
        found, dealt = lottery.panels, lottery.outcome()
        if share >= 1 - ACCEPTED:
            break
        split.cut(weights / panels.sizes, upper)
        ideal = method.ideal(split)
    heard(1.0)
    return _lottery(method, split, panels, ideal.weights, dealt)


def price(panels: Panels, weights: Vector) -> float:
    """The largest Σ weight_t x_t / size_t over all panels: one mixed integer program, for any solver."""
    return panels.best(weights / panels.sizes)[1]


def _within_reach(
    method: Method, pool: Pool, seats: int, panels: Panels, split: Split, heard: Progress
) -> tuple[Ideal, Dealt]:
    """The ideal for the types that can be selected, and panels that together hold each of these."""
    seen, cover = np.zeros(len(panels.sizes), dtype=bool), Dealt()
    while True:
        dealt, ideal = Dealt(), None
        if split.open:
            ideal = method.ideal(split)
            dealt = deal(pool.panels(seats), ideal.chances * panels.sizes, heard)
        for panel, _ in dealt:
            seen |= panel > 0
        for panel in panels.covering((split.possible & ~seen).astype(float)):
            cover.append((panel, 0.0))
            seen |= panel > 0
        if ideal and seen[split.possible].all():
            return ideal, dealt + cover
        split.forbid(np.flatnonzero(~seen))


def _chances(dealt: Dealt, panels: Panels) -> Vector:
    total = fsum(probability for _, probability in dealt)
    mean: Vector = np.zeros(len(panels.sizes))
    for panel, probability in dealt:
        mean += probability * panel
    mean /= panels.sizes * (total or 1.0)
    return mean


def _share(dealt: Dealt, goal: Vector, panels: Panels) -> float:
    """The largest share for which every chance is at least share × goal."""
    asked = goal > 0
    return float((_chances(dealt, panels)[asked] / goal[asked]).min())


def _lottery(method: Method, split: Split, panels: Panels, weights: Vector, dealt: Dealt) -> FairLottery:
    used = sorted((tuple(map(int, panel)), probability) for panel, probability in dealt if probability > 0)
    total = fsum(probability for _, probability in used)  # `sum` differs between versions of Python
    chances = _chances(dealt, panels)
    value, among = method.value(split, chances), chances[split.possible]
    upper = method.prove(split, weights, panels.ceiling(weights / panels.sizes))
    if upper > value * (1 + EXACT):
        upper = min(upper, method.prove(split, weights, price(panels, weights)))
    return FairLottery(
        panels=tuple(panel for panel, _ in used),
        probabilities=tuple(probability / total for _, probability in used),
        chances=tuple(map(float, chances)),
        smallest=float(among.min()),
        largest=float(among.max()),
        value=value,
        upper_bound=upper,
        weights=tuple(map(float, weights)),
        gap=upper / value - 1,
        excluded=tuple(int(t) for t in np.flatnonzero(~split.possible)),
    )


class _Rising:
    """Progress that never falls back, though work may have to be done again."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._most = progress, 0.0

    def __call__(self, share: float) -> None:
        """`share`: of the dealing, which is most of the work; 1 when all is done."""
        self._most = max(self._most, share if share == 1.0 else DEALING * share)
        if self._progress:
            self._progress(self._most)
