"""What became of every invitation, and what share answered.

AAPOR, Standard Definitions (10th edition, 2023): outcome categories and response rates 1 and 2. The R-indicator says
how even the response is over the classes (Schouten, Cobben & Bethlehem, Survey Methodology 35, 2009), its partials
which variables make it uneven.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from deliberation.figures import Outcomes
from deliberation.weighting import Codes, Floats

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


@dataclass(frozen=True)
class Response:
    """A logistic model of who answers, fitted to those invited.

    `coefficients` (1 + k): the constant and one per feature; `chances` (cells): the chance that an invited person of
    the cell answers; `population` (cells): people whom the chance speaks for, 0 in a cell where nobody was invited.
    """

    coefficients: Floats
    chances: Floats
    population: Floats

    @property
    def mean(self) -> float:
        """The mean chance over the population."""
        return float(self.population @ self.chances / self.population.sum())


def response_model(features: Floats, invited: Floats, answered: Floats, population: Floats) -> Response | None:
    """Model answering by maximum likelihood (R's glm with family binomial).

    `features` (cells × k): indicators of the classes, without a constant; `invited`, `answered`, `population`
    (cells). None when everyone or no one answered, or the model does not settle.
    """
    asked = invited > 0
    people = np.where(asked, population, 0.0)
    if not 0 < answered[asked].sum() < invited[asked].sum() or people.sum() <= 1:
        return None
    matrix = np.column_stack([np.ones(len(invited)), features])
    coefficients = _fitted(matrix[asked], invited[asked].astype(float), answered[asked].astype(float))
    return None if coefficients is None else Response(coefficients, _logistic(matrix @ coefficients), people)


def r_indicator(response: Response) -> float:
    """R = 1 − 2 S(ρ), with S the standard deviation of the chances ρ over the population (divided by N − 1).

    1 when all classes answer equally, 0 when response is as uneven as it can be. With the numbers invited as
    population it is the R-indicator of those invited, unweighted.
    """
    people = response.population
    return 1 - 2 * float(np.sqrt(people @ np.square(response.chances - response.mean) / (people.sum() - 1)))


def partial_r(response: Response, classes: Codes) -> float:
    """Unconditional partial R-indicator: how much one variable adds to uneven response, 0 (nothing) to 0.5.

    The standard deviation between its classes of the mean chance, √(Σ N_k (ρ̄_k − ρ̄)² / N) (Schouten, Shlomo &
    Skinner, Journal of Official Statistics 27, 2011). `classes` (cells): each cell's class number of the variable.
    """
    people = np.bincount(classes, response.population)
    means = np.bincount(classes, response.population * response.chances)[people > 0] / people[people > 0]
    return float(np.sqrt(people[people > 0] @ np.square(means - response.mean) / people.sum()))


def largest_bias(response: Response) -> float:
    """S(ρ) / ρ̄, the most by which uneven response can move an unweighted mean, in standard deviations of what is
    measured (Schouten, Cobben & Bethlehem 2009, (1 − R) / 2ρ̄).
    """
    return (1 - r_indicator(response)) / (2 * response.mean)


def _fitted(matrix: Floats, invited: Floats, answered: Floats) -> Floats | None:
    """Coefficients of a logistic regression on counts, by iteratively reweighted least squares."""
    coefficients = np.zeros(matrix.shape[1])
    for _ in range(50):
        chances = _logistic(matrix @ coefficients)
        root = np.sqrt(invited * chances * (1 - chances))
        step = np.linalg.lstsq(matrix * root[:, None], (answered - invited * chances) / root, rcond=None)[0]
        coefficients += step
        if np.abs(step).max() < 1e-10:
            return coefficients
    return None


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
