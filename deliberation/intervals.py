"""Other ways to say how sure a share is, for who wants to choose, and how sure a difference is.

The service uses Korn–Graubard intervals (`precision.share_interval`). These are the seven of R survey's `svyciprop`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, inf, log, sin, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri, stdtr, stdtrit

from deliberation.figures import Interval
from deliberation.precision import LEVEL, Design, Estimate, Mask, share_interval, total_errors
from deliberation.weighting import Floats

Limits = tuple[float, float]


def interval_by(method: str, share: Estimate, *, level: float = LEVEL) -> Interval:
    """The interval of a weighted share that R survey's `svyciprop` calls `method`. t is Student's, on `share.df`.

    - "beta": Korn & Graubard (Survey Methodology 24, 1998)
    - "mean": p ± t s
    - "logit", "xlogit": the same around log(p / (1 − p)), brought back; R finds the first by logistic regression
    - "asin": the same around arcsin √p, brought back
    - "likelihood": every p′ of which twice the loss of log-likelihood, over the design effect, is at most t² (Rao &
      Scott 1984). R interpolates in a profile of some twelve points, and so differs in the sixth decimal
    - "wilson": score interval (Wilson, JASA 22, 1927) with t and the effective number of answers p (1 − p) / s²

    At 0 and 100 % and where nothing varies all are as "beta" there. Raises ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"no interval is called {method!r}; known are {', '.join(METHODS)}")
    if method == "beta" or not (share.se > 0 and 0 < share.value < 1):
        return share_interval(share, level=level)
    t = float(stdtrit(share.df, (1 + level) / 2))
    low, high = LIMITS[method](share.value, t * share.se, share.n, t)
    return Interval(max(low, 0.0), min(high, 1.0))


def _mean(p: float, half: float, _n: int, _t: float) -> Limits:
    return p - half, p + half


def _logit(p: float, half: float, _n: int, _t: float) -> Limits:
    half /= p * (1 - p)
    return float(expit(logit(p) - half)), float(expit(logit(p) + half))


def _asin(p: float, half: float, _n: int, _t: float) -> Limits:
    angle, half = asin(sqrt(p)), half / (2 * sqrt(p * (1 - p)))
    return sin(max(angle - half, 0)) ** 2, sin(min(angle + half, np.pi / 2)) ** 2


def _wilson(p: float, half: float, _n: int, t: float) -> Limits:
    n = p * (1 - p) * (t / half) ** 2
    centre, root = p + t * t / (2 * n), t * sqrt(p * (1 - p) / n + t * t / (4 * n * n))
    return (centre - root) / (1 + t * t / n), (centre + root) / (1 + t * t / n)


def _likelihood(p: float, half: float, n: int, _t: float) -> Limits:
    allowed = half**2 / (2 * p * (1 - p)) * n / (n - 1)

    def loss(other: float) -> float:
        return p * log(p / other) + (1 - p) * log((1 - p) / (1 - other)) - allowed

    least, most = p * 1e-12, 1 - (1 - p) * 1e-12
    low = brentq(loss, least, p, xtol=1e-15) if loss(least) > 0 else 0.0
    high = brentq(loss, p, most, xtol=1e-15) if loss(most) > 0 else 1.0
    return float(low), float(high)


LIMITS: dict[str, Callable[[float, float, int, float], Limits]] = {
    "mean": _mean,
    "logit": _logit,
    "xlogit": _logit,
    "asin": _asin,
    "likelihood": _likelihood,
    "wilson": _wilson,
}
METHODS = ("beta", *LIMITS)


@dataclass(frozen=True)
class Difference:
    """A difference of two weighted means or shares, its standard error, and Student's t with its p-value."""

    value: float
    se: float
    t: float
    df: int
    p: float


def difference(design: Design, values: Floats, group: Mask, other: Mask) -> Difference:
    """The mean of `values` (n) among `group` minus that among `other` (n each), as R survey's `svyttest` tests it.

    The degrees of freedom are those of both groups together, minus one. Raises ValueError when one of them is empty
    or they overlap.
    """
    if not (group.any() and other.any()) or np.any(group & other):
        raise ValueError("a difference is between two groups without members in common")
    influence = np.zeros(len(design))
    value = 0.0
    for sign, inside in ((1.0, group), (-1.0, other)):
        weights = design.weights[inside]
        mean = float(weights @ values[inside] / weights.sum())
        value += sign * mean
        influence[inside] += sign * (values[inside] - mean) / weights.sum()
    both = group | other
    se = float(total_errors(design, influence[:, None])[1][0])
    df = max(int(both.sum()) - len(np.unique(design.strata[both])) - 1, 1)
    t = value / se if se > 0 else float(np.copysign(inf, value)) if value else 0.0
    return Difference(value, se, t, df, float(2 * stdtr(df, -abs(t))))


def margin_of_error(n: int, population: float = inf, *, share: float = 0.5, level: float = LEVEL) -> float:
    """How far a share may be off in a simple random sample of `n`, to see beforehand how many to ask.

    z √(p (1 − p) / n · (N − n) / (N − 1)) (Cochran, Sampling Techniques, 1977, chapter 4). Raises ValueError unless
    1 ≤ n ≤ population.
    """
    if not 1 <= n <= population:
        raise ValueError("a sample is at least one and at most everyone")
    rest = 1.0 if population == inf else (population - n) / max(population - 1, 1)
    return float(ndtri((1 + level) / 2)) * sqrt(share * (1 - share) / n * rest)
