import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.leximin import leximin
from deliberation.sortition.volunteers.panel_record import person_chances
from deliberation.sortition.volunteers.quotas import Target, group
from tests.deliberation.sortition.volunteers.brute_force import leximin_chances, membership
from tests.deliberation.sortition.volunteers.small_pools import all_and_fairest, homes, people, targets, wanted, words


@settings(max_examples=60, deadline=None)
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_every_chance_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    if (found := all_and_fairest(leximin, rows, aims, seats, shared)) is None:
        return
    volunteers, pool, panels, lottery = found
    ids = sorted(volunteers)
    expected = dict(zip(ids, leximin_chances(membership(ids, panels)), strict=True))
    assert person_chances(pool, lottery.chances) == pytest.approx(expected, abs=1e-6)
    out = {id_ for t in lottery.excluded for id_ in pool.members[t]}
    assert out == {id_ for id_, chance in expected.items() if chance == 0}


def test_leximin_goes_on_after_the_smallest_chance() -> None:
    """The four women share one seat, so theirs is the smallest chance; the two men share the other seat equally."""
    pool = group(people("vjn", "vjz", "von", "voz", "mjn", "mon"), targets(v=(1, 1)))
    quarter, half = dict.fromkeys(["p0", "p1", "p2", "p3"], 1 / 4), dict.fromkeys(["p4", "p5"], 1 / 2)
    assert person_chances(pool, leximin(pool, 2).chances) == pytest.approx(quarter | half, abs=1e-9)
