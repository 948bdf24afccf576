import json
from fractions import Fraction

import pytest

from deliberation.sortition.frames.table import table_digest
from deliberation.sortition.invitations.candidate_list import read_list, write_list
from deliberation.sortition.invitations.invitation_record import (
    draw_invitations,
    frame_root,
    freeze_invitations,
    leaf_of,
    verify_invitations,
)
from deliberation.sortition.invitations.stratified import Candidate
from deliberation.sortition.merkle import Tree, climb, salt
from deliberation.sortition.randomness import RandomnessError, read_randomness
from deliberation.sortition.seal import Announced, check_announced
from tests.deliberation.sortition.test_randomness import SIGNATURE

Route = tuple[str | int, ...]
COLUMNS = ("wijk", "geslacht")
PEOPLE = [
    Candidate(f"persoon-{n}", (("noord", "zuid")[n % 3 > 0], "MV"[n % 2]), f"1234AB {n // 2}" if n % 7 else None)
    for n in range(60)
]
SALTS = {person.id: salt(b"a key of this test", person.id) for person in PEOPLE}
FACTS: dict[str, object] = {"accepted": 60, "excluded": {"secrecy": 6}, "refused": 1}
DRAND = read_randomness("drand", f"1000:{SIGNATURE}")


def facts() -> dict[str, object]:
    table, _, _ = read_list(write_list(PEOPLE, COLUMNS, SALTS), COLUMNS)
    return {**FACTS, "digest": table_digest(table)}


def frozen() -> dict[str, object]:
    others: list[tuple[str, ...]] = [("noord", "V"), ("zuid", "M"), ("zuid", "V")]
    rates = dict.fromkeys(others, Fraction(1, 10)) | {("noord", "M"): Fraction(1, 20)}
    return freeze_invitations(
        facts(), COLUMNS, PEOPLE, 12, Announced("drand", "1000"), response=rates, salts=SALTS,
        previous={"digest": "00ff", "reason": "De uitnodigingen zijn niet verstuurd."},
    )  # fmt: skip


def record() -> dict[str, object]:
    _, made = draw_invitations(frozen(), PEOPLE, DRAND)
    assert json.loads(json.dumps(made)) == made
    return made


def wrong(changed: dict[str, object], people: list[Candidate] | None = None) -> list[str]:
    checks = verify_invitations(changed, facts(), people or PEOPLE, SALTS)
    return [check.name for check in checks if check.ok is False]


def test_an_honest_record_is_confirmed_and_names_nobody() -> None:
    checks = verify_invitations(record(), facts(), PEOPLE, SALTS)
    assert len(checks) > 10
    assert all(check.ok or (check.name, record().get("panel")) == ("panel", None) for check in checks)
    assert "persoon-" not in json.dumps(record())


def test_without_the_people_the_seals_and_the_lot_are_checked() -> None:
    checks = verify_invitations(record())
    assert [check.ok for check in checks] == [True, True, True, True, None]
    changed = record() | {"size": 13}
    assert {check.name for check in verify_invitations(changed) if check.ok is False} == {"commitment", "digest"}


def test_a_draw_is_made_again_from_the_list_that_an_inspector_gets() -> None:
    table, people, salts = read_list(write_list(PEOPLE[::-1], COLUMNS, SALTS), COLUMNS)
    checks = verify_invitations(record(), {**FACTS, "digest": table_digest(table)}, people, salts)
    assert all(check.ok for check in checks)


def leaves(value: object, route: Route = ()) -> list[Route]:
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in leaves(part, (*route, key))]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in leaves(part, (*route, place))]
    return [route]


def change(value: object, route: Route) -> object:
    """The same with another number or text at the end of that route."""
    if isinstance(value, dict):
        return {key: change(part, route[1:]) if key == route[0] else part for key, part in value.items()}
    if isinstance(value, list):
        return [change(part, route[1:]) if place == route[0] else part for place, part in enumerate(value)]
    return value + 1 if isinstance(value, int) else f"{value}0"


def test_any_changed_part_shows() -> None:
    made = record()
    for route in leaves(made):
        changed = change(made, route)
        assert isinstance(changed, dict)
        assert wrong(changed), route
        if route != ("digest",):
            assert wrong({**changed, "digest": ""}), route


def test_any_part_that_is_gone_or_does_not_belong_shows() -> None:
    made = record()
    for name in made:
        assert wrong({key: part for key, part in made.items() if key != name}), name
    assert "extra" in wrong(made | {"extra": 1})


@pytest.mark.parametrize("n", range(0, 60, 7))
def test_any_changed_person_shows(n: int) -> None:
    own = PEOPLE[n]
    others = PEOPLE[:n] + PEOPLE[n + 1 :]
    for other in (
        [],
        [Candidate(own.id + "x", own.stratum, own.address)],
        [Candidate(own.id, ("west", own.stratum[1]), own.address)],
        [Candidate(own.id, own.stratum, "1234AB 99")],
        [own, Candidate("extra", own.stratum, None)],
    ):
        assert {"root", "draw"} & {*wrong(record(), others + other)}


def test_everybody_can_prove_a_place_with_the_own_salt_only() -> None:
    tree = Tree(leaf_of(person, SALTS[person.id]) for person in PEOPLE)
    assert tree.root == frozen()["root"] == frame_root(PEOPLE, SALTS)
    assert all(climb(leaf_of(p, SALTS[p.id]), tree.proof(leaf_of(p, SALTS[p.id]))) == tree.root for p in PEOPLE)
    assert frame_root(PEOPLE, None) != tree.root


def test_the_lot_must_be_the_one_that_was_announced() -> None:
    for source in (Announced("drand", "1001"), Announced("dice", "")):
        with pytest.raises(RandomnessError, match=r"[Vv]ooraf"):
            check_announced({"kind": source.kind, "source": source.source}, DRAND)


def test_the_lot_decides_with_what_was_frozen() -> None:
    other = freeze_invitations(
        {**facts(), "refused": 2}, COLUMNS, PEOPLE, 12, Announced("drand", "1000"), salts=SALTS
    )
    first, _ = draw_invitations(frozen(), PEOPLE, DRAND)
    second, _ = draw_invitations(other, PEOPLE, DRAND)
    assert first.chosen != second.chosen
