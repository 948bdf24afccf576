from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.consensus import Movement, Published, agreement, moved
from deliberation.figures import Agreement, Findings, Mean, QuestionFindings, Row, Table
from deliberation.precision import wilson
from tests.deliberation.example import example_findings

BEFORE = example_findings(300, seed=1)


def test_agreement_names_the_group_that_stays_behind() -> None:
    found = agreement("area", "voor", {"Noord": 0.62, "Zuid": 0.5, "West": 0.5})
    assert found == Agreement("area", "voor", 3, 0.5, "Zuid", 0.155)


def test_agreement_takes_two_groups() -> None:
    with pytest.raises(ValueError, match="two groups"):
        agreement("area", "voor", {"Noord": 0.62})


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_the_product_is_never_above_the_lowest_share(shares: list[float]) -> None:
    found = agreement("area", "voor", {str(number): share for number, share in enumerate(shares)})
    assert 0 <= found.product <= round(found.lowest, 4) + 1e-12
    assert found.lowest == min(shares)


def one_share(share: float, low: float, high: float, **changes: str) -> Findings:
    row = Row("voor", changes.get("label", "Voor"), 100, share, low, high, "")
    rest = Row("tegen", "Tegen", 100, None, None, None, "wide")
    table = Table("", "", 200, 190.0, (row, rest), "")
    question = QuestionFindings("q09_stem", changes.get("type", "single"), "", True, False, 200, (table,), None, None)
    return replace(BEFORE, questions=(question,))


def test_the_interval_of_a_difference_is_newcombe_s() -> None:
    """56 of 70 and 48 of 80 with Wilson's intervals: the example of Newcombe (1998), method 10."""
    was, became = wilson(48, 80), wilson(56, 70)
    (found,) = moved(one_share(48 / 80, was.low, was.high), one_share(56 / 70, became.low, became.high))
    assert (found.difference, found.low, found.high) == (0.2, 0.05, 0.33)
    assert found.differs


def test_what_may_be_chance_does_not_differ() -> None:
    (found,) = moved(one_share(0.50, 0.44, 0.56), one_share(0.56, 0.50, 0.62))
    assert found == Movement(
        "q09_stem", "", "share", "voor", "Voor", Published(0.5, 0.44, 0.56), Published(0.56, 0.5, 0.62), 0.06,
        -0.02, 0.14, differs=False,
    )  # fmt: skip


def test_other_answers_or_another_kind_of_question_are_not_compared() -> None:
    before = one_share(0.5, 0.4, 0.6)
    assert moved(before, one_share(0.5, 0.4, 0.6, label="Vóór")) == ()
    assert moved(before, one_share(0.5, 0.4, 0.6, type="scale")) == ()
    assert len(moved(before, one_share(0.5, 0.4, 0.6))) == 1


def test_only_what_both_published_is_compared() -> None:
    now = example_findings(120, seed=2)
    published = {
        (question.id, table.key, row.key): row.share
        for findings in (BEFORE, now)
        for question in findings.questions
        for table in question.tables
        for row in table.rows
    }
    both = {
        place
        for place in published
        if all(place in _shown(findings) for findings in (BEFORE, now)) and published[place] is not None
    }
    found = moved(BEFORE, now)
    assert {(m.question, m.item, m.key) for m in found if m.kind == "share"} == both != set()
    (mark,) = [m for m in found if m.kind == "mean"]
    assert (mark.question, mark.key) == ("q11_cijfer", "")


def _shown(findings: Findings) -> set[tuple[str, str, str]]:
    return {
        (question.id, table.key, row.key)
        for question in findings.questions
        for table in question.tables
        for row in table.rows
        if row.share is not None
    }


def test_the_same_figures_do_not_differ() -> None:
    found = moved(BEFORE, BEFORE)
    assert found
    assert not any(m.differs or m.difference for m in found)
    assert all(m.low < 0 < m.high for m in found if m.before.low < m.before.value < m.before.high)


@pytest.mark.parametrize(("low", "differs"), [(7.3, True), (7.0, False)])
def test_means_are_compared_in_one_decimal(low: float, differs: bool) -> None:
    def marks(mean: float, low: float, high: float) -> Findings:
        question = replace(
            one_share(0.5, 0.4, 0.6).questions[0], tables=(), mean=Mean(200, mean, low, high, 1.4, 7.0, "")
        )
        return replace(BEFORE, questions=(question,))

    (found,) = moved(marks(7.0, 6.8, 7.2), marks(7.4, low, 7.6))
    assert (found.kind, found.difference, found.differs) == ("mean", 0.4, differs)
