"""Which questions are asked, given what was answered before; and the proof that every question can be asked.

A condition names an earlier question and some of its choices. It holds when that question was itself asked and one of
those choices was given. Conditions are only positive, joined by "all of these" and then by "any of these", and refer
only to what stands earlier. So nothing can loop, every path ends at the last question, and what remains to be proven
is that each question stands on some path.
"""

from collections.abc import Collection, Mapping
from typing import Any

from deliberation.questionnaire import Question, Questionnaire


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
