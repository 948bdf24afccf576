import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.merging import Variable, merge_classes

AREA = Variable("area", ("Noord", "Zuid", "West"))
AGE = Variable("age", ("16–24", "25–34", "35–49", "65+"), ordered=True)


def test_classes_that_are_large_enough_stay_as_they_are() -> None:
    merged = merge_classes((AREA,), {("Noord",): 10, ("Zuid",): 11, ("West",): 12}, 10)
    assert merged.mapping["area"] == {"Noord": "Noord", "Zuid": "Zuid", "West": "West"}
    assert merged.merges == ()


def test_an_age_class_joins_its_smaller_neighbour_and_an_area_the_smallest_other() -> None:
    ages = merge_classes((AGE,), {("16–24",): 40, ("25–34",): 5, ("35–49",): 20, ("65+",): 10}, 10)
    assert ages.mapping["age"] == {"16–24": "16–24", "25–34": "25–49", "35–49": "25–49", "65+": "65+"}
    areas = merge_classes((AREA,), {("Noord",): 5, ("Zuid",): 50, ("West",): 12}, 10)
    assert areas.mapping["area"] == {"Noord": "Noord + West", "West": "Noord + West", "Zuid": "Zuid"}
    assert [(merge.classes, merge.reason) for merge in areas.merges] == [(("Noord", "West"), "small")]


def test_ages_with_a_gap_are_not_named_as_if_they_touch() -> None:
    merged = merge_classes((AGE,), {("16–24",): 40, ("25–34",): 40, ("35–49",): 20, ("65+",): 3}, 10)
    assert merged.mapping["age"]["65+"] == "35–49 + 65+"


def test_a_class_that_nobody_is_in_is_merged() -> None:
    merged = merge_classes((AREA,), {("Noord",): 50, ("Zuid",): 40}, 10)
    assert merged.mapping["area"]["West"] == "Zuid + West"
    assert [merge.reason for merge in merged.merges] == ["nobody"]


def test_with_a_floor_of_one_only_classes_that_nobody_is_in_are_merged() -> None:
    merged = merge_classes((AREA, AGE), {("Noord", "16–24"): 1, ("Zuid", "35–49"): 40, ("Noord", "65+"): 2}, 1)
    assert [(merge.variable, merge.classes, merge.reason) for merge in merged.merges] == [
        ("area", ("Noord", "West"), "nobody"),
        ("age", ("16–24", "25–34"), "nobody"),
    ]


def test_a_panel_that_is_too_small_ends_with_everyone_in_one_class() -> None:
    merged = merge_classes((AREA, AGE), {("Noord", "16–24"): 2, ("Zuid", "65+"): 3}, 10)
    assert set(merged.mapping["area"].values()) == set(merged.mapping["age"].values()) == {"iedereen"}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(AREA.classes), st.sampled_from(AGE.classes)), st.integers(0, 40), max_size=12
    ),
    st.integers(1, 30),
)
def test_after_merging_no_cell_is_below_the_floor(cells: dict[tuple[str, ...], float], floor: int) -> None:
    merged = merge_classes((AREA, AGE), cells, floor)
    assert merged == merge_classes((AREA, AGE), dict(reversed(cells.items())), floor)
    sums: dict[tuple[str, str], float] = {}
    for (area, age), count in cells.items():
        new = merged.mapping["area"][area], merged.mapping["age"][age]
        sums[new] = sums.get(new, 0) + count
    small = [count for count in sums.values() if 0 < count < floor]
    assert not small or sum(cells.values()) < floor


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="not in"):
        merge_classes((AREA,), {("Oost",): 3}, 10)
