"""How sure a figure is: linearised standard errors and intervals of weighted shares and means.

Standard errors are Taylor linearisations with strata and the finite population correction (Särndal, Swensson &
Wretman, Model Assisted Survey Sampling, 1992); after raking the residuals on the margins are used (Deville & Särndal,
JASA 87, 1992), as R survey's `calibrate(calfun="raking")` does. Intervals of weighted shares are Korn & Graubard's
(Survey Methodology 24, 1998; R survey's svyciprop method "beta"), of unweighted ones Wilson's (JASA 22, 1927).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri, stdtrit

from deliberation.cells import Cells, Numbers, Tally, make_cells
from deliberation.figures import Interval
from deliberation.weighting import Codes, Floats, effective_n

Mask = NDArray[np.bool_]
LEVEL = 0.95
ROUNDING = 1e-9
EXACT = 12


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

    @cached_property
    def cells(self) -> Cells:
        """Answers taken together, made once; so change nothing in the arrays of a design."""
        return make_cells(self.weights, self.base, self.strata, self.population, self.margins)


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
    errors = np.sqrt(design.cells.variances_of(influence))
    strata = len(np.unique(design.strata[inside]))
    worth = effective_n(design.weights[inside])
    return [
        Estimate(float(mean), float(error), n, worth, max(n - strata, 1))
        for mean, error in zip(means, errors, strict=True)
    ]


def total_errors(design: Design, values: Floats) -> tuple[Floats, Floats]:
    """Weighted totals of the columns of `values` (n × k) and their standard errors."""
    return design.weights @ values, np.sqrt(design.cells.variances_of(values))


@dataclass(frozen=True)
class ShareTable:
    """Weighted shares of k answers with their standard errors and intervals (all arrays k).

    `counts`: who gave each answer, of `n`; `effective_n`: what those n are worth; `df`: as in `Estimate`.
    """

    counts: Codes
    share: Floats
    se: Floats
    low: Floats
    high: Floats
    n: int
    effective_n: float
    df: int


def share_table(
    design: Design, codes: Numbers, k: int, domain: Mask | None = None, *, most: float | None = None
) -> ShareTable:
    """The weighted table of one answer out of k per person: what `estimates` and `share_interval` say of each.

    `codes` (n): 0 … k − 1, −1 for who is not in the table; only answers in `domain` (n, all when None) count. `most`
    as in `share_interval`; the number of answers when None (NCHS 2017). Raises ValueError for another code, and when
    no answer is left. From a count per cell of the design, so fast for many answers.
    """
    tally, n, worth, df = _tallied(design, codes, k, domain)
    totals = tally.weights.sum(axis=0)[1:]
    share = totals / totals.sum()
    scores = np.vstack([np.zeros(k), np.eye(k) - share]) / totals.sum()
    se = np.sqrt(design.cells.variances(tally, scores))
    low, high = korn_graubard(share, se, n=n, df=df, effective_n=worth, most=n if most is None else most)
    return ShareTable(tally.n.sum(axis=0)[1:].astype(np.intp), share, se, low, high, n, worth, df)


def mark_mean(design: Design, codes: Numbers, marks: Floats, domain: Mask | None = None) -> Estimate:
    """The weighted mean of marks (k) that were given by number: what `estimates` says of their values.

    `codes` (n): 0 … k − 1, −1 for who gave none; `domain` and errors as in `share_table`, and as fast.
    """
    tally, n, worth, df = _tallied(design, codes, len(marks), domain)
    totals = tally.weights.sum(axis=0)[1:]
    mean = float(totals @ marks / totals.sum())
    scores = np.concatenate([[0.0], marks - mean])[:, None] / totals.sum()
    return Estimate(mean, float(np.sqrt(design.cells.variances(tally, scores)[0])), n, worth, df)


def _tallied(design: Design, codes: Numbers, k: int, domain: Mask | None) -> tuple[Tally, int, float, int]:
    tally = design.cells.tally(codes, k, domain)
    n = int(tally.n[:, 1:].sum())
    if not n:
        raise ValueError("no answers to estimate from")
    worth = tally.weights[:, 1:].sum() ** 2 / tally.squares[:, 1:].sum()
    return tally, n, float(worth), max(n - design.cells.strata(tally), 1)


def share_interval(share: Estimate, *, most: float = inf, level: float = LEVEL) -> Interval:
    """Korn–Graubard interval of a weighted share: Clopper–Pearson on the effective number of answers.

    `most` bounds that number (NCHS 2017 takes the number of answers). At 0 and 100 %, where no standard error can be
    estimated, and for a share that the margins fix, Kish's effective number is used: so the interval is never NaN and
    never empty.
    """
    low, high = korn_graubard(
        np.array([share.value]),
        np.array([share.se]),
        n=share.n,
        df=share.df,
        effective_n=share.effective_n,
        most=most,
        level=level,
    )
    return Interval(float(low[0]), float(high[0]))


def korn_graubard(
    share: Floats, se: Floats, *, n: int, df: int, effective_n: float, most: float = inf, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Lower and upper bounds of `share_interval` for shares (k) of the same n answers."""
    p = np.clip(share, 0.0, 1.0)
    spread = np.sqrt(p * (1 - p))
    varied = (spread > 0) & (se > ROUNDING * spread)
    tail = (1 - level) / 2
    ratio = stdtrit(max(n - 1, 1), tail) / stdtrit(df, tail)
    worth = np.where(varied, np.square(spread * ratio / np.where(varied, se, 1.0)), effective_n)
    worth = np.minimum(worth, most)
    return _exact(p * worth, worth, tail)


def clopper_pearson(count: float, n: float, *, level: float = LEVEL) -> Interval:
    """Exact binomial interval (Clopper & Pearson, Biometrika 26, 1934); count and n need not be whole."""
    low, high = _exact(np.array([float(count)]), np.array([float(n)]), (1 - level) / 2)
    return Interval(float(low[0]), float(high[0]))


def _exact(count: Floats, n: Floats, tail: float) -> tuple[Floats, Floats]:
    some, others = count > 0, count < n
    low = betaincinv(np.where(some, count, 1.0), n - np.where(some, count, 0.0) + 1, tail)
    high = betaincinv(np.where(others, count, 0.0) + 1, np.where(others, n - count, 1.0), 1 - tail)
    return np.where(some, low, 0.0), np.where(others, high, 1.0)


def wilson(count: int, n: int, *, level: float = LEVEL) -> Interval:
    """Score interval of an unweighted share; 0 to 1 when n is 0."""
    if n == 0:
        return Interval(0.0, 1.0)
    z = float(ndtri((1 + level) / 2))
    p = count / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Interval(0.0 if count == 0 else centre - half, 1.0 if count == n else centre + half)


def mean_interval(mean: Estimate, *, level: float = LEVEL) -> Interval:
    """Student's t interval of a weighted mean."""
    half = float(stdtrit(mean.df, (1 + level) / 2)) * mean.se
    return Interval(mean.value - half, mean.value + half)


def steady(figure: float, digits: int) -> float:
    """A figure in so many decimals, that are the same in any order of the answers.

    The last bits of a sum hang on its order, and would decide whether a half goes up or down.
    """
    return round(round(figure, EXACT), digits)


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
