from dataclasses import asdict, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from deliberation.columns import MOST, Column, SurveyError, column_of, in_order
from deliberation.crosstabs import SurveyQuestion, SurveyRow
from deliberation.disclosure import Cell, Cells, derivable
from deliberation.figures import Merge, Row, Split, Table, Thresholds
from deliberation.findings import find
from deliberation.precision import clopper_pearson, estimates
from deliberation.survey import CALIBRATED, RAKED, Survey, analyse
from deliberation.turnout import Invited, invited_of
from tests.deliberation.example import example_input
from tests.deliberation.reference import POPULATION, VOTES, Sample, read_numbers
from tests.deliberation.test_precision import calibrated_panel

REFERENCE = read_numbers("reference.json")
R = REFERENCE["panel"]
EXTRA = read_numbers("extra.json")
MARGINS = ("leeftijd", "gebied", "geslacht")


def read(name: str) -> dict[str, Column]:
    sample = Sample(name)
    return {column: column_of(sample.column(column)) for column in sample.rows[0]}


def panel(**changes: Any) -> Survey:
    given = {"population": POPULATION, "strata": "gebied", "rake": MARGINS, "by": MARGINS, **changes}
    return analyse(read("respondents.csv"), ["vote", "likert"], **given)


def shares(table: Table) -> list[float | None]:
    return [row.share for row in table.rows]


def errors(table: Table) -> list[float | None]:
    return [row.se for row in table.rows if isinstance(row, SurveyRow)]


def all_tables(found: Survey) -> list[Table]:
    return [table for q in found.questions for table in (q.table, *(t for s in q.splits for t in s.tables))]


def all_rows(found: Survey) -> list[Row]:
    return [row for table in all_tables(found) for row in table.rows]


def counted(found: Survey) -> list[Any]:
    return [(table.key, table.n, [(r.key, r.count, r.hidden) for r in table.rows]) for table in all_tables(found)]


def small(n: int = 60, **changes: Any) -> Survey:
    """A file in which every third is from the north, and every other says yes."""
    columns = {
        "wijk": column_of([("Noord", "Zuid", "Zuid")[number % 3] for number in range(n)]),
        "stem": column_of([("ja", "nee")[number % 2] for number in range(n)]),
    }
    given = {"population": {"wijk": {"Noord": 400, "Zuid": 600}}, "rake": ["wijk"], **changes}
    return analyse(given.pop("columns", columns), given.pop("questions", ["stem"]), **given)


def test_shares_means_and_groups_meet_r_on_the_panel() -> None:
    found = panel(full=True)
    vote, likert = found.questions
    assert [row.label for row in vote.table.rows] == ["onthouden", "tegen", "voor"]
    assert shares(vote.table) == pytest.approx(R["raked_vote"]["est"], rel=1e-8)
    assert likert.mean is not None
    assert likert.mean.mean == pytest.approx(R["raked_likert"]["est"], rel=1e-8)
    ages = next(split for split in vote.splits if split.by == "leeftijd")
    assert [shares(table)[2] for table in ages.tables] == pytest.approx(R["raked_by_age"]["est"], rel=1e-8)
    assert found.weighting.design_effect == pytest.approx(R["kish_deff"], rel=1e-8)
    assert found.weighting.effective_n == pytest.approx(R["kish_neff"], rel=1e-8)
    assert found.estimator == CALIBRATED


def test_shares_and_standard_errors_meet_r_calibrate_on_the_schools() -> None:
    people = {"stype": {"E": 4421.0, "H": 755.0, "M": 1018.0}, "sch.wide": {"No": 1072.0, "Yes": 5122.0}}
    found = analyse(read("apisrs.csv"), ["awards"], population=people, rake=["stype", "sch.wide"])
    expected, table = REFERENCE["api"]["srs_rake"]["awards"], found.questions[0].table
    assert shares(table) == pytest.approx(expected["est"], rel=1e-9)
    assert errors(table) == pytest.approx(expected["se"], rel=1e-9)
    assert found.estimator == CALIBRATED


def test_standard_errors_on_the_panel_meet_r_rake_when_asked() -> None:
    found = panel(estimator="rake")
    vote, likert = found.questions
    assert errors(vote.table) == pytest.approx(R["raked_vote"]["se"], rel=1e-8)
    assert likert.mean is not None
    assert likert.mean.se == pytest.approx(R["raked_likert"]["se"], rel=1e-8)
    assert found.estimator == RAKED


def test_standard_errors_on_the_panel_are_those_of_calibrate_and_near_those_of_rake() -> None:
    vote, likert = panel().questions
    sample, design = calibrated_panel()
    assert errors(vote.table) == pytest.approx([e.se for e in estimates(design, sample.indicators("vote", VOTES))])
    assert errors(vote.table) == pytest.approx(R["raked_vote"]["se"], rel=0.002)
    assert likert.mean is not None
    assert likert.mean.se == pytest.approx(estimates(design, sample.numbers("likert")[:, None])[0].se, rel=1e-9)
    assert likert.mean.se == pytest.approx(R["raked_likert"]["se"], rel=0.002)


def test_an_interval_is_korn_and_graubard_s_with_no_more_answers_than_there_are() -> None:
    """R's `svyciprop` does not bound it, and takes 278 answers for 288 where the margins explain an answer."""
    found, worth = panel().questions[0].table, list[float]()
    for row, se in zip(found.rows, errors(found), strict=True):
        assert row.share is not None
        assert se is not None
        ratio = float(stdtrit(277, 0.025) / stdtrit(274, 0.025))
        worth.append(row.share * (1 - row.share) * (ratio / se) ** 2)
        n = min(worth[-1], 278)
        expected = clopper_pearson(row.share * n, n)
        assert (row.low, row.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    assert min(worth) < 278 < max(worth)


def test_response_and_who_is_missing_meet_r_on_the_panel() -> None:
    found = panel(invited=invited_of(read("invited.csv"))).participation
    assert found is not None
    assert (found.invited, found.answered, found.rr2) == (760, 278, 278 / 760)
    assert found.r_indicator == pytest.approx(EXTRA["R"], rel=1e-8)
    assert {each.variable: each.value for each in found.partials} == pytest.approx(EXTRA["partial"], rel=1e-6)
    assert [each.answered for each in found.classes if each.variable == "geslacht"] == [152, 126]


def turnouts(sizes: dict[str, int], **changes: Any) -> list[tuple[int | None, float | None, str]]:
    """How many answered per stratum, of 100 invited in each."""
    n = sum(sizes.values())
    columns = {
        "h": column_of([stratum for stratum, size in sizes.items() for _ in range(size)]),
        "g": column_of([("m", "v")[number % 2] for number in range(n)]),
        "stem": column_of([("ja", "nee")[number // 2 % 2] for number in range(n)]),
    }
    found = analyse(
        columns,
        changes.pop("questions", ["stem"]),
        population={"h": dict.fromkeys(sizes, 1000.0), "g": dict.fromkeys("mv", 500.0 * len(sizes))},
        strata="h",
        rake=["g"],
        invited=Invited({"h": dict.fromkeys(sizes, 100.0), "g": dict.fromkeys("mv", 50.0 * len(sizes))}),
        **changes,
    ).participation
    assert found is not None
    return [(one.answered, one.rate, one.hidden) for one in found.classes if one.variable == "h"]


HIDDEN = (None, None, "small")


@pytest.mark.parametrize("publish", [True, False])
def test_a_stratum_in_which_few_answered_has_no_turnout(publish: bool) -> None:
    assert turnouts({"A": 60, "B": 7}, publish=publish) == [HIDDEN, HIDDEN]
    assert turnouts({"A": 60, "B": 7, "C": 40}, publish=publish) == [(60, 0.6, ""), HIDDEN, HIDDEN]
    assert turnouts({"A": 60, "B": 10}, publish=publish) == [(60, 0.6, ""), (10, 0.1, "")]


def test_a_stratum_of_a_few_is_not_told_by_other_tables_of_the_same_column() -> None:
    assert turnouts({"A": 60, "B": 7, "C": 40}, by=["h"], publish=True) == [HIDDEN] * 3
    assert turnouts({"A": 60, "B": 7, "C": 40}, questions=["stem", "h"], publish=True) == [HIDDEN] * 3
    assert turnouts({"A": 60, "B": 10}, by=["h"], publish=True) == [(60, 0.6, ""), (10, 0.1, "")]


def test_the_researcher_alone_sees_every_turnout() -> None:
    assert turnouts({"A": 60, "B": 7}, full=True) == [(60, 0.6, ""), (7, 0.07, "")]


def test_what_is_published_is_rounded_without_standard_errors_and_the_same_every_time() -> None:
    found, exact = panel(publish=True), panel()
    assert asdict(found) == asdict(panel(publish=True))
    vote, likert = found.questions
    assert shares(vote.table) == [round(share or 0, 2) for share in shares(exact.questions[0].table)]
    assert likert.mean is not None
    assert (likert.mean.mean, likert.mean.se) == (2.9, None)
    assert {se for table in all_tables(found) for se in errors(table)} == {None}
    assert found.weighting.design_effect == round(exact.weighting.design_effect or 0, 2)
    assert (found.rounded, found.full, exact.rounded, exact.full) == (True, False, False, False)


def test_exact_figures_hide_what_published_figures_hide() -> None:
    by = ["leeftijd", "gebied", "geslacht"]
    exact, published = panel(by=by), panel(by=by, publish=True)
    assert counted(exact) == counted(published)
    assert {row.hidden for row in all_rows(exact)} >= {"", "small"}
    for row in all_rows(exact):
        assert (row.share is None) == (row.low is None) == (row.high is None) == bool(row.hidden)
    assert sum(se is not None for table in all_tables(exact) for se in errors(table)) == sum(
        not row.hidden for row in all_rows(exact)
    )


def test_what_hides_nothing_is_not_published() -> None:
    with pytest.raises(ValueError, match="hides nothing"):
        panel(publish=True, full=True)


@pytest.mark.parametrize("method", ["mean", "logit", "xlogit", "likelihood", "asin", "wilson"])
def test_the_kind_of_interval_can_be_chosen(method: str) -> None:
    found = panel(full=True, interval=method).questions[0].table.rows[2]
    expected = R["raked_voor_ci"][method]
    assert (found.low, found.high) == pytest.approx((expected["lo"], expected["hi"]), abs=1e-4)  # R `rake` there


def test_an_unknown_kind_of_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="known are beta, mean"):
        panel(interval="bayes")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_ballots_through_the_service_give_the_same_figures(seed: int) -> None:
    """The vote and its splits; `find` protects quotes and advices as well, so it is given none."""
    given_ = {**example_input(600, seed), "statements": [], "critical": ()}
    ballots = given_["ballots"]
    names = [variable.name for variable in given_["variables"]]
    vote = given_["questionnaire"].vote

    def stratum(classes: Any) -> str:
        return " ".join(classes[name] for name in names)

    people: dict[str, dict[str, float]] = {
        "stratum": {},
        **{v.name: dict.fromkeys(v.classes, 0) for v in given_["variables"]},
    }
    invited: dict[str, dict[str, float]] = {name: dict.fromkeys(sizes, 0) for name, sizes in people.items()}
    for cell in given_["strata"]:
        for name, label in [("stratum", stratum(cell.classes)), *((n, cell.classes[n]) for n in names)]:
            people[name][label] = people[name].get(label, 0) + cell.population
            invited[name][label] = invited[name].get(label, 0) + cell.invited
    columns = {name: column_of([ballot.classes[name] for ballot in ballots]) for name in names}
    columns["stratum"] = column_of([stratum(ballot.classes) for ballot in ballots])
    columns["vote"] = column_of([ballot.answers[vote.id] for ballot in ballots])
    mine = analyse(
        columns,
        ["vote"],
        population=people,
        strata="stratum",
        rake=names,
        by=names,
        invited=Invited(invited),
        publish=True,
    )
    theirs = find(**given_)
    table = next(question for question in theirs.questions if question.is_vote).tables[0]
    assert by_key(mine.questions[0].table) == by_key(table)
    for split, other in zip(mine.questions[0].splits, theirs.splits, strict=False):
        assert (split.by, split.hidden) == (other.by, other.hidden)
        assert split.test == other.test
        assert [by_key(each) for each in split.tables] == [by_key(each) for each in other.tables]
    assert replace(mine.weighting, merged=()) == replace(theirs.weighting, merged=())


def by_key(table: Table) -> dict[str, Any]:
    rows = {row.key: (row.count, row.share, row.low, row.high, row.hidden) for row in table.rows}
    return {"n": table.n, "effective_n": table.effective_n, "key": table.key, **dict(sorted(rows.items()))}


def test_classes_nobody_is_in_are_merged_and_it_is_said() -> None:
    found = small(population={"wijk": {"Noord": 400, "Zuid": 500, "Oost": 100}})
    assert found.weighting.merged == (Merge("wijk", ("Noord", "Oost"), "Noord + Oost", "nobody"),)
    assert found.weighting.weighted


def test_groups_below_the_floor_are_merged_with_their_neighbours() -> None:
    ages = ["18-34"] * 30 + ["35-54"] * 4 + ["55+"] * 40
    columns = {"leeftijd": column_of(ages), "stem": column_of(["ja", "nee"] * 37)}
    found = small(columns=columns, population=None, rake=(), by=["leeftijd"])
    assert [table.key for table in found.questions[0].splits[0].tables] == ["18-54", "55+"]
    assert found.weighting.merged[0].reason == "small"


def test_without_population_all_answers_count_the_same_and_it_is_said() -> None:
    found = small(population=None, rake=())
    assert (found.weighting.weighted, found.weighting.reason, found.remarks) == (False, "equal", ("unweighted",))
    assert shares(found.questions[0].table) == [0.5, 0.5]


def test_a_margin_of_one_class_gives_nothing_to_weigh_with() -> None:
    columns = {"wijk": column_of(["Noord"] * 40), "stem": column_of(["ja", "nee"] * 20)}
    found = small(columns=columns, population={"wijk": {"Noord": 900.0}})
    assert (found.weighting.weighted, found.weighting.reason) == (False, "equal")


def test_too_few_answers_for_the_margins_are_not_weighted_and_it_is_said() -> None:
    labels = [f"{number} jaar" for number in range(12)]
    columns = {"oud": column_of(labels), "stem": column_of(["ja", "nee"] * 6), "wijk": column_of(["N", "Z"] * 6)}
    people = {"oud": dict.fromkeys(labels, 50.0), "wijk": {"N": 300.0, "Z": 300.0}}
    found = small(columns=columns, population=people, rake=["oud", "wijk"], thresholds=Thresholds(floor=1))
    assert found.weighting.reason == "too_few_answers"
    assert set(found.remarks) == {"no_shares", "unweighted"}


def test_rows_without_an_answer_to_any_question_do_not_count() -> None:
    columns = {"stem": column_of(["ja", "nee"] * 20 + [""] * 9), "wijk": column_of(["Noord", "Zuid"] * 20 + [""] * 9)}
    found = small(columns=columns)
    assert (found.rows, found.answered, found.questions[0].n) == (49, 40, 40)


@pytest.mark.parametrize("others", [0, 1, 9])
def test_when_nearly_all_gave_the_same_answer_it_is_not_told_which(others: int) -> None:
    columns = {
        "stem": column_of([*["nee"] * others, *["ja"] * 50]),
        "wijk": column_of(["N", "Z"] * 25 + ["N"] * others),
    }
    found = small(columns=columns, population=None, rake=(), by=["wijk"])
    assert [row.count for row in found.questions[0].table.rows] == [None] * (2 if others else 0)
    assert found.questions[0].splits == (Split("wijk", (), "small"),)
    whole = small(columns=columns, population=None, rake=(), full=True).questions[0]
    assert {row.label: row.count for row in whole.table.rows}["ja"] == 50


def test_a_split_that_is_mostly_small_counts_is_left_out_and_the_table_stays() -> None:
    columns = {
        "stem": column_of([str(number % 7) for number in range(400)]),
        "wijk": column_of([f"wijk {number % 12}" for number in range(400)]),
    }
    question = small(columns=columns, population=None, rake=(), by=["wijk"]).questions[0]
    assert question.splits == (Split("wijk", (), "small"),)
    assert all(row.count for row in question.table.rows)


def test_a_mean_belongs_to_five_or_more_whole_numbers() -> None:
    def mean(values: list[str]) -> Any:
        return small(columns={"stem": column_of(values)}, population=None, rake=()).questions[0].mean

    found = mean(["1", "2", "3.0", "4", "5"] * 20)
    assert (found.mean, found.median, found.sd) == pytest.approx((3.0, 3.0, (200 / 99) ** 0.5))
    assert mean(["1", "2"] * 50) is None
    assert mean(["a", "b", "c", "d", "e"] * 20) is None


def test_numbers_stand_in_order_of_size_and_are_the_same_however_they_are_written() -> None:
    column = in_order(column_of(["10", "2", "2.0", "-1", "", "2,0"]))
    assert column.labels == ("-1", "2", "10")
    assert column.codes.tolist() == [2, 1, 1, 0, -1, 1]


def test_agreement_needs_every_group_s_share() -> None:
    question = panel().questions[0]
    complete = {
        (split.by, option)
        for split in question.splits
        for option in ("onthouden", "tegen", "voor")
        if split.tables and all(row.share is not None for t in split.tables for row in t.rows if row.key == option)
    }
    assert {(each.by, each.option) for each in question.agreement} == complete != set()
    assert len(complete) < 9


def test_a_cross_of_two_questions_is_published_once() -> None:
    columns = {
        "a": column_of(["ja", "nee", "nee", "ja"] * 30),
        "b": column_of(["x", "y", "z"] * 40),
    }
    found = small(columns=columns, questions=["a", "b"], population=None, rake=(), by=["a", "b"])
    assert [[split.by for split in question.splits] for question in found.questions] == [["b"], []]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"questions": ["stam"]}, "Er is geen kolom ‘stam’. De kolommen zijn: wijk, stem."),
        ({"questions": []}, "Noem de kolommen"),
        ({"rake": ["stem"]}, "bevolking zegt niets over ‘stem’"),
        ({"population": {"wijk": {"Noord": 400.0}}}, "De klasse ‘Zuid’ van ‘wijk’ staat niet in het bestand"),
        (
            {"population": {"wijk": {"Noord": 400.0, "Zuid": 0.0}}},
            "‘Zuid’ van ‘wijk’ zijn 40 antwoorden, en .* 0 mensen",
        ),
        (
            {"population": {"wijk": {"Noord": 0.4, "Zuid": 0.6}}},
            "0.4 mensen. Zet daar aantallen mensen, geen procent",
        ),
        ({"n": 9}, "9 van de 9 rijen hebben een antwoord"),
        ({"n": 1}, "1 van de 1 rijen heeft een antwoord"),
        (
            {
                "population": {"wijk": {"Noord": 400.0, "Zuid": 600.0}, "stem": {"ja": 400.0, "nee": 700.0}},
                "rake": ["wijk", "stem"],
            },
            "Volgens ‘wijk’ telt de bevolking 1000 mensen, volgens ‘stem’ 1100",
        ),
        (
            {"invited": Invited({"wijk": {"Noord": 10.0, "Zuid": 100.0}})},
            "‘Noord’ van ‘wijk’ zijn 20 antwoorden op 10",
        ),
        ({"invited": Invited({"wijk": {"West": 10.0}})}, "‘West’ van ‘wijk’ staat bij de uitnodigingen"),
        ({"invited": Invited({"stem": {"ja": 90.0}})}, "De uitnodigingen zeggen niets over ‘wijk’"),
    ],
)
def test_bad_input_gets_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SurveyError, match=sentence):
        small(changes.pop("n", 60), **changes)


def test_a_blank_class_is_pointed_out_with_its_row() -> None:
    columns = {"wijk": column_of(["Noord", "", "Zuid"] * 10), "stem": column_of(["ja", "nee", "ja"] * 10)}
    with pytest.raises(SurveyError, match="‘wijk’ is 10 keer niets ingevuld, het eerst bij rij 3"):
        small(columns=columns)


def test_a_column_of_remarks_is_no_question() -> None:
    columns = {"stem": column_of([f"opmerking {number}" for number in range(MOST + 1)])}
    with pytest.raises(SurveyError, match="heeft 41 verschillende antwoorden"):
        small(columns=columns, population=None, rake=())
    blank = {"stem": column_of(["ja", "nee"] * 9), "leeg": column_of([""] * 18)}
    with pytest.raises(SurveyError, match="‘leeg’ heeft niemand iets ingevuld"):
        small(columns=blank, questions=["stem", "leeg"], population=None, rake=())


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["", "p", "q"]), st.sampled_from("xyz")),
    min_size=12,
    max_size=45,
)


@given(rows, st.integers(2, 6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_no_hidden_count_can_be_found_through_totals_and_groups(
    answers: list[tuple[str, str, str]], floor: int, publish: bool
) -> None:
    """Given every count that is published of a question and its splits, each hidden count keeps its range."""
    answers = [*answers, ("a", "p", "x")]
    columns = {name: column_of(list(values)) for name, values in zip("qgh", zip(*answers, strict=True), strict=True)}
    found = analyse(columns, ["q", "h"], by=["g", "h"], thresholds=Thresholds(floor=floor), publish=publish)
    for question in found.questions:
        cells, hidden = everything(question, answers, found)
        for cell in hidden:
            low, high = derivable(cells, hidden, cell)
            assert high - low >= floor - 1e-6


def everything(
    question: SurveyQuestion, answers: list[tuple[str, str, str]], found: Survey
) -> tuple[Cells, list[Cell]]:
    """The true counts, how they add up, and which are not published; those without a group are no group."""
    place = {"q": 0, "g": 1, "h": 2}
    mine = [row[place[question.id]] for row in answers]
    labels = [row.key for row in question.table.rows]
    counts: dict[Cell, int] = {"n": len(answers), **{label: mine.count(label) for label in labels}}
    sums: list[tuple[Cell, ...]] = [("n", *labels)]
    slack: list[Cell] = []
    hidden: list[Cell] = [row.key for row in question.table.rows if row.count is None]
    for split in question.splits:
        theirs = [row[place[split.by]] for row in answers]
        merged = {c: m.into for m in found.weighting.merged if m.variable == split.by for c in m.classes}
        parts = [*(table.key for table in split.tables), ""] if split.tables else []
        for group in parts:
            inside = [m for m, t in zip(mine, theirs, strict=True) if (merged.get(t, t) if t else "") == group]
            counts |= {(split.by, group, label): inside.count(label) for label in labels}
        for table in split.tables:
            hidden += [(split.by, table.key, row.key) for row in table.rows if row.count is None]
            counts[split.by, table.key, "n"] = sum(counts[split.by, table.key, label] for label in labels)
            sums.append(((split.by, table.key, "n"), *((split.by, table.key, label) for label in labels)))
        for label in labels if parts else ():
            sums.append((label, *((split.by, group, label) for group in parts)))
            if any(counts[split.by, "", each] for each in labels):
                slack.append((split.by, "", label))
    return Cells(counts, sums, slack=slack), hidden


def test_every_published_count_adds_up() -> None:
    question = panel().questions[0]
    for one, other in combinations([split for split in question.splits if split.tables], 2):
        assert total(one) == total(other) == question.n


def total(split: Split) -> int:
    return int(np.sum([table.n or 0 for table in split.tables]))
