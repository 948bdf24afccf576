from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from deliberation.questionnaire import TYPES, Condition, QuestionnaireError, read
from tests.deliberation.questionnaires import Data, datas

OPTIONS = {"a": ["A", "a"], "b": ["B", "b"]}
DIRECTIONS = {"op": ["Op", "Up"], "neer": ["Neer", "Down"]}
VOTE: Data = {"id": "stem", "type": "single", "nl": "Wat?", "en": "What?", "options": OPTIONS, "is_vote": True}


def one(**changes: Any) -> Data:
    return {"version": "b2", "questions": [{**VOTE, "id": "v", "is_vote": False, **changes}, VOTE]}


@settings(deadline=None)
@given(datas())
def test_a_questionnaire_says_the_same_in_both_languages_but_for_its_words(data: Data) -> None:
    before = deepcopy(data)
    dutch, english = read(data), read(data, "en")

    assert data == before
    assert dutch.version == english.version == "1"
    for one, other, entry in zip(dutch.questions, english.questions, data["questions"], strict=True):
        assert (one.id, one.type, one.keys, one.when) == (other.id, other.type, other.keys, other.when)
        assert (one.text, other.text) == (entry["nl"], entry["en"])
        assert one.required == entry["required"]
    assert dutch.vote == next(question for question in dutch.questions if question.is_vote)


def test_every_type_has_a_form_and_a_likert_and_a_statement_are_answered_like_a_single_choice() -> None:
    kinds = {kind: {"max_choices": 1, "min": 1, "max": 3, "directions": DIRECTIONS} for kind in TYPES}
    forms = {}
    for kind, more in kinds.items():
        items = {"items": {"i": ["I", "i"]}} if kind == "single_per_item" else {}
        forms[kind] = read(one(type=kind, **more, **items)).question("v").form
    assert forms == {kind: kind for kind in TYPES} | {"likert": "single", "statement": "single"}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (None, ()),
        ({"w": ["a", "b"]}, ((Condition("w", ("a", "b")),),)),
        ({"w": [7], "x": ["a"]}, ((Condition("w", ("7",)), Condition("x", ("a",))),)),
        ([{"w": ["a"]}, {"x": ["b"]}], ((Condition("w", ("a",)),), (Condition("x", ("b",)),))),
    ],
)
def test_a_condition_is_a_mapping_of_which_all_hold_or_a_list_of_which_any_holds(when: Any, expected: Any) -> None:
    assert read(one(when=when)).question("v").when == expected


@pytest.mark.parametrize(
    "when",
    [{}, [], [{}], "w", 3, True, {"w": []}, {"w": "a"}, {"w": None}, {"w": [True]}, {"w": [["a"]]}, {1: ["a"]}, [[]]],
)
def test_a_malformed_condition_is_refused(when: Any) -> None:
    with pytest.raises(QuestionnaireError, match="v: the condition is not a mapping") as error:
        read(one(when=when))
    assert (error.value.code, error.value.question) == ("when", "v")


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"id": "stem"}, "twice", "stem"),
        ({"id": "een/twee"}, "id", "een/twee"),
        ({"id": None}, "id", "None"),
        ({"type": "matrix"}, "type", "matrix"),
        ({"nl": ""}, "malformed", "v: nl"),
        ({"nl": "Is {doel} goed?"}, "not_filled", "{doel}"),
        ({"options": "{indicatoren}"}, "not_filled", "{indicatoren}"),
        ({"options": {"a": ["{doel}", "b"], "b": ["B", "b"]}}, "not_filled", "{doel}"),
        ({"options": {"a": ["A"], "b": ["B", "b"]}}, "malformed", "v: options"),
        ({"options": ["a", "b"]}, "malformed", "v: options"),
        ({"options": {"a": ["A", "a"]}}, "few_choices", "options"),
        ({"options": {1: ["A", "a"], "1": ["B", "b"]}}, "same_key", "1"),
        ({"options": {"": ["A", "a"], "b": ["B", "b"]}}, "same_key", "two things"),
        ({"directions": {"a": ["A", "a"]}}, "same_key", "the key a"),
        ({"apart": ["x"]}, "no_key", "x"),
        ({"apart": "a"}, "malformed", "apart"),
        ({"type": "single_per_item"}, "few_choices", "items"),
        ({"type": "multi_with_direction", "max_choices": 1}, "few_choices", "directions"),
        ({"type": "multi_other"}, "malformed", "max_choices"),
        ({"type": "text"}, "malformed", "max_chars"),
        ({"type": "text", "max_chars": "veel"}, "malformed", "v"),
        ({"type": "scale", "min": 3, "max": 3}, "malformed", "max"),
        ({"type": "scale", "min": 1, "max": 3, "options": {"2": ["Twee", "Two"]}}, "malformed", "options"),
        ({"is_vote": True}, "one_vote", "exactly one"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence_that_names_it(
    changes: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(QuestionnaireError) as error:
        read(one(**changes))
    assert error.value.code == code
    assert named in str(error.value)


def test_a_vote_is_one_choice() -> None:
    likert = {"version": 1, "questions": [{**VOTE, "type": "likert"}]}
    words = {"version": 1, "questions": [{**VOTE, "type": "text", "max_chars": 9}]}
    assert read(likert).vote.id == "stem"
    for data in (words, {"version": 1, "questions": []}):
        with pytest.raises(QuestionnaireError, match="exactly one question that is the vote"):
            read(data)
