"""The comparison with R's numbers is in test_reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from deliberation.precision import Design, simple_design
from deliberation.rao_scott import rao_scott
from deliberation.weighting import Codes, Floats


def codes(*values: int) -> Codes:
    return np.array(values, dtype=np.intp)


tables = st.lists(st.lists(st.integers(1, 30), min_size=3, max_size=3), min_size=2, max_size=4)


@given(tables)
@settings(max_examples=30)
def test_in_a_simple_random_sample_it_is_pearson_s_test(table: list[list[int]]) -> None:
    counts = np.array(table)
    rows, columns = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    found = rao_scott(simple_design(len(rows)), rows, columns)
    pearson = stats.chi2_contingency(counts, correction=False)
    n, df = len(rows), pearson.dof
    assert found is not None
    assert found.df == pytest.approx(df)
    assert found.denominator_df == pytest.approx(df * (n - 1))
    assert found.statistic == pytest.approx(pearson.statistic / df * (n - 1) / n, abs=1e-12)


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 2), st.integers(0, 2)), max_size=40))
@settings(max_examples=50)
def test_rows_and_columns_may_change_places_and_the_figures_are_always_numbers(
    answers: list[tuple[int, int, int]],
) -> None:
    rows, columns, strata = (
        np.array(values, dtype=np.intp) for values in (zip(*answers, strict=True) if answers else ([], [], []))
    )
    weights: Floats = np.asarray(1.0 + np.arange(len(answers)) % 3, dtype=np.float64)
    design = Design(weights, weights, strata, np.full(3, 500.0))
    found, turned = rao_scott(design, rows, columns), rao_scott(design, columns, rows)
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert found.statistic == pytest.approx(turned.statistic, rel=1e-6, abs=1e-9)
        assert found.df == pytest.approx(turned.df, rel=1e-6)
        assert found.statistic >= 0
        assert 0 <= found.p <= 1


def test_without_two_rows_and_two_columns_there_is_nothing_to_test() -> None:
    design = simple_design(4)
    assert rao_scott(design, codes(0, 0, 0, 0), codes(0, 1, 0, 1)) is None
    assert rao_scott(design, codes(0, 1, -1, -1), codes(-1, -1, 0, 1)) is None
    assert rao_scott(design, codes(0, 0, 1, 1), codes(0, 0, 1, 0), np.array([True, True, False, False])) is None


def test_a_domain_leaves_the_others_out() -> None:
    rows, columns = codes(0, 1, 0, 1, 1, 0, 1, 0), codes(0, 1, 1, 1, 0, 0, 1, 0)
    inside = np.array([True] * 6 + [False] * 2)
    within = rao_scott(simple_design(8), rows, columns, inside)
    missing = rao_scott(simple_design(8), np.where(inside, rows, -1), columns)
    assert within == missing is not None
