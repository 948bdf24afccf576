"""Whether groups answer alike: Pearson's test of independence for a weighted sample.

Rao & Scott, Annals of Statistics 12, 1984, with the second-order correction and the F of Thomas & Rao (JASA 82,
1987), as R survey's `svychisq(statistic="F")` has it.
"""

import numpy as np
from scipy.special import fdtrc

from deliberation.cells import Tally
from deliberation.figures import Association
from deliberation.precision import Design, Mask
from deliberation.weighting import Codes, Floats


def rao_scott(design: Design, rows: Codes, columns: Codes, domain: Mask | None = None) -> Association | None:
    """Test whether two classifications of the answers are independent in the population.

    `rows`, `columns` (n): the class of each answer, from 0; −1 for who has none. Only answers with both, and in
    `domain` (n, all when None), count. None when fewer than two rows or two columns have answers, or when the answers
    leave nothing to test with (no spread, or no more answers than strata).
    """
    inside = (rows >= 0) & (columns >= 0) & (True if domain is None else domain)
    if not inside.any():
        return None
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    cells = (rows * shape[1] + columns + 1) * inside - 1
    tally = design.cells.tally(cells, shape[0] * shape[1])
    tally, shape = _without_empty(tally, shape)
    freedom = int(tally.n[:, 1:].sum()) - design.cells.strata(tally)
    if min(shape) < 2 or freedom < 1:
        return None
    totals = tally.weights.sum(axis=0)[1:]
    shares = (totals / totals.sum()).reshape(shape)
    variance = _covariance(design, tally, _contrasts(shares))
    trace, square = float(np.trace(variance)), float(np.square(variance).sum())
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    distance = float((np.square(shares - expected) / expected).sum())
    if not trace > 1e-18:
        return None
    statistic, df = distance / trace, trace**2 / square
    return Association(statistic, df, df * freedom, float(fdtrc(df, df * freedom, statistic)))


def _without_empty(tally: Tally, shape: tuple[int, int]) -> tuple[Tally, tuple[int, int]]:
    """The same without the rows and columns in which there are no answers."""
    counts = tally.n.sum(axis=0)[1:].reshape(shape)
    rows, columns = counts.any(axis=1), counts.any(axis=0)
    kept = np.concatenate([[True], np.outer(rows, columns).ravel()])
    spread = None if tally.spread is None else tally.spread[:, kept]
    left = Tally(tally.n[:, kept], tally.weights[:, kept], spread, tally.base[:, kept])
    return left, (int(rows.sum()), int(columns.sum()))


def _contrasts(shares: Floats) -> Floats:
    """Scores per cell (cells × d) for the interactions of a table, uncorrelated and with variance one in its margins.

    In them the generalised design effects of Rao & Scott are simply n times the covariances of the scores' means.
    """
    rows, columns = shares.shape
    plain = np.column_stack([np.repeat(np.eye(rows), columns, axis=0), np.tile(np.eye(columns), (rows, 1))[:, 1:]])
    crossed = np.einsum("ri,cj->rcij", np.eye(rows)[:, 1:], np.eye(columns)[:, 1:]).reshape(rows * columns, -1)
    left = crossed - plain @ np.linalg.lstsq(plain, crossed, rcond=None)[0]
    weights = shares.ravel()
    scores = np.divide(left, weights[:, None], out=np.zeros_like(left), where=weights[:, None] > 0)
    metric = scores.T @ (scores * weights[:, None])
    values, vectors = np.linalg.eigh(metric)
    real = values > 1e-10 * values.max(initial=0)  # empty cells may leave a contrast without answers
    return np.asarray(scores @ (vectors[:, real] / np.sqrt(values[real])))


def _covariance(design: Design, tally: Tally, contrasts: Floats) -> Floats:
    """Covariance of the contrasts' weighted means."""
    totals = tally.weights.sum(axis=0)[1:]
    centred = (contrasts - totals @ contrasts / totals.sum()) / totals.sum()
    return design.cells.covariance(tally, np.vstack([np.zeros(contrasts.shape[1]), centred]))
