import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from deliberation.disclosure import Cell, Cells, Limit, derivable, hide, share_reason
from deliberation.figures import Interval, Thresholds

GROUPS, VOTES = ("noord", "zuid", "west"), ("voor", "tegen", "blanco")


def one_table(**counts: int) -> Cells:
    total: dict[Cell, int] = {"n": sum(counts.values())}
    return Cells(total | counts, [("n", *counts)], public={"n"})


def split_table(counts: list[list[int]]) -> Cells:
    """A vote per group, with the whole vote and the size of every group published beside it."""
    cells: dict[Cell, int] = {(g, v): counts[i][j] for i, g in enumerate(GROUPS) for j, v in enumerate(VOTES)}
    whole: dict[Cell, int] = {v: sum(cells[g, v] for g in GROUPS) for v in VOTES}
    sizes: dict[Cell, int] = {g: sum(cells[g, v] for v in VOTES) for g in GROUPS}
    n: dict[Cell, int] = {"n": sum(sizes.values())}
    sums = [
        ("n", *VOTES),
        ("n", *GROUPS),
        *((v, *((g, v) for g in GROUPS)) for v in VOTES),
        *((g, *((g, v) for v in VOTES)) for g in GROUPS),
    ]
    return Cells(n | whole | sizes | cells, sums, public={"n"})


def possible(cells: Cells, hidden: frozenset[Cell], cell: Cell) -> tuple[int, int]:
    """All whole numbers that fit what is shown, by integer programming: a second way, apart from the module's."""
    names = list(cells.counts)
    matrix = np.zeros((len(cells.sums), len(names)))
    for row, (whole, *parts) in enumerate(cells.sums):
        matrix[row, names.index(whole)] = 1
        matrix[row, [names.index(part) for part in parts]] = -1
    low = [0 if name in hidden else cells.counts[name] for name in names]
    high = [10_000 if name in hidden else cells.counts[name] for name in names]
    goal = np.array([float(name == cell) for name in names])
    ends = [
        milp(
            sign * goal,
            integrality=np.ones(len(names), dtype=np.int64),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(matrix, 0, 0),
        )
        for sign in (1, -1)
    ]
    low_end, high_end = (0.0 if end.x is None else float(goal @ end.x) for end in ends)
    return round(low_end), round(high_end)


def test_a_table_without_small_cells_is_shown_in_full() -> None:
    assert hide(one_table(voor=100, tegen=10, blanco=20)).cells == frozenset()


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    assert hide(one_table(voor=100, tegen=3, blanco=20)).cells == {"tegen", "blanco"}


def test_two_small_cells_that_add_up_to_little_take_a_third() -> None:
    assert hide(one_table(voor=100, aanpassen=60, tegen=3, blanco=2)).cells == {"aanpassen", "tegen", "blanco"}


def test_a_zero_is_hidden_as_a_small_cell_is() -> None:
    zero, one = (hide(one_table(voor=100, tegen=count, blanco=20)).cells for count in (0, 1))
    assert zero == one


def test_when_all_say_the_same_nothing_is_shown() -> None:
    assert hide(one_table(voor=100, tegen=0, blanco=0)).cells == {"voor", "tegen", "blanco"}


def test_ten_is_not_small_and_nine_is() -> None:
    assert hide(one_table(voor=100, tegen=10)).cells == frozenset()
    assert hide(one_table(voor=100, tegen=9)).cells == {"voor", "tegen"}


def test_the_share_of_those_who_did_not_choose_is_protected_as_well() -> None:
    cells = Cells({"n": 100, "geld": 95, "not geld": 5}, [("n", "geld", "not geld")], public={"n"})
    assert "geld" in hide(cells).cells


def test_a_category_hidden_in_one_group_is_hidden_in_a_second() -> None:
    cells = split_table([[40, 30, 20], [40, 30, 3], [40, 30, 25]])
    hidden = hide(cells).cells
    assert ("zuid", "blanco") in hidden
    assert sum((group, "blanco") in hidden for group in GROUPS) >= 2
    assert len(hidden) == 4


def test_the_answer_that_is_hidden_of_all_is_hidden_in_the_groups_rather_than_a_smaller_one() -> None:
    cells = split_table([[40, 30, 3], [12, 40, 4], [30, 20, 2]])
    assert hide(cells).cells == {"voor", "blanco", *((g, v) for g in GROUPS for v in ("voor", "blanco"))}


def test_a_mean_published_beside_a_table_is_reckoned_with() -> None:
    cells = one_table(**{"1": 2, "2": 12, "3": 50, "4": 60})
    assert hide(cells).cells == {"1", "2"}
    mean = Limit({"1": 1, "2": 2, "3": 3, "4": 4}, 416 - 0.5, 416 + 0.5)
    known = Cells(cells.counts, cells.sums, cells.public, limits=[mean])
    assert derivable(known, {"1", "2"}, "1") == pytest.approx((1.5, 2.5))
    assert len(hide(known).cells) > 2


def test_what_cannot_be_protected_is_reported() -> None:
    cells = one_table(a=0, b=0, c=50)
    known = Cells(cells.counts, cells.sums, cells.public, limits=[Limit({"a": 1, "b": 2, "c": 3}, 150, 150)])
    assert hide(known).exposed == {"a", "b", "c"}


def test_slack_is_never_published_and_needs_no_protection() -> None:
    cells = Cells({"voor": 100, "wrote": 95, "silent": 5}, [("voor", "wrote", "silent")], slack={"silent"})
    assert hide(cells).cells == frozenset()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 25), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_hidden_count_can_be_derived_from_what_is_shown(counts: list[list[int]]) -> None:
    cells = split_table(counts)
    if cells.counts["n"] < 10:
        return
    hidden = hide(cells)
    assert not hidden.exposed
    assert {c for c, count in cells.counts.items() if count < 10} <= hidden.cells
    for cell in hidden.cells:
        low, high = possible(cells, hidden.cells, cell)
        assert high - low >= 10


@pytest.mark.parametrize(
    ("n", "worth", "high", "reason"),
    [(30, 30.0, 0.80, ""), (29, 29.0, 0.8, "few"), (200, 29.9, 0.8, "few"), (200, 180.0, 0.81, "wide")],
)
def test_a_share_needs_enough_answers_and_a_narrow_interval(n: int, worth: float, high: float, reason: str) -> None:
    assert share_reason(n, worth, Interval(0.5, high), Thresholds()) == reason
