"""How R arrives at svyciprop's "logit" and "likelihood", step by step.

Both start from a logistic regression that stops when its deviance changes less than 1e-8; for the second MASS
profiles the deviance in some twelve points, lays a spline through them, and interpolates linearly in three times as
many. What `deliberation.intervals` computes is what R approaches; this is what R prints.
"""

import numpy as np
from scipy import stats
from scipy.interpolate import CubicHermiteSpline
from scipy.special import expit, logit

from deliberation.precision import Design, total_errors
from deliberation.weighting import Floats

Printed = dict[str, float]


def printed_by_r(design: Design, chose: Floats, df: int) -> tuple[Printed, Printed]:
    """Estimate and interval of the share of ones in `chose` (n), as "logit" and as "likelihood"."""
    weights = design.weights / design.weights.mean()
    top, inner = _regression(chose, weights)
    p, n, unscaled = float(expit(top)), len(chose), 1 / inner.sum()
    scores = inner / weights * (chose - p) / (p * (1 - p)) * unscaled
    error = float(total_errors(design, scores[:, None])[1][0]) / float(design.weights.mean())
    residuals = (chose - p) / np.sqrt(p * (1 - p))
    centred = np.square(residuals - weights @ residuals / weights.sum())
    dispersion = float(weights @ centred / weights.sum() * n / (n - 1))
    t = float(stats.t.ppf(0.975, df))
    plain = {"est": p, "lo": float(expit(top - t * error)), "hi": float(expit(top + t * error))}

    tail = float(stats.norm.cdf(-t * error / np.sqrt(unscaled)))
    furthest = float(np.sqrt(stats.f.ppf(1 - tail / 2, 1, n - 1)))
    lowest = _deviance(p, chose, weights)
    points = [(top, 0.0)]
    for sign in (-1, 1):
        reached = 0.0
        for step in range(1, 10):
            if abs(reached) >= furthest:
                break
            place = top + sign * step * furthest / 5 * error
            gained = _deviance(float(expit(place)), chose, weights) - lowest
            reached = sign * float(np.sqrt(max(gained, 0) / dispersion))
            points.append((place, reached))
    points.sort()
    places, heights = np.array([place for place, _ in points]), np.array([height for _, height in points])
    fine = np.linspace(places[0], places[-1], 3 * len(places))
    cut = np.array([stats.norm.ppf(tail), stats.norm.ppf(1 - tail)])
    low, high = np.interp(cut, _spline(places, heights)(fine), fine).tolist()
    return plain, {"est": p, "lo": float(expit(low)), "hi": float(expit(high))}


def _deviance(p: float, chose: Floats, weights: Floats) -> float:
    return -2 * float(weights @ np.log(np.where(chose == 1, p, 1 - p)))


def _regression(chose: Floats, weights: Floats) -> tuple[float, Floats]:
    """The log odds, and the working weights of the last step, as glm.fit has them."""
    mean = (weights * chose + 0.5) / (weights + 1)
    linear = logit(mean)
    before = -2 * float(weights @ np.log(np.where(chose == 1, mean, 1 - mean)))
    while True:
        variance = mean * (1 - mean)
        inner = weights * variance
        top = float(inner @ (linear + (chose - mean) / variance) / inner.sum())
        linear = np.full(len(chose), top)
        mean = expit(linear)
        now = _deviance(float(mean[0]), chose, weights)
        if abs(now - before) / (abs(now) + 0.1) < 1e-8:
            return top, inner
        before = now


def _spline(x: Floats, y: Floats) -> CubicHermiteSpline:
    """Forsythe, Malcolm & Moler's: the ends follow the cubic through the outer four points (R's spline)."""
    steps, slopes = np.diff(x), np.diff(y) / np.diff(x)
    matrix, right = np.zeros((len(x), len(x))), np.zeros(len(x))
    for i in range(1, len(x) - 1):
        matrix[i, i - 1 : i + 2] = steps[i - 1], 2 * (steps[i - 1] + steps[i]), steps[i]
        right[i] = slopes[i] - slopes[i - 1]
    for end, first, sign in ((0, 0, 1), (-1, len(x) - 4, -1)):
        bends = (slopes[first + 1 : first + 3] - slopes[first : first + 2]) / (
            x[first + 2 : first + 4] - x[first : first + 2]
        )
        matrix[end, end], matrix[end, end + sign] = -sign * steps[end], sign * steps[end]
        right[end] = steps[end] ** 2 * (bends[1] - bends[0]) / (x[first + 3] - x[first])
    curves = np.linalg.solve(matrix, right)
    ends = slopes[-1] + steps[-1] * (curves[-2] + 2 * curves[-1])
    return CubicHermiteSpline(x, y, np.append(slopes - steps * (2 * curves[:-1] + curves[1:]), ends))
