"""Answers and conditions in words and in fields of a form, over random questionnaires of all types."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.answering import read_answer
from deliberation.questionnaire import Questionnaire, read
from panel.answers.wording import in_words, typed_values
from panel.reviews.routing_words import only_if
from panel.web.display import ENGLISH
from tests.deliberation.questionnaires import answers_to, questionnaires

CHOICES = {"a": ["Ja", "Yes"], "b": ["Nee", "No"], "c": ["Soms", "Sometimes"]}


@settings(deadline=None)
@given(st.data())
def test_an_answer_comes_back_from_the_form_that_shows_it(data: st.DataObject) -> None:
    for question in data.draw(questionnaires()).questions:
        answer = data.draw(answers_to(question))
        shown = typed_values(question, answer)

        assert read_answer(question, shown) == answer
        sent = {name: [value.replace("\n", "\r\n") for value in values] for name, values in shown.items()}
        assert read_answer(question, sent) == answer, "as a browser sends lines"
        assert all(line.strip() for line in in_words(question, answer))
        assert in_words(question, answer)


@settings(deadline=None)
@given(questionnaires())
def test_a_condition_is_put_in_words_exactly_when_there_is_one(questionnaire: Questionnaire) -> None:
    for question in questionnaire.questions:
        said = only_if(questionnaire, question)
        assert bool(said) == bool(question.when)
        for condition in (each for conditions in question.when for each in conditions):
            place = [each.id for each in questionnaire.questions].index(condition.question) + 1
            assert f"bij vraag {place}" in said
            for key in condition.keys:
                other = questionnaire.question(condition.question)
                assert (other.label(key) if key in other.keys else key) in said


def asking(when: Any, language: Any = "nl") -> Questionnaire:
    def one(name: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "type": "single", "nl": "Wat?", "en": "What?", "options": CHOICES, **more}

    mark: dict[str, Any] = {"id": "cijfer", "type": "scale", "nl": "Cijfer?", "en": "Mark?", "min": 1, "max": 10}
    questions = [one("v"), mark, one("stem", is_vote=True), one("w", when=when)]
    return read({"version": 1, "questions": questions}, language)


@pytest.mark.parametrize(
    ("when", "dutch", "english"),
    [
        (None, "", ""),
        ({"v": ["b"]}, "Alleen als u bij vraag 1 koos: ‘Nee’.", "Only if you chose at question 1: ‘No’."),
        (
            {"v": ["a", "b"], "cijfer": [1, 2, 3]},
            "Alleen als u bij vraag 1 koos: ‘Ja’ of ‘Nee’, en bij vraag 2: 1, 2 of 3.",
            "Only if you chose at question 1: ‘Yes’ or ‘No’, and at question 2: 1, 2 or 3.",
        ),
        (
            [{"v": ["c"]}, {"stem": ["a"]}],
            "Alleen als u bij vraag 1 koos: ‘Soms’. Of als u bij vraag 3 koos: ‘Ja’.",
            "Only if you chose at question 1: ‘Sometimes’. Or if you chose at question 3: ‘Yes’.",
        ),
    ],
)
def test_a_condition_is_a_plain_sentence_in_both_languages(when: Any, dutch: str, english: str) -> None:
    asked = asking(when)
    assert only_if(asked, asked.question("w")) == dutch
    asked = asking(when, "en")
    assert only_if(asked, asked.question("w"), ENGLISH) == english


def test_a_question_and_a_choice_that_are_gone_are_called_removed() -> None:
    asked = asking([{"v": ["a", "z", "Nooit (weggehaald)"], "cijfer": [11]}, {"weg": ["a", "b"]}])
    assert only_if(asked, asked.question("w")) == (
        "Alleen als u bij vraag 1 koos: ‘Ja’, ‘z’ (weggehaald) of ‘Nooit’ (weggehaald), "
        "en bij vraag 2: ‘11’ (weggehaald). Of als u bij vraag (weggehaald) koos: (weggehaald)."
    )


def test_questions_can_be_called_otherwise_and_the_sentence_can_be_about_others() -> None:
    asked = asking([{"v": ["c"]}, {"stem": ["a"]}])
    names = {"v": "A1", "stem": "A3"}
    assert only_if(asked, asked.question("w"), names=names, about_others=True) == (
        "Alleen voor wie bij vraag A1 koos: ‘Soms’. Of voor wie bij vraag A3 koos: ‘Ja’."
    )
