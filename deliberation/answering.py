"""Answers: reading one from a form, checking one, and checking a whole set.

Answers are JSON values, one for each form of question:

    single                 "key"                          (also of the types likert and statement)
    single_per_item        {"item": "key", ...}
    multi_with_direction   {"key": "direction", ...}      ("" for a choice that stands alone)
    text                   "words"
    scale                  7, or "x" for a choice beside the scale
    multi_other            {"chosen": ["key", ...], "other": "words"}

A question that was not answered is absent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import asked

Answer = Any
Answers = Mapping[str, Answer]
OTHER_MAX_CHARS = 200


class AnswerError(ValueError):
    """An answer that cannot be accepted: `code` names the reason, `facts` what to put in its sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def read_answer(question: Question, fields: Mapping[str, Sequence[str]]) -> Answer | None:
    """The answer that the fields of one form give to a question, or None when nothing was filled in.

    Fields are `answer` (repeated where several may be chosen), `answer_KEY` for the answer per item and for the
    direction of a choice, and `other` for own words. Raises AnswerError.
    """
    answer: Answer
    match question.form:
        case "single":
            answer = _first(fields, "answer")
        case "text":
            answer = _first(fields, "answer").replace("\r\n", "\n").strip()
        case "scale":
            value = _first(fields, "answer")
            answer = int(value) if value.isascii() and value.isdigit() and len(value) < 4 else value
        case "single_per_item":
            given = {item.key: _first(fields, f"answer_{item.key}") for item in question.items}
            answer = {item: key for item, key in given.items() if key}
        case "multi_with_direction":
            answer = {key: _first(fields, f"answer_{key}") for key in _chosen(question, fields)}
            answer |= {key: "" for key in answer if key in question.alone}
        case "multi_other":
            answer = {"chosen": _chosen(question, fields), "other": " ".join(_first(fields, "other").split())}
            if not answer["chosen"] and not answer["other"]:
                answer = None
    if answer in ("", {}, None):
        return None
    check_answer(question, answer)
    return answer


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    return values[0] if values else ""


def _chosen(question: Question, fields: Mapping[str, Sequence[str]]) -> list[str]:
    given = set(fields.get("answer", ()))
    if given - set(question.keys):
        raise AnswerError("unknown")
    return [key for key in question.keys if key in given]


def check_answer(question: Question, answer: Answer) -> None:
    """Accept an answer in the shape of its form, whatever JSON it is, or raise AnswerError.

    Codes: unknown (also for what is empty or has another shape), too_long, too_many, alone, direction.
    """
    match question.form:
        case "single":
            _require(answer in question.keys, "unknown")
        case "scale":
            on_scale = type(answer) is int and question.low <= answer <= question.high
            _require(on_scale or answer in question.keys, "unknown")
        case "text":
            _require(isinstance(answer, str) and bool(answer.strip()), "unknown")
            _require(len(answer) <= question.most, "too_long", most=question.most, length=len(answer))
        case "single_per_item":
            items = {item.key for item in question.items}
            _require(isinstance(answer, dict) and bool(answer) and set(answer) <= items, "unknown")
            _require(all(key in question.keys for key in answer.values()), "unknown")
        case "multi_with_direction":
            _require(isinstance(answer, dict) and bool(answer), "unknown")
            _check_choices(question, list(answer))
            directions = [direction.key for direction in question.directions]
            for key, direction in answer.items():
                fits = direction == "" if key in question.alone else direction in directions
                _require(fits, "direction", choice=question.label(key))
        case "multi_other":
            _require(isinstance(answer, dict) and set(answer) == {"chosen", "other"}, "unknown")
            chosen, other = answer["chosen"], answer["other"]
            _require(isinstance(chosen, list) and isinstance(other, str) and bool(chosen or other), "unknown")
            _check_choices(question, chosen)
            _require(len(other) <= OTHER_MAX_CHARS, "too_long", most=OTHER_MAX_CHARS, length=len(other))


def _check_choices(question: Question, chosen: Sequence[str]) -> None:
    _require(all(key in question.keys for key in chosen) and len(set(chosen)) == len(chosen), "unknown")
    alone = [key for key in chosen if key in question.alone]
    if alone and len(chosen) > 1:
        raise AnswerError("alone", choice=question.label(alone[0]))
    _require(len(chosen) <= question.most, "too_many", most=question.most, length=len(chosen))


def _require(fits: bool, code: str, **facts: str | int) -> None:
    if not fits:
        raise AnswerError(code, **facts)


def missing(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The required questions on the path of these answers that they leave open; empty when they can be handed in."""
    return tuple(q for q in asked(questionnaire, answers) if q.required and q.id not in answers)


def check_answers(questionnaire: Questionnaire, answers: Answers) -> None:
    """Accept a whole set of answers, or raise AnswerError.

    Codes: those of `check_answer`; no_question: there is no such question; not_asked: these answers lead past it;
    required: a question that must be answered was left open.
    """
    questions = {question.id: question for question in questionnaire.questions}
    for question_id, answer in answers.items():
        if question_id not in questions:
            raise AnswerError("no_question")
        check_answer(questions[question_id], answer)
    path = {question.id for question in asked(questionnaire, answers)}
    for question_id in answers:
        if question_id not in path:
            raise AnswerError("not_asked", question=questions[question_id].text)
    for question in missing(questionnaire, answers):
        raise AnswerError("required", question=question.text)
