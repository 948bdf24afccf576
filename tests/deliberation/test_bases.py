"""Figures of questions that were not asked of everyone."""

from dataclasses import replace
from typing import Any

import pytest

from deliberation.figures import Findings, QuestionFindings, Statements
from deliberation.findings import Ballot, find
from deliberation.questionnaire import Condition, Option, Question, Questionnaire
from deliberation.statements import Statement
from tests.deliberation.example import example_input, questionnaire

CHOICE = Question("eigen_keuze", "single", "Wat liever?", tuple(Option(key, f"Keuze {key}") for key in "abcd"))
OTHER = replace(CHOICE, id="eigen_ander")
DEGREES = tuple(Option(key, f"Graad {key}") for key in "4321")
WHY = Question("eigen_waarom", "likert", "Hoe erg is dat?", DEGREES, when=((Condition("eigen_keuze", ("c",)),),))
WORDS = Question("eigen_woorden", "text", "Wat is er mis?", most=500, when=WHY.when)


def asking(*questions: Question) -> Questionnaire:
    default = questionnaire()
    return replace(default, questions=(*default.questions, *questions))


def found(questions: tuple[Question, ...], given: list[dict[str, Any]], **more: Any) -> Findings:
    """Findings of the example, in which a ballot says this besides."""
    example = example_input(len(given))
    pairs = zip(example["ballots"], given, strict=True)
    ballots = [Ballot(ballot.classes, {**ballot.answers, **answers}) for ballot, answers in pairs]
    return find(**(example | {"questionnaire": asking(*questions), "ballots": ballots} | more))


def chose(counts: dict[str, int], **also: Any) -> list[dict[str, Any]]:
    """That many ballots who chose so, each with other answers too."""
    return [{"eigen_keuze": key, **also} for key, count in counts.items() for _ in range(count)]


def question(findings: Findings, name: str) -> QuestionFindings:
    return next(q for q in findings.questions if q.id == name)


def test_figures_are_about_those_who_were_asked_and_weighted_among_them() -> None:
    given = chose({"a": 100, "b": 40, "c": 60})
    given = [{**answers, "eigen_waarom": "4321"[n % 4]} if n % 6 else answers for n, answers in enumerate(given)]
    why = question(found((CHOICE, WHY), given), "eigen_waarom")

    said = [each["eigen_waarom"] for each in given if each["eigen_keuze"] == "c" and "eigen_waarom" in each]
    (table,) = why.tables
    assert (why.asked, why.n, table.n) == (60, len(said), len(said))
    assert len(said) < 60
    assert [row.count for row in table.rows] == [said.count(key) for key in "4321"]
    # The same as when everyone is asked, and those who were not asked here leave it open.
    for each in given:
        if each["eigen_keuze"] != "c":
            each.pop("eigen_waarom", None)
    plain = question(found((CHOICE, replace(WHY, when=())), given), "eigen_waarom")
    assert plain.tables == why.tables
    assert plain.asked is None
    shares = [row.share for row in table.rows if row.share is not None]
    assert sum(shares) == pytest.approx(1, abs=0.02)
    assert shares != [said.count(key) / len(said) for key in "4321"]


def test_who_was_asked_because_of_the_vote_is_figured_too() -> None:
    against = replace(WHY, when=((Condition("q09_stem", ("tegen", "aanpassen")),),))
    findings = found((against,), [{"eigen_waarom": "4321"[n % 4]} for n in range(300)])
    votes = {row.key: row.count or 0 for row in question(findings, "q09_stem").tables[0].rows}
    assert question(findings, "eigen_waarom").asked == votes["tegen"] + votes["aanpassen"] > 100


def test_an_answer_to_a_question_that_was_not_asked_is_not_counted() -> None:
    why = question(found((CHOICE, WHY), chose({"a": 100, "b": 40, "c": 60}, eigen_waarom="4")), "eigen_waarom")
    assert (why.asked, why.n) == (60, 60)


@pytest.mark.parametrize(
    ("counts", "asked"),
    [
        ({"a": 100, "b": 40, "c": 20, "d": 20}, 20),
        ({"a": 100, "b": 40, "c": 10, "d": 20}, 10),
        ({"a": 100, "b": 40, "c": 9, "d": 20}, None),
        # The 12 are hidden because of the 3: whoever was asked because of it would tell both.
        ({"a": 100, "b": 60, "c": 12, "d": 3}, None),
    ],
)
def test_nothing_is_known_of_a_question_that_few_were_asked_or_that_would_tell_a_hidden_number(
    counts: dict[str, int], asked: int | None
) -> None:
    findings = found((CHOICE, WHY), chose(counts, eigen_waarom="4"))
    why = question(findings, "eigen_waarom")

    assert why.asked == asked
    if asked is None:
        assert (why.n, why.texts) == (None, None)
        assert all((row.count, row.share, row.hidden) == (None, None, "small") for row in why.tables[0].rows)


@pytest.mark.parametrize(
    ("both", "only_choice", "only_other", "asked"),
    [
        (40, 20, 30, 40),
        (40, 3, 30, None),  # three who chose c, and not a in the other question
        (40, 0, 30, None),  # nobody did
        (40, 20, 3, None),
        (9, 20, 30, None),
    ],
)
def test_nothing_is_known_of_a_question_whose_base_differs_by_a_few_from_what_is_known(
    both: int, only_choice: int, only_other: int, asked: int | None
) -> None:
    together = replace(WHY, when=((Condition("eigen_keuze", ("c",)), Condition("eigen_ander", ("a",))),))
    pairs = [("c", "a", both), ("c", "b", only_choice), ("b", "a", only_other), ("a", "b", 50), ("d", "c", 20)]
    pairs.append(("d", "d", 20))
    given = [{"eigen_keuze": one, "eigen_ander": other} for one, other, count in pairs for _ in range(count)]

    assert question(found((CHOICE, OTHER, together), given), "eigen_waarom").asked == asked


def test_either_of_two_answers_can_bring_people_to_a_question_if_neither_brings_a_few() -> None:
    either = replace(WHY, when=((Condition("eigen_keuze", ("c",)),), (Condition("eigen_ander", ("a",)),)))

    def asked(only_other: int) -> int | None:
        pairs = [
            ("c", "a", 20),
            ("c", "b", 40),
            ("b", "a", only_other),
            ("a", "b", 50),
            ("d", "c", 20),
            ("d", "d", 20),
        ]
        given = [{"eigen_keuze": one, "eigen_ander": other} for one, other, count in pairs for _ in range(count)]
        return question(found((CHOICE, OTHER, either), given), "eigen_waarom").asked

    assert asked(15) == 75
    assert asked(3) is None


def test_what_follows_from_a_question_that_is_withheld_is_withheld_too() -> None:
    after = replace(WHY, id="eigen_daarna", when=((Condition("eigen_waarom", ("4",)),),))

    def asked(few: int) -> int | None:
        given = [
            {**answers, "eigen_waarom": "4321"[n % 4]}
            for n, answers in enumerate(chose({"a": 99, "c": 80, "d": few}))
        ]
        return question(found((CHOICE, WHY, after), given), "eigen_daarna").asked

    assert asked(20) == 20
    assert asked(3) is None, "the 80 are hidden because of the 3 and the zero"


def test_texts_of_those_who_were_asked_are_counted_and_quoted_or_not_at_all() -> None:
    texts = [Statement("eigen_woorden", "tegen", f"Dit is reden {n}.", keep=True) for n in range(15)]

    def words(d: int) -> tuple[QuestionFindings, Statements]:
        findings = found((CHOICE, WORDS), chose({"a": 100, "b": 60, "c": 40, "d": d}), statements=texts)
        said = next(statements for statements in findings.statements if statements.question == "eigen_woorden")
        return question(findings, "eigen_woorden"), said

    counted, said = words(20)
    assert (counted.asked, counted.texts, said.texts) == (40, 15, 15)
    assert said.quotes
    counted, said = words(3)
    assert (counted.asked, counted.texts, said.texts, said.quotes) == (None, None, None, ())
    assert all(side.texts is None for side in said.sides)


def test_the_vote_is_not_split_by_a_question_that_was_not_asked_of_everyone() -> None:
    default = questionnaire()
    rest = [q for q in default.questions if q.id != "q01_duidelijk"]
    late = replace(default.question("q01_duidelijk"), when=((Condition("q02_doel", ("4",)),),))
    example = example_input()

    def splits(*questions: Question) -> list[str]:
        asked = replace(default, questions=questions)
        return [split.by for split in find(**(example | {"questionnaire": asked})).splits]

    assert splits(*default.questions) == ["area", "age", "gender", "q01_duidelijk"]
    assert splits(*rest) == splits(*rest, late) == ["area", "age", "gender"]


def test_no_advice_rests_on_a_question_of_which_nothing_may_be_known() -> None:
    default = questionnaire()
    paper = replace(default.question("q06_papierwerk"), when=WHY.when)
    rest = tuple(q for q in default.questions if q.id != paper.id)
    asked = replace(default, questions=(*rest, CHOICE, paper))

    said = ["-1"] * 14 + ["-2", "2", "1", "0", "x"] * 3  # of every 29 people

    def advised(d: int) -> list[str]:
        given = chose({"c": 145, "a": 160, "b": 150, "d": d})
        papers = [{**answers, "q06_papierwerk": said[n % 29]} for n, answers in enumerate(given)]
        return [advice.question for advice in found((), papers, questionnaire=asked).advices]

    assert "q06_papierwerk" in advised(20)
    assert "q06_papierwerk" not in advised(3)
