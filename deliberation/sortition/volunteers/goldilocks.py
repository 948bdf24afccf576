"""Goldilocks: no chance is too small and none too large."""

import highspy
import numpy as np

from deliberation.sortition.volunteers.fair import FairLottery, Ideal, Method, Progress, fairest
from deliberation.sortition.volunteers.panels import Vector, optimal, solver
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.split import INFINITE, Split

CUTS, CLOSE = 60, 1e-10


def goldilocks(pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """The lottery over panels of `seats` people that makes largest × n/k + k/n / smallest as small as possible.

    n people for k seats; largest and smallest are the extreme chances of those who can be selected. Baharav,
    Flanigan, "Fair, Manipulation-Robust, and Transparent Sortition", EC 2024 (arXiv 2406.15009), with γ = 1. The
    value of the answer is 2 divided by that sum. Errors: see `fairest`.

    Proof, with all chances in units of k/n: largest is at least any mean of the chances with weights b ≥ 0, Σ b = 1.
    1 / smallest is convex, so at least 2/c − smallest/c² for every c > 0, and smallest is at most any mean with
    weights a ≥ 0, Σ a = 1. So the sum is at least 2/c − Σ w_t chance_t with w = a/c² − b, and Σ w_t chance_t is at
    most the largest Σ w_t x_t / size_t of a panel. Σ w = 1/c² − 1 gives c. When the negative part of w is at most 1
    there are such a and b: add to both, at any type, what b is short of 1.
    """
    return fairest(GOLDILOCKS, pool, seats, progress)


def _value(split: Split, chances: Vector) -> float:
    among = chances[split.possible] / split.unit
    return 2 / float(among.max() + 1 / among.min())


def _prove(split: Split, weights: Vector, largest: float) -> float:
    negative = -float(np.minimum(weights, 0).sum())
    if negative > 1 + 1e-9:
        return np.inf
    centre = (1 + float(weights.sum())) ** -0.5
    total = 2 / centre - largest / split.unit
    return 2 / total if total > 0 else np.inf


def _ideal(split: Split) -> Ideal:
    """A linear program with tangents of 1 / smallest (Kelley, J. SIAM 8 (1960)), in one variable: few are needed."""
    types = np.flatnonzero(split.possible)
    highs, low, top = _program(split)
    inverse, at = top + 1, 1.0
    for _ in range(CUTS):
        places = np.array([inverse, low], dtype=np.int32)
        highs.addRow(2 / at, INFINITE, 2, places, np.array([1.0, 1 / at**2]))
        if not optimal(highs):
            raise ArithmeticError("the program of chances has no optimum")
        values = np.array(highs.getSolution().col_value)
        if 1 - values[inverse] * values[low] < CLOSE:
            break
        at = max(float(values[low]), at / 100)
    people = values[: len(split.sizes)]
    dual, first = np.array(highs.getSolution().row_dual), len(split.rows)
    weights = np.zeros(len(split.sizes))
    weights[types] = np.abs(dual[first : first + len(types)]) - np.abs(dual[first + len(types) :][: len(types)])
    chances = np.where(split.possible, people / split.sizes, 0.0)
    return Ideal(chances, chances, weights)


def _program(split: Split) -> tuple[highspy.Highs, int, int]:
    """Columns: people per type, the smallest and the largest chance (in units), 1 / smallest; to be minimised."""
    highs, low = solver(), len(split.sizes)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-10)
    for size in np.where(split.possible, split.sizes, 0.0):
        highs.addCol(0.0, 0, size, 0, [], [])
    for cost in (0.0, 1.0, 1.0):
        highs.addCol(cost, 0, INFINITE, 0, [], [])
    for row in split.rows:
        highs.addRow(row.low, row.high, len(row.types), row.types, row.values)
    for end, sign in ((low, 1.0), (low + 1, -1.0)):
        for t in np.flatnonzero(split.possible):
            places = np.array([t, end], dtype=np.int32)
            highs.addRow(0.0, INFINITE, 2, places, sign * np.array([1 / (split.sizes[t] * split.unit), -1.0]))
    return highs, low, low + 1


GOLDILOCKS = Method(_ideal, _value, _prove)
