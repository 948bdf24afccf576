import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.weighting import (
    WeightingError,
    base_weights,
    calibrate_linear,
    design_effect,
    effective_n,
    rake,
    rake_trimmed,
    trim,
)

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "reference/reference.json").read_text())


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
