from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.questionnaire import Questionnaire, QuestionnaireError, read
from deliberation.routing import asked, faults, longest, prove, relevant
from tests.deliberation.questionnaires import answer_sets, answers_to, every_set, is_asked, questionnaires

CHOICES = {key: [key, key] for key in ("a", "b", "c")}


def question(question_id: str, when: Any = None, **more: Any) -> dict[str, Any]:
    base = {"id": question_id, "type": "single", "nl": "Wat?", "en": "What?", "options": CHOICES}
    return {**base, **more} | ({} if when is None else {"when": when})


def of(*questions: dict[str, Any]) -> Questionnaire:
    return read({"version": 1, "questions": [*questions, question("stem", is_vote=True)]})


def several(question_id: str, most: int, *alone: str) -> dict[str, Any]:
    return question(question_id, type="multi_other", max_choices=most, alone=list(alone))


def found(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    return [(fault.code, fault.question) for fault in faults(questionnaire)]


@settings(deadline=None)
@given(st.data())
def test_a_question_is_asked_when_its_conditions_hold_along_the_path(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    answers = data.draw(answer_sets(questionnaire, whole=False))

    expected = tuple(each for each in questionnaire.questions if is_asked(questionnaire, each, answers))
    assert asked(questionnaire, answers) == expected


@settings(deadline=None)
@given(st.data())
def test_what_can_be_handed_in_is_what_stands_on_the_path_and_leads_along_the_same_path(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    draft = data.draw(answer_sets(questionnaire, whole=False))

    kept = relevant(questionnaire, draft)

    path = asked(questionnaire, draft)
    assert kept == {each.id: draft[each.id] for each in path if each.id in draft}
    assert asked(questionnaire, kept) == path
    assert relevant(questionnaire, kept) == kept


@settings(deadline=None)
@given(st.data())
def test_nothing_that_was_entered_is_lost_when_the_route_changes_and_changes_back(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    draft = data.draw(answer_sets(questionnaire, whole=False))
    before, kept = deepcopy(draft), relevant(questionnaire, draft)
    changed = data.draw(st.sampled_from(questionnaire.questions))
    old = draft.get(changed.id)

    draft[changed.id] = data.draw(answers_to(changed))
    other = relevant(questionnaire, draft)
    assert all(other[each.id] == draft[each.id] for each in asked(questionnaire, draft) if each.id in draft)
    if old is None:
        del draft[changed.id]
    else:
        draft[changed.id] = old

    assert draft == before
    assert relevant(questionnaire, draft) == kept


@settings(max_examples=200, deadline=None)
@given(st.one_of(questionnaires(most=5, most_keys=3), questionnaires(most=5, most_keys=3, tight=True)))
def test_what_is_proven_about_a_questionnaire_is_what_all_answer_sets_show(questionnaire: Questionnaire) -> None:
    reached: dict[str, bool] = {}
    most = 0
    for answers in every_set(questionnaire):
        path = [each.id for each in asked(questionnaire, answers)]
        reached |= dict.fromkeys(path, True)
        most = max(most, len(path))

    expected = [("unreachable", each.id) for each in questionnaire.questions if each.id not in reached]
    assert found(questionnaire) == expected
    dearest, exact = longest(questionnaire)
    assert exact
    assert len(dearest) == most


def test_conditions_of_any_depth_are_proven_by_the_answers_they_need_together() -> None:
    chain = [question("v0"), *(question(f"v{n}", {f"v{n - 1}": ["a"]}) for n in range(1, 100))]
    assert found(of(*chain)) == []
    assert found(of(*chain, question("w", {"v99": ["b"], "v0": ["a", "b"]}))) == []
    assert found(of(*chain, question("w", {"v99": ["b"], "v0": ["b"]}))) == [("unreachable", "w")]


def test_several_choices_can_hold_several_conditions_up_to_the_maximum_and_not_beside_what_stands_alone() -> None:
    def last(most: int, *wanted: list[str], alone: tuple[str, ...] = ()) -> Questionnaire:
        steps = [question(f"v{n}", {"welke": keys}) for n, keys in enumerate(wanted)]
        every = {f"v{n}": ["a"] for n in range(len(wanted))}
        return of(several("welke", most, *alone), *steps, question("w", every))

    assert found(last(2, ["a"], ["b"])) == []
    assert found(last(1, ["a"], ["b"])) == [("unreachable", "w")]
    assert found(last(1, ["a", "b"], ["b"])) == []
    assert found(last(2, ["a", "b"], ["b", "c"], ["a", "c"])) == []
    assert found(last(2, ["a"], ["b"], ["c"])) == [("unreachable", "w")]
    assert found(last(3, ["a"], ["c"], alone=("c",))) == [("unreachable", "w")]
    assert found(last(3, ["a", "c"], ["c", "b"], alone=("c",))) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (question("w", {"elders": ["a"]}), "w has a condition on elders, which does not exist."),
        (question("w", {"w": ["a"]}), "w has a condition on w, which does not stand before it."),
        (question("w", {"stem": ["a"]}), "w has a condition on stem, which does not stand before it."),
        (question("w", {"v": ["a", "d"]}), "w has a condition on v, which has no choice d."),
        (question("w", {"cijfer": [4]}), "w has a condition on cijfer, which has no choice 4."),
        (question("w", {"tekst": ["a"]}), "w has a condition on tekst, which is not answered with a choice."),
        (question("w", {"per_item": ["a"]}), "w has a condition on per_item, which is not answered with a choice."),
    ],
)
def test_a_reference_to_what_cannot_be_known_is_named(bad: dict[str, Any], fault: str) -> None:
    text = {"id": "tekst", "type": "text", "nl": "Wat?", "en": "What?", "max_chars": 5}
    mark = {"id": "cijfer", "type": "scale", "nl": "Wat?", "en": "What?", "min": 1, "max": 3}
    items = question("per_item", type="single_per_item", items={"i": ["i", "i"]})
    with pytest.raises(QuestionnaireError) as error:
        prove(of(question("v"), text, mark, items, bad))
    assert str(error.value) == fault
    prove(of(question("v"), mark, question("w", [{"v": ["a"]}, {"cijfer": [1, 2]}])))


def test_the_vote_is_asked_of_everyone() -> None:
    questions = [question("v"), question("stem", {"v": ["a"]}, is_vote=True)]
    assert found(read({"version": 1, "questions": questions})) == [("when_vote", "stem")]


def test_every_fault_is_named_at_once() -> None:
    questionnaire = of(question("v", {"x": ["a"]}), question("w", {"v": ["d"]}))
    assert found(questionnaire) == [("when_unknown", "v"), ("when_key", "w")]


def test_conditions_beyond_what_can_be_checked_are_said_to_be_so() -> None:
    """A pigeonhole: each of 9 must be one of 8 that differ, told in conditions that only a full search can refute."""
    holes = {f"h{n}": [f"h{n}", f"h{n}"] for n in range(8)}
    picks = [question(f"p{n}", options=holes) for n in range(9)]
    pairs = [(one, other) for other in range(9) for one in range(other)]
    differ = [
        question(f"d{one}_{other}", [{f"p{one}": [h], f"p{other}": [k]} for h in holes for k in holes if h != k])
        for one, other in pairs
    ]
    last = question("w", {f"d{one}_{other}": ["a"] for one, other in pairs})
    assert found(of(*picks, *differ, last)) == [("tangled", "w")]


def test_the_longest_path_costs_the_most_and_says_when_it_is_only_an_upper_bound() -> None:
    questionnaire = of(
        question("v"),
        question("kort1", {"v": ["a"]}),
        question("kort2", {"v": ["a"]}),
        {"id": "lang", "type": "text", "nl": "Wat?", "en": "What?", "max_chars": 5, "when": {"v": ["b"]}},
    )
    most, exact = longest(questionnaire)
    assert ([each.id for each in most], exact) == (["v", "kort1", "kort2", "stem"], True)
    dear, exact = longest(questionnaire, lambda each: 40 if each.form == "text" else 8)
    assert ([each.id for each in dear], exact) == (["v", "lang", "stem"], True)

    forks = [
        q
        for n in range(15)
        for q in (question(f"v{n}"), question(f"a{n}", {f"v{n}": ["a"]}), question(f"b{n}", {f"v{n}": ["b"]}))
    ]
    assert longest(of(*forks)) == (of(*forks).questions, False)
