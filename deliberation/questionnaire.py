"""What is asked: the questions, typed, in one language.

A questionnaire is plain data (as read from YAML or JSON), complete with its choices and texts in every language.
`filling.fill` puts the texts of one proposal into it; the filled data is what a review freezes. `read` turns filled
data into typed questions. `answering` checks what is answered to them, `routing` says which of them are asked.

A question in the data:

    id         stays the same as long as its meaning does, so that reviews can be compared
    type       one of TYPES
    nl, en     its words
    options, items, directions
               {key: [nl, en]}: what can be chosen, what it is chosen for, and whether that is good or bad
    apart      keys of options that are shown apart from the others (no opinion)
    alone      keys of options that exclude every other choice
    min, max, max_choices, max_chars
    required, is_vote, extra
    when       {question: [keys]} or a list of those: asked only when each question of one mapping was answered with
               one of its keys. Questions without `when` are always asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["nl", "en"]
QuestionType = Literal[
    "single", "single_per_item", "multi_with_direction", "text", "scale", "multi_other", "likert", "statement"
]
Form = Literal["single", "single_per_item", "multi_with_direction", "text", "scale", "multi_other"]
FORMS: dict[QuestionType, Form] = {
    "single": "single",
    "single_per_item": "single_per_item",
    "multi_with_direction": "multi_with_direction",
    "text": "text",
    "scale": "scale",
    "multi_other": "multi_other",
    "likert": "single",
    "statement": "single",
}
TYPES: tuple[QuestionType, ...] = tuple(FORMS)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
FAULTS = {
    "id": "A question has no id of letters, digits and underscores: {question}.",
    "twice": "Two questions have the id {question}.",
    "one_vote": "There must be exactly one question that is the vote, and it must be a single choice.",
    "type": "{question} has the unknown type {type}.",
    "malformed": "{question}: {field} is not what it should be.",
    "few_choices": "{question} needs more {field}.",
    "same_key": "{question} uses the key {key} for two things.",
    "no_key": "{question}: {key} is named under {field}, but is not one of its choices.",
    "not_filled": "{question}: the placeholder {name} has not been filled in.",
    "missing": "Nothing was given for {names}.",
    "unknown_item": "{question}: {name} names {key}, which has no text.",
    "many_items": "{question}: {name} gives more than {most} items.",
    "brace": "What was given for {names} holds a placeholder itself.",
    "when": "{question}: the condition is not a mapping of questions to lists of keys, or a list of those.",
    "when_vote": "{question} is the vote: it is asked of everyone and can have no condition.",
    "when_unknown": "{question} has a condition on {on}, which does not exist.",
    "when_later": "{question} has a condition on {on}, which does not stand before it.",
    "when_form": "{question} has a condition on {on}, which is not answered with a choice.",
    "when_key": "{question} has a condition on {on}, which has no choice {key}.",
    "unreachable": "Nobody can ever be asked {question}: its conditions cannot hold together.",
    "tangled": "The conditions of {question} are too many to check.",
}


class QuestionnaireError(ValueError):
    """The questionnaire cannot be used.

    The message is one English sentence that names the question. `code` is a key of FAULTS, `question` the id (empty
    when it is about the whole), `facts` what else stands in the sentence, to say it in another language.
    """

    def __init__(self, code: str, question: str = "", **facts: str | int) -> None:
        super().__init__(FAULTS[code].format(question=question, **facts))
        self.code = code
        self.question = question
        self.facts = facts


@dataclass(frozen=True)
class Option:
    key: str
    label: str


@dataclass(frozen=True)
class Condition:
    """An earlier question that was answered with one of these keys (for several choices: chose one of them)."""

    question: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question in one language.

    `apart` and `alone` are keys of options: shown apart from the others, and excluding every other choice.
    `most` is the largest number of choices (or of characters, for text); `low` and `high` bound a scale.
    `when`: the question is asked when every condition of any of these alternatives holds; without any, always.
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
    when: tuple[tuple[Condition, ...], ...] = ()

    @property
    def form(self) -> Form:
        """How it is answered; types that are answered alike share a form."""
        return FORMS[self.type]

    @property
    def asks_words(self) -> bool:
        """Whether something can be written: in own words, beside or instead of a choice."""
        return self.form in ("text", "multi_other")

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
    version: str
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


def read(data: Mapping[str, Any], language: Language = "nl") -> Questionnaire:
    """Filled data as typed questions. Raises QuestionnaireError on anything that cannot be asked."""
    questions = tuple(_question(entry, language) for entry in data["questions"])
    ids = [question.id for question in questions]
    for question_id in ids:
        if ids.count(question_id) > 1:
            raise QuestionnaireError("twice", question_id)
    if [question.form for question in questions if question.is_vote] != ["single"]:
        raise QuestionnaireError("one_vote")
    return Questionnaire(version=str(data["version"]), questions=questions)


def _question(entry: Mapping[str, Any], language: Language) -> Question:
    name = entry.get("id")
    if not isinstance(name, str) or not ID.fullmatch(name):
        raise QuestionnaireError("id", str(name))
    if entry.get("type") not in TYPES:
        raise QuestionnaireError("type", name, type=str(entry.get("type")))

    def number(*fields: str) -> int:
        value = next((entry[field] for field in fields if entry.get(field) is not None), 0)
        if type(value) is not int:
            raise QuestionnaireError("malformed", name, field=fields[0])
        return value

    question = Question(
        id=name,
        type=entry["type"],
        text=_words(name, language, entry.get(language)),
        options=_options(entry, "options", language),
        items=_options(entry, "items", language),
        directions=_options(entry, "directions", language),
        apart=_keys(entry, "apart"),
        alone=_keys(entry, "alone"),
        most=number("max_choices", "max_chars"),
        low=number("min"),
        high=number("max"),
        required=bool(entry.get("required", False)),
        is_vote=bool(entry.get("is_vote", False)),
        extra=bool(entry.get("extra", False)),
        when=_when(name, entry.get("when")),
    )
    _check(question)
    return question


def _words(name: str, field: str, words: Any) -> str:
    if not isinstance(words, str) or not words.strip():
        raise QuestionnaireError("malformed", name, field=field)
    if found := PLACEHOLDER.search(words):
        raise QuestionnaireError("not_filled", name, name=found[0])
    return words


def _options(entry: Mapping[str, Any], field: str, language: Language) -> tuple[Option, ...]:
    name, given = entry["id"], entry.get(field) or {}
    if isinstance(given, str):
        raise QuestionnaireError("not_filled", name, name=given)
    if not isinstance(given, Mapping):
        raise QuestionnaireError("malformed", name, field=field)
    column = 0 if language == "nl" else 1
    for texts in given.values():
        if not isinstance(texts, list | tuple) or len(texts) != 2:
            raise QuestionnaireError("malformed", name, field=field)
    return tuple(Option(str(key), _words(name, field, texts[column])) for key, texts in given.items())


def _keys(entry: Mapping[str, Any], field: str) -> tuple[str, ...]:
    given = entry.get(field) or ()
    if not isinstance(given, list | tuple):
        raise QuestionnaireError("malformed", entry["id"], field=field)
    return tuple(map(str, given))


def _when(name: str, given: Any) -> tuple[tuple[Condition, ...], ...]:
    """The alternatives, each a conjunction. A mark of a scale may be written as a number; keys are text."""
    if given is None:
        return ()
    alternatives = given if isinstance(given, list | tuple) else (given,)
    if not alternatives or not all(isinstance(each, Mapping) and each for each in alternatives):
        raise QuestionnaireError("when", name)
    return tuple(tuple(_condition(name, on, keys) for on, keys in each.items()) for each in alternatives)


def _condition(name: str, on: Any, keys: Any) -> Condition:
    fits = isinstance(on, str) and isinstance(keys, list | tuple) and keys
    if not fits or not all(type(key) in (str, int) for key in keys):
        raise QuestionnaireError("when", name)
    return Condition(on, tuple(map(str, keys)))


def _check(question: Question) -> None:
    """What a question of its form needs: enough choices, and limits that leave something to choose."""
    form = question.form
    least = {"single": 2, "single_per_item": 2, "multi_with_direction": 1, "multi_other": 1}.get(form, 0)
    if len(question.options) < least:
        raise QuestionnaireError("few_choices", question.id, field="options")
    if form == "single_per_item" and not question.items:
        raise QuestionnaireError("few_choices", question.id, field="items")
    if form == "multi_with_direction" and not question.directions:
        raise QuestionnaireError("few_choices", question.id, field="directions")
    if form in ("multi_with_direction", "multi_other", "text") and question.most < 1:
        raise QuestionnaireError("malformed", question.id, field="max_chars" if form == "text" else "max_choices")
    if form == "scale" and not question.low < question.high:
        raise QuestionnaireError("malformed", question.id, field="max")
    if form == "scale" and any(key.isdigit() for key in question.keys):
        raise QuestionnaireError("malformed", question.id, field="options")
    named = [option.key for option in (*question.options, *question.items, *question.directions)]
    for key in named:
        if not key or named.count(key) > 1:
            raise QuestionnaireError("same_key", question.id, key=key)
    for field, keys in (("apart", question.apart), ("alone", question.alone)):
        for key in keys:
            if key not in question.keys:
                raise QuestionnaireError("no_key", question.id, key=key, field=field)
