"""Every number compared here was made with R's package survey; tests/reference/README.md says how."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.precision import (
    Design,
    Estimate,
    clopper_pearson,
    codes_of,
    estimates,
    mark_mean,
    mean_interval,
    share_interval,
    share_table,
    simple_design,
    total_errors,
    weighted_median,
    weighted_sd,
    wilson,
)
from deliberation.weighting import Codes, Floats, base_weights, rake

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "reference.json").read_text())
CLASSIC: list[dict[str, float]] = json.loads((FOLDER / "extra.json").read_text())["classic"]
POPULATION: dict[str, dict[str, float]] = json.loads((FOLDER / "population.json").read_text())
API, PANEL = REFERENCE["api"], REFERENCE["panel"]
VOTES = ("onthouden", "tegen", "voor")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open() as file:
        return list(csv.DictReader(file))


def column(table: list[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in table]


def indicators(labels: list[str], classes: tuple[str, ...]) -> Floats:
    return np.eye(len(classes))[codes_of(labels, classes)]


def numbers(table: list[dict[str, str]], *names: str) -> Floats:
    return np.array([[float(row[name]) for name in names] for row in table])


def meets(found: list[Estimate], reference: dict[str, Any], rel: float = 1e-9) -> None:
    assert [e.value for e in found] == pytest.approx(np.atleast_1d(reference["est"]).tolist(), rel=rel)
    assert [e.se for e in found] == pytest.approx(np.atleast_1d(reference["se"]).tolist(), rel=rel)


def srs() -> tuple[list[dict[str, str]], Design]:
    table = rows("apisrs.csv")
    weights = np.full(200, 6194 / 200)
    return table, Design(weights, weights, np.zeros(200, dtype=np.intp), np.array([6194.0]))


def stratified() -> tuple[list[dict[str, str]], Design]:
    table = rows("apistrat.csv")
    strata = codes_of(column(table, "stype"), ("E", "H", "M"))
    population = np.array([4421.0, 755.0, 1018.0])
    weights = numbers(table, "pw")[:, 0]
    return table, Design(weights, weights, strata, population)


def panel() -> tuple[list[dict[str, str]], Design, tuple[Codes, ...], Design]:
    """The made-up panel: its rows, the stratified design, the margins and the design raked as R's `rake`."""
    table = rows("respondents.csv")
    margins = tuple(codes_of(column(table, name), tuple(sizes)) for name, sizes in POPULATION.items())
    targets = tuple(np.array(list(sizes.values()), dtype=float) for sizes in POPULATION.values())
    strata, population = margins[1], targets[1]
    base = base_weights(strata, population, np.bincount(strata).astype(float))
    weights = rake(base, margins, targets).weights
    raked_as_r_rake = Design(weights, np.ones(len(base)), strata, population, margins)
    return table, Design(base, base, strata, population), margins, raked_as_r_rake


def test_means_totals_and_shares_of_a_simple_random_sample_meet_r() -> None:
    table, design = srs()
    meets(estimates(design, numbers(table, "api00")), API["srs_api00"])
    meets(estimates(design, indicators(column(table, "stype"), ("E", "H", "M"))), API["srs_stype"])
    totals, errors = total_errors(design, numbers(table, "enroll"))
    assert totals[0] == pytest.approx(API["srs_enroll_total"]["est"], rel=1e-9)
    assert errors[0] == pytest.approx(API["srs_enroll_total"]["se"], rel=1e-9)


def test_means_totals_and_subgroups_of_a_stratified_sample_meet_r() -> None:
    table, design = stratified()
    api00 = numbers(table, "api00")
    meets(estimates(design, api00), API["str_api00"])
    groups = [estimates(design, api00, design.strata == stratum)[0] for stratum in range(3)]
    meets(groups, API["str_by"])
    _, errors = total_errors(design, numbers(table, "enroll"))
    assert errors[0] == pytest.approx(API["str_enroll_total"]["se"], rel=1e-9)


@pytest.mark.parametrize(("sample", "name"), [(srs, "srs_awards_ci"), (stratified, "str_awards_ci")])
def test_korn_graubard_intervals_meet_r_svyciprop_beta(sample: Any, name: str) -> None:
    table, design = sample()
    (share,) = estimates(design, numbers([{"a": str(int(r["awards"] == "Yes"))} for r in table], "a"))
    interval, expected = share_interval(share), API[name]["beta"]
    assert share.value == pytest.approx(expected["est"], rel=1e-9)
    assert (interval.low, interval.high) == pytest.approx((expected["lo"], expected["hi"]), rel=1e-9)


def test_a_simple_sample_raked_meets_r_calibrate_raking() -> None:
    table, design = srs()
    margins = codes_of(column(table, "stype"), ("E", "H", "M")), codes_of(column(table, "sch.wide"), ("No", "Yes"))
    targets = np.array([4421.0, 755.0, 1018.0]), np.array([1072.0, 5122.0])
    raked = rake(design.base, margins, targets)
    assert raked.weights == pytest.approx(API["srs_rake"]["w"], rel=1e-9)
    calibrated = Design(raked.weights, design.base, design.strata, design.population, margins)
    meets(estimates(calibrated, numbers(table, "api00")), API["srs_rake"]["api00"])
    meets(estimates(calibrated, indicators(column(table, "awards"), ("No", "Yes"))), API["srs_rake"]["awards"])
    _, errors = total_errors(calibrated, numbers(table, "enroll"))
    assert errors[0] == pytest.approx(API["srs_rake"]["enroll"]["se"], rel=1e-8)


def test_the_unraked_panel_meets_r_svydesign() -> None:
    table, design, _, _ = panel()
    found = estimates(design, indicators(column(table, "vote"), VOTES))
    meets(found, PANEL["design_vote"])
    meets(estimates(design, numbers(table, "likert")), PANEL["design_likert"])
    interval, expected = share_interval(found[2]), PANEL["design_voor_ci"]["beta"]
    assert (interval.low, interval.high) == pytest.approx((expected["lo"], expected["hi"]), rel=1e-9)


def test_the_raked_panel_meets_r_rake() -> None:
    table, _, _, raked = panel()
    votes = indicators(column(table, "vote"), VOTES)
    assert raked.weights == pytest.approx(PANEL["raked_w"], rel=1e-9)
    found = estimates(raked, votes)
    meets(found, PANEL["raked_vote"])
    meets(estimates(raked, numbers(table, "likert")), PANEL["raked_likert"])
    totals, errors = total_errors(raked, votes)
    assert totals == pytest.approx(PANEL["raked_total"]["est"], rel=1e-9)
    assert errors == pytest.approx(PANEL["raked_total"]["se"], rel=1e-9)
    interval, expected = share_interval(found[2]), PANEL["raked_voor_ci"]["beta"]
    assert (interval.low, interval.high) == pytest.approx((expected["lo"], expected["hi"]), rel=1e-9)


@pytest.mark.parametrize(("variable", "name"), [("leeftijd", "raked_by_age"), ("gebied", "raked_by_gebied")])
def test_subgroups_of_the_raked_panel_meet_r_rake(variable: str, name: str) -> None:
    table, _, _, raked = panel()
    votes, labels = indicators(column(table, "vote"), VOTES), np.array(column(table, variable))
    found = [estimates(raked, votes[:, 2:], labels == group)[0] for group in PANEL[name]["by"]]
    meets(found, PANEL[name])


def test_the_panel_calibrated_differs_from_the_panel_raked_only_in_its_standard_errors() -> None:
    table, design, margins, raked = panel()
    calibrated = Design(raked.weights, design.base, design.strata, design.population, margins)
    votes = indicators(column(table, "vote"), VOTES)
    ours, theirs = estimates(calibrated, votes)[2], estimates(raked, votes)[2]
    assert ours.value == theirs.value
    assert ours.se == pytest.approx(theirs.se, rel=0.01)
    assert ours.se != theirs.se


def test_a_figure_that_the_margins_fix_has_no_error_left() -> None:
    _, design, margins, raked = panel()
    calibrated = Design(raked.weights, design.base, design.strata, design.population, margins)
    (young,) = estimates(calibrated, (margins[0] == 0).astype(float)[:, None])
    assert young.value == pytest.approx(10914 / 40000)
    assert young.se == pytest.approx(0, abs=1e-9)
    worth = young.effective_n
    assert share_interval(young) == clopper_pearson(young.value * worth, worth)


def test_a_share_table_of_the_raked_panel_meets_r_rake_and_svyciprop_beta() -> None:
    table, _, _, raked = panel()
    codes = codes_of(column(table, "vote"), VOTES)
    found = share_table(raked, codes, 3, most=np.inf)
    assert found.share == pytest.approx(PANEL["raked_vote"]["est"], rel=1e-9)
    assert found.se == pytest.approx(PANEL["raked_vote"]["se"], rel=1e-9)
    assert found.effective_n == pytest.approx(PANEL["kish_neff"], rel=1e-9)
    beta = PANEL["raked_voor_ci"]["beta"]
    assert (found.low[2], found.high[2]) == pytest.approx((beta["lo"], beta["hi"]), rel=1e-9)
    ages, groups = np.array(column(table, "leeftijd")), PANEL["raked_by_age"]
    by_age = [share_table(raked, codes, 3, ages == group) for group in groups["by"]]
    assert [group.share[2] for group in by_age] == pytest.approx(groups["est"], rel=1e-9)
    assert [group.se[2] for group in by_age] == pytest.approx(groups["se"], rel=1e-9)


def test_a_share_table_and_a_mean_mark_of_a_simple_sample_meet_r_calibrate_raking() -> None:
    table, design = srs()
    margins = codes_of(column(table, "stype"), ("E", "H", "M")), codes_of(column(table, "sch.wide"), ("No", "Yes"))
    targets = np.array([4421.0, 755.0, 1018.0]), np.array([1072.0, 5122.0])
    raked = rake(design.base, margins, targets).weights
    calibrated = Design(raked, design.base, design.strata, design.population, margins)
    found, expected = share_table(calibrated, codes_of(column(table, "awards"), ("No", "Yes")), 2), API["srs_rake"]
    assert found.share == pytest.approx(expected["awards"]["est"], rel=1e-9)
    assert found.se == pytest.approx(expected["awards"]["se"], rel=1e-9)
    marks, codes = np.unique(numbers(table, "api00")[:, 0], return_inverse=True)
    meets([mark_mean(calibrated, codes, marks)], expected["api00"])


def test_a_mean_mark_of_the_raked_panel_meets_r_rake() -> None:
    table, _, _, raked = panel()
    marks, codes = np.unique(numbers(table, "likert")[:, 0], return_inverse=True)
    meets([mark_mean(raked, codes, marks)], PANEL["raked_likert"])


@pytest.mark.parametrize("case", CLASSIC)
def test_wilson_and_clopper_pearson_meet_r(case: dict[str, float]) -> None:
    k, n = int(case["k"]), int(case["n"])
    score, exact = wilson(k, n), clopper_pearson(k, n)
    assert (score.low, score.high) == pytest.approx((case["wilson_lo"], case["wilson_hi"]), abs=1e-9)
    assert (exact.low, exact.high) == pytest.approx((case["cp_lo"], case["cp_hi"]), abs=1e-9)


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
