"""Maximin: the smallest chance is as large as possible."""

import numpy as np

from deliberation.sortition.volunteers.fair import FairLottery, Ideal, Method, Progress, fairest
from deliberation.sortition.volunteers.panels import Vector
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.split import Split, Tide


def maximin(pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """The lottery over panels of `seats` people in which the smallest chance is as large as possible.

    Flanigan and others, Nature 596 (2021). Proof: the smallest chance is at most any weighted mean of the chances
    (weights ≥ 0, sum 1), and that is the mean over the panels of Σ weight_t x_t / size_t. Errors: see `fairest`.
    """
    return fairest(MAXIMIN, pool, seats, progress)


def smallest(split: Split, chances: Vector) -> float:
    """The smallest chance among those who can be selected."""
    return float(chances[split.possible].min())


def prove(_split: Split, weights: Vector, largest: float) -> float:
    """No lottery has a larger smallest chance than this; `largest`: as in `Method`."""
    return largest / float(weights.sum())


def _ideal(split: Split) -> Ideal:
    level, chances, weights = Tide(split).rise()
    return Ideal(chances, np.where(split.possible, level, 0.0), weights)


MAXIMIN = Method(_ideal, smallest, prove)
