import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.nash import nash
from deliberation.sortition.volunteers.panel_record import person_chances
from deliberation.sortition.volunteers.quotas import Target, group
from tests.deliberation.sortition.volunteers.brute_force import membership, nash_mean
from tests.deliberation.sortition.volunteers.small_pools import all_and_fairest, homes, people, targets, wanted, words


@settings(max_examples=40, deadline=None)
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_the_geometric_mean_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    if (found := all_and_fairest(nash, rows, aims, seats, shared)) is None:
        return
    volunteers, pool, panels, lottery = found
    ids = sorted(volunteers)
    reached, limit = nash_mean(membership(ids, panels))
    assert reached * (1 - 1e-6) <= lottery.value <= limit * (1 + 1e-6)
    chances = person_chances(pool, lottery.chances)
    able = [id_ for id_ in ids if any(id_ in panel for panel in panels)]
    assert {id_ for id_ in ids if chances[id_] == 0} == set(ids) - set(able)
    best = max(sum(1 / chances[id_] for id_ in panel) for panel in panels)
    assert best == pytest.approx(len(able), rel=1e-6)


def test_two_seats_with_one_for_a_woman_are_shared_in_proportion() -> None:
    """One of four women and one of two men: the product is largest when each seat is shared equally."""
    pool = group(people("vjn", "vjz", "von", "voz", "mjn", "mon"), targets(v=(1, 1)))
    lottery = nash(pool, 2)
    assert sorted(lottery.chances) == pytest.approx([1 / 4] * (len(lottery.chances) - 2) + [1 / 2] * 2, abs=1e-9)
    assert lottery.value == pytest.approx((1 / 4) ** (4 / 6) * (1 / 2) ** (2 / 6))
