import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.maximin import maximin
from deliberation.sortition.volunteers.quotas import QuotaError, Target, group
from tests.deliberation.sortition.volunteers.brute_force import maximin_chance, membership
from tests.deliberation.sortition.volunteers.small_pools import all_and_fairest, homes, people, targets, wanted, words


@settings(max_examples=40, deadline=None)
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_the_smallest_chance_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    if (found := all_and_fairest(maximin, rows, aims, seats, shared)) is None:
        return
    volunteers, pool, panels, lottery = found
    assert lottery.smallest == pytest.approx(maximin_chance(membership(sorted(volunteers), panels)), rel=1e-6)
    out = {id_ for t in lottery.excluded for id_ in pool.members[t]}
    assert out == set(volunteers) - {id_ for panel in panels for id_ in panel}


def test_who_the_targets_exclude_is_said() -> None:
    pool = group(people("vjn", "mjn", "mon"), targets(o=(0, 0)))
    lottery = maximin(pool, 1)
    assert [pool.members[t] for t in lottery.excluded] == [("p2",)]
    assert lottery.smallest == pytest.approx(0.5)


def test_without_any_panel_the_targets_that_clash_are_named() -> None:
    with pytest.raises(QuotaError, match="minstens 2 keer ‘v’ bij ‘geslacht’ en hoogstens 1 keer ‘j’ bij ‘leeftijd’"):
        maximin(group(people("vjn", "vjn", "mon"), targets(j=(0, 1), v=(2, 2))), 2)
