"""Pools for which the fairest smallest chance was certified elsewhere."""

import pytest

from deliberation.sortition.volunteers.maximin import maximin
from deliberation.sortition.volunteers.methods import bound
from tests.deliberation.sortition.volunteers.made_pools import make_pool

KNOWN = {
    (500, 30): 0.0380623,
    (500, 110): 0.1376812,
    (2_000, 30): 0.00920502,
    (2_000, 110): 0.0334728,
    (2_000, 300): 0.0903766,
    (10_000, 30): 0.00183089,
    (10_000, 110): 0.00665779,
    (10_000, 300): 0.01797603,
    (100_000, 30): 0.000183288,
    (100_000, 110): 0.000666500,
    (100_000, 300): 0.00179955,
}
ONE_PER_ADDRESS = {(500, 110): 0.1366907, (2_000, 110): 0.0334728}


@pytest.mark.parametrize(("people", "seats"), KNOWN)
def test_the_smallest_chance_is_the_one_that_is_known(people: int, seats: int) -> None:
    pool = make_pool(people, seats).pool()
    lottery = maximin(pool, seats)
    assert lottery.smallest == pytest.approx(KNOWN[people, seats], rel=5e-6)  # as many digits as are known
    assert abs(lottery.gap) <= 1e-6
    proven = bound(pool, seats, "maximin", lottery.weights, lottery.excluded)
    assert proven == pytest.approx(lottery.upper_bound, rel=1e-9)


@pytest.mark.parametrize(("people", "seats"), ONE_PER_ADDRESS)
def test_one_per_address_costs_as_little_as_is_known(people: int, seats: int) -> None:
    pool = make_pool(people, seats).pool(one_per_address=True)
    lottery = maximin(pool, seats)
    assert lottery.smallest == pytest.approx(ONE_PER_ADDRESS[people, seats], rel=5e-6)
    assert abs(lottery.gap) <= 1e-6
