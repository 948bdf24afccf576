import copy
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


def test_an_honest_record_is_confirmed_part_by_part():
    checks = verify(record(), frame().summary(), candidates(frame()))
    assert {check.name for check in checks} == set(record())
    assert all(check.ok and check.detail.endswith(" klopt.") for check in checks)


def test_the_record_says_who_could_be_drawn_and_how_many_were():
    made = record()
    assert made["frame"] == {
        "digest": frame().summary().digest, "accepted": 54, "excluded": {"secrecy": 6}, "refused": 1,
    }  # fmt: skip
    assert made["strata"] == [
        {"stratum": ["M"], "population": 30, "invited": 7},
        {"stratum": ["V"], "population": 24, "invited": 5},
    ]
    assert (made["size"], made["seed"]) == (12, "a1b2c3d4e5f60718")


def test_the_record_names_no_person():
    assert "persoon-" not in json.dumps(record())


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in leaves(part, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, part in enumerate(value) for leaf in leaves(part, (*path, place))]
    return [path]


@pytest.mark.parametrize("path", leaves(record()), ids=str)
def test_any_changed_value_is_found(path: tuple[str | int, ...]):
    changed = copy.deepcopy(record())
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    old = inner[path[-1]]
    inner[path[-1]] = old + 1 if isinstance(old, int) else old[:-1] + ("1" if old[-1] != "1" else "2")
    assert wrong(changed)


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject):
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
def test_a_missing_part_is_found(key: str):
    assert wrong({name: value for name, value in record().items() if name != key})


def test_an_added_part_is_found():
    assert wrong(record() | {"remark": "x"}) == ["remark"]


def test_a_number_written_otherwise_is_found():
    assert wrong(record() | {"size": 12.0}) == ["draw"]
    assert wrong(record() | {"capped_addresses": False})


@pytest.mark.parametrize("seed", ["", "zz", 7, None, "a1b2c3d4e5f607"])
def test_another_or_unreadable_seed_is_found(seed: object):
    assert wrong(record() | {"seed": seed})


@pytest.mark.parametrize("size", [0, -1, 55, 10**9, "12", None, True])
def test_an_impossible_size_is_a_failed_check_and_no_crash(size: object):
    assert wrong(record() | {"size": size})


def test_another_frame_does_not_fit_the_record():
    assert wrong(record(), summary=frame(50).summary()) == ["frame", "digest"]


def test_another_stratum_or_address_of_one_person_is_found():
    people = candidates(frame())
    for other in (Candidate(people[0].id, ("V",), people[0].address), Candidate(people[0].id, ("M",), "elders")):
        assert "candidates" in wrong(record(), people=[other, *people[1:]])


def test_another_panel_from_the_same_frame_is_found():
    people = candidates(frame())
    other = make_record(
        frame().summary(), people, draw(people, 12, b"chosen"), SEED, "Dobbelstenen van een notaris é"
    )
    assert "panel" in wrong(other)


def test_the_fingerprint_of_the_panel_is_salted_with_the_seed_and_has_no_order():
    assert panel_digest(["a", "b"], b"1") == panel_digest(["b", "a"], b"1")
    assert panel_digest(["a", "b"], b"1") != panel_digest(["a", "b"], b"2")
    assert panel_digest(["a", "b"], b"1") != panel_digest(["a\nb"], b"1")
