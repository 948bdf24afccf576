import random
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.alternates import Dropout, choose_alternates
from deliberation.sortition.volunteers.quotas import Pool, QuotaError, Target, group
from deliberation.sortition.volunteers.replacements import replacements
from tests.deliberation.sortition.volunteers.small_pools import (
    People,
    all_panels,
    change,
    homes,
    people,
    targets,
    wanted,
    words,
)

SEED = b"openbaar"


def best_sets(
    pool: People, aims: Sequence[Target], staying: Sequence[str], free: Sequence[str], seats: int
) -> Iterator[tuple[tuple[int, int, tuple[bool, ...]], tuple[str, ...]]]:
    """Every set that can be called, with how good it is: deviation, empty seats, who is passed over."""
    for number in range(min(seats - len(staying), len(free)) + 1):
        for called in combinations(free, number):
            empty = seats - len(staying) - number
            deviation = change([*staying, *called], pool, aims) + empty
            yield (deviation, empty, tuple(id_ not in called for id_ in free)), called


@settings(max_examples=100, deadline=None)
@given(st.data(), words, wanted, st.integers(1, 4))
def test_replacements_are_the_first_in_calling_order_of_all_best_sets(
    data: st.DataObject, rows: list[str], aims: list[Target], seats: int
) -> None:
    volunteers = people(*rows)
    order = data.draw(st.permutations(sorted(volunteers)))
    panel, alternates = order[:seats], order[seats:]
    dropped = data.draw(st.sets(st.sampled_from(order)))
    found = replacements(group(volunteers, aims), seats, panel, alternates, dropped)
    staying = [id_ for id_ in panel if id_ not in dropped]
    free = [id_ for id_ in alternates if id_ not in dropped]
    (deviation, empty, _), called = min(best_sets(volunteers, aims, staying, free, seats))
    assert (found.called, found.deviation, found.empty) == (called, deviation, empty)
    assert bool(found.missed) == (change([*staying, *called], volunteers, aims) > 0)


def test_one_at_a_time_those_called_before_keep_their_seat() -> None:
    pool = group(people("vjn", "mjn", "vjn", "mjn", "vjn"), targets(v=(1, 1), m=(1, 1)))
    first = replacements(pool, 2, ["p0", "p1"], ["p4", "p3", "p2"], ["p0"])
    assert (first.called, first.deviation) == (("p4",), 0)
    second = replacements(pool, 2, ["p0", "p1", "p4"], ["p4", "p3", "p2"], ["p0", "p1"])
    assert second.called == ("p3",)
    refused = replacements(pool, 2, ["p0", "p1", "p4"], ["p4", "p3", "p2"], ["p0", "p1", "p3"])
    assert (refused.called, refused.empty, refused.deviation) == (("p2",), 0, 2)
    assert [(target.feature, held) for target, held in refused.missed] == [("m", 0), ("v", 2)]


def test_without_reserves_the_seats_stay_empty_and_the_targets_missed_are_named() -> None:
    pool = group(people("vjn", "mjn"), targets(v=(1, 1)))
    found = replacements(pool, 2, ["p0", "p1"], [], ["p0"])
    assert (found.called, found.empty, found.deviation) == ((), 1, 2)
    assert found.missed == ((Target("geslacht", "v", 1, 1), 0),)


@pytest.mark.parametrize(
    ("panel", "alternates", "sentence"),
    [
        (["p0", "p1", "p2"], [], "3 mensen in de groep, meer dan de 2"),
        (["p0", "p9"], [], "staat in de lijst"),
        (["p0"], ["p9"], "staat in de lijst"),
        (["p0"], ["p3"], "hetzelfde adres"),
    ],
)
def test_people_who_cannot_be_in_the_panel_are_refused(
    panel: list[str], alternates: list[str], sentence: str
) -> None:
    pool = group(people("vjn", "mjn", "vjn", "mjn"), targets(), {"p0": "hoek", "p3": "hoek"})
    with pytest.raises(QuotaError, match=sentence):
        replacements(pool, 2, panel, alternates, [])


def test_a_housemate_of_somebody_who_dropped_out_can_take_the_seat() -> None:
    pool = group(people("vjn", "mjn", "vjn", "mjn"), targets(), {"p0": "hoek", "p3": "hoek"})
    assert replacements(pool, 2, ["p0", "p1"], ["p3"], ["p0"]).called == ("p3",)


def expected(volunteers: People, aims: Sequence[Target], panel: Sequence[str], reserves: Collection[str]) -> float:
    """The expected deviation when each of the panel drops out with probability 1/2, by trying everything."""
    total = 0.0
    for comes in product((True, False), repeat=len(panel)):
        staying = [id_ for id_, here in zip(panel, comes, strict=True) if here]
        total += min(best_sets(volunteers, aims, staying, sorted(reserves), len(panel)))[0][0]
    return total / float(2 ** len(panel))


@settings(max_examples=30, deadline=None)
@given(words, wanted, st.integers(1, 3), st.integers(1, 3), homes)
def test_reserves_of_small_pools_are_nearly_the_best_that_brute_force_finds(
    rows: list[str], aims: list[Target], seats: int, count: int, shared: dict[str, str]
) -> None:
    volunteers = people(*rows)
    panels = all_panels(volunteers, aims, seats, shared)
    assume(panels)
    panel = panels[len(panels) // 2]
    found = choose_alternates(group(volunteers, aims, shared), panel, count, 0.5, SEED)
    rest = [id_ for id_ in volunteers if id_ not in panel]
    fits = [
        reserves
        for number in range(count + 1)
        for reserves in combinations(rest, number)
        if len({shared.get(id_, id_) for id_ in (*panel, *reserves)}) == seats + number
    ]
    assert set(found) in map(set, fits)
    assert len(found) == max(map(len, fits))
    best = min(expected(volunteers, aims, panel, reserves) for reserves in fits)
    assert expected(volunteers, aims, panel, found) <= best + 0.25


def town(order: int = 0) -> tuple[Pool, list[str]]:
    """A pool of 240, and a panel of 24 that keeps its targets by construction."""
    dice = random.Random(8)
    rows = {
        f"p{i}": {"a": dice.choice("xxy"), "b": dice.choice("rrrsst"), "c": dice.choice("kkklmn")} for i in range(240)
    }
    seated = dice.sample(sorted(rows), 24)
    held = {(c, f): sum(rows[id_][c] == f for id_ in seated) for c, fs in TOWN.items() for f in fs}
    aims = [Target(c, f, max(0, number - 1), number + 1) for (c, f), number in held.items()]
    ids = sorted(rows)
    random.Random(order).shuffle(ids)
    free = [id_ for id_ in sorted(rows) if id_ not in seated]
    addresses = {id_: f"huis {i // 2}" for i, id_ in enumerate(free[:60])}
    return group({id_: rows[id_] for id_ in ids}, aims, addresses), seated


TOWN = {"a": "xy", "b": "rst", "c": "klmn"}
UNEVEN = {("a", "y"): 0.3, ("b", "t"): 0.4, ("c", "l"): 0.2}


@pytest.mark.parametrize("dropout", [0.2, UNEVEN], ids=["all alike", "per feature"])
def test_reserves_leave_less_than_a_third_of_the_deviation_of_the_next_on_the_list(dropout: Dropout) -> None:
    pool, panel = town()
    reserves = choose_alternates(pool, panel, 12, dropout, SEED)
    features = {id_: [pool.targets[place] for place in t] for t, ids in zip(pool.types, pool.members, strict=True)
                for id_ in ids}  # fmt: skip
    dice = random.Random(5)
    ours = listed = 0
    for _ in range(60):
        dropped = [id_ for id_ in panel if not all(
            dice.random() >= (dropout if isinstance(dropout, float) else dropout.get((t.category, t.feature), 0))
            for t in features[id_][: 1 if isinstance(dropout, float) else 3])]  # fmt: skip
        queue = dice.sample(sorted(set(features) - set(panel)), 12)
        ours += replacements(pool, 24, panel, reserves, dropped).deviation
        sits = [id_ for id_ in panel if id_ not in dropped] + queue[: len(dropped)]
        held = [target for id_ in sits for target in features[id_]]
        listed += sum(max(0, t.minimum - held.count(t), held.count(t) - t.maximum) for t in pool.targets)
    assert listed > 60
    assert ours <= listed / 3


def test_reserves_depend_on_the_seed_alone() -> None:
    pool, panel = town()
    found = choose_alternates(pool, panel, 12, 0.2, SEED)
    assert found == choose_alternates(town(order=3)[0], panel[::-1], 12, 0.2, SEED)
    other = choose_alternates(pool, panel, 12, 0.2, b"anders")
    assert set(found) != set(other)
    assert list(found) != sorted(found)


def test_reserves_have_an_address_of_their_own() -> None:
    volunteers = people(*["vjn"] * 8)
    shared = {"p0": "hoek", "p1": "hoek", "p2": "plein", "p3": "plein", "p4": "plein", "p5": "dijk", "p6": "dijk"}
    found = choose_alternates(group(volunteers, targets(), shared), ["p0"], 9, 0.2, SEED)
    assert len(found) == 3
    assert {shared.get(id_, "alleen") for id_ in found} == {"plein", "dijk", "alleen"}
    assert choose_alternates(group(volunteers, targets(), shared), ["p0"], 0, 0.2, SEED) == ()


@pytest.mark.parametrize(
    ("panel", "count", "dropout", "sentence"),
    [
        (["p0"], -1, 0.2, "0 of meer"),
        (["p9"], 1, 0.2, "staat in de lijst"),
        (["p0"], 1, 1.2, "van 0 tot en met 1"),
        (["p0"], 1, float("nan"), "van 0 tot en met 1"),
        (["p0"], 1, {("wijk", "x"): 0.1}, "Voor ‘x’ bij ‘wijk’ is geen streefaantal"),
        (["p0"], 1, {("wijk", "n"): -0.1}, "van 0 tot en met 1"),
    ],
)
def test_wrong_input_gets_a_sentence(panel: list[str], count: int, dropout: Dropout, sentence: str) -> None:
    with pytest.raises(QuotaError, match=sentence):
        choose_alternates(group(people("vjn", "mjn"), targets()), panel, count, dropout, SEED)
