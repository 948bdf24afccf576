"""Fast tables against R, and what no reference says; the numbers of R for all else are in test_reference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.precision import (
    Design,
    Estimate,
    clopper_pearson,
    estimates,
    mark_mean,
    mean_interval,
    share_interval,
    share_table,
    simple_design,
    weighted_median,
    weighted_sd,
    wilson,
)
from deliberation.weighting import Floats, rake
from tests.deliberation.reference import (
    SCHOOLS,
    VOTES,
    Sample,
    panel,
    raked_panel,
    read_numbers,
    simple_schools,
)

REFERENCE = read_numbers("reference.json")
API, PANEL = REFERENCE["api"], REFERENCE["panel"]


def meets(found: Estimate, reference: dict[str, Any]) -> None:
    assert (found.value, found.se) == pytest.approx((reference["est"], reference["se"]), rel=1e-9)


def calibrated_panel() -> tuple[Sample, Design]:
    """As R's `calibrate(calfun = "raking")`."""
    (sample, raked), (_, plain) = raked_panel(), panel()
    return sample, Design(raked.weights, plain.base, plain.strata, plain.population, raked.margins)


def test_the_panel_calibrated_differs_from_the_panel_raked_only_in_its_standard_errors() -> None:
    sample, calibrated = calibrated_panel()
    votes = sample.indicators("vote", VOTES)
    ours, theirs = estimates(calibrated, votes)[2], estimates(raked_panel()[1], votes)[2]
    assert ours.value == theirs.value
    assert ours.se == pytest.approx(theirs.se, rel=0.01)
    assert ours.se != theirs.se


def test_a_figure_that_the_margins_fix_has_no_error_left() -> None:
    sample, calibrated = calibrated_panel()
    (young,) = estimates(calibrated, sample.is_("leeftijd", "18-34").astype(float)[:, None])
    assert young.value == pytest.approx(10914 / 40000)
    assert young.se == pytest.approx(0, abs=1e-9)
    worth = young.effective_n
    assert share_interval(young) == clopper_pearson(young.value * worth, worth)


def test_a_share_table_of_the_raked_panel_meets_r_rake_and_svyciprop_beta() -> None:
    sample, raked = raked_panel()
    codes = sample.codes("vote", VOTES)
    found = share_table(raked, codes, 3, most=np.inf)
    assert found.share == pytest.approx(PANEL["raked_vote"]["est"], rel=1e-9)
    assert found.se == pytest.approx(PANEL["raked_vote"]["se"], rel=1e-9)
    assert found.effective_n == pytest.approx(PANEL["kish_neff"], rel=1e-9)
    beta = PANEL["raked_voor_ci"]["beta"]
    assert (found.low[2], found.high[2]) == pytest.approx((beta["lo"], beta["hi"]), rel=1e-9)
    groups = PANEL["raked_by_age"]
    by_age = [share_table(raked, codes, 3, sample.is_("leeftijd", group)) for group in groups["by"]]
    assert [group.share[2] for group in by_age] == pytest.approx(groups["est"], rel=1e-9)
    assert [group.se[2] for group in by_age] == pytest.approx(groups["se"], rel=1e-9)


def test_a_share_table_and_a_mean_mark_of_a_simple_sample_meet_r_calibrate_raking() -> None:
    sample, design = simple_schools()
    margins = sample.codes("stype", SCHOOLS), sample.codes("sch.wide", ("No", "Yes"))
    raked = rake(design.base, margins, (np.array([4421.0, 755.0, 1018.0]), np.array([1072.0, 5122.0]))).weights
    calibrated = Design(raked, design.base, design.strata, design.population, margins)
    found, expected = share_table(calibrated, sample.codes("awards", ("No", "Yes")), 2), API["srs_rake"]
    assert found.share == pytest.approx(expected["awards"]["est"], rel=1e-9)
    assert found.se == pytest.approx(expected["awards"]["se"], rel=1e-9)
    marks, codes = np.unique(sample.numbers("api00"), return_inverse=True)
    meets(mark_mean(calibrated, codes, marks), expected["api00"])


def test_a_mean_mark_of_the_raked_panel_meets_r_rake() -> None:
    sample, raked = raked_panel()
    marks, codes = np.unique(sample.numbers("likert"), return_inverse=True)
    meets(mark_mean(raked, codes, marks), PANEL["raked_likert"])


def test_without_answers_a_wilson_interval_says_nothing() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 4))
def test_an_interval_contains_its_share_and_is_never_nan(answers: list[bool], strata: int) -> None:
    n = len(answers)
    weights: Floats = np.asarray(1.0 + np.arange(n) % 3, dtype=np.float64)
    stratum = np.arange(n) % strata
    design = Design(weights, np.ones(n), stratum, np.full(strata, 500.0))
    (share,) = estimates(design, np.array(answers, dtype=float)[:, None])
    interval = share_interval(share, most=n)
    assert 0 <= interval.low <= share.value + 1e-12
    assert share.value - 1e-12 <= interval.high <= 1
    assert interval.high > interval.low


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_everyone_or_no_one_gives_the_exact_interval(value: float) -> None:
    (share,) = estimates(simple_design(20), np.full((20, 1), value))
    expected = clopper_pearson(20 * value, 20)
    assert share_interval(share) == expected


def test_a_mean_lies_in_the_middle_of_its_interval() -> None:
    (mean,) = estimates(simple_design(5), np.array([[1.0], [2], [3], [4], [5]]))
    interval = mean_interval(mean)
    assert mean.se == pytest.approx(np.sqrt(2.5 / 5))
    assert interval.high - 3 == pytest.approx(2.7764451051977987 * mean.se)
    assert interval.low + interval.high == pytest.approx(6)


def test_a_stratum_with_one_answer_does_not_count_as_certain() -> None:
    design = Design(np.ones(3), np.ones(3), np.array([0, 0, 1]), np.array([np.inf, np.inf]))
    (mean,) = estimates(design, np.array([[2.0], [2.0], [9.0]]))
    assert mean.se > 1


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValueError, match="no answers"):
        estimates(simple_design(3), np.ones((3, 1)), np.zeros(3, dtype=bool))


def test_spread_and_median_use_the_weights() -> None:
    values, weights = np.array([1.0, 10.0, 5.0]), np.array([1.0, 1.0, 5.0])
    assert weighted_median(values, weights) == 5
    assert weighted_median(np.array([4.0, 8.0]), np.ones(2)) == 4
    assert weighted_sd(np.array([2.0, 4.0]), np.ones(2)) == pytest.approx(np.sqrt(2))
    assert weighted_sd(np.array([2.0]), np.ones(1)) == 0
