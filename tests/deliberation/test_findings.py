import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.figures import Findings, Merge, QuestionFindings, Table
from deliberation.findings import Ballot, Stratum, find
from deliberation.merging import Variable
from deliberation.statements import Statement, choose_minority, choose_quotes, quote_order
from deliberation.verdict import Conditions
from tests.deliberation.example import OUTSIDE, example_input

ALIKE = {
    "q01_duidelijk": "4",
    "q03_grondwaarden": {"inkomen": "2", "zelf_doen": "2", "meedoen": "2"},
    "q04_gevolgen": {"geld": "1"},
    "q09_stem": "voor",
    "q10_reden": "Goed plan.",
    "q11_cijfer": 8,
}


@cache
def example(answered: int = 300, seed: int = 1) -> Findings:
    return find(**example_input(answered, seed))


def with_ballots(ballots: list[Ballot], **changes: Any) -> Findings:
    return find(**(example_input() | {"ballots": ballots, "statements": []} | changes))


def question(findings: Findings, name: str) -> QuestionFindings:
    return next(q for q in findings.questions if q.id == name)


def as_json(findings: Findings) -> str:
    return json.dumps(asdict(findings), allow_nan=False, ensure_ascii=False)


def partitions(findings: Findings) -> Iterator[Table]:
    """The published tables in which everyone is in exactly one row."""
    for found in findings.questions:
        first = 1 if found.type == "multi_with_direction" else 0
        if found.type != "multi_other":
            yield from found.tables[first:]
    for split in findings.splits:
        yield from split.tables


def test_the_same_input_gives_the_same_bytes() -> None:
    assert as_json(find(**example_input())) == as_json(find(**example_input()))


def test_the_order_of_what_comes_in_does_not_matter() -> None:
    votes = (
        "voor",
        "tegen",
        "tegen",
        "aanpassen",
        "aanpassen",
        "aanpassen",
        "blanco",
        "blanco",
    )  # eighths: a tie of halves
    ballots = [
        Ballot({"area": "AB"[n // 8 % 2]}, {"q09_stem": votes[n % 8], "q11_cijfer": (5, 6, 7, 8)[n % 4]})
        for n in range(208)
    ]
    texts = [Statement(name, "voor", f"Goed {n}") for name in ("q05_knel", "q10_reden") for n in range(6)]
    given = example_input(10) | {
        "variables": [Variable("area", ("A", "B"))],
        "strata": [Stratum({"area": "A"}, 7100, 300), Stratum({"area": "B"}, 6900, 300)],
        "statements": texts,
    }
    seen = {as_json(find(**(given | {"ballots": ballots})))}
    for seed in range(8):
        shuffled, said = ballots[:], texts[:]
        random.Random(seed).shuffle(shuffled)
        random.Random(seed).shuffle(said)
        seen.add(
            as_json(find(**(given | {"ballots": shuffled, "statements": said, "strata": given["strata"][::-1]})))
        )
    assert len(seen) == 1


def test_counts_are_of_people_and_shares_are_weighted() -> None:
    findings, given_input = example(), example_input()
    (vote,) = question(findings, "q09_stem").tables
    votes = [ballot.answers["q09_stem"] for ballot in given_input["ballots"]]
    assert [row.count for row in vote.rows] == [votes.count(row.key) for row in vote.rows]
    shares = [row.share for row in vote.rows if row.share is not None]
    assert sum(shares) == pytest.approx(1, abs=0.02)
    assert shares == [round(share, 2) for share in shares], "whole percents, below 10,000 people"
    assert findings.weighting.weighted
    assert shares != [votes.count(row.key) / 300 for row in vote.rows]


def test_every_type_of_question_has_its_own_kind_of_table() -> None:
    findings = example()
    assert [table.key for table in question(findings, "q03_grondwaarden").tables] == [
        "meedoen",
        "inkomen",
        "zelf_doen",
    ]
    effects = question(findings, "q04_gevolgen").tables
    assert [table.key for table in effects][:3] == ["", "geld", "werk"]
    assert [row.key for row in effects[1].rows] == ["1", "-1", "0"]
    assert effects[1].n == effects[0].rows[0].count
    mark = question(findings, "q11_cijfer")
    assert [row.key for row in mark.tables[0].rows] == [*map(str, range(1, 11)), "x"]
    assert mark.mean is not None
    assert mark.mean.low is not None
    assert mark.mean.mean is not None
    assert mark.mean.low <= mark.mean.mean
    assert question(findings, "q12_indicator").texts is not None
    assert question(findings, "q10_reden").tables == ()


def test_the_vote_is_split_by_every_variable_and_by_whether_the_plan_is_clear() -> None:
    splits = {split.by: split for split in example().splits}
    assert list(splits) == ["area", "age", "gender", "q01_duidelijk"]
    assert [table.key for table in splits["q01_duidelijk"].tables] == ["clear", "other"]
    assert [table.key for table in splits["age"].tables] == ["16–49", "50+"]


def test_the_first_advice_is_the_vote_and_the_others_are_surely_shared_by_most() -> None:
    first, *others = example().advices
    assert (first.code, first.question, first.n) == ("vote", "q09_stem", 272)
    assert [(a.question, a.keys) for a in others] == [
        ("q06_papierwerk", ("-1", "-2")),
        ("q08_uitzondering", ("weinig",)),
    ]
    assert all(advice.low is not None and advice.low > 0.5 for advice in others)
    assert [advice.number for advice in example().advices] == [1, 2, 3]


def test_merged_classes_and_weights_are_accounted_for() -> None:
    weighting = example().weighting
    assert weighting.margins == ("area", "age", "gender")
    assert weighting.merged == example_input()["merges"]
    assert weighting.effective_n is not None
    assert weighting.effective_n < 300
    turnout = example().participation
    assert sum(c.population for c in turnout.classes if c.variable == "age") == turnout.population == 40_000
    assert turnout.rr1 is not None
    assert turnout.rr2 is not None
    assert turnout.rr1 < turnout.rr2


def test_without_answers_there_is_a_readable_result() -> None:
    findings = with_ballots([])
    assert findings.remarks == ("no_answers", "unweighted")
    assert findings.weighting.reason == "no_answers"
    assert (findings.verdict.status, findings.verdict.reasons) == ("no_verdict", ("quorum_not_met",))
    assert all(table.n is None for table in partitions(findings))
    as_json(findings)


@pytest.mark.parametrize("number", [1, 9])
def test_below_the_floor_nothing_of_what_was_answered_is_shown(number: int) -> None:
    ballots = example_input()["ballots"][:number]
    sides = ("voor", "tegen", "")  # of some texts it is not known who voted what
    statements = [Statement("q10_reden", sides[n % 3], f"Goed plan {n}.") for n in range(16)]
    findings = with_ballots(ballots, statements=statements, conditions=Conditions(quorum=1))
    assert "below_floor" in findings.remarks
    assert findings.verdict.status == "no_verdict"
    assert (findings.verdict.opinions, findings.verdict.share) == (None, None)
    assert all(table.n is None and table.hidden == "small" for table in partitions(findings))
    assert all(row.count is None and row.share is None for table in partitions(findings) for row in table.rows)
    assert all(part.quotes == () for part in findings.statements)
    assert all(side.texts is None for part in findings.statements for side in part.sides)
    assert all(tally.texts is None for part in findings.statements for tally in part.tallies)
    assert findings.participation.answered == number
    assert (findings.weighting.reason, findings.weighting.design_effect) == ("too_few_answers", 1.0)


def test_when_all_say_the_same_the_outcome_is_given_and_no_figure() -> None:
    ballots = [replace(ballot, answers=ALIKE) for ballot in example_input()["ballots"]]
    findings = with_ballots(ballots)
    assert (findings.verdict.status, findings.verdict.outcome) == ("meets", "voor")
    assert (findings.verdict.share, findings.verdict.hidden) == (None, "small")
    mark = question(findings, "q11_cijfer")
    assert all(row.count is None for row in mark.tables[0].rows)
    assert mark.mean is not None
    assert (mark.mean.mean, mark.mean.hidden) == (None, "small")
    as_json(findings)


def test_few_answers_have_counts_and_no_shares() -> None:
    findings = with_ballots(example_input()["ballots"][:28], conditions=Conditions(quorum=10))
    assert "no_shares" in findings.remarks
    (vote,) = question(findings, "q09_stem").tables
    assert vote.n == 28
    assert {row.hidden for row in vote.rows} <= {"few", "small"}
    assert all(row.share is None for row in vote.rows)
    assert findings.verdict.share is None


def test_a_stratum_in_which_nobody_answered_does_not_stop_the_weighting() -> None:
    given_input = example_input()
    cell = given_input["ballots"][0].classes
    ballots = [ballot for ballot in given_input["ballots"] if ballot.classes != cell]
    assert with_ballots(ballots).weighting.weighted


def test_a_class_in_which_nobody_answered_is_merged_and_the_weighting_goes_on() -> None:
    ballots = [ballot for ballot in example_input()["ballots"] if ballot.classes["area"] != "Noord"]
    findings = with_ballots(ballots)
    assert findings.weighting.weighted
    assert "unweighted" not in findings.remarks
    (merge,) = [merge for merge in findings.weighting.merged if "Noord" in merge.classes]
    assert merge.reason == "nobody"
    turnout = {row.key: row for row in findings.participation.classes if row.variable == "area"}
    assert merge.into in turnout
    assert "Noord" not in turnout
    assert sum(row.population for row in turnout.values()) == findings.participation.population
    assert sum(row.answered or 0 for row in turnout.values()) == findings.participation.answered == len(ballots)


def test_a_class_of_which_few_answered_is_merged_so_that_no_turnout_is_hidden() -> None:
    ballots = example_input()["ballots"]
    few = [ballot for ballot in ballots if ballot.classes["area"] == "Noord"][:9]
    findings = with_ballots([b for b in ballots if b.classes["area"] != "Noord"] + few)
    (merge,) = [merge for merge in findings.weighting.merged if "Noord" in merge.classes]
    assert merge.reason == "small"
    assert all(row.answered is not None and row.answered >= 10 for row in findings.participation.classes)


def test_what_was_merged_before_and_is_merged_again_is_told_with_the_classes_it_began_with() -> None:
    given_input = example_input()
    merges = (Merge("area", ("Noord", "Polder"), "Noord", "nobody"), Merge("age", ("16–20", "21–49"), "16–49"))
    ballots = [ballot for ballot in given_input["ballots"] if ballot.classes["area"] != "Noord"]
    merged = with_ballots(ballots, merges=merges).weighting.merged
    (area,) = [merge for merge in merged if "Noord" in merge.classes]
    assert {"Noord", "Polder"} < {*area.classes}
    assert Merge("age", ("16–20", "21–49"), "16–49") in merged


def test_a_ballot_from_outside_the_draw_leaves_the_answers_unweighted() -> None:
    given_input = example_input()
    strata = [Stratum(s.classes, s.population, 0) for s in given_input["strata"]]
    assert with_ballots(given_input["ballots"], strata=strata).weighting.reason == "empty_class"


def test_a_variable_with_one_class_is_not_split() -> None:
    given_input = example_input(answered=30)
    findings = find(**given_input)
    hidden = {split.by: split.hidden for split in findings.splits}
    single = [v.name for v in given_input["variables"] if len(v.classes) == 1]
    assert single
    assert all(hidden[name] == "single" for name in single)


def test_a_draw_without_variables_has_its_turnout() -> None:
    findings = with_ballots(
        example_input()["ballots"],
        variables=[],
        strata=[Stratum({}, 40_000, 900)],
        merges=[],
        conditions=Conditions(1),
    )
    turnout = findings.participation
    assert (turnout.population, turnout.invited, turnout.answered, turnout.classes) == (40_000, 900, 300, ())
    assert findings.verdict.answered == 300
    assert turnout.r_indicator is None


def test_a_ballot_without_a_vote_is_left_out() -> None:
    ballots = example_input()["ballots"]
    voteless = Ballot(ballots[0].classes, {"q01_duidelijk": "4"})
    assert as_json(with_ballots([*ballots, voteless])) == as_json(with_ballots(ballots))


def test_a_small_blank_vote_hides_the_share_from_which_it_would_follow() -> None:
    ballots = [
        ballot if ballot.answers["q09_stem"] != "blanco" or number < 30 else replace(ballot, answers=ALIKE)
        for number, ballot in enumerate(example_input()["ballots"])
    ]
    findings = with_ballots(ballots)
    rows = {row.key: row for row in question(findings, "q09_stem").tables[0].rows}
    assert rows["blanco"].count is None
    assert findings.verdict.status != "no_verdict"
    assert (findings.verdict.opinions, findings.verdict.blank, findings.verdict.share) == (None, None, None)


def test_quotes_come_in_equal_numbers_from_both_sides_in_the_order_of_the_seed() -> None:
    statements = [
        Statement("q10_reden", side, f"{side} {n}") for side in ("voor", "tegen", "blanco") for n in range(8)
    ]
    statements += [Statement("q10_reden", "aanpassen", "geheim", keep=False)]
    conditions = Conditions(quorum=1)
    quotes = choose_quotes(statements, conditions, "seed", most=3)
    assert [quote.side for quote in quotes] == ["voor"] * 3 + ["tegen"] * 3
    assert [q.order for q in quotes[:3]] == sorted(q.order for q in quotes[:3])
    assert quotes == choose_quotes(statements[::-1], conditions, "seed", most=3)
    twice = [Statement(question, "voor", "Hetzelfde.") for question in ("q05_knel", "q10_reden")]
    assert choose_quotes(twice, conditions, "seed", most=3) == choose_quotes(twice[::-1], conditions, "seed", most=3)
    assert choose_minority(twice, ["voor"], "seed", 3) == choose_minority(twice[::-1], ["voor"], "seed", 3)
    assert quotes != choose_quotes(statements, conditions, "another seed", most=3)
    assert len(choose_quotes(statements[:9], conditions, "seed", most=3)) == 2
    assert len(choose_quotes(statements[:8], conditions, "seed", most=3)) == 3
    assert choose_quotes([], conditions, "seed", most=3) == ()


@pytest.mark.parametrize(
    ("votes", "shown"),
    [({"voor": 290, "tegen": 10}, {"voor": 290}), ({"voor": 240, "aanpassen": 50, "tegen": 6, "blanco": 4}, None)],
)
def test_no_number_of_the_vote_is_hidden_for_a_quote(votes: dict[str, int], shown: dict[str, int] | None) -> None:
    findings = voting(**votes)
    rows = {row.key: row.count for row in question(findings, "q09_stem").tables[0].rows if row.count is not None}
    assert rows == (shown or {"voor": 240, "aanpassen": 50})
    quoted = {quote.side for part in findings.statements for quote in part.quotes}
    assert quoted == rows.keys()


@pytest.mark.parametrize(("answered", "seed"), [(60, 1), (60, 2), (90, 3), (120, 4), (150, 5)])
def test_what_people_wrote_hides_no_figure_and_only_sides_that_are_shown_are_quoted(answered: int, seed: int) -> None:
    given = example_input(answered, seed)
    findings, silent = find(**given), find(**(given | {"statements": []}))
    assert (findings.verdict, findings.splits, findings.advices) == (silent.verdict, silent.splits, silent.advices)
    figures, alone = ([replace(q, texts=None, n=None) for q in found.questions] for found in (findings, silent))
    assert figures == alone
    shown = {row.key for row in question(findings, "q09_stem").tables[0].rows if row.count is not None}
    quoted = [*findings.statements, findings.outside, findings.minority]
    sides = {quote.side for part in quoted if part is not None for quote in part.quotes}
    assert sides
    assert sides <= shown


def test_who_would_amend_and_who_would_reject_take_turns_among_the_quotes_not_for_the_plan() -> None:
    written = {"voor": 4, "aanpassen": 30, "tegen": 1}
    statements = [Statement("q10_reden", side, f"{side} {n}") for side in written for n in range(written[side])]

    quotes = choose_quotes(statements, Conditions(quorum=1), "seed", most=9)

    assert [quote.side for quote in quotes] == ["voor"] * 4 + ["aanpassen", "tegen", "aanpassen", "aanpassen"]
    amending = [quote.order for quote in quotes if quote.side == "aanpassen"]
    assert amending == sorted(quote_order("seed", "q10_reden", f"aanpassen {n}") for n in range(30))[:3]


def test_conditions_decide_the_verdict() -> None:
    strict = find(**(example_input() | {"conditions": Conditions(quorum=301, majority=Fraction(2, 3))}))
    assert strict.verdict.reasons == ("quorum_not_met",)
    assert strict.verdict.majority == "2/3"
    assert example().verdict.reasons == ("majority_not_met", "no_outcome")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 150), st.integers(0, 1000))
def test_no_published_table_gives_a_hidden_count_away(answered: int, seed: int) -> None:
    findings = find(**example_input(answered, seed))
    as_json(findings)
    for table in partitions(findings):
        shown = [row.count for row in table.rows if row.count is not None]
        assert all(count >= 10 for count in shown)
        if table.n is not None and len(shown) < len(table.rows):
            assert len(shown) <= len(table.rows) - 2
            assert table.n - sum(shown) >= 10
    (vote,) = question(findings, "q09_stem").tables
    for split in findings.splits:
        for number, row in enumerate(vote.rows):
            counts = [table.rows[number].count for table in split.tables]
            hidden = row.count is not None and counts.count(None)
            assert hidden != 1


def test_texts_outside_the_mandate_are_counted_and_quoted_apart() -> None:
    findings, given = example(), example_input()["statements"]
    assert findings.outside is not None
    outside = [statement for statement in given if statement.outside]
    assert findings.outside.texts == len(outside) >= 10
    told = [q.texts for q in findings.questions if q.texts is not None]
    assert findings.outside.of == len(outside) + sum(told)
    assert {quote.text for quote in findings.outside.quotes} == {OUTSIDE}
    assert all(quote.text != OUTSIDE for part in findings.statements for quote in part.quotes)
    assert findings.minority is None or all(quote.text != OUTSIDE for quote in findings.minority.quotes)
    (reasons,) = [part for part in findings.statements if part.question == "q10_reden"]
    assert reasons.texts == sum(s.question == "q10_reden" and not s.outside for s in given)


def test_a_few_texts_outside_the_mandate_look_like_none() -> None:
    given = example_input()["statements"]
    inside = [statement for statement in given if not statement.outside]
    few = [statement for statement in given if statement.outside][:9]
    none, some = (find(**(example_input() | {"statements": texts})).outside for texts in (inside, inside + few))
    assert none is not None
    assert some is not None
    assert (none.texts, none.of, none.hidden) == (some.texts, some.of, some.hidden) == (None, None, "small")


def test_a_text_that_raises_two_points_is_counted_at_both() -> None:
    texts = [Statement("q10_reden", "voor", f"Reden {n}", codes=("money", "eigen", "money")) for n in range(20)]
    texts += [Statement("q10_reden", "tegen", f"Reden {n}", codes=("law",)) for n in range(20, 40)]
    texts += [Statement("q10_reden", "tegen", f"Reden {n}") for n in range(40, 60)]
    findings = find(**(example_input() | {"statements": texts}))
    (reasons,) = [part for part in findings.statements if part.question == "q10_reden"]
    assert {tally.code: tally.texts for tally in reasons.tallies} == {"money": 20, "law": 20, "eigen": 20, "": 20}
    assert [tally.code for tally in reasons.tallies] == ["money", "law", "eigen", ""]
    assert reasons.texts == 60


def test_that_every_text_raises_the_same_point_cannot_be_told() -> None:
    texts = [Statement("q10_reden", "voor", f"Reden {n}", codes=("money",)) for n in range(40)]
    for said in (texts, [*texts[:37], *(replace(text, codes=()) for text in texts[37:])]):
        (reasons,) = [
            part
            for part in find(**(example_input() | {"statements": said})).statements
            if part.question == "q10_reden"
        ]
        assert [(tally.code, tally.texts) for tally in reasons.tallies] == [("money", None), ("", None)]


def test_texts_without_any_code_have_no_tallies() -> None:
    texts = [Statement("q10_reden", "voor", f"Reden {n}") for n in range(40)]
    assert all(part.tallies == () for part in find(**(example_input() | {"statements": texts})).statements)


def voting(**votes: int) -> Findings:
    """Findings of that many ballots per option, spread over the classes."""
    given = example_input(sum(votes.values()))
    options = [key for key, number in votes.items() for _ in range(number)]
    random.Random(1).shuffle(options)
    pairs = zip(given["ballots"], options, strict=True)
    ballots = [replace(ballot, answers={**ballot.answers, "q09_stem": option}) for ballot, option in pairs]
    texts = [Statement("q10_reden", option, f"{option} {n}") for n, option in enumerate(options) if n % 3 == 0]
    return find(**(given | {"ballots": ballots, "statements": texts}))


def test_the_minority_has_a_chapter_when_a_fifth_or_more_chose_otherwise() -> None:
    view = voting(voor=200, tegen=60, aanpassen=30, blanco=11).minority
    assert view is not None
    assert (view.rule, view.options) == ("share", ("aanpassen", "tegen"))
    assert view.share is not None
    assert view.low is not None
    assert view.high is not None
    assert view.low < view.share < view.high
    assert {quote.side for quote in view.quotes} <= {"aanpassen", "tegen"}
    assert view.quotes

    view = voting(voor=260, tegen=15, aanpassen=15, blanco=11).minority
    assert view is not None
    assert (view.rule, view.quotes, view.groups) == ("", (), ())
    assert view.share is not None
    assert view.share < 0.2


def test_the_minority_view_is_the_rest_of_the_verdict() -> None:
    findings = voting(voor=200, tegen=60, aanpassen=30, blanco=11)
    assert findings.minority is not None
    assert findings.verdict.share is not None
    assert findings.minority.share == pytest.approx(1 - findings.verdict.share, abs=0.011)


def test_without_an_outcome_there_is_no_minority_view() -> None:
    assert voting(voor=100, tegen=100, aanpassen=90, blanco=11).minority is None
    assert with_ballots([]).minority is None


def test_a_minority_of_a_few_is_not_told_apart() -> None:
    for few in (0, 3):
        view = voting(voor=293 - few, tegen=few, blanco=8).minority
        assert view is not None
        assert (view.rule, view.share, view.hidden) == ("", None, "small")


def test_groups_agree_as_far_as_their_published_shares_say() -> None:
    findings = example()
    splits = {split.by: split for split in findings.splits}
    assert findings.agreement
    for found in findings.agreement:
        shares = [r.share for table in splits[found.by].tables for r in table.rows if r.key == found.option]
        assert None not in shares
        assert found.lowest == min(share for share in shares if share is not None)
        assert found.groups == len(shares) > 1


def test_no_more_of_a_split_is_hidden_than_what_would_tell_the_few() -> None:
    findings = voting(voor=107, aanpassen=138, blanco=55)
    assert [row.count for row in question(findings, "q09_stem").tables[0].rows] == [107, 138, None, None]
    for split in findings.splits:
        assert split.tables
        for table in split.tables:
            assert [row.key for row in table.rows if row.count is None] == ["tegen", "blanco"]


def test_a_split_is_tested_only_when_all_of_it_is_shown() -> None:
    seen = set()
    for answered in (60, 150, 300):
        for split in example(answered).splits:
            full = bool(split.tables) and all(r.count is not None for table in split.tables for r in table.rows)
            assert (split.test is not None) == full
            seen.add(full)
    assert seen == {True, False}


def test_who_is_missing_is_said_per_variable_in_two_decimals() -> None:
    partials = {partial.variable: partial.value for partial in example().participation.partials}
    assert set(partials) == {"area", "age", "gender"}
    assert partials["age"] == max(partials.values())
    assert all(value == round(value, 2) for value in partials.values())


def test_a_group_in_which_nearly_all_chose_the_same_is_not_shown() -> None:
    rows = question(voting(voor=292, tegen=5, blanco=4), "q09_stem").tables[0].rows
    assert all((row.count, row.share) == (None, None) for row in rows)


@pytest.mark.parametrize("number", [0, 1, 10, 12, 19])
def test_findings_of_hardly_anyone_are_made_and_say_little(number: int) -> None:
    findings = with_ballots(example_input()["ballots"][:number], conditions=Conditions(quorum=1))
    as_json(findings)
    assert findings.participation.answered == number
    assert all(split.tables == () or any(t.n for t in split.tables) for split in findings.splits)
    assert findings.verdict.share is None
