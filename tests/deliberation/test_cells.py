"""Tables from counts per cell are the tables that every answer apart would give."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.precision import (
    Design,
    Estimate,
    Mask,
    clopper_pearson,
    estimates,
    mark_mean,
    share_interval,
    share_table,
    simple_design,
    total_errors,
)
from deliberation.weighting import Codes, Floats, crossed, effective_n


def plain(design: Design, values: Floats, inside: Mask) -> list[Estimate]:
    """Means as R's svymean on a calibrated design has them: residuals of n × k influences, then svyrecvar."""
    weights = np.where(inside, design.weights, 0.0)
    means = weights @ values / weights.sum()
    left = np.where(inside[:, None], values - means, 0.0) / weights.sum()
    if design.margins:
        indicators = np.hstack([np.eye(codes.max() + 1)[codes] for codes in design.margins])
        root = np.sqrt(design.base)[:, None]
        left = left - indicators @ np.linalg.lstsq(indicators * root, left * root, rcond=None)[0]
    scores = design.weights[:, None] * left
    variance = np.zeros(values.shape[1])
    for stratum in np.unique(design.strata):
        own = scores[design.strata == stratum]
        centre = own.mean(axis=0) if len(own) > 1 else scores.mean(axis=0)
        correction = max(1 - len(own) / design.population[stratum], 0) * len(own) / max(len(own) - 1, 1)
        variance += correction * np.square(own - centre).sum(axis=0)
    n, strata = int(inside.sum()), len(np.unique(design.strata[inside]))
    worth = effective_n(design.weights[inside])
    pairs = zip(means.tolist(), np.sqrt(variance).tolist(), strict=True)
    return [Estimate(mean, error, n, worth, max(n - strata, 1)) for mean, error in pairs]


@st.composite
def designs(draw: st.DrawFn) -> tuple[Design, Codes, int, Mask | None]:
    """With singleton strata, endless populations, margins or none, weights and base alike in a cell or all unlike."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, strata, k = draw(st.integers(1, 50)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    stratum = random.integers(0, strata, n)
    margins = tuple(random.integers(0, draw(st.integers(1, 4)), n) for _ in range(draw(st.integers(0, 3))))
    base = (1.0 + stratum).astype(np.float64)
    weights = base * np.prod([1.1 + codes for codes in margins], axis=0)
    if draw(st.booleans()):
        base = random.uniform(0.5, 3, n)
    if draw(st.booleans()):
        weights = random.uniform(0.5, 3, n)
    population = np.where(random.random(strata) < 0.3, inf, random.integers(40, 400, strata).astype(float))
    domain = random.random(n) < 0.7 if draw(st.booleans()) else None
    codes = random.integers(-1, max(1, draw(st.integers(0, k))), n)
    codes[random.integers(0, n)] = 0
    return Design(weights, base, stratum, population, margins), codes, k, domain


@settings(max_examples=60)
@given(designs())
def test_a_share_table_is_what_every_answer_apart_gives(made: tuple[Design, Codes, int, Mask | None]) -> None:
    design, codes, k, domain = made
    inside = (codes >= 0) & (np.ones(len(design), dtype=bool) if domain is None else domain)
    if not inside.any():
        with pytest.raises(ValueError, match="no answers"):
            share_table(design, codes, k, domain)
        return
    indicators = np.vstack([np.eye(k), np.zeros(k)])[codes]
    expected, table = plain(design, indicators, inside), share_table(design, codes, k, domain)
    assert table.counts.tolist() == indicators[inside].sum(axis=0).tolist()
    assert (table.n, table.df) == (expected[0].n, expected[0].df)
    assert table.effective_n == pytest.approx(expected[0].effective_n, rel=1e-12)
    assert table.share == pytest.approx([e.value for e in expected], rel=1e-12, abs=1e-14)
    assert table.se == pytest.approx([e.se for e in expected], rel=1e-10, abs=1e-13)
    marks = np.linspace(-2.0, 9.0, k)
    (mean,) = plain(design, marks[codes][:, None], inside)
    found = mark_mean(design, codes, marks, domain)
    assert found.value == pytest.approx(mean.value, rel=1e-12, abs=1e-12)
    assert found.se == pytest.approx(mean.se, rel=1e-10, abs=1e-12)
    by_row = estimates(design, indicators, inside)
    assert [e.se for e in by_row] == pytest.approx([e.se for e in expected], rel=1e-10, abs=1e-13)


@given(designs(), st.sampled_from([inf, None]))
def test_a_table_has_the_interval_that_each_of_its_shares_has(
    made: tuple[Design, Codes, int, Mask | None], most: float | None
) -> None:
    design, codes, k, _ = made
    table = share_table(design, codes, k, most=most)
    for place in range(k):
        share = Estimate(float(table.share[place]), float(table.se[place]), table.n, table.effective_n, table.df)
        interval = share_interval(share, most=table.n if most is None else most)
        assert (table.low[place], table.high[place]) == pytest.approx((interval.low, interval.high), rel=1e-12)
        assert 0 <= table.low[place] <= table.share[place] + 1e-12
        assert table.share[place] - 1e-12 <= table.high[place] <= 1


@given(designs())
def test_a_covariance_is_that_of_the_variances_of_sums_and_differences(
    made: tuple[Design, Codes, int, Mask | None],
) -> None:
    design, codes, k, domain = made
    tally = design.cells.tally(codes, k, domain)
    scores = np.vstack([np.zeros(2), np.column_stack([np.arange(k) + 1.0, np.square(np.arange(k)) - 2.0])])
    both = np.column_stack([scores.sum(axis=1), scores[:, 0] - scores[:, 1]])
    covariance, (plus, minus) = design.cells.covariance(tally, scores), design.cells.variances(tally, both)
    assert np.diag(covariance) == pytest.approx(design.cells.variances(tally, scores), rel=1e-9, abs=1e-20)
    scale = float(np.trace(covariance))
    assert covariance[0, 1] == pytest.approx((plus - minus) / 4, rel=1e-9, abs=1e-9 * scale + 1e-20)
    assert covariance[1, 0] == pytest.approx(covariance[0, 1])


def test_a_table_is_not_surer_than_its_number_of_answers_unless_that_is_asked_for() -> None:
    stratum = np.repeat([0, 1], 20)
    codes = np.where(np.arange(40) < 19, 0, 1)  # nearly all that differs lies between the strata
    design = Design(np.ones(40), np.ones(40), stratum, np.array([inf, inf]))
    bounded, free = share_table(design, codes, 2), share_table(design, codes, 2, most=inf)
    exact = clopper_pearson(19, 40)
    assert (bounded.low[0], bounded.high[0]) == pytest.approx((exact.low, exact.high))
    assert free.high[0] - free.low[0] < (exact.high - exact.low) / 2


def test_an_answer_that_nobody_or_everybody_gave_has_an_interval_too() -> None:
    table = share_table(simple_design(20), np.full(20, 1, dtype=np.int8), 3)
    assert table.counts.tolist() == [0, 20, 0]
    assert table.share.tolist() == [0, 1, 0]
    assert table.low.tolist() == pytest.approx([0, 1 - 0.168433470983085, 0])
    assert table.high.tolist() == pytest.approx([0.168433470983085, 1, 0.168433470983085])


def test_a_code_outside_the_table_is_refused() -> None:
    for wrong in (-2, 3):
        with pytest.raises(ValueError, match="from -1 to 2"):
            share_table(simple_design(2), np.array([0, wrong]), 3)


def test_without_any_answer_there_is_no_table() -> None:
    with pytest.raises(ValueError, match="no answers"):
        share_table(simple_design(0), np.array([], dtype=np.intp), 3)


def test_a_total_of_nothing_has_no_error() -> None:
    totals, errors = total_errors(simple_design(4), np.zeros((4, 1)))
    assert (totals.tolist(), errors.tolist()) == ([0], [0])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**40), st.integers(0, 2**40)), max_size=30))
def test_answers_share_a_cell_when_they_share_every_class(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array([row[place] for row in rows], dtype=np.intp) for place in range(3)]
    number, first = crossed(columns)
    kinds = sorted(set(rows))
    assert number.tolist() == [kinds.index(row) for row in rows]
    assert [rows[place] for place in first] == kinds
