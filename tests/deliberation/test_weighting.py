import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.weighting import (
    Variable,
    WeightingError,
    base_weights,
    calibrate_linear,
    design_effect,
    effective_n,
    merge_classes,
    rake,
    rake_trimmed,
    trim,
)

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "reference/reference.json").read_text())
AREA = Variable("area", ("Noord", "Zuid", "West"))
AGE = Variable("age", ("16–24", "25–34", "35–49", "65+"), ordered=True)


def codes(*values: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.array(values, dtype=np.intp)


def test_a_base_weight_is_population_over_invitations() -> None:
    weights = base_weights(codes(0, 1, 1), np.array([100.0, 60.0]), np.array([10.0, 20.0]))
    assert weights.tolist() == [10, 3, 3]


def test_an_answer_from_a_stratum_without_invitations_is_refused() -> None:
    with pytest.raises(WeightingError) as refused:
        base_weights(codes(1), np.array([100.0, 60.0]), np.array([10.0, 0.0]))
    assert refused.value.code == "empty_class"


KALTON = {name: np.array(numbers, dtype=float).reshape(3, 4) for name, numbers in REFERENCE["kalton"].items()}
CROSS = tuple(np.repeat(index.ravel(), KALTON["n"].astype(int).ravel()) for index in np.indices((3, 4)))
SUMS = KALTON["N"].sum(axis=1), KALTON["N"].sum(axis=0)


def in_each_cell(weights: Any) -> Any:
    """The weight in each cell of the worked example, after a look that it is one weight."""
    by_cell = [weights[(CROSS[0] == row) & (CROSS[1] == column)] for row in range(3) for column in range(4)]
    assert all(np.ptp(cell) < 1e-12 for cell in by_cell)
    return [cell[0] for cell in by_cell]


def test_raking_meets_the_worked_example_of_kalton_and_flores_cervantes() -> None:
    raked = rake(np.ones(len(CROSS[0])), CROSS, SUMS)
    assert in_each_cell(raked.weights) == pytest.approx(KALTON["raked"].ravel(), rel=1e-9)


def test_linear_weighting_meets_the_worked_example_of_kalton_and_flores_cervantes() -> None:
    linear = calibrate_linear(np.ones(len(CROSS[0])), CROSS, SUMS)
    assert in_each_cell(linear) == pytest.approx(KALTON["linear"].ravel(), rel=1e-9)


def test_raking_to_every_cell_of_the_cross_is_poststratification_and_so_is_linear_weighting() -> None:
    ones, cells = np.ones(len(CROSS[0])), (4 * CROSS[0] + CROSS[1],)
    for weights in (
        rake(ones, cells, (KALTON["N"].ravel(),)).weights,
        calibrate_linear(ones, cells, (KALTON["N"].ravel(),)),
    ):
        assert in_each_cell(weights) == pytest.approx(KALTON["poststratified"].ravel(), rel=1e-9)


def test_linear_weighting_refuses_margins_that_cannot_both_be_met() -> None:
    margin = codes(0, 0, 1, 1)
    with pytest.raises(WeightingError) as refused:
        calibrate_linear(np.ones(4), (margin, margin), (np.array([5.0, 3.0]), np.array([4.0, 4.0])))
    assert refused.value.code == "no_convergence"


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=80),
    st.lists(st.floats(1, 50), min_size=5, max_size=5),
)
def test_after_raking_every_margin_holds(answers: list[tuple[int, int]], sizes: list[float]) -> None:
    answers = [*answers, *((a, g) for a in range(3) for g in range(2))]
    area, gender = (np.array(column, dtype=np.intp) for column in zip(*answers, strict=True))
    by_area = np.array(sizes[:3])
    by_gender = np.array(sizes[3:]) / sum(sizes[3:]) * by_area.sum()
    weights = rake(np.ones(len(answers)), (area, gender), (by_area, by_gender)).weights
    assert np.bincount(area, weights) == pytest.approx(by_area, rel=1e-9)
    assert np.bincount(gender, weights) == pytest.approx(by_gender, rel=1e-9)
    assert weights.min() > 0


def test_cells_without_weight_keep_none() -> None:
    base, area = np.array([0.0, 2.0, 3.0, 0.0]), codes(0, 0, 1, 1)
    assert rake(base, (area,), (np.array([10.0, 20.0]),)).weights.tolist() == [0, 10, 20, 0]


def test_without_margins_the_weights_stay_what_they_were() -> None:
    assert rake(np.array([2.0, 5.0]), (), ()).weights.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("classes", "targets", "code"),
    [
        ((codes(),), (np.array([5.0]),), "no_answers"),
        ((codes(0, 0),), (np.array([5.0, 3.0]),), "empty_class"),
        ((codes(0, 1),), (np.array([5.0, 0.0]),), "empty_class"),
        ((codes(0, 1), codes(0, 1)), (np.array([5.0, 3.0]), np.array([5.0, 4.0])), "totals_disagree"),
        ((codes(0, 1), codes(0, 1)), (np.array([5.0, 3.0]), np.array([4.0, 4.0])), "too_few_answers"),
        ((codes(0, 0, 1, 1), codes(0, 0, 1, 1)), (np.array([5.0, 3.0]), np.array([4.0, 4.0])), "no_convergence"),
    ],
)
def test_raking_refuses_what_cannot_be_weighted_and_says_why(classes: Any, targets: Any, code: str) -> None:
    with pytest.raises(WeightingError) as refused:
        rake(np.ones(len(classes[0])), classes, targets, max_sweeps=50)
    assert refused.value.code == code


def test_trimming_meets_r_survey_trimweights_on_the_panel() -> None:
    raked = np.array(REFERENCE["panel"]["raked_w"])
    trimmed = trim(raked, 1.6 * float(raked.mean()))
    assert trimmed == pytest.approx(REFERENCE["panel"]["trimmed_w"], rel=1e-12)


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=50), st.floats(1.05, 6))
def test_trimming_keeps_the_sum_and_the_bound(weights: list[float], cap: float) -> None:
    given_weights = np.array(weights)
    upper = cap * float(given_weights.mean())
    trimmed = trim(given_weights, upper)
    assert trimmed.sum() == pytest.approx(given_weights.sum())
    assert trimmed.max() <= upper * (1 + 1e-9)


def test_weights_cannot_be_trimmed_below_their_mean() -> None:
    with pytest.raises(ValueError, match="mean"):
        trim(np.array([1.0, 3.0]), 1.5)


def test_trimmed_weights_still_meet_the_margins() -> None:
    area = codes(*[0] * 40, *[1] * 2, *[2] * 40)
    gender = codes(*[0, 1] * 41)
    targets = (np.array([400.0, 300.0, 400.0]), np.array([600.0, 500.0]))
    raked = rake_trimmed(np.ones(82), (area, gender), targets, cap=5)
    assert raked.trimmed == 2
    assert np.bincount(area, raked.weights) == pytest.approx(targets[0])


def test_an_extreme_base_weight_is_trimmed_and_the_margin_kept() -> None:
    base = np.ones(50)
    base[0] = 30.0
    area = codes(*[0, 1] * 25)
    targets = (np.array([500.0, 500.0]),)
    raked = rake_trimmed(base, (area,), targets, cap=5)
    assert raked.trimmed == 1
    assert raked.weights.max() <= 5 * raked.weights.mean() * (1 + 1e-6)
    assert np.bincount(area, raked.weights) == pytest.approx([500, 500])


def test_the_design_effect_is_kish_s() -> None:
    weights = np.array(REFERENCE["panel"]["raked_w"])
    assert design_effect(weights) == pytest.approx(REFERENCE["panel"]["kish_deff"], rel=1e-12)
    assert effective_n(weights) == pytest.approx(REFERENCE["panel"]["kish_neff"], rel=1e-12)
    assert effective_n(np.array([])) == 0


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
