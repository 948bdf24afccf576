"""Leximin: the smallest chance is as large as possible, then the second smallest, then the third, and so on."""

import numpy as np

from deliberation.sortition.volunteers.fair import FairLottery, Ideal, Method, Progress, fairest
from deliberation.sortition.volunteers.maximin import prove, smallest
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.split import Split, Tide


def leximin(pool: Pool, seats: int, progress: Progress | None = None) -> FairLottery:
    """As `maximin`; and then the second smallest chance is as large as possible, then the third, and so on.

    Flanigan and others, Nature 596 (2021). Stage by stage: types with a positive dual value cannot have more without
    taking from a smaller chance, so they keep what they have, and the smallest of the others is raised. The chances
    of every lottery lie in the polytope in which that is done, so none is better in this order; the chances of the
    answer are these, up to 1e-7. The value and its proof are those of the first stage. Errors: see `fairest`.
    """
    return fairest(LEXIMIN, pool, seats, progress)


def _ideal(split: Split) -> Ideal:
    tide = Tide(split)
    level, chances, weights = tide.rise()
    proof = weights
    while True:
        tide.hold(np.flatnonzero(tide.open & (weights > 1e-3 / tide.open.sum())), level)
        if not tide.open.any():
            return Ideal(chances, np.where(split.possible, chances, 0.0), proof)
        level, chances, weights = tide.rise()


LEXIMIN = Method(_ideal, smallest, prove, close=1e-8)
