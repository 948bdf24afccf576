"""Which questions are asked, given what was answered before; and the proof that every question can be asked.

A condition names an earlier question and some of its choices. It holds when that question was itself asked and one of
those choices was given. Conditions are only positive, joined by "all of these" and then by "any of these", and refer
only to what stands earlier. So nothing can loop, every path ends at the last question, and what remains to be proven
is that each question stands on some path.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Any

from deliberation.questionnaire import Condition, Question, Questionnaire, QuestionnaireError

BRANCHES = 10_000
Keys = frozenset[str]
Held = frozenset[Condition]


def asked(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions on the path of these answers, in order. Answers to questions off the path change nothing."""
    path: list[Question] = []
    given: dict[str, Collection[str]] = {}
    for question in questionnaire.questions:
        alternatives = question.when
        if not alternatives or any(
            all(not _is_disjoint(given.get(each.question, ()), each.keys) for each in conditions)
            for conditions in alternatives
        ):
            path.append(question)
            if question.id in answers:
                given[question.id] = chosen(question, answers[question.id])
    return tuple(path)


def relevant(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What of these answers can be handed in: those to questions that are asked, in the order of the questions."""
    return {question.id: answers[question.id] for question in asked(questionnaire, answers) if question.id in answers}


def chosen(question: Question, answer: Any) -> tuple[str, ...]:
    """The keys that an answer chose, for conditions to look at; none for words and for judgements per item."""
    match question.form:
        case "single" | "scale":
            return (str(answer),)
        case "multi_with_direction":
            return tuple(answer)
        case "multi_other":
            return tuple(answer["chosen"])
        case _:
            return ()


def _is_disjoint(some: Collection[str], others: Collection[str]) -> bool:
    return not any(key in others for key in some)


def prove(questionnaire: Questionnaire) -> None:
    """Accept the routing, or raise the first of its `faults`."""
    for fault in faults(questionnaire):
        raise fault


def faults(questionnaire: Questionnaire) -> tuple[QuestionnaireError, ...]:
    """Everything that is wrong with the routing, each fault with the id of its question; empty when it is proven.

    Codes: when_vote, when_unknown, when_later, when_form, when_key; and when none of those is found: unreachable, or
    tangled where BRANCHES steps did not suffice to tell. Whether a question can be reached is decided exactly: it is
    searched, with backtracking, whether some set of answers makes the conditions of one of its alternatives hold,
    together with those of every question they refer to. Since conditions are positive, no other answer can undo it.
    """
    known = {question.id: question for question in questionnaire.questions}
    earlier: set[str] = set()
    found: list[QuestionnaireError] = []
    for question in questionnaire.questions:
        found += _wrong_references(question, known, earlier)
        earlier.add(question.id)
    return tuple(found) or tuple(_unreachable(known))


def _wrong_references(
    question: Question, known: Mapping[str, Question], earlier: Collection[str]
) -> Iterator[QuestionnaireError]:
    if question.is_vote and question.when:
        yield QuestionnaireError("when_vote", question.id)
    for condition in (each for conditions in question.when for each in conditions):
        on = condition.question
        if on not in known:
            yield QuestionnaireError("when_unknown", question.id, on=on)
        elif on not in earlier:
            yield QuestionnaireError("when_later", question.id, on=on)
        elif not (choices := choices_of(known[on])):
            yield QuestionnaireError("when_form", question.id, on=on)
        else:
            for key in condition.keys:
                if key not in choices:
                    yield QuestionnaireError("when_key", question.id, on=on, key=key)


def choices_of(question: Question) -> tuple[str, ...]:
    """The keys that a condition on this question may name: of its options and of the marks of its scale."""
    match question.form:
        case "scale":
            return (*map(str, range(question.low, question.high + 1)), *question.keys)
        case "text" | "single_per_item":
            return ()
        case _:
            return question.keys


def _unreachable(known: Mapping[str, Question]) -> Iterator[QuestionnaireError]:
    for question in known.values():
        try:
            if question.when and not _can_be_reached(question, known):
                yield QuestionnaireError("unreachable", question.id)
        except _TooManyBranchesError:
            yield QuestionnaireError("tangled", question.id)


class _TooManyBranchesError(Exception):
    pass


def _can_be_reached(question: Question, known: Mapping[str, Question]) -> bool:
    """Whether all conditions of one alternative can hold: `wanted` is what must have been chosen, per question."""
    undecided: list[tuple[Sequence[Condition], Mapping[str, tuple[Keys, ...]]]] = [
        (each, {}) for each in question.when
    ]
    for _ in range(BRANCHES):
        if not undecided:
            return False
        conditions, wanted = undecided.pop()
        if not conditions:
            return True
        on, rest = known[conditions[0].question], conditions[1:]
        keys = (*wanted.get(on.id, ()), frozenset(conditions[0].keys))
        if not _can_choose(on, keys):
            continue
        alternatives = ((),) if on.id in wanted else on.when or ((),)
        undecided += [((*each, *rest), {**wanted, on.id: keys}) for each in alternatives]
    raise _TooManyBranchesError


def _can_choose(question: Question, wanted: Sequence[Keys]) -> bool:
    """Whether one answer can hold a key of every set: within the maximum, and nothing beside what stands alone."""
    if frozenset.intersection(*wanted):
        return True
    if question.form not in ("multi_with_direction", "multi_other"):
        return False
    undecided = [([keys - set(question.alone) for keys in wanted], question.most)]
    for _ in range(BRANCHES):
        if not undecided:
            return False
        sets, most = undecided.pop()
        if not sets:
            return True
        if most:
            undecided += [([each for each in sets if key not in each], most - 1) for key in min(sets, key=len)]
    raise _TooManyBranchesError


def longest(
    questionnaire: Questionnaire, cost: Callable[[Question], float] = lambda _: 1
) -> tuple[tuple[Question, ...], bool]:
    """The path that costs a member most (by default: has most questions), and whether that is exact.

    Every path is walked, over answers that lead somewhere else. When BRANCHES steps do not suffice, all questions are
    returned: then that is an upper bound, not exact. The routing must have been proven.
    """
    whole = questionnaire.questions
    effects = {question.id: _effects(question, whole) for question in whole}
    if any(effect is None for effect in effects.values()):
        return whole, False
    best: tuple[Question, ...] = ()
    walks: list[tuple[int, tuple[Question, ...], Held]] = [(0, (), frozenset())]
    for _ in range(BRANCHES):
        if not walks:
            return best, True
        place, path, held = walks.pop()
        if place == len(whole):
            best = max(best, path, key=lambda each: sum(map(cost, each)))
        elif not whole[place].when or any(held.issuperset(conditions) for conditions in whole[place].when):
            after = (*path, whole[place])
            walks += [(place + 1, after, held | effect) for effect in effects[whole[place].id] or ()]
        else:
            walks.append((place + 1, path, held))
    return whole, False


def _effects(question: Question, whole: Iterable[Question]) -> list[Held] | None:
    """Which conditions on this question an answer can make hold: the largest sets; None when they are too many."""
    conditions = {c for other in whole for each in other.when for c in each if c.question == question.id}
    by_key = {key: frozenset(c for c in conditions if key in c.keys) for key in choices_of(question)}
    effects = set(by_key.values())
    if question.form in ("multi_with_direction", "multi_other"):
        together = {effect for key, effect in by_key.items() if key not in question.alone}
        most = min(question.most, len(together))
        if comb(len(together), most) > BRANCHES:
            return None
        effects |= {frozenset().union(*some) for some in combinations(together, most)}
    return [effect for effect in effects if not any(effect < other for other in effects)] or [frozenset()]
