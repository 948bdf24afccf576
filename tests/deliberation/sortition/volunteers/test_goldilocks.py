import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.goldilocks import goldilocks
from deliberation.sortition.volunteers.maximin import maximin
from deliberation.sortition.volunteers.quotas import Target, group
from tests.deliberation.sortition.volunteers.brute_force import goldilocks_sum, membership
from tests.deliberation.sortition.volunteers.small_pools import all_and_fairest, homes, people, targets, wanted, words


@settings(max_examples=40, deadline=None)
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_the_sum_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    if (found := all_and_fairest(goldilocks, rows, aims, seats, shared)) is None:
        return
    volunteers, _, panels, lottery = found
    expected = goldilocks_sum(membership(sorted(volunteers), panels), seats)
    assert 2 / lottery.value == pytest.approx(expected, rel=1e-6)
    fair = seats / len(rows)
    assert lottery.largest / fair + fair / lottery.smallest == pytest.approx(2 / lottery.value)


def test_the_largest_chance_is_kept_down_where_the_smallest_alone_would_not_do_so() -> None:
    pool = group(
        people("vjn", "vjn", "mjn", "mon", "mon", "moz", "moz", "voz"), targets(v=(1, 1), n=(1, 2), j=(1, 2))
    )
    even, first = goldilocks(pool, 3), maximin(pool, 3)
    fair = 3 / 8
    assert even.largest < first.largest
    assert 2 / even.value < first.largest / fair + fair / first.smallest
