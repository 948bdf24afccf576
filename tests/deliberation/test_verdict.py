from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.figures import Interval, Verdict
from deliberation.verdict import Conditions, decide

OPTIONS = ("voor", "aanpassen", "tegen", "blanco")


def votes(voor: int, aanpassen: int = 0, tegen: int = 0, blanco: int = 0) -> dict[str, int]:
    return dict(zip(OPTIONS, (voor, aanpassen, tegen, blanco), strict=True))


def judge(counts: dict[str, int], quorum: int = 10, majority: Fraction = Fraction(1, 2)) -> Verdict:
    return decide(counts, {key: float(count) for key, count in counts.items()}, Conditions(quorum, majority))


def test_the_quorum_is_met_exactly_at_its_number_and_counts_blank_votes() -> None:
    assert judge(votes(5, blanco=5), quorum=10).status == "meets"
    short = judge(votes(5, blanco=4), quorum=10)
    assert (short.status, short.outcome, short.reasons) == ("no_verdict", "", ("quorum_not_met",))


def test_more_than_half_of_those_with_an_opinion_adopts_the_plan() -> None:
    verdict = judge(votes(11, 5, 5, 100))
    assert (verdict.status, verdict.outcome) == ("meets", "voor")
    assert verdict.reasons == ("majority_met",)
    assert (verdict.opinions, verdict.blank, verdict.answered) == (21, 100, 121)


def test_exactly_half_is_a_tie_and_no_majority() -> None:
    verdict = judge(votes(10, 0, 10))
    assert (verdict.status, verdict.outcome) == ("does_not_meet", "")
    assert verdict.reasons == ("majority_not_met", "tie", "no_outcome")


def test_a_higher_majority_is_met_exactly_at_its_share() -> None:
    assert judge(votes(20, 10), majority=Fraction(2, 3)).status == "meets"
    short = judge(votes(19, 10, 1), majority=Fraction(2, 3))
    assert (short.status, short.outcome) == ("does_not_meet", "voor")
    assert judge(votes(50, 10), majority=Fraction(5, 6)).status == "meets"


@pytest.mark.parametrize(("counts", "outcome"), [(votes(3, 8), "aanpassen"), (votes(3, 0, 8), "tegen")])
def test_a_plan_that_most_want_changed_or_dropped_is_not_supported(counts: dict[str, int], outcome: str) -> None:
    verdict = judge(counts)
    assert (verdict.status, verdict.outcome, verdict.reasons) == ("does_not_meet", outcome, ("majority_not_met",))


def test_without_any_vote_or_any_opinion_there_is_no_verdict() -> None:
    for counts in ({}, votes(0), votes(0, blanco=30)):
        verdict = judge(counts, quorum=0)
        assert (verdict.status, verdict.reasons, verdict.share) == ("no_verdict", ("no_opinions",), None)


def test_the_weights_decide_the_share_and_the_people_the_quorum() -> None:
    verdict = decide(votes(8, 12), {"voor": 6.0, "aanpassen": 4.0}, Conditions(quorum=20))
    assert (verdict.status, verdict.share) == ("meets", 0.6)


def test_a_rounding_error_does_not_break_a_tie() -> None:
    verdict = decide(votes(3, 3), {"voor": 0.1 + 0.2, "aanpassen": 0.3}, Conditions(quorum=1))
    assert "tie" in verdict.reasons


def test_a_share_too_close_to_call_is_said_to_be_so() -> None:
    close = decide(votes(11, 9), {"voor": 11, "aanpassen": 9}, Conditions(1), Interval(0.4, 0.7))
    assert close.reasons == ("majority_met", "within_margin")
    clear = decide(votes(19, 1), {"voor": 19, "aanpassen": 1}, Conditions(1), Interval(0.8, 0.99))
    assert clear.reasons == ("majority_met",)


def test_a_vote_for_an_unknown_option_and_impossible_conditions_are_refused() -> None:
    with pytest.raises(ValueError, match="misschien"):
        judge({"misschien": 3})
    with pytest.raises(ValueError, match="quorum"):
        Conditions(quorum=-1)
    with pytest.raises(ValueError, match="majority"):
        Conditions(quorum=1, majority=Fraction(1, 3))


@given(*[st.integers(0, 60)] * 4, st.integers(0, 200))
def test_one_more_vote_for_the_plan_never_takes_its_support_away(v: int, a: int, t: int, b: int, quorum: int) -> None:
    if judge(votes(v, a, t, b), quorum).status == "meets":
        assert judge(votes(v + 1, a, t, b), quorum).status == "meets"


@pytest.mark.parametrize("majority", [Fraction(1, 2), Fraction(2, 3), Fraction(1)])
@pytest.mark.parametrize("others", [(0, 0), (4, 0), (0, 4)])
def test_blank_votes_never_change_who_has_the_majority(majority: Fraction, others: tuple[int, int]) -> None:
    for voor in (0, 4, 5, 8, 9):
        without, with_blank = (judge(votes(voor, *others, blanco=b), 0, majority) for b in (0, 90))
        assert without.outcome == with_blank.outcome
        assert without.reasons == with_blank.reasons


def test_a_majority_of_all_takes_everyone_with_an_opinion() -> None:
    assert judge(votes(20, blanco=5), majority=Fraction(1)).status == "meets"
    assert judge(votes(19, 1), majority=Fraction(1)).status == "does_not_meet"


def test_a_quorum_of_nobody_is_met_and_without_opinions_there_is_still_no_verdict() -> None:
    assert judge(votes(1), quorum=0).status == "meets"
    assert judge(votes(0), quorum=0).reasons == ("no_opinions",)
    assert judge(votes(0), quorum=1).reasons == ("quorum_not_met",)


def test_three_equal_parts_have_no_outcome_and_half_against_is_no_outcome_either() -> None:
    assert judge(votes(10, 10, 10)).reasons == ("majority_not_met", "no_outcome")
    assert judge(votes(5, 5, 10)).reasons == ("majority_not_met", "no_outcome")
    assert judge(votes(0, 0, 10)).outcome == "tegen"
