"""All panels that keep the targets, as integer points of a polytope: the best panel for any weights, with HiGHS.

A panel is a vector x of whole numbers: x_t people of type t, with 0 ≤ x_t ≤ size_t, Σ x = seats, and for every target
minimum ≤ Σ of its types ≤ maximum. Size depends on the number of types, not of people.
"""

from collections.abc import Callable, Iterator, Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Places = NDArray[np.signedinteger]
WHOLE, TRIES, LOOSE, ENDLESS = 1e-6, 24, 0.05, 2**31 - 1
_NEW: Callable[[], highspy.Highs] = highspy.Highs


def solver() -> highspy.Highs:
    """A silent HiGHS that gives the same answer every time: one thread, fixed seed."""
    highs = _NEW()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("dual_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(option, value)
    return highs


def program(
    types: Sequence[Sequence[int]],
    sizes: Sequence[int],
    bounds: Sequence[tuple[int, int]],
    seats: int,
    *,
    whole: bool,
) -> highspy.Highs:
    """The polytope in HiGHS, to be maximised: a column per type, a row per target and one for the seats."""
    highs, rows = solver(), len(bounds)
    for low, high in [*bounds, (seats, seats)]:
        highs.addRow(low, high, 0, [], [])
    for type_, size in zip(types, sizes, strict=True):
        entries = np.array([*type_, rows], dtype=np.int32)
        highs.addCol(0.0, 0, size, len(entries), entries, np.ones(len(entries)))
    if whole:
        integer = np.full(len(types), highspy.HighsVarType.kInteger)
        highs.changeColsIntegrality(len(types), np.arange(len(types), dtype=np.int32), integer)
    highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return highs


def optimal(highs: highspy.Highs) -> bool:
    """Solve, once more from scratch when the warm start goes astray; False when there is no solution."""
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        highs.clearSolver()
        highs.run()
    return bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)


class Panels:
    """The panels of `seats` people that keep `bounds` (minimum, maximum per target; places named in `types`)."""

    def __init__(
        self, types: Sequence[Sequence[int]], sizes: Sequence[int], bounds: Sequence[tuple[int, int]], seats: int
    ) -> None:
        self.types, self.bounds, self.seats = types, bounds, seats
        self.sizes = np.array(sizes, dtype=float)
        self._places = np.arange(len(types), dtype=np.int32)
        self._relaxed = program(types, sizes, bounds, seats, whole=False)
        self._whole = program(types, sizes, bounds, seats, whole=True)
        self._whole.setOptionValue("mip_abs_gap", 1e-9)
        self._dice = np.random.default_rng(1)

    def feasible(self) -> bool:
        """Whether there is any panel."""
        self._weigh(self._whole, np.zeros(len(self.types)))
        return optimal(self._whole)

    def best(self, weights: Vector) -> tuple[Vector, float]:
        """The panel x with the largest Σ weights · x, and a proven upper bound on that sum.

        `weights`: one per type, any scale. A vertex of the linear relaxation when that is whole, else by MIP.
        """
        vertex, bound = self._vertex(weights)
        return (vertex, bound) if _is_whole(vertex) else self._exact(weights, bound)

    def ceiling(self, weights: Vector) -> float:
        """An upper bound on Σ weights · x over all panels, fast: that of the relaxation."""
        return self._vertex(weights)[1]

    def near(self, weights: Vector) -> Vector:
        """A panel with a large Σ weights · x, fast: weights are jittered until the relaxation's vertex is whole."""
        for attempt in range(TRIES):
            jitter = 1 + 0.15 * attempt * self._dice.random(len(weights))
            vertex, bound = self._vertex(weights * jitter)
            if _is_whole(vertex):
                return vertex
        return self._exact(weights, bound, LOOSE, 500)[0]

    def narrow_type(self, place: int, number: int) -> None:
        """Keep only the panels with exactly this number of people of a type."""
        for highs in (self._relaxed, self._whole):
            highs.changeColBounds(place, number, number)

    def narrow_row(self, place: int, number: int) -> None:
        """Keep only the panels with exactly this number of people in a row of `bounds`."""
        for highs in (self._relaxed, self._whole):
            highs.changeRowBounds(place, number, number)

    def covering(self, missing: Vector) -> Iterator[Vector]:
        """Panels that together hold every type that is `missing` (1, else 0); a type in none of them cannot be."""
        missing = missing.copy()
        while missing.any():
            panel, _ = self.best(missing)
            if not missing @ panel:
                return
            missing[panel > 0] = 0
            yield panel

    def _vertex(self, weights: Vector) -> tuple[Vector, float]:
        scale = self._weigh(self._relaxed, weights)
        if not optimal(self._relaxed):
            raise ArithmeticError("the relaxation of the panels has no optimum")
        vertex = np.array(self._relaxed.getSolution().col_value)
        bound = self._relaxed.getInfo().objective_function_value * scale
        return (np.rint(vertex) if _is_whole(vertex) else vertex), bound

    def _exact(self, weights: Vector, bound: float, gap: float = 1e-9, nodes: int = ENDLESS) -> tuple[Vector, float]:
        scale = self._weigh(self._whole, weights)
        self._whole.setOptionValue("mip_rel_gap", gap)
        self._whole.setOptionValue("mip_max_nodes", nodes)
        if not optimal(self._whole):
            raise ArithmeticError("no panel keeps the targets")
        panel = np.rint(np.array(self._whole.getSolution().col_value))
        return panel, min(bound, self._whole.getInfo().mip_dual_bound * scale)

    def _weigh(self, highs: highspy.Highs, weights: Vector) -> float:
        """Set the objective; an average panel has about 1, so that small chances do not drown in rounding."""
        scale = float(np.abs(weights) @ self.sizes) * self.seats / float(self.sizes.sum()) or 1.0
        highs.changeColsCost(len(weights), self._places, weights / scale)
        return scale


def relaxed_targets(
    types: Sequence[Sequence[int]],
    sizes: Sequence[int],
    bounds: Sequence[tuple[int, int]],
    limits: Sequence[tuple[int, int]],
    fixed: Sequence[tuple[int, int]],
    seats: int,
) -> list[tuple[int, int]] | None:
    """The bounds with the smallest total change, minima down and maxima up, with which a panel exists.

    A minimum goes no lower and a maximum no higher than its `limits`; rows after the bounds are `fixed`. None when
    that is too little.
    """
    highs = program(types, sizes, [*bounds, *fixed], seats, whole=True)
    first = len(types)
    for row, ((low, high), (least, most)) in enumerate(zip(bounds, limits, strict=True)):
        for sign, limit in ((1.0, max(low - least, 0)), (-1.0, max(most - high, 0))):
            highs.addCol(-1.0, 0, limit, 1, np.array([row], dtype=np.int32), np.array([sign]))
            highs.changeColIntegrality(highs.getNumCol() - 1, highspy.HighsVarType.kInteger)
    if not optimal(highs):
        return None
    change = [round(value) for value in highs.getSolution().col_value[first:]]
    return [(low - down, high + up) for (low, high), down, up in zip(bounds, change[::2], change[1::2], strict=True)]


def _is_whole(vertex: Vector) -> bool:
    return bool(np.abs(vertex - np.rint(vertex)).max() < WHOLE)
