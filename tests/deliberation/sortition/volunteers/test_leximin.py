import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.fair import FairLottery
from deliberation.sortition.volunteers.leximin import leximin
from deliberation.sortition.volunteers.quotas import Pool, QuotaError, Target, group
from tests.deliberation.sortition.volunteers.brute_force import leximin_chances, membership
from tests.deliberation.sortition.volunteers.small_pools import all_panels, homes, people, targets, wanted, words


def by_person(pool: Pool, lottery: FairLottery) -> dict[str, float]:
    return {id_: p for ids, p in zip(pool.members, lottery.chances, strict=True) for id_ in ids}


@settings(max_examples=60, deadline=None)
@given(words, wanted, st.integers(1, 4), homes)
def test_small_pools_get_every_chance_that_brute_force_over_persons_finds(
    rows: list[str], aims: list[Target], seats: int, shared: dict[str, str]
) -> None:
    volunteers = people(*rows)
    pool, panels = group(volunteers, aims, shared), all_panels(volunteers, aims, seats, shared)
    if not panels:
        with pytest.raises(QuotaError):
            leximin(pool, seats)
        return
    ids = sorted(volunteers)
    expected = dict(zip(ids, leximin_chances(membership(ids, panels)), strict=True))
    lottery = leximin(pool, seats)
    assert by_person(pool, lottery) == pytest.approx(expected, abs=1e-6)
    out = {id_ for t in lottery.excluded for id_ in pool.members[t]}
    assert out == {id_ for id_, chance in expected.items() if chance == 0}


def test_leximin_goes_on_after_the_smallest_chance() -> None:
    """The four women share one seat, so theirs is the smallest chance; the two men share the other seat equally."""
    pool = group(people("vjn", "vjz", "von", "voz", "mjn", "mon"), targets(v=(1, 1)))
    quarter, half = dict.fromkeys(["p0", "p1", "p2", "p3"], 1 / 4), dict.fromkeys(["p4", "p5"], 1 / 2)
    assert by_person(pool, leximin(pool, 2)) == pytest.approx(quarter | half, abs=1e-9)
