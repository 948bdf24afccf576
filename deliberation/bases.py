"""Who was asked a question that depends on earlier answers, and whether its figures may be known.

How many were asked tells how many gave those earlier answers. So the figures of such a question are published only
when that says nothing that is hidden elsewhere, and nothing about a few (threshold rule: Hundepool et al.,
Statistical Disclosure Control, Wiley, 2012, chapter 4). Each condition is looked at by itself and against who was
asked; what could be found by putting several questions together that each have conditions on several questions is
not searched.
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


def may_be_known(
    question: Question,
    base: Mask,
    raws: Mapping[str, Sequence[Raw]],
    hidden: Mapping[str, Collection[Cell]],
    floor: int,
) -> bool:
    """Whether the figures of a question with conditions may be published.

    `base` (b): who was asked. `raws`: the tables of every question; `hidden`: what is hidden in those of the
    questions before it. True when at least `floor` were asked, every answer in its conditions is shown, and those
    whom another condition kept from it, or brought to it, are `floor` or more.
    """
    if base.sum() < floor:
        return False
    for condition in {condition for conditions in question.when for condition in conditions}:
        raw = raws[condition.question][0]
        places = [place for place, row in enumerate(raw.rows) if row.key in condition.keys]
        if raw.n < floor or {raw.total, *(raw.cells[place] for place in places)} & set(hidden[condition.question]):
            return False
        chose = raw.chose[:, places].any(axis=1)
        if not _always_needed(condition, question) and (base & ~chose).sum() < floor:
            return False
        if not _always_enough(condition, question) and (chose & ~base).sum() < floor:
            return False
    return True


def _always_needed(condition: Condition, question: Question) -> bool:
    return all(condition in conditions for conditions in question.when)


def _always_enough(condition: Condition, question: Question) -> bool:
    return any(set(conditions) == {condition} for conditions in question.when)
