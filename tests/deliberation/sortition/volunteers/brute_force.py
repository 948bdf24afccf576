"""Fair chances from all panels of persons, by other means than the service's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize_scalar

Matrix = NDArray[np.float64]


def membership(ids: Sequence[str], panels: Sequence[Sequence[str]]) -> Matrix:
    """A row per person, a column per panel: 1 where the person is in it."""
    return np.array([[float(id_ in panel) for panel in panels] for id_ in ids])


def leximin_chances(member: Matrix) -> list[float]:
    """Stage by stage: whoever cannot be above the level while the others keep theirs is settled at it."""
    settled = {i: 0.0 for i in range(len(member)) if not member[i].any()}
    while len(settled) < len(member):
        waiting = [i for i in range(len(member)) if i not in settled]
        level = -_lowest([0.0] * member.shape[1] + [-1.0], member, settled, waiting, None)
        stuck = [i for i in waiting if -_lowest([*-member[i], 0.0], member, settled, waiting, level) < level + 1e-6]
        settled |= dict.fromkeys(stuck, level)
    return [settled[i] for i in range(len(member))]


def maximin_chance(member: Matrix) -> float:
    """The largest smallest chance of whoever is in any panel."""
    among = member[member.any(axis=1)]
    rows = np.hstack([-among, np.ones((len(among), 1))])
    cost, total = [0.0] * member.shape[1] + [-1.0], [[1.0] * member.shape[1] + [0.0]]
    found = linprog(cost, rows, np.zeros(len(among)), total, [1.0])
    assert found.fun is not None
    return -float(found.fun)


def nash_mean(member: Matrix) -> tuple[float, float]:
    """The geometric mean of the chances of whoever is in any panel: one that is reached, and one that none exceeds.

    Expectation maximisation on the probabilities of the panels (Cover, IEEE Trans. Inf. Theory 30 (1984)).
    """
    among = member[member.any(axis=1)]
    probabilities = np.full(member.shape[1], 1 / member.shape[1])
    for _ in range(5_000):
        gain = (1 / (among @ probabilities)) @ among / len(among)
        probabilities *= gain
    reached = float(np.exp(np.log(among @ probabilities).mean()))
    return reached, reached * float(((1 / (among @ probabilities)) @ among).max()) / len(among)


def goldilocks_sum(member: Matrix, seats: int) -> float:
    """The least largest × n/k + k/n / smallest among whoever is in any panel: a search over the smallest chance."""
    among, unit = member[member.any(axis=1)], seats / len(member)

    def total(low: float) -> float:
        rows = np.vstack(
            [np.hstack([among, -np.ones((len(among), 1))]), np.hstack([-among, np.zeros((len(among), 1))])]
        )
        limits = [0.0] * len(among) + [1e-10 - low] * len(among)
        sums = [[1.0] * member.shape[1] + [0.0]]
        found = linprog([0.0] * member.shape[1] + [1.0], rows, limits, sums, [1.0])
        assert found.fun is not None
        return float(found.fun) / unit + unit / low

    ends = (1e-3, maximin_chance(member))
    found = minimize_scalar(total, bounds=ends, method="bounded", options={"xatol": 1e-9})
    return min(float(found.fun), total(ends[1]))


def _lowest(
    cost: Sequence[float], member: Matrix, settled: dict[int, float], waiting: list[int], level: float | None
) -> float:
    rows = [[*-member[i], 0.0] for i in settled] + [[*-member[i], 1.0] for i in waiting]
    limits = [1e-9 - chance for chance in settled.values()] + [1e-9] * len(waiting)
    total = [[1.0] * member.shape[1] + [0.0]]
    ends = [(0, None)] * member.shape[1] + [(level or 0, level)]
    found = linprog(cost, rows, limits, total, [1.0], ends)
    assert found.fun is not None
    return float(found.fun)
