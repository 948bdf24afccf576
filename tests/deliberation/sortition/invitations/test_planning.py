from fractions import Fraction
from math import inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.invitations.planning import forecast, margin, plan
from deliberation.sortition.invitations.stratified import DrawError, Stratum

CENTRE: Stratum = ("centrum",)
POLDER: Stratum = ("polder",)
towns = st.dictionaries(
    st.tuples(st.text("abc", min_size=1, max_size=2)), st.integers(1, 5_000), min_size=1, max_size=6
)
rates = st.integers(1, 100).map(lambda percent: Fraction(percent, 100))


def test_600_answers_at_5_percent_take_12_000_letters_and_are_sure_to_4_points() -> None:
    made = plan(1_000_000, 600, 0.05)
    assert (made.letters, made.answers, made.design_effect) == (12_000, 600, 1)
    assert round(100 * made.margin, 2) == 4.00


@pytest.mark.parametrize(
    ("answers", "population", "points"),
    [(1067, 10**9, 3.0), (384, 10**9, 5.0), (384, 10**6, 5.0), (357, 5_000, 5.0), (278, 1_000, 5.0), (80, 100, 5.0)],
)
def test_margins_are_those_of_the_tables_in_the_textbooks(answers: int, population: int, points: float) -> None:
    """Krejcie & Morgan, Educational and Psychological Measurement 30, 1970, table 1; and 1,067 for 3 points."""
    assert abs(100 * margin(answers, population) - points) < 0.08


def test_asking_everybody_who_all_answer_leaves_no_margin() -> None:
    assert forecast(500, 500, 1).margin == 0
    assert forecast(1, 1, 1).margin == 0


def test_one_answer_says_nothing() -> None:
    assert forecast(10_000, 20, 0.05).margin == 0.5
    assert margin(0, 10) == 0.5


def test_a_design_effect_of_two_is_worth_half_the_answers() -> None:
    assert forecast(10**9, 20_000, 0.05, 2.0).margin == pytest.approx(forecast(10**9, 10_000, 0.05).margin, rel=1e-5)


def test_unequal_response_costs_precision_that_inviting_more_where_few_answer_gives_back() -> None:
    people, response = {CENTRE: 30_000, POLDER: 30_000}, {CENTRE: 0.1, POLDER: 0.3}
    plain = plan(people, 600, response)
    assert [(group.letters, group.answers) for group in plain.groups] == [(1500, 150), (1500, 450)]
    weights = [200.0] * 150 + [30_000 / 450] * 450
    assert plain.design_effect == pytest.approx(600 * sum(w * w for w in weights) / sum(weights) ** 2)
    even = plan(people, 600, response, compensate=True)
    assert [(group.letters, group.answers) for group in even.groups] == [(3000, 300), (1000, 300)]
    assert even.design_effect == 1
    assert even.letters > plain.letters
    assert even.margin < plain.margin


def test_each_group_has_a_margin_of_its_own() -> None:
    [centre, polder] = forecast({POLDER: 400, CENTRE: 600}, 1_000, 0.5).groups
    assert (centre.stratum, centre.population, centre.letters, centre.answers) == (CENTRE, 600, 600, 300)
    assert centre.margin == pytest.approx(1.96 * sqrt(0.25 / 300 * 300 / 599), rel=1e-4)
    assert polder.margin > centre.margin


@given(towns, st.data(), st.booleans())
def test_a_plan_has_enough_letters_and_not_one_more(
    people: dict[tuple[str, ...], int], data: st.DataObject, compensate: bool
) -> None:
    response = {stratum: data.draw(rates) for stratum in people}
    most = forecast(people, sum(people.values()), response)
    wanted = data.draw(st.integers(1, max(1, int(most.answers + 1e-9))))
    if most.answers + 1e-9 < wanted:
        return
    made = plan(people, wanted, response, compensate=compensate)
    assert made.answers >= wanted - 1e-9
    assert made == forecast(people, made.letters, response, compensate=compensate)
    assert sum(group.letters for group in made.groups) == made.letters
    assert made.answers == pytest.approx(sum(group.letters * float(response[group.stratum]) for group in made.groups))
    assert made.design_effect >= 1 - 1e-9
    if made.letters > 1:
        assert forecast(people, made.letters - 1, response, compensate=compensate).answers < wanted - 1e-9


def test_a_tenth_is_a_tenth_however_it_is_written() -> None:
    assert plan(100_000, 300, 0.1).letters == plan(100_000, 300, Fraction(1, 10)).letters == 3_000


@pytest.mark.parametrize(
    ("people", "answers", "response", "addresses", "sentence"),
    [
        (5_000, 600, 0.05, None, "hoogstens 5000 brieven .* verwacht u er 250"),
        (60_000, 600, 0.05, 4_000, "hoogstens 4000 brieven .* verwacht u er 200"),
        (60_000, 600, 0.05, 0, "hoogstens 0 brieven"),
        (0, 1, 0.05, None, "hoogstens 0 brieven"),
        (5_000, 0, 0.05, None, "gewenste antwoorden"),
        (5_000, 10, 0.0, None, "verwachte respons"),
        (5_000, 10, 1.1, None, "verwachte respons"),
        (5_000, 10, nan, None, "verwachte respons"),
        (5_000, 10, inf, None, "verwachte respons"),
    ],
)
def test_a_plan_that_cannot_be_is_answered_by_a_sentence(
    people: int, answers: int, response: float, addresses: int | None, sentence: str
) -> None:
    with pytest.raises(DrawError, match=sentence):
        plan(people, answers, response, addresses=addresses)


def test_a_forecast_that_cannot_be_is_answered_by_a_sentence() -> None:
    with pytest.raises(DrawError, match="er staan er 50 in"):
        forecast(50, 60, 0.1)
    with pytest.raises(DrawError, match="er zijn 40 adressen"):
        forecast(50, 45, 0.1, addresses=40)
    with pytest.raises(DrawError, match="‘polder’ ontbreekt"):
        forecast({POLDER: 50}, 45, {CENTRE: 0.1})
    for effect in (0.0, -1.0, nan, inf):
        with pytest.raises(DrawError, match="ontwerpeffect"):
            forecast(50, 45, 0.1, effect)
