"""Answers of one stratum and the same class on every margin, taken together: all that a variance needs to know.

After raking a residual depends on an answer's cell and on what was answered, not on who answered. So the variance of
a weighted share follows from a count per cell and answer (and, where weights differ within a cell, from their sum and
spread), and costs the same for a thousand answers as for a million. It is the same number as from every answer apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deliberation.weighting import Codes, Floats, crossed

Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Tally:
    """Per cell (C) and answer (k + 1, the first for who is not in the table) what the answers add up to.

    `n` answers; `weights` the sum of their weights, `spread` the sum of squares of those around their mean (None when
    all weights in a cell are the same); `base` the sum of their base weights.
    """

    n: Floats
    weights: Floats
    spread: Floats | None
    base: Floats

    @property
    def squares(self) -> Floats:
        """Sum of the squared weights (C × k + 1)."""
        around = 0.0 if self.spread is None else self.spread
        return np.asarray(np.square(self.weights) / np.maximum(self.n, 1) + around)


@dataclass(frozen=True)
class Cells:
    """The C cells of n answers, in order of their stratum.

    `number` (n): the cell of each answer; `weights`, `base` (n); `even`: both are the same throughout each cell;
    `first` (C): an answer of each cell; `sizes` (S): answers per stratum that has any; `starts` (S): its first cell;
    `stratum` (C): its place among those; `factor` (S): finite population correction × n / (n − 1).
    `indicators` (C × m) of the classes of all margins and `solver` (m × C), which gives the coefficients of the
    regression on them, weighted by `base`.
    """

    number: Codes
    weights: Floats
    base: Floats
    even: bool
    first: Codes
    sizes: Floats
    starts: Codes
    stratum: Codes
    factor: Floats
    root: Floats
    indicators: Floats
    solver: Floats

    def tally(self, codes: Numbers, k: int, inside: NDArray[np.bool_] | None = None) -> Tally:
        """Count answers given as integers 0 … k − 1, −1 for who is not in the table (n); only those `inside` (n)."""
        if len(codes) and not (codes.min() >= -1 and codes.max() < k):
            raise ValueError(f"codes are from -1 to {k - 1}")
        places = codes.astype(np.int32)
        places += 1
        if inside is not None:
            places *= inside
        key = self.number * (k + 1)
        key += places
        shape, length = (len(self.first), k + 1), len(self.first) * (k + 1)
        n = np.bincount(key, minlength=length).astype(np.float64)
        if self.even:
            counts = n.reshape(shape)
            return Tally(counts, counts * self.weights[self.first, None], None, counts * self.base[self.first, None])
        weights = _added(key, self.weights, length)
        around = np.square(self.weights - (weights / np.maximum(n, 1))[key])
        return Tally(
            n.reshape(shape),
            weights.reshape(shape),
            _added(key, around, length).reshape(shape),
            _added(key, self.base, length).reshape(shape),
        )

    def strata(self, tally: Tally) -> int:
        """How many strata have an answer in the table."""
        return int(np.count_nonzero(np.add.reduceat(tally.n[:, 1:].sum(axis=1), self.starts)))

    def variances(self, tally: Tally, scores: Floats) -> Floats:
        """Variance of the weighted sum of each column of `scores` (k + 1 × q), what each answer counts for."""
        return np.array([float(column @ column) for column in self._deviations(tally, scores)])

    def covariance(self, tally: Tally, scores: Floats) -> Floats:
        """Covariance (q × q) of those weighted sums."""
        deviations = np.array(list(self._deviations(tally, scores)))
        return np.asarray(deviations @ deviations.T)

    def _deviations(self, tally: Tally, scores: Floats) -> Iterator[Floats]:
        """Per column numbers whose squares add up to the variance: one per cell and answer, two if not `even`."""
        fitted = self.fitted(tally.base @ scores)
        centres = self._centres(tally.weights @ scores - tally.weights.sum(axis=1)[:, None] * fitted)
        middle = tally.weights / np.maximum(tally.n, 1)
        factor = self.factor[self.stratum, None]
        between, within = np.sqrt(factor * tally.n), None if tally.spread is None else np.sqrt(factor * tally.spread)
        for score, fit, centre in zip(scores.T, fitted.T, centres.T, strict=True):
            left = score - fit[:, None]
            around = (between * (middle * left - centre[:, None])).ravel()
            yield around if within is None else np.concatenate([around, (within * left).ravel()])

    def fitted(self, sums: Floats) -> Floats:
        """The regression on the margins of what adds up to `sums` (C × q), weighted by base, per cell."""
        if not self.indicators.size:
            return np.zeros_like(sums)
        means = np.divide(sums, self.root[:, None], out=np.zeros_like(sums), where=self.root[:, None] > 0)
        return np.asarray(self.indicators @ (self.solver @ means))

    def variances_of(self, values: Floats) -> Floats:
        """Variance of the weighted sum of each column of `values` (n × q), which may be any numbers."""
        based = self._per_cell(self.base[:, None] * values)
        scores = self.weights[:, None] * (values - self.fitted(based)[self.number])
        centres = self._centres(self._per_cell(scores))
        squares = np.square(scores - centres[self.number])
        return np.asarray(self.factor[self.stratum] @ self._per_cell(squares))

    def _per_cell(self, values: Floats) -> Floats:
        return np.column_stack([_added(self.number, column, len(self.first)) for column in values.T])

    def _centres(self, sums: Floats) -> Floats:
        """The mean score in each cell's stratum; a stratum with one answer is centred at the mean of all."""
        centres = np.add.reduceat(sums, self.starts) / self.sizes[:, None]
        centres[self.sizes == 1] = sums.sum(axis=0) / len(self.number)
        return np.asarray(centres[self.stratum])


def make_cells(weights: Floats, base: Floats, strata: Codes, population: Floats, margins: Sequence[Codes]) -> Cells:
    """The cells of n answers; arguments as of `precision.Design`. ValueError without answers."""
    if not len(weights):
        raise ValueError("no answers to estimate from")
    number, first = crossed((strata, *margins))
    present, starts, stratum = np.unique(strata[first], return_index=True, return_inverse=True)
    sizes = np.bincount(strata)[present].astype(np.float64)
    factor = np.clip(1 - sizes / population[present], 0, 1) * np.where(
        sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0
    )
    root = np.sqrt(_added(number, base, len(first)))
    indicators = _indicators([codes[first] for codes in margins], len(first))
    return Cells(
        number=number,
        weights=weights,
        base=base,
        even=bool(np.all(weights == weights[first][number]) and np.all(base == base[first][number])),
        first=first,
        sizes=sizes,
        starts=starts,
        stratum=stratum,
        factor=factor,
        root=root,
        indicators=indicators,
        solver=np.asarray(np.linalg.pinv(indicators * root[:, None], rcond=1e-13), dtype=np.float64),
    )


def _indicators(margins: Sequence[Codes], cells: int) -> Floats:
    blocks = [np.eye(codes.max() + 1)[codes] for codes in margins]
    return np.hstack([np.zeros((cells, 0)), *blocks])


def _added(keys: Codes, values: Floats, length: int) -> Floats:
    return np.asarray(np.bincount(keys, values, length), dtype=np.float64)
