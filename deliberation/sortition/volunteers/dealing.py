"""From a mean to whole panels: a lottery whose mean panel is a given point of the polytope of panels."""

from collections.abc import Callable

import numpy as np

from deliberation.sortition.volunteers.panels import Panels, Vector

Dealt = list[tuple[Vector, float]]
EMPTY, SNAP, END = 1e-13, 1e-9, 1e-12


def deal(panels: Panels, mean: Vector, progress: Callable[[float], None]) -> Dealt:
    """Panels and their probabilities, so that Σ probability × panel = `mean` (people per type).

    Carathéodory's theorem as an algorithm (Grötschel, Lovász, Schrijver, "Geometric algorithms and combinatorial
    optimization" (1988), theorem 6.5.11): take a panel on the smallest face that holds what is left of the mean, give
    it as much probability as keeps the rest inside the polytope, and go on with the rest, which now lies on a smaller
    face. So there are at most as many panels as types and targets. Of the panels on a face one is taken that has the
    types which are behind. The sum of probabilities stays below 1 when the mean is not one of whole panels.
    `panels` are narrowed on the way: pass panels that are not used for anything else. `progress`: from 0 to 1.
    """
    rest, dealt = _Rest(panels, mean), Dealt()
    while rest.share > END and (panel := rest.panel()) is not None and (amount := rest.take(panel)):
        dealt.append((panel, amount))
        progress(1 - rest.share)
    return dealt


class _Rest:
    """What is left of the mean: `share` of the probability, and the slack of every bound, which is never negative.

    A bound without slack holds with equality in all panels of the rest.
    """

    def __init__(self, panels: Panels, mean: Vector) -> None:
        self._panels, self._mean, self.share = panels, np.maximum(mean, 1e-12), 1.0
        self._low, self._high = np.array(panels.bounds, dtype=float).reshape(-1, 2).T
        self._columns = np.repeat(np.arange(len(panels.types)), [len(places) for places in panels.types])
        self._rows = np.array([row for places in panels.types for row in places], dtype=np.intp)
        slack = self._slack(mean)
        self._left = np.where(slack < SNAP, 0.0, slack)
        self._tight = np.zeros(len(slack), dtype=bool)
        self._narrow()

    def panel(self) -> Vector | None:
        """A whole panel for which every tight bound holds with equality; None when there is none."""
        try:
            return self._panels.near(self._left[: len(self._mean)] / self._mean / self.share)
        except ArithmeticError:
            return None

    def take(self, panel: Vector) -> float:
        """Give the panel as much probability as the rest allows."""
        slack = self._slack(panel)
        on = slack > 0.5
        amount = min(float((self._left[on] / slack[on]).min(initial=1.0)), self.share)
        self._left -= amount * slack
        self._left[self._left < EMPTY] = 0.0
        self.share -= amount
        self._narrow()
        return amount

    def _slack(self, people: Vector) -> Vector:
        """Room at each end of each type, then of each row."""
        held = np.bincount(self._rows, people[self._columns], len(self._low))
        return np.concatenate([people, self._panels.sizes - people, held - self._low, self._high - held])

    def _narrow(self) -> None:
        types, rows = len(self._mean), len(self._low)
        new = (self._left == 0.0) & ~self._tight
        self._tight |= new
        ends = np.concatenate([np.zeros(types), self._panels.sizes, self._low, self._high])
        for place in np.flatnonzero(new):
            if place < 2 * types:
                self._panels.narrow_type(int(place % types), int(ends[place]))
            else:
                self._panels.narrow_row(int((place - 2 * types) % rows), int(ends[place]))
