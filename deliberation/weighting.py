"""Weights: what each answer counts for, so that who did and who did not answer matters less.

Base weights come from the draw (population / invited, per stratum), raking brings them to the population's margins
(Deming & Stephan 1940; Kalton & Flores-Cervantes, Journal of Official Statistics 19, 2003), trimming bounds them,
and Kish's design effect says what that costs (Kish, Survey Sampling, 1965).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


class WeightingError(ValueError):
    """Weights cannot be made. `code`: no_answers, too_few_answers, empty_class, totals_disagree, no_convergence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Raked:
    """Weights (n), the number of sweeps, and how many weights were above the bound before trimming."""

    weights: Floats
    sweeps: int
    trimmed: int = 0


def crossed(columns: Sequence[Codes]) -> tuple[Codes, Codes]:
    """The cells of the cross of one or more columns (n) that are not empty, in order of their class numbers.

    Returns the number of each answer's cell (n), and the place of one answer of each cell (cells).
    """
    key, span = columns[0].astype(np.intp), int(columns[0].max(initial=-1)) + 1
    for column in columns[1:]:
        size = int(column.max(initial=-1)) + 1
        if span * size > 2**62:
            key = np.unique(key, return_inverse=True)[1]
            span = int(key.max(initial=-1)) + 1
        key *= size
        key += column
        span *= size
    if span > 4 * len(key) + 1000:
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        return number, first
    used = np.bincount(key, minlength=span) > 0
    number = (np.cumsum(used) - 1)[key]
    first = np.zeros(int(used.sum()), dtype=np.intp)
    first[number[::-1]] = np.arange(len(key))[::-1]
    return number, first


def base_weights(strata: Codes, population: Floats, drawn: Floats) -> Floats:
    """What one drawn person stands for: N_h / n_h of his stratum (Horvitz & Thompson 1952).

    `strata` (n): number of each answer's stratum; `population`, `drawn` (H): people and invitations per stratum.
    Raises WeightingError (empty_class) when an answer comes from a stratum without population or invitations.
    """
    if len(strata) and (min(population[strata].min(), drawn[strata].min()) <= 0):
        raise WeightingError("empty_class", "An answer comes from a stratum without population or invitations.")
    return np.asarray(population[strata] / drawn[strata], dtype=np.float64)


def rake(
    weights: Floats,
    classes: Sequence[Codes],
    targets: Sequence[Floats],
    *,
    tolerance: float = 1e-12,
    max_sweeps: int = 2000,
) -> Raked:
    """Weights that sum to the population's count in every class of every margin (iterative proportional fitting).

    `weights` (n) base weights; `classes` one array (n) of class numbers per margin; `targets` one array of population
    counts per margin. Stops when no class is off by more than `tolerance` of the population. Raises WeightingError:
    no_answers, too_few_answers (fewer answers than classes to meet), totals_disagree, empty_class, no_convergence.
    """
    _check_margins(weights, classes, targets)
    if not targets:
        return Raked(weights.astype(np.float64, copy=True), 1)
    cell, first = crossed(classes)
    sums: Floats = np.asarray(np.bincount(cell, weights), dtype=np.float64)
    raked, sweeps = _swept(sums, [codes[first] for codes in classes], targets, tolerance, max_sweeps)
    return Raked(weights * np.divide(raked, sums, out=np.zeros_like(sums), where=sums > 0)[cell], sweeps)


def _swept(
    weights: Floats, classes: Sequence[Codes], targets: Sequence[Floats], tolerance: float, max_sweeps: int
) -> tuple[Floats, int]:
    """Sweeping multiplies by what depends on the classes alone, so cells of their cross stand for the answers."""
    raked = weights
    total = float(targets[0].sum())
    for sweep in range(1, max_sweeps + 1):
        for codes, target in zip(classes, targets, strict=True):
            sums = np.bincount(codes, raked, len(target))
            raked = raked * np.divide(target, sums, out=np.zeros_like(target, dtype=float), where=sums > 0)[codes]
        if max(_off(raked, c, t) for c, t in zip(classes, targets, strict=True)) <= tolerance * total:
            return raked, sweep
    raise WeightingError("no_convergence", f"Raking did not settle within {max_sweeps} sweeps.")


def calibrate_linear(weights: Floats, classes: Sequence[Codes], targets: Sequence[Floats]) -> Floats:
    """The weights nearest to `weights` that meet every margin, w (1 + x λ): linear weighting.

    Deville & Särndal (JASA 87, 1992), R survey's `calibrate(calfun="linear")`, "linear" in Kalton & Flores-Cervantes.
    Raking has the same standard errors in large samples, and weights that are never negative, as these can be.
    Arguments and errors as `rake`; no_convergence when no weights meet all margins.
    """
    _check_margins(weights, classes, targets)
    cell, first = crossed(classes)
    indicators = np.hstack([np.eye(len(t))[codes[first]] for codes, t in zip(classes, targets, strict=True)])
    sums = np.asarray(np.bincount(cell, weights), dtype=np.float64)
    wanted = np.concatenate(targets)
    scaled = indicators * np.sqrt(sums)[:, None]
    factors = np.linalg.lstsq(scaled.T @ scaled, wanted - sums @ indicators, rcond=1e-10)[0]
    factor = 1 + indicators @ factors
    if np.abs((sums * factor) @ indicators - wanted).max() > 1e-9 * targets[0].sum():
        raise WeightingError("no_convergence", "No weights meet all margins at once.")
    return np.asarray(weights * factor[cell])


def _off(weights: Floats, codes: Codes, target: Floats) -> float:
    return float(np.abs(np.bincount(codes, weights, len(target)) - target).max())


def _check_margins(weights: Floats, classes: Sequence[Codes], targets: Sequence[Floats]) -> None:
    if not len(weights):
        raise WeightingError("no_answers", "There are no answers to weight.")
    totals = [float(target.sum()) for target in targets]
    if any(abs(total - totals[0]) > 1e-6 * abs(totals[0]) for total in totals):
        raise WeightingError("totals_disagree", f"The margins count different populations: {totals}.")
    for number, (codes, target) in enumerate(zip(classes, targets, strict=True), 1):
        answered = np.bincount(codes, minlength=len(target)) > 0
        if len(answered) > len(target) or np.any(answered != (target > 0)):
            raise WeightingError("empty_class", f"Margin {number} has a class with answers or people, not both.")
    if len(weights) < 1 + sum(int((target > 0).sum()) - 1 for target in targets):
        raise WeightingError("too_few_answers", f"{len(weights)} answers cannot meet that many classes.")


def trim(weights: Floats, upper: float) -> Floats:
    """Weights of at most `upper`; what is cut off is shared equally by the others, so that the sum stays.

    As R survey's trimWeights(strict=TRUE). Raises ValueError when `upper` is below the mean weight.
    """
    if len(weights) and upper < weights.mean():
        raise ValueError("weights cannot be trimmed below their mean")
    trimmed = weights.astype(np.float64, copy=True)
    while np.any(over := trimmed > upper * (1 + 1e-12)):
        excess = float((trimmed[over] - upper).sum())
        trimmed[over] = upper
        free = trimmed < upper
        trimmed[free] += excess / free.sum()
    return trimmed


def rake_trimmed(
    weights: Floats, classes: Sequence[Codes], targets: Sequence[Floats], *, cap: float = 5.0, rounds: int = 50
) -> Raked:
    """Rake, trim at `cap` times the mean weight, and rake again until both hold (at most `rounds` times).

    The margins always hold exactly; where both cannot, the bound gives way. Arguments and errors as `rake`.
    """
    raked = rake(weights, classes, targets)
    upper = cap * float(raked.weights.mean())
    above = raked.weights > upper * (1 + 1e-9)
    for _ in range(rounds):
        if not np.any(raked.weights > upper * (1 + 1e-9)):
            break
        raked = rake(trim(raked.weights, upper), classes, targets)
    return Raked(raked.weights, raked.sweeps, int(above.sum()))


def design_effect(weights: Floats) -> float:
    """Kish's design effect of unequal weights, n Σw² / (Σw)²: 1 when equal. ValueError without weights."""
    if not len(weights):
        raise ValueError("no weights")
    return float(len(weights) * np.square(weights).sum() / weights.sum() ** 2)


def effective_n(weights: Floats) -> float:
    """Kish's effective number of answers, (Σw)² / Σw²; 0 without weights."""
    return len(weights) / design_effect(weights) if len(weights) else 0.0
