from typing import Any

import pytest

from deliberation.figures import Association, Mean, Row, Split, Table, Verdict
from panel.reports import wording


def row(
    label: str, share: float | None, low: float | None = None, high: float | None = None, hidden: str = ""
) -> Row:
    return Row(label, label, None if share is None else round(share * 300), share, low, high, hidden)


def table(*rows: Row, n: int | None = 300, label: str = "") -> Table:
    return Table(label, label, n, n, rows, "")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.434, "43 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.001, "< 1 %"),
        (0.999, "> 99 %"),
        (0.125, "13 %"),
        (None, "–"),
    ],
)
def test_percentages_are_whole_and_never_round_to_nothing_or_everything(share: float | None, words: str) -> None:
    assert wording.percent(share).replace("\u00a0", " ") == words


def test_dates_and_numbers_are_written_as_people_do() -> None:
    assert wording.day("2026-11-20").replace("\u00a0", " ") == "20 november 2026"
    assert wording.day("volgend jaar") == "volgend jaar"
    assert wording.number(1234.5, 1) == "1.234,5"


def test_a_choice_that_surely_more_than_half_made_is_called_so() -> None:
    made = table(row("Ja", 0.6, 0.54, 0.66), row("Nee", 0.4, 0.34, 0.46))
    assert wording.finding(made).startswith("Meer dan de helft kiest ‘Ja’")


def test_a_majority_within_its_margin_is_not_called_one() -> None:
    made = table(row("Ja", 0.52, 0.46, 0.58), row("Nee", 0.48, 0.42, 0.54))
    assert "dicht bij elkaar" in wording.finding(made)


def test_what_is_held_back_with_enough_answers_is_not_said_to_have_few() -> None:
    safe = table(row("Ja", None, hidden="small"), row("Nee", None, hidden="small"), label="Wonen")
    wide = table(row("Ja", None, hidden="wide"), row("Nee", None, hidden="wide"), label="Geld")
    assert wording.findings_of_items([safe, safe], ()) == "Percentages zijn hier niet veilig te tonen"
    assert wording.findings_of_items([wide, wide], ()) == "De antwoorden zijn te onzeker om percentages te tonen"
    assert wording.findings_of_items([safe, wide], ()) == "Percentages zijn hier niet te tonen"


def test_a_share_that_is_hidden_is_never_the_finding() -> None:
    made = table(row("Ja", None, hidden="small"), row("Nee", None, hidden="small"))
    assert wording.finding(made) == "Percentages zijn hier niet veilig te tonen"


def test_who_has_no_opinion_is_not_the_finding() -> None:
    made = table(row("x", 0.7, 0.65, 0.75), row("Ja", 0.2, 0.15, 0.25), row("Nee", 0.1, 0.06, 0.14))
    assert "‘Ja’" in wording.finding(made, apart=("x",))


def test_nothing_is_the_most_chosen_when_what_is_not_shown_may_be_more() -> None:
    unsure = "De antwoorden zijn te onzeker om te zeggen wat het vaakst is gekozen"
    shown, unknown = row("Ja", 0.28, 0.2, 0.37), row("Nee", None, hidden="wide")

    assert wording.finding(table(shown, unknown)) == unsure
    assert wording.finding(table(shown, unknown), overlap=True) == unsure
    assert wording.findings_of_items([table(shown, unknown), table(shown, unknown)], ()) == unsure
    few = row("Nee", None, hidden="small")
    assert wording.finding(table(row("Ja", 0.48, 0.4, 0.56), row("Half", 0.4, 0.3, 0.5), few)) != unsure


def test_a_test_decides_whether_groups_differ() -> None:
    north = table(row("Ja", 0.6, 0.5, 0.7), label="Noord")
    west = table(row("Ja", 0.2, 0.1, 0.3), label="West")
    chance, more = Association(1.2, 1.0, 298.0, 0.27), Association(31.0, 1.0, 298.0, 0.0001)

    assert wording.differences(Split("area", (north, west), "", chance)) == "geen verschil groter dan toeval"
    assert "vaker gekozen bij Noord dan bij West" in wording.differences(Split("area", (north, west), "", more))
    assert "groter dan toeval" in wording.differences(Split("area", (north, north), "", more))


def test_groups_differ_only_when_their_intervals_do_not_touch() -> None:
    north = table(row("Ja", 0.6, 0.5, 0.7), label="Noord")
    south = table(row("Ja", 0.45, 0.35, 0.55), label="Zuid")
    far = table(row("Ja", 0.2, 0.1, 0.3), label="West")

    assert "geen zeker verschil" in wording.differences(Split("area", (north, south), ""))
    assert wording.differences(Split("area", (north, south, far), "")) == (
        "‘Ja’ is vaker gekozen bij Noord dan bij West"
    )


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"status": "meets", "outcome": "voor"}, "Het panel adviseert de raad: neem het plan aan."),
        ({"status": "does_not_meet", "outcome": "tegen"}, "Het panel adviseert de raad: neem het plan niet aan."),
        (
            {"status": "does_not_meet", "outcome": "aanpassen"},
            "Het panel adviseert de raad: verander eerst het plan.",
        ),
        ({"status": "does_not_meet", "reasons": ("majority_not_met", "no_outcome")}, "Het panel is verdeeld."),
        ({"status": "does_not_meet", "reasons": ("majority_not_met", "tie")}, "Precies de helft"),
        ({"status": "does_not_meet", "outcome": "voor"}, "Meer dan de helft wil het plan aannemen. Maar"),
        ({"reasons": ("quorum_not_met",)}, "Er is geen uitspraak. Daarvoor waren 100 antwoorden nodig."),
        ({"reasons": ("no_opinions",)}, "Er is geen uitspraak. Niemand koos"),
        ({"reasons": ("below_floor",)}, "Er is geen uitspraak. Hoe mensen stemden, is niet veilig te tonen."),
    ],
)
def test_every_outcome_of_the_vote_has_its_sentence(changes: dict[str, Any], start: str) -> None:
    plain: dict[str, Any] = {"status": "no_verdict", "outcome": "", "reasons": ()}
    judged = Verdict(
        **plain | changes,
        quorum=100,
        majority="1/2",
        answered=80,
        opinions=70,
        blank=10,
        share=None,
        low=None,
        high=None,
    )
    assert wording.verdict(judged, "x", 50).startswith(start)


def test_an_outcome_within_its_margin_is_said_to_be_unsure() -> None:
    judged = Verdict("meets", "voor", ("majority_met", "within_margin"), 100, "1/2", 300, 280, 20, 0.52, 0.46, 0.58)
    assert "niet zeker" in wording.verdict(judged, "het plan aannemen", 50)


def test_a_mark_never_stands_alone() -> None:
    told = wording.spread(Mean(291, 6.4, 6.1, 6.7, 1.9, 6.5, ""))
    assert told == (
        "Gemiddeld geeft het panel een 6,4 (tussen 6,1 en 6,7). De middelste is een 6,5. "
        "De spreiding is 1,9 punt. 291 mensen gaven een cijfer."
    )


def test_a_hidden_mark_is_not_told() -> None:
    assert "niet te tonen" in wording.spread(Mean(None, None, None, None, None, None, "small"))


def test_how_many_the_hidden_answers_are_together_is_said_where_that_can_be_reckoned() -> None:
    shown, hidden = row("a", 0.2, 0.15, 0.25), row("b", None, hidden="small")

    assert wording.together(table(shown, hidden, hidden, n=85)) == " De verborgen aantallen zijn samen 25 mensen."
    assert wording.together(table(shown, shown, n=120)) == ""
    assert wording.together(table(hidden, hidden, n=25)) == ""
    assert wording.together(table(shown, hidden, hidden, n=None)) == ""


def test_words_from_right_to_left_do_not_turn_the_figure_after_them_around() -> None:
    assert wording.quoted("Ja") == "‘Ja’"
    assert wording.quoted("Ja שלום") == "‘Ja שלום\u200e’"
