"""The methods of fair selection by name, and how anyone checks what one of them claims."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deliberation.sortition.volunteers.fair import FairLottery, Method, Progress, price
from deliberation.sortition.volunteers.goldilocks import GOLDILOCKS, goldilocks
from deliberation.sortition.volunteers.leximin import LEXIMIN, leximin
from deliberation.sortition.volunteers.maximin import MAXIMIN, maximin
from deliberation.sortition.volunteers.nash import NASH, nash
from deliberation.sortition.volunteers.quotas import Pool
from deliberation.sortition.volunteers.split import Split

METHODS: Mapping[str, Callable[[Pool, int, Progress | None], FairLottery]] = {
    "maximin": maximin,
    "leximin": leximin,
    "nash": nash,
    "goldilocks": goldilocks,
}
YARDSTICKS: Mapping[str, Method] = {
    "maximin": MAXIMIN,
    "leximin": LEXIMIN,
    "nash": NASH,
    "goldilocks": GOLDILOCKS,
}


def bound(pool: Pool, seats: int, method: str, weights: Sequence[float], excluded: Sequence[int] = ()) -> float:
    """The upper bound on the value of every lottery, by `method`, that published `weights` prove.

    Any weights prove some bound (how: `prove` of each method); those of a `FairLottery` prove its `upper_bound`. One
    mixed integer program, the largest Σ weight_t x_t / size_t over all panels, which any solver can compute.
    `excluded`: places in `Pool.types` of who cannot be selected. KeyError for an unknown method.
    """
    panels = pool.panels(seats)
    split = Split(panels)
    split.forbid(np.array(excluded, dtype=np.intp))
    given = np.array(weights)
    return YARDSTICKS[method].prove(split, given, price(panels, given))
