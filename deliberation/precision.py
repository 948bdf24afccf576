"""How sure a figure is: linearised standard errors and intervals of weighted shares and means.

Standard errors are Taylor linearisations with strata and the finite population correction (Särndal, Swensson &
Wretman, Model Assisted Survey Sampling, 1992); after raking the residuals on the margins are used (Deville & Särndal,
JASA 87, 1992), as R survey's `calibrate(calfun="raking")` does. Intervals of weighted shares are Korn & Graubard's
(Survey Methodology 24, 1998; R survey's svyciprop method "beta"), of unweighted ones Wilson's (JASA 22, 1927).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from deliberation.figures import Interval
from deliberation.weighting import Codes, Floats, effective_n

Mask = NDArray[np.bool_]
LEVEL = 0.95


@dataclass(frozen=True)
class Design:
    """How n answers came about.

    `weights` (n) final weights; `base` (n) weights before raking; `strata` (n) stratum numbers; `population` (H)
    people per stratum, infinite for no finite population correction; `margins`: what was raked to, one array (n) of
    class numbers per margin, empty when not raked. Residuals on the margins are weighted by `base`, as R's
    `calibrate(calfun="raking")` does; a base of ones gives the estimator of R's `rake`.
    """

    weights: Floats
    base: Floats
    strata: Codes
    population: Floats
    margins: tuple[Codes, ...] = ()

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True)
class Estimate:
    """A weighted mean or share with its standard error, from `n` answers worth `effective_n`; `df` for intervals."""

    value: float
    se: float
    n: int
    effective_n: float
    df: int


def simple_design(n: int) -> Design:
    """n answers that all count the same, from one stratum of a very large population."""
    ones = np.ones(n)
    return Design(ones, ones, np.zeros(n, dtype=np.intp), np.array([inf]))


def estimates(design: Design, values: Floats, domain: Mask | None = None) -> list[Estimate]:
    """Weighted means of the columns of `values` (n × k) over the answers in `domain` (n, all when None).

    A column of zeros and ones gives a share. NaN counts as missing only outside the domain. Raises ValueError when
    the domain is empty.
    """
    inside = np.ones(len(design), dtype=bool) if domain is None else domain
    n = int(inside.sum())
    if not n:
        raise ValueError("no answers to estimate from")
    weights = np.where(inside, design.weights, 0.0)
    total = weights.sum()
    filled = np.where(inside[:, None], values, 0.0)
    means = weights @ filled / total
    influence = np.where(inside[:, None], filled - means, 0.0) / total
    errors = np.sqrt(_variance(design, influence))
    strata = len(np.unique(design.strata[inside]))
    worth = effective_n(design.weights[inside])
    return [
        Estimate(float(mean), float(error), n, worth, max(n - strata, 1))
        for mean, error in zip(means, errors, strict=True)
    ]


def total_errors(design: Design, values: Floats) -> tuple[Floats, Floats]:
    """Weighted totals of the columns of `values` (n × k) and their standard errors."""
    return design.weights @ values, np.sqrt(_variance(design, values))


def _variance(design: Design, influence: Floats) -> Floats:
    """Variance of Σ w·influence per column. A stratum with one answer is centred at the mean of all."""
    scores = design.weights[:, None] * _residuals(design, influence)
    sizes = np.bincount(design.strata, minlength=len(design.population)).astype(float)
    sums = np.column_stack([np.bincount(design.strata, column, len(sizes)) for column in scores.T])
    centres = sums / np.maximum(sizes, 1)[:, None]
    centres[sizes == 1] = scores.mean(axis=0)
    squares = np.square(scores - centres[design.strata])
    spread = np.column_stack([np.bincount(design.strata, column, len(sizes)) for column in squares.T])
    correction = np.clip(1 - sizes / design.population, 0, 1)
    factor = correction * np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0)
    return np.asarray(factor @ spread)


def _residuals(design: Design, influence: Floats) -> Floats:
    if not design.margins:
        return influence
    indicators = np.column_stack([np.eye(codes.max() + 1)[codes] for codes in design.margins])
    root = np.sqrt(design.base)[:, None]
    coefficients = np.linalg.lstsq(indicators * root, influence * root, rcond=None)[0]
    return np.asarray(influence - indicators @ coefficients)


def share_interval(share: Estimate, *, most: float = inf, level: float = LEVEL) -> Interval:
    """Korn–Graubard interval of a weighted share: Clopper–Pearson on the effective number of answers.

    `most` bounds that number (NCHS 2017 takes the number of answers). At 0 and 100 %, where no standard error can be
    estimated, Kish's effective number is used, so that the interval is never NaN and never empty.
    """
    p = min(max(share.value, 0.0), 1.0)
    if share.se > 0 and 0 < p < 1:
        n = p * (1 - p) / share.se**2
        tail = (1 - level) / 2
        n *= (stats.t.ppf(tail, max(share.n - 1, 1)) / stats.t.ppf(tail, share.df)) ** 2
    else:
        n = share.effective_n
    return clopper_pearson(p * min(n, most), min(n, most), level=level)


def clopper_pearson(count: float, n: float, *, level: float = LEVEL) -> Interval:
    """Exact binomial interval (Clopper & Pearson, Biometrika 26, 1934); count and n need not be whole."""
    tail = (1 - level) / 2
    low = 0.0 if count <= 0 else float(stats.beta.ppf(tail, count, n - count + 1))
    high = 1.0 if count >= n else float(stats.beta.ppf(1 - tail, count + 1, n - count))
    return Interval(low, high)


def wilson(count: int, n: int, *, level: float = LEVEL) -> Interval:
    """Score interval of an unweighted share; 0 to 1 when n is 0."""
    if n == 0:
        return Interval(0.0, 1.0)
    z = float(stats.norm.ppf((1 + level) / 2))
    p = count / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Interval(0.0 if count == 0 else centre - half, 1.0 if count == n else centre + half)


def mean_interval(mean: Estimate, *, level: float = LEVEL) -> Interval:
    """Student's t interval of a weighted mean."""
    half = float(stats.t.ppf((1 + level) / 2, mean.df)) * mean.se
    return Interval(mean.value - half, mean.value + half)


def weighted_sd(values: Floats, weights: Floats) -> float:
    """Standard deviation with the n/(n−1) of a sample (R survey's svyvar); 0 for a single answer."""
    if len(values) < 2:
        return 0.0
    mean = float(weights @ values / weights.sum())
    return sqrt(float(weights @ np.square(values - mean) / weights.sum()) * len(values) / (len(values) - 1))


def weighted_median(values: Floats, weights: Floats) -> float:
    """The smallest value with at least half of the weight at or below it. ValueError without values."""
    if not len(values):
        raise ValueError("no values")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= weights.sum() / 2 * (1 - 1e-12)
    return float(values[order][int(np.argmax(reached))])


def codes_of(labels: Sequence[str], classes: Sequence[str]) -> Codes:
    """The number of each label among `classes`. KeyError for an unknown label."""
    number = {name: index for index, name in enumerate(classes)}
    return np.array([number[label] for label in labels], dtype=np.intp)
