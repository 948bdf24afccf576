"""An id means one question for ever, so that reviews and municipalities can be compared.

The digests of every question that was ever published stand in question_ids.yaml. Other words or other choices make
another question: give it another id, and leave the line of the old one so that it is never used again.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deliberation.filling import fill
from deliberation.questionnaire import TYPES, read
from panel.proposals.questions import DEFAULT_QUESTIONNAIRE, default_questions, follow_up, library

KNOWN: dict[str, str] = yaml.safe_load((Path(__file__).parent / "question_ids.yaml").read_text())
OF_FOLLOW_UPS = [question for name, question in follow_up().items() if name != "order"]
QUESTIONS = [*default_questions(), *library()["questions"], *OF_FOLLOW_UPS]
KEYED = ("options", "items", "directions", "item_texts")


def digest(question: dict[str, Any]) -> str:
    keys = {field: list(question[field]) for field in KEYED if isinstance(question.get(field), dict)}
    limits = {field: question.get(field) for field in ("type", "nl", "min", "max", "is_vote")}
    return hashlib.sha256(json.dumps([keys, limits], ensure_ascii=False).encode()).hexdigest()[:16]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["id"]))
def test_a_question_still_means_what_its_id_has_always_meant(question: dict[str, Any]) -> None:
    assert KNOWN.get(question["id"]) == digest(question)


def test_an_id_stands_for_one_question_and_never_looks_like_that_of_a_clerk() -> None:
    ids = [question["id"] for question in QUESTIONS]
    assert len(ids) == len(set(ids))
    assert not [id_ for id_ in ids if id_.startswith("eigen_")]


def test_the_default_questionnaire_and_the_library_have_one_version() -> None:
    assert yaml.safe_load(DEFAULT_QUESTIONNAIRE.read_text())["version"] == library()["version"]


def test_another_word_or_another_choice_gives_another_digest() -> None:
    question = QUESTIONS[0]
    other = question["options"] | {"9": ["Anders", "Different"]}
    turned = dict(reversed(question["options"].items()))
    changes = [{"nl": question["nl"] + "!"}, {"options": other}, {"options": turned}, {"type": "likert"}]
    assert len({digest(question | change) for change in ({}, *changes)}) == 5


def test_the_library_has_all_types_and_a_theme_for_each_question() -> None:
    questions = library()["questions"]
    assert {question["type"] for question in questions} == set(TYPES)
    assert {question["theme"] for question in questions} == set(library()["themes"])


def test_every_question_of_the_library_can_be_asked_in_both_languages() -> None:
    vote = next(question for question in default_questions() if question.get("is_vote"))
    data = fill({"version": "1", "questions": [*library()["questions"], vote]}, {})
    dutch, english = read(data, "nl"), read(data, "en")
    for question, translated in zip(dutch.questions, english.questions, strict=True):
        assert question.text != translated.text
        assert question.keys == translated.keys
    judged = [question for question in dutch.questions if question.form not in ("text", "multi_other")]
    assert all(question.apart for question in judged), "a judgement without a way to have none"
