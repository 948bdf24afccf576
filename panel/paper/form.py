"""All questions of a form on one page of the desk: shown, and read with a sentence at whatever is wrong."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from deliberation.answering import Answer, AnswerError, missing, read_answer
from deliberation.questionnaire import Question, Questionnaire, read
from deliberation.routing import relevant
from panel.answers.wording import what_is_wrong
from panel.draws.proof import in_groups
from panel.people.models import Member
from panel.reviews.models import Review
from panel.reviews.routing_words import only_if
from panel.web.forms import Fields
from panel.web.messages import sentence
from panel.web.templating import page


@dataclass
class Typed:
    """Answers to the questions that are asked, the ids of those that are not, and sentences by field."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    off_path: Collection[str] = ()
    errors: dict[str, str] = field(default_factory=dict)
    complete: bool = False  # nothing is wrong, and of what is left out it was said before


def read_form(questionnaire: Questionnaire, fields: Fields) -> Typed:
    answers: dict[str, Answer] = {}
    wrong: dict[str, AnswerError] = {}
    for question in questionnaire.questions:
        try:
            if (answer := _read(question, fields)) is not None:
                answers[question.id] = answer
        except AnswerError as error:
            wrong[question.id] = error
    for question in missing(questionnaire, answers):
        wrong.setdefault(question.id, AnswerError("required"))
    if wrong:
        return Typed(answers, errors=_sentences(questionnaire, wrong))
    asked = relevant(questionnaire, answers)
    off_path = [name for name in answers if name not in asked]
    told = not off_path or fields.get("left_out") == [" ".join(off_path)]
    return Typed(asked, off_path, at_each(questionnaire, off_path, sentence("paper.left_out")), complete=told)


def _read(question: Question, fields: Fields) -> Answer | None:
    start = _prefix(question)
    own = {name.removeprefix(start): values for name, values in fields.items() if name.startswith(start)}
    return read_answer(question, own)


def _prefix(question: Question) -> str:
    """Of the names of its fields: there are more questions on the page."""
    return f"{question.id}-"


def _sentences(questionnaire: Questionnaire, wrong: Mapping[str, AnswerError]) -> dict[str, str]:
    return {
        _prefix(question) + name: _said(questionnaire, question, words)
        for question in questionnaire.questions
        if question.id in wrong
        for name, words in _what_is_wrong(question, wrong[question.id]).items()
    }


def _what_is_wrong(question: Question, error: AnswerError) -> dict[str, str]:
    return {"answer": sentence("paper.required")} if error.code == "required" else what_is_wrong(question, error)


def _said(questionnaire: Questionnaire, question: Question, words: str) -> str:
    """With the number of the question: the same may be wrong with more of them."""
    return sentence("paper.numbered", number=questionnaire.questions.index(question) + 1, sentence=words)


def at_each(questionnaire: Questionnaire, questions: Collection[str], words: str) -> dict[str, str]:
    """This sentence at each of these questions."""
    return {
        f"{_prefix(question)}answer": _said(questionnaire, question, words)
        for question in questionnaire.questions
        if question.id in questions
    }


def form_page(
    request: Request,
    review: Review,
    member: Member,
    fields: Fields,
    typed: Typed,
    *,
    status: int = 200,
    again: bool = False,
    compared: bool = False,
) -> Response:
    """`again`: for the second person; `compared`: who compared it with the first typing already."""
    questionnaire = read(review.questionnaire)
    numbered = [replace(one, text=f"{number}. {one.text}") for number, one in enumerate(questionnaire.questions, 1)]
    return page(
        request,
        "paper/form.html",
        status,
        review=review,
        code=in_groups(member.code or ""),
        channel=fields.text("channel"),
        questions=[(_prefix(question), question) for question in numbered],
        only_if={one.id: only_if(questionnaire, one) for one in questionnaire.questions},
        values=fields,
        errors=typed.errors,
        left_out=" ".join(typed.off_path),
        again=again,
        compared=compared,
    )
