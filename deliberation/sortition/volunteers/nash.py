"""Nash welfare: the product of all chances is as large as possible."""

import numpy as np

from deliberation.sortition.volunteers.fair import FairLottery, Ideal, Method, Progress, fairest
from deliberation.sortition.volunteers.panels import Vector
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.split import Split

STEPS, CENTRED, DONE, CLOSE, FIXED, SAME, ROOM = 100, 0.1, 1e-12, 1e-9, 1e-9, 1e-13, 1e-9


def nash(pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """The lottery over panels of `seats` people that makes Σ log chance over those who can be selected largest.

    Flanigan and others, Nature 596 (2021), supplementary information. The value of the answer is the geometric mean
    of their chances. Errors: see `fairest`.

    Proof: for weights w > 0 per type and n people who can be selected, by the inequality of the means,
    Σ size_t log(chance_t w_t / size_t) ≤ n log(Σ w_t chance_t / n), and Σ w_t chance_t is at most the largest
    Σ w_t x_t / size_t of a panel. At the optimum w_t = size_t / chance_t makes both sides equal.
    """
    return fairest(NASH, pool, seats, progress)


def _value(split: Split, chances: Vector) -> float:
    sizes = split.sizes[split.possible]
    return float(np.exp(sizes @ np.log(chances[split.possible]) / split.people))


def _prove(split: Split, weights: Vector, largest: float) -> float:
    sizes, given = split.sizes[split.possible], weights[split.possible]
    if given.min() <= 0:
        return np.inf
    return largest / split.people * float(np.exp(sizes @ np.log(sizes / given) / split.people))


def _ideal(split: Split) -> Ideal:
    sizes = split.sizes[split.possible]
    people = _Welfare(split).solve()
    chances, weights = np.zeros(len(split.sizes)), np.zeros(len(split.sizes))
    chances[split.possible] = people / sizes
    weights[split.possible] = sizes * sizes / people
    return Ideal(chances, chances, weights / weights.sum())


class _Welfare:
    """max Σ weight log x over rows low ≤ A x = held ≤ high, 0 < x ≤ size, by a primal-dual interior point method.

    Wright, "Primal-dual interior-point methods" (1997). log x is itself a barrier: the dual value of x stays
    weight / x where a linear program drives their product to 0. The products of all other slacks (x to size, held to
    low and to high) and their dual values go down to 0 together. Each step solves a system as large as A has rows.
    Bounds give way by a billionth, so that there always is an interior.
    """

    def __init__(self, split: Split) -> None:
        sizes, place = split.sizes[split.possible], np.cumsum(split.possible) - 1
        used = [row for row in split.rows if split.possible[row.types].any()]
        self._rows = np.zeros((len(used), len(sizes)))
        for number, row in enumerate(used):
            kept = split.possible[row.types]
            self._rows[number, place[row.types[kept]]] = row.values[kept]
        self._low = np.maximum([row.low for row in used], self._rows.clip(max=0) @ sizes - 1)
        self._high = np.minimum([row.high for row in used], self._rows.clip(min=0) @ sizes + 1)
        self._loose = self._high - self._low > FIXED
        self._low, self._high = self._low - ROOM * self._loose, self._high + ROOM * self._loose
        self._weight = sizes * split.unit
        self._x = sizes * min(split.unit, 0.5)
        self._held = np.where(self._loose, (self._low + self._high) / 2, self._low)
        self._slack = self._slacks(sizes * (1 + ROOM) - self._x)
        self._dual, self._price, self._y = 1 / self._slack, self._weight / self._x, np.zeros(len(self._rows))

    def solve(self) -> Vector:
        """The people per type at the optimum."""
        for _ in range(STEPS):
            mean = float(self._slack @ self._dual) / len(self._slack)
            off = (
                np.abs(self._rows @ self._x - self._held).max()
                + np.abs(self._x * self._price / self._weight - 1).max()
            )
            if mean < DONE and off < CLOSE:
                break
            self._step(max(CENTRED * mean, DONE / 10))
        return self._x

    def _slacks(self, room: Vector) -> Vector:
        held = self._held[self._loose]
        return np.concatenate([room, held - self._low[self._loose], self._high[self._loose] - held])

    def _step(self, target: float) -> None:
        """One step of Newton towards the point where slack × dual = target."""
        count, loose, x, rows = len(self._x), self._loose, self._x, self._rows
        push, stiff = target / self._slack, self._dual / self._slack
        give = np.zeros(len(rows))
        give[loose] = 1 / (stiff[count:].reshape(2, -1).sum(axis=0))
        pull = np.zeros(len(rows))
        pull[loose] = push[count:].reshape(2, -1)[0] - push[count:].reshape(2, -1)[1]
        soft = 1 / (self._price / x + stiff[:count])
        gain = self._weight / x - push[:count] + rows.T @ self._y
        system = (rows * soft) @ rows.T
        system[np.diag_indices_from(system)] += give
        wanted = self._held - rows @ x - rows @ (soft * gain) + give * (pull - self._y)
        y = _solved(system, wanted)
        dx = soft * (rows.T @ y + gain)
        held = give * (pull - self._y - y)
        slack = np.concatenate([-dx, held[loose], -held[loose]])
        dual = push - self._dual - stiff * slack
        price = self._weight / x - self._price - self._price / x * dx
        primal = _longest((x, dx), (self._slack, slack))
        other = _longest((self._price, price), (self._dual, dual))
        self._x, self._held, self._slack = x + primal * dx, self._held + primal * held, self._slack + primal * slack
        self._y, self._dual, self._price = self._y + other * y, self._dual + other * dual, self._price + other * price


def _solved(system: Vector, wanted: Vector) -> Vector:
    """y with system @ y = wanted. Rows may say the same (those of a category without room add up to the seats)."""
    scale = 1 / np.sqrt(system.diagonal())
    values, vectors = np.linalg.eigh(system * scale * scale[:, None])
    inverse = np.where(values > SAME, 1 / np.maximum(values, SAME), 0.0)
    return scale * (vectors @ (inverse * (vectors.T @ (scale * wanted))))


def _longest(*pairs: tuple[Vector, Vector]) -> float:
    """The longest step ≤ 1 that keeps every value positive."""
    values, steps = (np.concatenate(side) for side in zip(*pairs, strict=True))
    down = steps < 0
    return float(min(1.0, 0.995 * (values[down] / -steps[down]).min(initial=2.0)))


NASH = Method(_ideal, _value, _prove, close=1e-7)
