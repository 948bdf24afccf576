import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deliberation
from deliberation.sortition.invitations.stratified import (
    Candidate,
    Draw,
    DrawError,
    Prepared,
    Stratum,
    allocate,
    draw,
)

DRAWS = 2_000
UNEQUAL: dict[Stratum, float] = {("a",): 0.5, ("b",): 0.4, ("c",): 0.3}
populations = st.dictionaries(st.tuples(st.text("abc", max_size=2)), st.integers(1, 200), min_size=1, max_size=12)
rows = st.lists(st.tuples(st.integers(0, 4), st.none() | st.integers(0, 30)), min_size=1, max_size=60)


def candidates(rows: Sequence[tuple[int, int | None]]) -> list[Candidate]:
    return [
        Candidate(f"p{place}", (f"stratum {stratum}",), None if address is None else f"adres {address}")
        for place, (stratum, address) in enumerate(rows)
    ]


def town(people: int, strata: int = 12, seed: int = 1) -> list[Candidate]:
    """Households of one to six people over the strata, and an institution of forty."""
    dice, persons = random.Random(seed), list[Candidate]()
    while len(persons) < people:
        size = 40 if len(persons) == 40 else dice.choices(range(1, 7), [38, 33, 12, 12, 4, 1])[0]
        address = f"adres {len(persons)}"
        for _ in range(size):
            persons.append(Candidate(f"p{len(persons)}", (f"s{dice.randrange(strata):02}",), address))
    return persons


def shared_addresses(drawn: Draw, persons: Sequence[Candidate]) -> list[tuple[str | None, int]]:
    addresses = Counter(person.address for person in persons if person.id in set(drawn.chosen))
    return [(address, count) for address, count in addresses.items() if address and count > 1]


@given(populations, st.data())
def test_seats_are_the_proportional_share_rounded_up_or_down(
    sizes: dict[tuple[str, ...], int], data: st.DataObject
) -> None:
    total = sum(sizes.values())
    size = data.draw(st.integers(1, total))
    seats = allocate(sizes, size)
    assert sum(seats.values()) == size
    for stratum, population in sizes.items():
        assert size * population // total <= seats[stratum] <= -(-size * population // total)
        assert seats[stratum] <= population
    assert seats == allocate(dict(reversed(sizes.items())), size)


def test_the_largest_remainders_get_the_seats_that_are_left() -> None:
    assert allocate({("a",): 50, ("b",): 30, ("c",): 20}, 7) == {("a",): 4, ("b",): 2, ("c",): 1}
    assert allocate({("b",): 1, ("a",): 1, ("c",): 1}, 2) == {("a",): 1, ("b",): 1, ("c",): 0}


@given(populations, st.data())
def test_where_few_answer_more_are_asked_so_that_answers_come_in_proportion(
    sizes: dict[tuple[str, ...], int], data: st.DataObject
) -> None:
    response = {stratum: Fraction(data.draw(st.integers(1, 100)), 100) for stratum in sizes}
    size = data.draw(st.integers(1, sum(sizes.values())))
    seats = allocate(sizes, size, response)
    assert sum(seats.values()) == size
    assert all(seats[stratum] <= population for stratum, population in sizes.items())
    room = {stratum for stratum in sizes if seats[stratum] < sizes[stratum]}
    fewest = [(seats[stratum] - 1) * response[stratum] / sizes[stratum] for stratum in sizes]
    most = [(seats[stratum] + 1) * response[stratum] / sizes[stratum] for stratum in room]
    assert not most or max(fewest) < min(most)
    assert seats == allocate(dict(reversed(sizes.items())), size, dict(reversed(response.items())))
    assert allocate(sizes, size, dict.fromkeys(sizes, 0.3)) == allocate(sizes, size)


def test_seats_for_unequal_response() -> None:
    sizes: dict[Stratum, int] = {("jong",): 600, ("oud",): 600}
    response: dict[Stratum, float] = {("jong",): 0.1, ("oud",): 0.3}
    assert allocate(sizes, 400, response) == {("jong",): 300, ("oud",): 100}
    assert allocate(sizes, 1000, response) == {("jong",): 600, ("oud",): 400}


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan"), float("inf"), None])
def test_a_response_that_cannot_be_is_answered_by_a_sentence(share: float | None) -> None:
    response: dict[Stratum, float] = {("jong",): 0.1}
    if share is not None:
        response["oud",] = share
    with pytest.raises(DrawError, match="‘oud’"):
        allocate({("jong",): 600, ("oud",): 600}, 4, response)


@given(rows, st.binary(min_size=1, max_size=4), st.data())
def test_any_size_up_to_the_number_of_addresses_is_drawn_with_one_per_address(
    rows: list[tuple[int, int | None]], seed: bytes, data: st.DataObject
) -> None:
    persons = candidates(rows)
    addresses = len({person.address or person.id for person in persons})
    size = data.draw(st.integers(1, addresses))
    drawn = draw(persons, size, seed)
    assert len(set(drawn.chosen)) == len(drawn.chosen) == size
    assert not shared_addresses(drawn, persons)
    assert sum(count.invited for count in drawn.strata) == size
    if not drawn.capped_addresses:
        seats = allocate(Counter(person.stratum for person in persons), size)
        assert {count.stratum: count.invited for count in drawn.strata} == seats


@given(rows, st.data())
def test_more_than_one_per_address_is_refused(rows: list[tuple[int, int | None]], data: st.DataObject) -> None:
    persons = candidates(rows)
    addresses = len({person.address or person.id for person in persons})
    with pytest.raises(DrawError, match=r"^U wilt \d+ mensen loten"):
        draw(persons, data.draw(st.integers(addresses + 1, len(persons) + 5)), b"seed")


def test_seats_per_stratum_are_exact_in_a_town_with_households_and_an_institution() -> None:
    persons = town(3_000)
    for size in (60, 300, 900):
        drawn = draw(persons, size, b"seed")
        seats = allocate(Counter(person.stratum for person in persons), size)
        assert {count.stratum: count.invited for count in drawn.strata} == seats
        assert not shared_addresses(drawn, persons)


def test_without_crowded_addresses_the_chance_is_the_seats_over_the_population_of_the_stratum() -> None:
    persons = [Candidate(f"p{i}", (f"s{i % 7}",), f"a{i // 2}") for i in range(700)]
    drawn = draw(persons, 61, b"seed")
    counts = {count.stratum: count for count in drawn.strata}
    stratum_of = {person.id: person.stratum for person in persons}
    assert drawn.capped_addresses == 0
    assert {count.population for count in drawn.strata} == {100}
    for id_, chance in drawn.chances.items():
        assert chance == Fraction(counts[stratum_of[id_]].invited, 100)


def test_chances_differ_between_strata_where_the_response_does() -> None:
    persons = [Candidate(f"p{i}", (f"s{i % 4}",), f"a{i // 3}") for i in range(1200)]
    response: dict[Stratum, float] = {("s0",): 0.1, ("s1",): 0.1, ("s2",): 0.2, ("s3",): 0.2}
    drawn = draw(persons, 60, b"seed", response)
    assert [count.invited for count in drawn.strata] == [20, 20, 10, 10]
    stratum_of = {person.id: person.stratum for person in persons}
    assert {(stratum_of[id_], chance) for id_, chance in drawn.chances.items()} == {
        ((f"s{number}",), Fraction(invited, 300)) for number, invited in enumerate([20, 20, 10, 10])
    }
    assert not shared_addresses(drawn, persons)


def test_an_institution_counts_for_one_person_and_its_stratum_keeps_its_seats() -> None:
    home = [Candidate(f"t{i}", ("75+",), "tehuis") for i in range(50)]
    others = [Candidate(f"o{i}", ("75+",), None) for i in range(50)]
    drawn = draw(home + others, 10, b"seed")
    assert drawn.capped_addresses == 1
    for id_, chance in drawn.chances.items():
        assert abs(chance - (Fraction(1, 50) if id_.startswith("t") else Fraction(9, 50))) < Fraction(1, 2**60)
    assert drawn.strata[0].invited == 10


def test_a_stratum_inside_one_address_gets_one_and_the_others_get_its_seats() -> None:
    home = [Candidate(f"t{i}", ("tehuis",), "tehuis") for i in range(50)]
    others = [Candidate(f"o{i}", ("elders",), None) for i in range(50)]
    drawn = draw(home + others, 10, b"seed")
    assert {count.stratum: count.invited for count in drawn.strata} == {("tehuis",): 1, ("elders",): 9}


def crowded() -> list[Candidate]:
    """Three strata crossed by households, two of them too large for the chances of their members."""
    households = ["a", "ab", "ab", "abc", "c", "b", "aabbc", "c", "cc", "a", "b", "abcabcabc", "", "b", "c"]
    persons = [
        Candidate(f"{household}{place}", (stratum,), f"adres {household}")
        for household, strata in enumerate(households)
        for place, stratum in enumerate(strata, start=10)
    ]
    return persons + [Candidate(f"alone{i}", ("abc"[i % 3],), None) for i in range(6)]


def two_homes() -> list[Candidate]:
    """A stratum that lives in two homes only, with some of the other strata: it cannot get the seats it is due."""
    homes = ["aaaaaaaaaabbb", "aaaaaaaaaacc"]
    return [
        Candidate(f"home{home}-{place}", (stratum,), f"tehuis {home}")
        for home, strata in enumerate(homes)
        for place, stratum in enumerate(strata)
    ] + [Candidate(f"alone{i}", ("bc"[i % 2],), None) for i in range(12)]


def households() -> list[Candidate]:
    """Households of one to six people over three strata, none crowded."""
    strata = ["a", "ab", "abc", "aabb", "bbbcc", "abcabc", "c", "cc", "bc", "a", "abb", "c"] * 2
    return [
        Candidate(f"{address}-{place}", (stratum,), f"adres {address}")
        for address, members in enumerate(strata)
        for place, stratum in enumerate(members)
    ]


@cache
def many_draws(frame: Callable[[], list[Candidate]] = crowded) -> list[Draw]:
    prepared, response = Prepared(frame()), UNEQUAL if frame is households else None
    return [prepared.draw(8, f"seed {number}".encode(), response) for number in range(DRAWS)]


@pytest.mark.parametrize("frame", [crowded, two_homes, households])
def test_over_many_seeds_everyone_is_drawn_as_often_as_the_stated_chance_says(
    frame: Callable[[], list[Candidate]],
) -> None:
    counts = Counter(id_ for drawn in many_draws(frame) for id_ in drawn.chosen)
    chances = {id_: chance for drawn in many_draws(frame) for id_, chance in drawn.chances.items()}
    assert set(counts) == {person.id for person in frame()}
    assert abs(sum(chances.values(), Fraction()) - 8) < Fraction(1, 2**50)
    scores = [(counts[i] - DRAWS * p) / sqrt(DRAWS * p * (1 - p)) for i, p in chances.items()]
    assert max(map(abs, scores)) < 4
    assert sum(score**2 for score in scores) < 1.8 * len(scores)


def test_only_members_of_crowded_addresses_have_smaller_chances() -> None:
    chances = {id_: float(chance) for drawn in many_draws() for id_, chance in drawn.chances.items()}
    assert {drawn.capped_addresses for drawn in many_draws()} == {2}
    for stratum in ("a",), ("b",), ("c",):
        members = [person for person in crowded() if person.stratum == stratum]
        crowd = {chances[person.id] for person in members if person.address in ("adres 6", "adres 11")}
        others = {chances[person.id] for person in members} - crowd
        assert len(others) == 1
        assert max(crowd) < min(others)


def test_a_stratum_that_cannot_get_its_seats_gets_what_fits_rounded_up_or_down() -> None:
    invited = [{count.stratum[0]: count.invited for count in drawn.strata} for drawn in many_draws(two_homes)]
    assert {count["a"] for count in invited} == {1, 2}
    assert all(sum(count.values()) == 8 for count in invited)
    assert all(max(count[s] for count in invited) - min(count[s] for count in invited) <= 1 for s in "abc")


def test_people_of_one_stratum_at_different_addresses_do_come_together() -> None:
    alone = {person.id for person in crowded() if person.address is None}
    pairs = Counter(pair for drawn in many_draws() for pair in combinations(sorted(alone & set(drawn.chosen)), 2))
    assert len(pairs) == 15


def test_a_frame_prepared_once_gives_the_same_draws() -> None:
    persons = town(500)
    prepared = Prepared(persons)
    for seed in b"one", b"two", b"one":
        assert prepared.draw(60, seed) == draw(persons, 60, seed)


def test_the_order_of_the_file_does_not_matter() -> None:
    persons = town(500)
    expected = draw(persons, 60, b"seed")
    for shuffle in range(5):
        random.Random(shuffle).shuffle(persons)
        assert draw(persons, 60, b"seed") == expected


def test_how_addresses_are_written_does_not_matter() -> None:
    persons = town(500)
    renamed = [Candidate(person.id, person.stratum, f"x{person.address}"[::-1]) for person in persons]
    assert draw(renamed, 60, b"seed") == draw(persons, 60, b"seed")


def test_another_seed_gives_another_panel() -> None:
    persons = town(500)
    assert draw(persons, 60, b"seed").chosen != draw(persons, 60, b"other seed").chosen


def test_blank_addresses_are_not_one_household() -> None:
    persons = [Candidate(f"p{i}", ("s",), "" if i % 2 else None) for i in range(20)]
    assert len(draw(persons, 20, b"seed").chosen) == 20


SCRIPT = """
from deliberation.sortition.invitations.stratified import Candidate, draw
persons = {Candidate(f"p{i}", (f"s{i % 5}",), f"a{i // 3}") for i in range(400)}
print(*draw(persons, 40, b"seed").chosen)
"""


def test_the_same_draw_comes_out_of_every_process() -> None:
    root = Path(deliberation.__file__).parents[1]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "2")
    }
    persons = [Candidate(f"p{i}", (f"s{i % 5}",), f"a{i // 3}") for i in range(400)]
    assert outputs == {" ".join(draw(persons, 40, b"seed").chosen) + "\n"}


def test_the_method_has_not_changed_since_records_were_published() -> None:
    persons = [Candidate(f"p{i}", (f"s{i % 5}",), f"a{i // 3}") for i in range(400)]
    assert draw(persons, 6, b"seed").chosen == ("p169", "p210", "p196", "p232", "p98", "p100")


@pytest.mark.parametrize(
    ("persons", "size", "seed", "sentence"),
    [
        ([], 1, b"seed", "er staan er 0 in"),
        (town(20), 0, b"seed", "moet 1 of meer zijn"),
        (town(20), 500, b"seed", "U wilt 500 mensen loten, maar er staan er"),
        (town(20), 5, b"", "openbaar lot"),
        ([*town(20), *town(20)], 5, b"seed", "meer dan één keer"),
    ],
)
def test_an_impossible_draw_is_answered_by_a_sentence(
    persons: list[Candidate], size: int, seed: bytes, sentence: str
) -> None:
    with pytest.raises(DrawError, match=sentence):
        draw(persons, size, seed)
