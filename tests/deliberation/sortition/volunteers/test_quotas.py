from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.sortition.volunteers.quotas import QuotaError, Target, check, group, repair
from tests.deliberation.sortition.volunteers.small_pools import all_panels, change, people, targets, wanted, words

SEXES = [Target("Geslacht", "v", 1, 2), Target("Geslacht", "m", 1, 2)]


def test_people_with_the_same_features_are_one_type_however_these_are_written() -> None:
    pool = group(
        {"a": {"geslacht": " V"}, "b": {" GESLACHT ": "m"}, "c": {"Geslacht": "v", "schoenmaat": "43"}}, SEXES
    )
    assert [target.feature for target in pool.targets] == ["m", "v"]
    assert pool.types == ((0,), (1,))
    assert pool.members == (("b",), ("a", "c"))
    assert pool.sizes == (1, 2)


def test_the_order_of_people_and_targets_does_not_matter() -> None:
    rows = people("vjn", "mjz", "vow", "vjn")
    assert group(rows, targets()) == group(dict(reversed(rows.items())), targets()[::-1])


@pytest.mark.parametrize(
    ("rows", "aims", "sentence"),
    [
        ({}, SEXES, "nog geen mensen"),
        ({"a": {"geslacht": "v"}}, [], "nog geen streefaantallen"),
        ({"a": {"geslacht": "v"}}, [*SEXES, Target("geslacht", "V ", 0, 1)], "‘v’ bij ‘Geslacht’ staat meer dan één"),
        ({"a": {"geslacht": "v"}}, [Target("Geslacht", "v", -1, 1)], "minimum van ‘v’ bij ‘Geslacht’ is -1"),
        ({"a": {"geslacht": "v"}}, [Target("Geslacht", "v", 3, 2)], "is 3, meer dan het maximum 2"),
        ({"a": {"geslacht": " "}}, SEXES, "Niet bij iedereen is ‘Geslacht’ ingevuld"),
        ({"a": {"leeftijd": "18"}}, SEXES, "Niet bij iedereen is ‘Geslacht’ ingevuld"),
        ({"a": {"geslacht": "x"}}, SEXES, "Voor ‘x’ bij ‘Geslacht’ is geen streefaantal"),
    ],
)
def test_people_or_targets_that_cannot_be_used_get_a_sentence_that_names_the_feature(
    rows: Mapping[str, Mapping[str, str]], aims: list[Target], sentence: str
) -> None:
    with pytest.raises(QuotaError, match=sentence):
        group(rows, aims)


@pytest.mark.parametrize(
    ("ranges", "seats", "sentence"),
    [
        ({}, 0, "moet 1 of meer zijn"),
        ({}, 5, "Er zijn 4 mensen voor 5 plaatsen"),
        ({"v": (3, 4)}, 3, "Het minimum van ‘v’ bij ‘geslacht’ is 3, maar er zijn 2 mensen"),
        ({"j": (2, 4), "o": (1, 4)}, 2, "De minima van ‘leeftijd’ zijn samen 3, meer dan de 2 plaatsen"),
        ({"n": (0, 1), "z": (0, 0), "w": (0, 0)}, 2, "De maxima van ‘wijk’ zijn samen 1, minder dan de 2 plaatsen"),
        ({"v": (2, 2), "j": (0, 0)}, 2, "minstens 2 keer ‘v’ bij ‘geslacht’ en hoogstens 0 keer ‘j’ bij ‘leeftijd’"),
    ],
)
def test_targets_that_cannot_be_met_are_named(ranges: dict[str, tuple[int, int]], seats: int, sentence: str) -> None:
    found = check(group(people("vjn", "vjz", "mon", "moz"), targets(**ranges)), seats)
    assert any(sentence in line for line in found), found


def test_half_people_do_not_make_a_panel() -> None:
    """Half of each person would keep these targets; no two whole people do."""
    one = dict.fromkeys("vmjonz", (1, 1))
    pool = group(people("vjn", "voz", "mjz", "mon"), targets(**one))
    assert "gaan niet samen" in check(pool, 2)[0]


@settings(max_examples=60, deadline=None)
@given(words, wanted, st.integers(1, 4))
def test_check_and_repair_agree_with_trying_every_panel(rows: list[str], aims: list[Target], seats: int) -> None:
    volunteers = people(*rows)
    seats = min(seats, len(volunteers))
    pool = group(volunteers, aims)
    assert (not check(pool, seats)) == bool(all_panels(volunteers, aims, seats))
    free = [replace(target, minimum=0, maximum=99) for target in aims]
    mended = repair(pool, seats)
    assert mended.people == min(change(panel, volunteers, aims) for panel in all_panels(volunteers, free, seats))
    assert not check(group(volunteers, mended.targets), seats)
    assert all(new.minimum <= old.minimum and new.maximum >= old.maximum for old, new in mended.changed)


def test_a_repair_names_what_changes() -> None:
    mended = repair(group(people("vjn", "vjz", "mon", "moz"), targets(v=(3, 4))), 3)
    assert mended.people == 1
    assert mended.changed == ((Target("geslacht", "v", 3, 4), Target("geslacht", "v", 2, 4)),)
    with pytest.raises(QuotaError, match="4 mensen voor 9 plaatsen"):
        repair(group(people("vjn", "vjz", "mon", "moz"), targets()), 9)
