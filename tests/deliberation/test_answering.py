from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.answering import OTHER_MAX_CHARS, AnswerError, check_answer, check_answers, missing, read_answer
from deliberation.questionnaire import Option, Question, Questionnaire
from tests.deliberation.questionnaires import JUNK, answer_sets, answers_to, is_asked, questionnaires

OPTIONS = tuple(Option(key, key.upper()) for key in ("a", "b", "c", "niets"))
SEVERAL = Question("q", "multi_other", "Welke?", OPTIONS, alone=("niets",), most=2)
GOOD_OR_BAD = Question(
    *("q", "multi_with_direction", "Waar?", OPTIONS), directions=(Option("1", "Goed"),), alone=("niets",), most=2
)


def refused(questionnaire: Questionnaire, answers: dict[str, Any]) -> str:
    with pytest.raises(AnswerError) as error:
        check_answers(questionnaire, answers)
    return error.value.code


def spoiled(question: Question) -> list[tuple[Any, str]]:
    """What this question must refuse, each with the code of the reason."""
    wrong: list[tuple[Any, str]] = [(junk, "unknown") for junk in JUNK]
    match question.form:
        case "text":
            wrong = [(junk, "unknown") for junk in JUNK if not isinstance(junk, str) or not junk.strip()]
            wrong.append(("a" * (question.most + 1), "too_long"))
        case "scale":
            wrong += [(question.low - 1, "unknown"), (question.high + 1, "unknown"), (float(question.low), "unknown")]
            wrong += [(str(question.low), "unknown")]
        case "single_per_item":
            wrong += [({"wonen": question.keys[0], "elders": question.keys[0]}, "unknown")]
        case "multi_with_direction":
            wrong += [({question.keys[0]: "elders"}, "direction"), ({question.keys[0]: ["goed"]}, "direction")]
            wrong = [(answer, code) for answer, code in wrong if answer != {"een": {}}]
            wrong += [(dict.fromkeys(chosen, "goed"), code) for chosen, code in _too_much(question)]
            wrong += [({key: "goed"}, "direction") for key in question.alone]
        case "multi_other":
            wrong += [({"chosen": chosen, "other": ""}, code) for chosen, code in _too_much(question)]
            wrong += [({"chosen": [], "other": "a" * (OTHER_MAX_CHARS + 1)}, "too_long")]
    return wrong


def _too_much(question: Question) -> list[tuple[list[str], str]]:
    plain = [key for key in question.keys if key not in question.alone]
    many = [(plain, "too_many")] if len(plain) > question.most else []
    return [*many, *(([plain[0], key], "alone") for key in question.alone)]


@settings(deadline=None)
@given(st.data())
def test_every_answer_set_along_a_path_is_accepted(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire))

    check_answers(questionnaire, answers)
    assert missing(questionnaire, answers) == ()


@settings(deadline=None)
@given(st.data())
def test_every_answer_that_does_not_fit_its_question_is_refused_with_the_reason(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire))
    for question in questionnaire.questions:
        for answer, code in spoiled(question):
            assert refused(questionnaire, {**answers, question.id: answer}) == code, (question, answer)


@settings(deadline=None)
@given(st.data())
def test_an_answer_off_the_path_or_to_no_question_is_refused(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire))

    assert refused(questionnaire, {**answers, "elders": "een"}) == "no_question"
    for question in questionnaire.questions:
        if not is_asked(questionnaire, question, answers):
            assert refused(questionnaire, {**answers, question.id: data.draw(answers_to(question))}) == "not_asked"


@settings(deadline=None)
@given(st.data())
def test_a_required_question_that_is_left_open_is_refused(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire))
    for question in questionnaire.questions:
        if question.required and question.id in answers:
            rest = {name: answer for name, answer in answers.items() if name != question.id}
            off = any(not is_asked(questionnaire, questionnaire.question(name), rest) for name in rest)
            assert refused(questionnaire, rest) == ("not_asked" if off else "required")
            assert question in missing(questionnaire, rest)


@settings(deadline=None)
@given(st.data())
def test_a_whole_set_is_accepted_exactly_when_it_is_on_its_path_and_leaves_nothing_required_open(
    data: st.DataObject,
) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire, whole=False))
    path = [question for question in questionnaire.questions if is_asked(questionnaire, question, answers)]
    fits = set(answers) <= {question.id for question in path}
    fits &= all(question.id in answers for question in path if question.required)

    if fits:
        check_answers(questionnaire, answers)
    else:
        assert refused(questionnaire, answers) in ("not_asked", "required")


@pytest.mark.parametrize(
    ("question", "fields", "answer"),
    [
        (
            SEVERAL,
            {"answer": ["b", "a"], "other": ["  iets \n anders "]},
            {"chosen": ["a", "b"], "other": "iets anders"},
        ),
        (SEVERAL, {"answer": [], "other": [" "]}, None),
        (GOOD_OR_BAD, {"answer": ["a"], "answer_a": ["1"], "answer_b": ["1"]}, {"a": "1"}),
        (GOOD_OR_BAD, {"answer": ["niets"], "answer_niets": ["1"]}, {"niets": ""}),
        (GOOD_OR_BAD, {}, None),
        (Question("q", "likert", "Eens?", OPTIONS), {"answer": ["c", "a"]}, "c"),
        (Question("q", "statement", "Zo is het.", OPTIONS), {"answer": [""]}, None),
        (Question("q", "text", "Waarom?", most=9), {"answer": [" a\r\nb "]}, "a\nb"),
        (Question("q", "scale", "Cijfer?", (Option("x", "Weet niet"),), low=1, high=10), {"answer": ["07"]}, 7),
        (Question("q", "scale", "Cijfer?", (Option("x", "Weet niet"),), low=1, high=10), {"answer": ["x"]}, "x"),
    ],
)
def test_an_answer_is_read_from_the_fields_of_a_form(question: Question, fields: Any, answer: Any) -> None:
    assert read_answer(question, fields) == answer


@pytest.mark.parametrize(
    ("question", "fields", "code"),
    [
        (SEVERAL, {"answer": ["a", "elders"]}, "unknown"),
        (SEVERAL, {"answer": ["a", "b", "c"]}, "too_many"),
        (SEVERAL, {"answer": ["a", "niets"]}, "alone"),
        (GOOD_OR_BAD, {"answer": ["a"]}, "direction"),
        (Question("q", "likert", "Eens?", OPTIONS), {"answer": ["A"]}, "unknown"),
        (Question("q", "text", "Waarom?", most=2), {"answer": ["abc"]}, "too_long"),
        (Question("q", "scale", "Cijfer?", low=1, high=10), {"answer": ["²"]}, "unknown"),
        (Question("q", "scale", "Cijfer?", low=1, high=10), {"answer": ["11"]}, "unknown"),
    ],
)
def test_fields_that_give_no_answer_of_the_question_are_refused(question: Question, fields: Any, code: str) -> None:
    with pytest.raises(AnswerError) as error:
        read_answer(question, fields)
    assert error.value.code == code


def test_the_sentence_of_a_refusal_can_name_the_choice_and_the_numbers() -> None:
    with pytest.raises(AnswerError) as error:
        check_answer(SEVERAL, {"chosen": ["a", "b", "c"], "other": ""})
    assert error.value.facts == {"most": 2, "length": 3}
    with pytest.raises(AnswerError) as error:
        check_answer(GOOD_OR_BAD, {"a": "nergens"})
    assert error.value.facts == {"choice": "A"}
