"""What became of every invitation, and what share answered.

AAPOR, Standard Definitions (10th edition, 2023): outcome categories and response rates 1 and 2. The R-indicator says
how even the response is over the classes (Schouten, Cobben & Bethlehem, Survey Methodology 35, 2009).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

import numpy as np

from deliberation.figures import Outcomes
from deliberation.weighting import Floats

NAMES = tuple(field.name for field in fields(Outcomes))


def count_outcomes(outcomes: Iterable[str]) -> Outcomes:
    """Count outcomes given by name, one per invitation. Raises ValueError for an unknown name."""
    counts = Counter(outcomes)
    unknown = sorted(set(counts) - set(NAMES))
    if unknown:
        raise ValueError(f"unknown outcome {unknown[0]!r}; known are {', '.join(NAMES)}")
    return Outcomes(**counts)


def count_per_class(outcomes: Iterable[tuple[str, str]]) -> dict[str, Outcomes]:
    """Count pairs of class and outcome, per class in order of name. Raises ValueError as `count_outcomes`."""
    per_class: dict[str, list[str]] = {}
    for name, outcome in outcomes:
        per_class.setdefault(name, []).append(outcome)
    return {name: count_outcomes(per_class[name]) for name in sorted(per_class)}


def response_rate_1(outcomes: Outcomes) -> float | None:
    """RR1: complete ballots / everyone who may be eligible, the unknown included; None when there is nobody."""
    return outcomes.completed / outcomes.eligible if outcomes.eligible else None


def response_rate_2(outcomes: Outcomes) -> float | None:
    """RR2: complete and partial ballots / everyone who may be eligible; None when there is nobody."""
    return outcomes.answered / outcomes.eligible if outcomes.eligible else None


def r_indicator(features: Floats, invited: Floats, answered: Floats, population: Floats) -> float | None:
    """R = 1 − 2 S(ρ): 1 when all classes answer equally, 0 when response is as uneven as it can be.

    `features` (cells × k): indicators of the classes, without a constant; `invited`, `answered`, `population`
    (cells). ρ is a logistic model of answering among the invited, S its standard deviation over the population.
    None when everyone or no one answered, or the model does not settle.
    """
    asked = invited > 0
    invitations, people = invited[asked].astype(float), population[asked].astype(float)
    if not 0 < answered[asked].sum() < invitations.sum() or people.sum() <= 1:
        return None
    chances = _chances(features[asked], invitations, answered[asked].astype(float))
    if chances is None:
        return None
    mean = float(people @ chances / people.sum())
    return 1 - 2 * float(np.sqrt(people @ np.square(chances - mean) / (people.sum() - 1)))


def _chances(features: Floats, invited: Floats, answered: Floats) -> Floats | None:
    """Fitted chances of a logistic regression on counts, by iteratively reweighted least squares."""
    matrix = np.column_stack([np.ones(len(invited)), features])
    coefficients = np.zeros(matrix.shape[1])
    for _ in range(50):
        chances = 1 / (1 + np.exp(-np.clip(matrix @ coefficients, -30, 30)))
        root = np.sqrt(invited * chances * (1 - chances))
        step = np.linalg.lstsq(matrix * root[:, None], (answered - invited * chances) / root, rcond=None)[0]
        coefficients += step
        if np.abs(step).max() < 1e-10:
            return np.asarray(chances)
    return None
