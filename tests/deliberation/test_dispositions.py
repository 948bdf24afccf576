import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deliberation.dispositions import (
    count_outcomes,
    count_per_class,
    largest_bias,
    partial_r,
    r_indicator,
    response_model,
    response_rate_1,
    response_rate_2,
)
from deliberation.figures import Outcomes
from deliberation.weighting import Codes, Floats

FOLDER = Path(__file__).parents[1] / "reference"
EXTRA: dict[str, Any] = json.loads((FOLDER / "extra.json").read_text())
EXAMPLE = Outcomes(completed=250, partial=30, refused=20, non_contact=60, unknown=440, ineligible=15)


def test_the_rates_of_aapor_leave_out_only_the_ineligible() -> None:
    assert EXAMPLE.invited == 815
    assert EXAMPLE.eligible == 800
    assert response_rate_1(EXAMPLE) == 250 / 800
    assert response_rate_2(EXAMPLE) == 280 / 800


def test_without_anyone_eligible_there_is_no_rate() -> None:
    assert response_rate_1(Outcomes(ineligible=3)) is None
    assert response_rate_2(Outcomes()) is None


def test_outcomes_are_counted_overall_and_per_class() -> None:
    pairs = [("Zuid", "completed"), ("Noord", "unknown"), ("Zuid", "refused"), ("Zuid", "completed")]
    assert count_outcomes(outcome for _, outcome in pairs) == Outcomes(completed=2, refused=1, unknown=1)
    per_class = count_per_class(pairs)
    assert list(per_class) == ["Noord", "Zuid"]
    assert per_class["Zuid"] == Outcomes(completed=2, refused=1)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown outcome 'lost'"):
        count_outcomes(["completed", "lost"])


AGES, AREAS, GENDERS = ("18-34", "35-54", "55-74", "75+"), ("Buitengebied", "Centrum", "Noord", "Zuid"), ("m", "v")


def invited_panel() -> tuple[Floats, Floats, Floats, Floats, dict[str, Codes]]:
    """The made-up panel by cell: features, invited, answered, population, and the class of each cell per variable."""
    with (FOLDER / "invited.csv").open() as file:
        rows = list(csv.DictReader(file))
    named = {"leeftijd": AGES, "gebied": AREAS, "geslacht": GENDERS}
    cell = [tuple(classes.index(row[name]) for name, classes in named.items()) for row in rows]
    invited, answered = Counter(cell), Counter(c for c, r in zip(cell, rows, strict=True) if r["responded"] == "1")
    weight = {AREAS.index(row["gebied"]): float(row["N_h"]) / float(row["n_h"]) for row in rows}
    cells = sorted(invited)
    columns = {name: np.array([c[i] for c in cells]) for i, name in enumerate(named)}
    features = np.hstack([np.eye(len(named[name]))[codes][:, 1:] for name, codes in columns.items()])
    asked = np.array([float(invited[c]) for c in cells])
    people = np.array([weight[c[1]] for c in cells]) * asked
    return features, asked, np.array([float(answered[c]) for c in cells]), people, columns


def test_the_logistic_model_of_answering_meets_r_glm_binomial() -> None:
    features, invited, answered, population, _ = invited_panel()
    response = response_model(features, invited, answered, population)
    assert response is not None
    assert response.coefficients == pytest.approx(list(EXTRA["coef"].values()), rel=1e-9)
    assert response.mean == pytest.approx(EXTRA["mean_rho"], rel=1e-9)


def test_the_r_indicator_over_the_population_meets_r_and_so_does_the_largest_bias() -> None:
    features, invited, answered, population, _ = invited_panel()
    response = response_model(features, invited, answered, population)
    assert response is not None
    assert r_indicator(response) == pytest.approx(EXTRA["R"], rel=1e-9)
    assert largest_bias(response) == pytest.approx(EXTRA["maxbias_halfsd"], rel=1e-9)


def test_the_unweighted_r_indicator_of_those_invited_meets_r() -> None:
    features, invited, answered, _, _ = invited_panel()
    response = response_model(features, invited, answered, invited)
    assert response is not None
    assert r_indicator(response) == pytest.approx(EXTRA["R_unweighted"], rel=1e-9)


def test_the_unconditional_partial_r_indicators_meet_r() -> None:
    features, invited, answered, population, classes = invited_panel()
    response = response_model(features, invited, answered, population)
    assert response is not None
    found = {name: partial_r(response, codes) for name, codes in classes.items()}
    assert found == pytest.approx(EXTRA["partial"], rel=1e-9)


def test_an_even_response_has_r_indicator_one_and_an_impossible_one_has_no_model() -> None:
    features, invited, population = np.array([[0.0], [1.0]]), np.array([100.0, 200.0]), np.array([1000.0, 900.0])
    even = response_model(features, invited, np.array([20.0, 40.0]), population)
    assert even is not None
    assert r_indicator(even) == pytest.approx(1)
    assert partial_r(even, np.array([0, 1])) == pytest.approx(0)
    for answered in (np.zeros(2), invited):
        assert response_model(features, invited, answered, population) is None


def test_a_cell_where_nobody_was_invited_counts_for_nothing() -> None:
    invited, answered = np.array([100.0, 200.0, 0.0]), np.array([20.0, 90.0, 0.0])
    response = response_model(np.eye(3)[:, 1:], invited, answered, np.array([1000.0, 900.0, 500.0]))
    assert response is not None
    assert response.mean == pytest.approx((1000 * 0.2 + 900 * 0.45) / 1900)
    spread = np.sqrt((1000 * (0.2 - response.mean) ** 2 + 900 * (0.45 - response.mean) ** 2) / 1900)
    assert partial_r(response, np.array([0, 1, 2])) == pytest.approx(spread)
