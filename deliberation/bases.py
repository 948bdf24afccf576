"""Who was asked a question that depends on earlier answers, and whether its figures may be known.

How many were asked tells how many gave those earlier answers. So the figures of such a question are published only
when that says nothing that is hidden elsewhere, and nothing about a few (threshold rule: Hundepool et al.,
Statistical Disclosure Control, Wiley, 2012, chapter 4). Each condition is looked at by itself and against who was
asked, and every two questions of which one is asked of all who are asked the other; conditions on the vote and on
whether the plan is clear together, against the vote per answer to that question.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from deliberation.answering import Answers
from deliberation.disclosure import Cell
from deliberation.precision import Mask
from deliberation.questionnaire import Condition, Question, Questionnaire
from deliberation.routing import asked
from deliberation.tabulation import Raw


def who_was_asked(questionnaire: Questionnaire, answers: Sequence[Answers]) -> dict[str, Mask]:
    """Per question with a condition: which of the b ballots it was on the path of."""
    paths = [{question.id for question in asked(questionnaire, given)} for given in answers]
    routed = [question.id for question in questionnaire.questions if question.when]
    return {name: np.array([name in path for path in paths], dtype=bool) for name in routed}


def withheld_questions(
    questionnaire: Questionnaire,
    bases: Mapping[str, Mask],
    raws: Mapping[str, Sequence[Raw]],
    splits: Mapping[str, Sequence[Raw]],
    hidden: Collection[Cell],
    floor: int,
) -> set[str]:
    """The questions with conditions of which no figure may be published.

    `bases` (b each): who was asked; `raws`: the tables of every question; `splits`: the vote per group; `hidden`: the
    cells that are hidden. A question is published when at least `floor` were asked; every answer in its conditions is
    shown; those whom another condition kept from it, or brought to it, are `floor` or more; and so are those who were
    asked another published question and not this one, where all who were asked this one were asked that one.
    """
    withheld: set[str] = set()
    published: list[Question] = []
    for question in questionnaire.questions:
        if not question.when:
            continue
        base = bases[question.id]
        known = _may_be_known(question, base, raws, withheld, hidden, floor)
        known = known and not _crosses_hidden(question, questionnaire.vote, splits, hidden)
        if known and all(_far_enough(question, other, bases, floor) for other in published):
            published.append(question)
        else:
            withheld.add(question.id)
    return withheld


def _may_be_known(
    question: Question,
    base: Mask,
    raws: Mapping[str, Sequence[Raw]],
    withheld: Collection[str],
    hidden: Collection[Cell],
    floor: int,
) -> bool:
    if base.sum() < floor:
        return False
    for condition in _conditions(question):
        raw = raws[condition.question][0]
        places = [place for place, row in enumerate(raw.rows) if row.key in condition.keys]
        if condition.question in withheld or raw.n < floor:
            return False
        if not {raw.total, *(raw.cells[place] for place in places)}.isdisjoint(hidden):
            return False
        chose = raw.chose[:, places].any(axis=1)
        if not _always_needed(condition, question) and (base & ~chose).sum() < floor:
            return False
        if not _always_enough(condition, question) and (chose & ~base).sum() < floor:
            return False
    return True


def _conditions(question: Question) -> set[Condition]:
    return {condition for conditions in question.when for condition in conditions}


def _crosses_hidden(
    question: Question, vote: Question, splits: Mapping[str, Sequence[Raw]], hidden: Collection[Cell]
) -> bool:
    """Whether it was asked of who voted so and answered so, when that cross of both is published and not in full."""
    on = {condition.question for condition in _conditions(question)}
    cells = {cell for by in on & {*splits} for raw in splits[by] for cell in raw.cells}
    return vote.id in on and not cells.isdisjoint(hidden)


def _far_enough(one: Question, other: Question, bases: Mapping[str, Mask], floor: int) -> bool:
    """Whether neither was asked of all who were asked the other and of a few besides."""
    nested = [
        bases[outer.id] & ~bases[inner.id]
        for inner, outer in ((one, other), (other, one))
        if _implies(inner, outer) and not _implies(outer, inner)
    ]
    return all(besides.sum() >= floor for besides in nested)


def _implies(inner: Question, outer: Question) -> bool:
    """Whether, by their conditions, everyone who was asked the inner question was asked the outer one."""
    return all(
        any(all(any(_within(c, wanted) for c in conditions) for wanted in other) for other in outer.when)
        for conditions in inner.when
    )


def _within(condition: Condition, wanted: Condition) -> bool:
    return condition.question == wanted.question and {*condition.keys} <= {*wanted.keys}


def _always_needed(condition: Condition, question: Question) -> bool:
    return all(condition in conditions for conditions in question.when)


def _always_enough(condition: Condition, question: Question) -> bool:
    return any(set(conditions) == {condition} for conditions in question.when)
