import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.columns import guess_mapping
from deliberation.sortition.frame import Frame, FrameSummary, read_frame
from deliberation.sortition.record import make_record, panel_digest, verify
from deliberation.sortition.stratified import Candidate, draw
from deliberation.sortition.table import read_table

Route = tuple[str | int, ...]
SEED = bytes.fromhex("a1b2c3d4e5f60718")


def frame(people: int = 60) -> Frame:
    rows = ["id,postcode,huisnummer,straat,woonplaats,geslacht,geheim"]
    for number in range(people):
        secrecy = "ja" if number % 10 == 9 else ""
        rows.append(f"persoon-{number},1234AB,{number // 2 + 1},Dorpsstraat,Dorp,{'MV'[number % 2]},{secrecy}")
    content = "\n".join([*rows, "x,1234,,,,,"]).encode()
    return read_frame(content, guess_mapping(read_table(content).header), date(2026, 11, 22))


def candidates(found: Frame) -> list[Candidate]:
    return [Candidate(person.id, (person.gender or "",), person.address_key) for person in found.persons]


def record(size: int = 12) -> dict[str, object]:
    people = candidates(frame())
    made = make_record(frame().summary(), people, draw(people, size, SEED), SEED, "Dobbelstenen van een notaris é")
    loaded = json.loads(json.dumps(made))
    assert loaded == made
    return made


def wrong(changed: object, summary: FrameSummary | None = None, people: list[Candidate] | None = None) -> list[str]:
    assert isinstance(changed, dict)
    checks = verify(changed, summary or frame().summary(), people or candidates(frame()))
    return [check.name for check in checks if not check.ok]


def test_an_honest_record_is_confirmed_part_by_part() -> None:
    checks = verify(record(), frame().summary(), candidates(frame()))
    assert {check.name for check in checks} == set(record())
    assert all(check.ok and check.detail.endswith(" klopt.") for check in checks)


def test_the_record_says_who_could_be_drawn_and_how_many_were() -> None:
    made = record()
    assert made["frame"] == {
        "digest": frame().summary().digest, "accepted": 54, "excluded": {"secrecy": 6}, "refused": 1,
    }  # fmt: skip
    assert made["strata"] == [
        {"stratum": ["M"], "population": 30, "invited": 7},
        {"stratum": ["V"], "population": 24, "invited": 5},
    ]
    assert (made["size"], made["seed"]) == (12, "a1b2c3d4e5f60718")


def test_the_record_names_no_person() -> None:
    assert "persoon-" not in json.dumps(record())


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
    if isinstance(value, int):
        return value + 1
    assert isinstance(value, str)
    return value[:-1] + ("1" if value[-1] != "1" else "2")


@pytest.mark.parametrize("route", leaves(record()), ids=str)
def test_any_changed_value_is_found(route: Route) -> None:
    assert wrong(change(record(), route))


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    content = bytearray(json.dumps(record(), ensure_ascii=False, separators=(",", ":")).encode())
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))
    content[place] = other
    try:
        changed = json.loads(content)
    except ValueError:
        return
    assert wrong(changed)


@pytest.mark.parametrize("key", list(record()))
def test_a_missing_part_is_found(key: str) -> None:
    assert wrong({name: value for name, value in record().items() if name != key})


def test_an_added_part_is_found() -> None:
    assert wrong(record() | {"remark": "x"}) == ["remark"]


def test_a_number_written_otherwise_is_found() -> None:
    assert wrong(record() | {"size": 12.0}) == ["draw"]
    assert wrong(record() | {"capped_addresses": False})


@pytest.mark.parametrize("seed", ["", "zz", 7, None, "a1b2c3d4e5f607"])
def test_another_or_unreadable_seed_is_found(seed: object) -> None:
    assert wrong(record() | {"seed": seed})


@pytest.mark.parametrize("size", [0, -1, 55, 10**9, "12", None, True])
def test_an_impossible_size_is_a_failed_check_and_no_crash(size: object) -> None:
    assert wrong(record() | {"size": size})


def test_another_frame_does_not_fit_the_record() -> None:
    assert wrong(record(), summary=frame(50).summary()) == ["frame", "digest"]


def test_another_stratum_or_address_of_one_person_is_found() -> None:
    people = candidates(frame())
    for other in (Candidate(people[0].id, ("V",), people[0].address), Candidate(people[0].id, ("M",), "elders")):
        assert "candidates" in wrong(record(), people=[other, *people[1:]])


def test_another_panel_from_the_same_frame_is_found() -> None:
    people = candidates(frame())
    other = make_record(
        frame().summary(), people, draw(people, 12, b"chosen"), SEED, "Dobbelstenen van een notaris é"
    )
    assert "panel" in wrong(other)


def test_the_fingerprint_of_the_panel_is_salted_with_the_seed_and_has_no_order() -> None:
    assert panel_digest(["a", "b"], b"1") == panel_digest(["b", "a"], b"1")
    assert panel_digest(["a", "b"], b"1") != panel_digest(["a", "b"], b"2")
    assert panel_digest(["a", "b"], b"1") != panel_digest(["a\nb"], b"1")
