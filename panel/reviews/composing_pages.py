"""The pages on which the clerk puts the questions of a draft together. Each thing that is sent is one change."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Option, Question, Questionnaire
from deliberation.routing import choices_of
from panel.proposals.questions import library
from panel.reviews.composing import (
    MOST_QUESTIONS,
    OWN,
    add_from_library,
    add_own,
    change_own,
    choose_who,
    is_full,
    move,
    place_of,
    questions_of,
    remove,
    restore_default,
)
from panel.reviews.judging import only_for
from panel.reviews.models import Review, State
from panel.reviews.own_question import NEEDS, read_question, typed
from panel.reviews.questions_pages import question_on, questionnaire_of, review_on
from panel.staff.access import staff_on
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page

STEPS = {"up": -1, "down": 1}


async def do(request: Request) -> Response:
    fields = await read_fields(request)
    question_id = fields.text("question")
    unit = move(await _draft(request), question_id, STEPS[fields.choice("do", STEPS)], staff_on(request))
    await database_of(request).write(unit)
    return _back(request, question_id)


async def ask_library(request: Request) -> Response:
    review = await _draft(request)
    questions = questions_of(review.composed)
    return page(
        request,
        "reviews/questions_library.html",
        review=review,
        library=library(),
        chosen={question["id"] for question in questions},
        most=MOST_QUESTIONS if is_full(questions) else 0,
    )


async def take_from_library(request: Request) -> Response:
    review, question_id = await _draft(request), (await read_fields(request)).text("question")
    await database_of(request).write(add_from_library(review, question_id, staff_on(request)))
    return _back(request, question_id)


async def ask_kind(request: Request) -> Response:
    review = await _draft(request)
    most = MOST_QUESTIONS if is_full(questions_of(review.composed)) else 0
    return page(request, "reviews/questions_kinds.html", review=review, kinds=library()["kinds"], most=most)


async def ask_own(request: Request) -> Response:
    return await _own_page(request, _kind(request), {}, {})


async def take_own(request: Request) -> Response:
    review, kind, fields = await _draft(request), _kind(request), await read_fields(request)
    entry, errors = read_question(kind, fields)
    try:
        if not errors:
            return _back(request, await database_of(request).write(add_own(review, entry, staff_on(request))))
    except Refused as refused:
        errors = {refused.field or "nl": refused.sentence}
    return await _own_page(request, kind, fields.typed(), errors)


async def ask_change(request: Request) -> Response:
    entry = await _own_entry(request)
    return await _own_page(request, entry["type"], typed(entry), {})


async def take_change(request: Request) -> Response:
    entry, fields = await _own_entry(request), await read_fields(request)
    changed, errors = read_question(entry["type"], fields)
    if errors:
        return await _own_page(request, entry["type"], fields.typed(), errors)
    unit = change_own(await review_on(request), entry["id"], changed, staff_on(request))
    await database_of(request).write(unit)
    return _back(request, entry["id"])


async def _own_page(request: Request, kind: str, values: dict[str, str], errors: dict[str, str]) -> Response:
    names = ("nl", "en", "items_nl", "items_en", "options_nl", "options_en", "most")
    return page(
        request,
        "reviews/questions_own.html",
        422 if errors else 200,
        review=await _draft(request),
        kind=library()["kinds"][kind],
        unsure=kind != "multi_other",  # there one can write what one likes
        needs=NEEDS[kind],
        typed=dict.fromkeys(names, "") | values,
        errors=errors,
    )


async def ask_who(request: Request) -> Response:
    """Every earlier question with something to choose, and what was chosen before.

    Alternatives do not fit in that form: they can only be taken away.
    """
    review = await _draft(request)
    questionnaire = questionnaire_of(review)
    question = question_on(request, questionnaire)
    return page(
        request,
        "reviews/questions_who.html",
        review=review,
        question=question,
        only_for=only_for(questionnaire, question),
        alternatives=len(question.when) > 1,
        earlier=[(each, _choices(each)) for each in _earlier(questionnaire, question)],
        chosen={each.question: list(each.keys) for conditions in question.when for each in conditions},
    )


async def take_who(request: Request) -> Response:
    review, fields = await _draft(request), await read_fields(request)
    questionnaire = questionnaire_of(review)
    question = question_on(request, questionnaire)
    when = {each.id: _ticked(fields, each) for each in _earlier(questionnaire, question)}
    some = {on: keys for on, keys in when.items() if keys}
    await database_of(request).write(choose_who(review, question.id, some, staff_on(request)))
    return _back(request, question.id)


def _earlier(questionnaire: Questionnaire, question: Question) -> list[Question]:
    before = questionnaire.questions[: questionnaire.questions.index(question)]
    return [each for each in before if choices_of(each)]


def _choices(question: Question) -> list[Option]:
    labels = {option.key: option.label for option in question.options}
    return [Option(key, labels.get(key, key)) for key in choices_of(question)]


def _ticked(fields: Fields, question: Question) -> list[str]:
    given = fields.get(question.id, [])
    return [key for key in choices_of(question) if key in given]


async def ask_removal(request: Request) -> Response:
    review = await _draft(request)
    return page(
        request,
        "reviews/questions_remove.html",
        review=review,
        question=question_on(request, questionnaire_of(review)),
    )


async def do_removal(request: Request) -> Response:
    unit = remove(await _draft(request), request.path_params["question"], staff_on(request))
    await database_of(request).write(unit)
    return _back(request)


async def ask_default(request: Request) -> Response:
    return page(request, "reviews/questions_default.html", review=await _draft(request))


async def do_default(request: Request) -> Response:
    await database_of(request).write(restore_default(await _draft(request), staff_on(request)))
    return _back(request)


async def _draft(request: Request) -> Review:
    review = await review_on(request)
    if review.state != State.DRAFT:
        raise Refused("review.not_draft")
    return review


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in NEEDS:
        raise HTTPException(404)
    return kind


async def _own_entry(request: Request) -> dict[str, Any]:
    questions = questions_of((await _draft(request)).composed)
    entry = questions[place_of(questions, request.path_params["question"])]
    if not OWN.match(entry["id"]):
        raise HTTPException(404)
    return entry


def _back(request: Request, question_id: str = "") -> Response:
    """To the list, at the question that was changed."""
    address = f"/bureau/{request.path_params['id']}/vragen"
    return see(f"{address}?bij={question_id}#vraag-{question_id}" if question_id else address)
