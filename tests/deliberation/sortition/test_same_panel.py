from typing import Any

import pytest

from deliberation.sortition.same_panel import PARTS, same_panel_record, verify_same_panel

FIRST = {"digest": "ab" * 32}
RECORD = same_panel_record(7, FIRST["digest"], 40, {"never_again": 2, "erased": 1})


def wrong(record: dict[str, Any], first: dict[str, Any] | None = None) -> set[str]:
    return {check.name for check in verify_same_panel(record, first) if check.ok is False}


def test_a_record_says_how_many_are_asked_again_and_is_right() -> None:
    assert tuple(RECORD) == PARTS
    assert RECORD["size"] == 37
    assert wrong(RECORD) == wrong(RECORD, FIRST) == set()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"size": 38}, {"digest", "size"}),
        ({"members": 41}, {"digest", "size"}),
        ({"left_out": {"never_again": -1}}, {"digest", "size"}),
        ({"left_out": None}, {"digest", "size"}),
        ({"method": "samenspraak-panel-1"}, {"method", "digest"}),
        ({"first": "cd" * 32}, {"digest", "first"}),
        ({"digest": "cd" * 32}, {"digest"}),
    ],
)
def test_whatever_is_changed_is_found(changes: dict[str, Any], found: set[str]) -> None:
    assert wrong({**RECORD, **changes}, FIRST) == found


def test_an_empty_record_is_wrong_and_another_first_draw_too() -> None:
    assert {"method", "digest"} <= wrong({})
    assert wrong(RECORD, {"digest": "x"}) == wrong(RECORD, {}) == {"first"}


def test_nobody_is_left_out_who_was_not_there() -> None:
    for left_out in ({"erased": 41}, {"erased": -1}):
        with pytest.raises(ValueError, match="left out"):
            same_panel_record(7, "x", 40, left_out)
