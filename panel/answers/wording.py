"""Answers in words, in form fields, and what is wrong with one."""

from typing import Any

from deliberation.answering import Answer, AnswerError
from deliberation.personal_data import find_personal_data
from deliberation.questionnaire import Question
from panel.answers.words import split_words
from panel.web.display import DUTCH, Language
from panel.web.messages import sentence

Lines = list[str]


def in_words(question: Question, answer: Answer | None) -> Lines:
    """The answer as a member would read it back, a line a thing; empty when the question was left open.

    In the order of the question: PostgreSQL sorts what stands in an answer.
    """
    if answer is None:
        return []
    match question.form:
        case "single":
            return [question.label(answer)]
        case "text":
            return [answer]
        case "scale":
            return [str(answer) if isinstance(answer, int) else question.label(answer)]
        case "single_per_item":
            return [
                f"{item.label}: {question.label(answer[item.key])}" for item in question.items if item.key in answer
            ]
        case "multi_with_direction":
            return [
                f"{option.label}: {question.label(answer[option.key])}" if answer[option.key] else option.label
                for option in question.options
                if option.key in answer
            ]
        case "multi_other":
            chosen = [question.label(key) for key in answer["chosen"]]
            return [*chosen, answer["other"]] if answer["other"] else chosen


def typed_values(question: Question, answer: Answer | None) -> dict[str, list[str]]:
    """The fields of the form as they were when this answer was given."""
    if answer is None:
        return {}
    match question.form:
        case "single_per_item":
            return {f"answer_{item}": [key] for item, key in answer.items()}
        case "multi_with_direction":
            directions: dict[str, Any] = {f"answer_{key}": [direction] for key, direction in answer.items()}
            return {"answer": list(answer), **directions}
        case "multi_other":
            return {"answer": answer["chosen"], "other": [answer["other"]]}
        case _:
            return {"answer": [str(answer)]}


def what_is_wrong(question: Question, error: AnswerError, language: Language = DUTCH) -> dict[str, str]:
    """A sentence at the field it is about."""
    code = "required_vote" if error.code == "required" and question.is_vote else error.code
    return {_field(question, error): sentence(f"answers.{code}", language, **error.facts)}


def _field(question: Question, error: AnswerError) -> str:
    if error.code == "direction":
        return next(f"answer_{option.key}" for option in question.options if option.label == error.facts["choice"])
    return "other" if question.form == "multi_other" and error.code == "too_long" else "answer"


def remark_on(question: Question, answer: Answer | None, language: Language = DUTCH) -> str:
    """What to say when somebody's personal data seem to stand in what was written; empty when nothing does."""
    _, words = split_words(question, answer)
    kinds = {mark.kind for mark in find_personal_data(words or "")}
    named = list(dict.fromkeys(sentence(f"answers.kind_{kind}", language) for kind in sorted(kinds)))
    either = sentence("answers.or", language)
    what = either.join(part for part in (", ".join(named[:-1]), *named[-1:]) if part)
    return sentence("answers.remark", language, what=what) if named else ""
