"""What is asked: the questions, and the checking of one answer or of one set of answers.

A questionnaire is plain data (as read from YAML or JSON), complete with its choices and texts in every language.
`fill` puts the dossier of one proposal into it; the filled data is what a review freezes. `read` turns filled data
into typed questions in one language.

Answers are JSON values, one form per type of question:

    single                 "key"
    single_per_item        {"item": "key", ...}
    multi_with_direction   {"key": "direction", ...}      ("" for a choice that stands alone)
    text                   "words"
    scale                  7, or "x" for a choice beside the scale
    multi_other            {"chosen": ["key", ...], "other": "words"}

A question that was not answered is absent.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

QuestionType = Literal["single", "single_per_item", "multi_with_direction", "text", "scale", "multi_other"]
Answer = Any
Answers = Mapping[str, Answer]
TYPES: tuple[QuestionType, ...] = (
    "single",
    "single_per_item",
    "multi_with_direction",
    "text",
    "scale",
    "multi_other",
)
OTHER_MAX_CHARS = 200
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class QuestionnaireError(ValueError):
    """The questionnaire cannot be used; the message says which question and why."""


class AnswerError(ValueError):
    """An answer that cannot be accepted: `code` names the reason, `facts` what to put in its sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Option:
    key: str
    label: str


@dataclass(frozen=True)
class Question:
    """One question in one language.

    `apart` and `alone` are keys of options: shown apart from the others, and excluding every other choice.
    `most` is the largest number of choices (or of characters, for text); `low` and `high` bound a scale.
    """

    id: str
    type: QuestionType
    text: str
    options: tuple[Option, ...] = ()
    items: tuple[Option, ...] = ()
    directions: tuple[Option, ...] = ()
    apart: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    most: int = 0
    low: int = 0
    high: int = 0
    required: bool = False
    is_vote: bool = False
    extra: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(option.key for option in self.options)

    def label(self, key: str) -> str:
        """The words of a choice, an item or a direction. KeyError when there is none."""
        for option in (*self.options, *self.items, *self.directions):
            if option.key == key:
                return option.label
        raise KeyError(key)


@dataclass(frozen=True)
class Questionnaire:
    version: int
    questions: tuple[Question, ...]

    @property
    def main(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if not question.extra)

    @property
    def vote(self) -> Question:
        return next(question for question in self.questions if question.is_vote)

    def question(self, question_id: str) -> Question:
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)


def fill(data: Mapping[str, Any], goal: str, values: Sequence[str], indicators: Sequence[str]) -> dict[str, Any]:
    """The questionnaire with the dossier of one proposal put in.

    `goal` replaces {doel}; `values` are keys of the item texts that replace {grondwaarden}; `indicators` are
    sentences that replace {indicatoren}. Raises QuestionnaireError when a placeholder has nothing to be filled with.
    """
    filled = deepcopy(dict(data))
    for question in filled["questions"]:
        if question.get("items") == "{grondwaarden}":
            question["items"] = _chosen_items(question, values)
        if question.get("options") == "{indicatoren}":
            if not indicators:
                raise QuestionnaireError(f"{question['id']}: the proposal names no indicator")
            question["options"] = {f"i{n}": [text, text] for n, text in enumerate(indicators, 1)}
        for language in ("nl", "en"):
            text = question[language]
            if "{doel}" in text and not goal.strip():
                raise QuestionnaireError(f"{question['id']}: the proposal names no goal")
            question[language] = text.replace("{doel}", goal.strip().rstrip("."))
    read(filled)
    return filled


def _chosen_items(question: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    texts = question["item_texts"]
    unknown = [value for value in values if value not in texts]
    if unknown:
        raise QuestionnaireError(f"{question['id']}: unknown founding value {unknown[0]}")
    if not values:
        raise QuestionnaireError(f"{question['id']}: the proposal names no founding value")
    if len(values) > question["max_items"]:
        raise QuestionnaireError(f"{question['id']}: at most {question['max_items']} founding values")
    return {value: texts[value] for value in texts if value in values}


def read(data: Mapping[str, Any], language: Literal["nl", "en"] = "nl") -> Questionnaire:
    """Filled data as typed questions. Raises QuestionnaireError on anything that cannot be asked."""
    questions = tuple(_question(entry, language) for entry in data["questions"])
    ids = [question.id for question in questions]
    if len(set(ids)) < len(ids):
        raise QuestionnaireError("two questions share an id")
    if sum(question.is_vote for question in questions) != 1:
        raise QuestionnaireError("there must be exactly one vote")
    return Questionnaire(version=int(data["version"]), questions=questions)


def _question(entry: Mapping[str, Any], language: Literal["nl", "en"]) -> Question:
    column = 0 if language == "nl" else 1
    name = entry.get("id", "a question without id")
    if entry.get("type") not in TYPES:
        raise QuestionnaireError(f"{name}: unknown type {entry.get('type')}")
    for field in ("options", "items"):
        if isinstance(entry.get(field), str):
            raise QuestionnaireError(f"{name}: {entry[field]} has not been filled in")
    if PLACEHOLDER.search(entry[language]):
        raise QuestionnaireError(f"{name}: a placeholder has not been filled in")

    def options(field: str) -> tuple[Option, ...]:
        return tuple(Option(str(key), texts[column]) for key, texts in (entry.get(field) or {}).items())

    return Question(
        id=entry["id"],
        type=entry["type"],
        text=entry[language],
        options=options("options"),
        items=options("items"),
        directions=options("directions"),
        apart=tuple(entry.get("apart", ())),
        alone=tuple(entry.get("alone", ())),
        most=int(entry.get("max_choices") or entry.get("max_chars") or 0),
        low=int(entry.get("min", 0)),
        high=int(entry.get("max", 0)),
        required=bool(entry.get("required", False)),
        is_vote=bool(entry.get("is_vote", False)),
        extra=bool(entry.get("extra", False)),
    )


def read_answer(question: Question, fields: Mapping[str, Sequence[str]]) -> Answer | None:
    """The answer that the fields of one form give to a question, or None when nothing was filled in.

    Fields are `answer` (repeated where several may be chosen), `answer_KEY` for the answer per item and for the
    direction of a choice, and `other` for own words. Raises AnswerError.
    """
    answer: Answer
    match question.type:
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
    """Accept an answer in the form of its type, or raise AnswerError with the code of what is wrong.

    Codes: unknown, too_long, too_many, alone, direction.
    """
    match question.type:
        case "single":
            _require(answer in question.keys, "unknown")
        case "scale":
            on_scale = type(answer) is int and question.low <= answer <= question.high
            _require(on_scale or answer in question.keys, "unknown")
        case "text":
            _require(isinstance(answer, str), "unknown")
            _require(len(answer) <= question.most, "too_long", most=question.most, length=len(answer))
        case "single_per_item":
            items = {item.key for item in question.items}
            _require(isinstance(answer, dict) and set(answer) <= items, "unknown")
            _require(all(key in question.keys for key in answer.values()), "unknown")
        case "multi_with_direction":
            _require(isinstance(answer, dict) and set(answer) <= set(question.keys), "unknown")
            _check_choices(question, list(answer))
            directions = {direction.key for direction in question.directions}
            for key, direction in answer.items():
                fits = direction == "" if key in question.alone else direction in directions
                _require(fits, "direction", choice=question.label(key))
        case "multi_other":
            _require(isinstance(answer, dict) and set(answer) == {"chosen", "other"}, "unknown")
            _require(set(answer["chosen"]) <= set(question.keys), "unknown")
            _check_choices(question, answer["chosen"])
            length = len(answer["other"])
            _require(length <= OTHER_MAX_CHARS, "too_long", most=OTHER_MAX_CHARS, length=length)


def _check_choices(question: Question, chosen: Sequence[str]) -> None:
    alone = [key for key in chosen if key in question.alone]
    if alone and len(chosen) > 1:
        raise AnswerError("alone", choice=question.label(alone[0]))
    _require(len(chosen) <= question.most, "too_many", most=question.most, length=len(chosen))


def _require(fits: bool, code: str, **facts: str | int) -> None:
    if not fits:
        raise AnswerError(code, **facts)


def missing(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The required questions that these answers leave open; empty when they can be handed in."""
    return tuple(q for q in questionnaire.questions if q.required and q.id not in answers)


def check_answers(questionnaire: Questionnaire, answers: Answers) -> None:
    """Accept a whole set of answers, or raise AnswerError (codes of `check_answer`, and: required, no_question)."""
    for question_id, answer in answers.items():
        try:
            question = questionnaire.question(question_id)
        except KeyError:
            raise AnswerError("no_question") from None
        check_answer(question, answer)
    for question in missing(questionnaire, answers):
        raise AnswerError("required", question=question.text)
