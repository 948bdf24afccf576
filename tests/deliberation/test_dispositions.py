import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from deliberation.dispositions import (
    count_outcomes,
    count_per_class,
    r_indicator,
    response_rate_1,
    response_rate_2,
)
from deliberation.figures import Outcomes

FOLDER = Path(__file__).parents[1] / "reference"
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


def test_the_r_indicator_meets_r_on_the_panel() -> None:
    with (FOLDER / "invited.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = [("leeftijd", ("35-54", "55-74", "75+")), ("gebied", ("Centrum", "Noord", "Zuid")), ("geslacht", ("v",))]
    cell = [tuple(row[name] for name, _ in names) for row in rows]
    invited, answered = Counter(cell), Counter(c for c, r in zip(cell, rows, strict=True) if r["responded"] == "1")
    weight = {row["gebied"]: float(row["N_h"]) / float(row["n_h"]) for row in rows}
    cells = sorted(invited)
    features = np.array([[float(c[i] == k) for i, (_, ks) in enumerate(names) for k in ks] for c in cells])
    asked = np.array([float(invited[c]) for c in cells])
    found = r_indicator(
        features,
        asked,
        np.array([float(answered[c]) for c in cells]),
        np.array([weight[c[1]] for c in cells]) * asked,
    )
    assert found == pytest.approx(json.loads((FOLDER / "extra.json").read_text())["R"], rel=1e-6)


def test_an_even_response_has_r_indicator_one_and_an_impossible_one_has_none() -> None:
    features, invited = np.array([[0.0], [1.0]]), np.array([100.0, 200.0])
    even = r_indicator(features, invited, np.array([20.0, 40.0]), np.array([1000.0, 900.0]))
    assert even == pytest.approx(1)
    for answered in (np.zeros(2), invited):
        assert r_indicator(features, invited, answered, np.array([1000.0, 900.0])) is None
