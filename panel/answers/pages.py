"""What a member reads and fills in after Start: one question a page, all of it once more, and then sent."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from deliberation.answering import Answer, AnswerError, missing, read_answer
from deliberation.questionnaire import Question
from deliberation.routing import asked, relevant
from panel.answers.actions import Filled, filled_in, record_ballot, save_answer, words_at
from panel.answers.blank import Blank
from panel.answers.visits import Visit, come_back, remember, visit_of
from panel.answers.wording import in_words, remark_on, typed_values, what_is_wrong
from panel.answers.words import join_words
from panel.web.display import in_large_print
from panel.web.forms import read_fields
from panel.web.request import database_of, see
from panel.web.security import WITH_SCRIPT
from panel.web.templating import page

RECEIPT = "/mening/dank"
CHECK = "/mening/controle"
THEN_CHECK = "?daarna=controle"  # behind the address of a question that is changed from the check


async def proposal(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    filled = await filled_in(visit.keys, visit.questionnaire)
    first = next((question for question in visit.questions if question.id not in filled.draft), visit.questions[0])
    return page(
        request,
        "answers/proposal.html",
        lang=visit.language,
        visit=visit,
        dossier=visit.kept.dossier,
        first=RECEIPT if visit.hidden else _address(first),
    )


async def ask(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    question = _question(request, visit)
    if visit.hidden:
        return see(RECEIPT)
    if question not in visit.questions:  # its route was left, in another tab
        return see(_after(visit, question, visit.questions))
    return _filled_page(request, visit, question, typed_values(question, await _draft_of(visit, question)))


async def answer(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    response = await _take(request, visit)
    if visit.shown and visit.handed_in:  # who is still revising keeps it in sight
        remember(request, response, visit.member, shown=True)
    return response


async def _take(request: Request, visit: Visit) -> Response:
    question = _question(request, visit)
    fields = await read_fields(request)
    go = fields.text("go")
    try:
        given = read_answer(question, fields)
        if given is None and question.required:
            if go == "back":
                return see(_before(visit, question, visit.questions))
            raise AnswerError("required")
    except AnswerError as error:
        errors = what_is_wrong(question, error, visit.language)
        if go == "stay":
            return PlainTextResponse(next(iter(errors.values())), 422)
        return _question_page(request, visit, question, dict(fields), errors, status=422)
    await database_of(request).write(save_answer(visit.member, visit.keys, question, given))
    remark = remark_on(question, given, visit.language)
    if go == "stay":
        return PlainTextResponse(remark)
    if remark and go != "keep":
        return _question_page(request, visit, question, dict(fields), {}, remark=remark)
    if visit.hidden:
        return see(RECEIPT)
    if _from_check(request):
        return see(await _opened(visit, question))
    chosen = {**visit.chosen, question.id: given}
    questions = asked(visit.questionnaire, {name: value for name, value in chosen.items() if value is not None})
    if go == "back":
        return see(_before(visit, question, questions))
    return see(_after(visit, question, questions))


async def check(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    return see(RECEIPT) if visit.hidden else await _check_page(request, visit)


async def _check_page(request: Request, visit: Visit, status: int = 200) -> Response:
    filled = await filled_in(visit.keys, visit.questionnaire)
    rows = [
        (question, in_words(question, given), remark_on(question, given, visit.language))
        for question in visit.questions
        for given in [filled.draft.get(question.id)]
    ]
    return page(
        request,
        "answers/check.html",
        status,
        lang=visit.language,
        visit=visit,
        rows=rows,
        changed=_changed(visit, filled),
        missing=missing(visit.questionnaire, filled.draft),
    )


def _changed(visit: Visit, filled: Filled) -> bool:
    """Something was filled in that has not been handed in."""
    return relevant(visit.questionnaire, filled.draft) != filled.answers


async def hand_in(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    try:
        await database_of(request).write(record_ballot(visit.member, visit.keys, visit.questionnaire))
    except AnswerError:
        return see(RECEIPT) if visit.hidden else await _check_page(request, visit, status=422)
    response = see(RECEIPT)
    remember(request, response, visit.member, shown=False)
    return response


async def receipt(request: Request) -> Response:
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    if not visit.handed_in:
        return see(CHECK)
    filled = await filled_in(visit.keys, visit.questionnaire)
    changed = _changed(visit, filled)
    return page(request, "answers/thanks.html", lang=visit.language, visit=visit, changed=changed)


async def show(request: Request) -> Response:
    """An answer that is in comes in sight only when somebody asks for it."""
    visit = await visit_of(request)
    if visit is None:
        return await come_back(request)
    response = see(CHECK)
    remember(request, response, visit.member, shown=True)
    return response


def _question(request: Request, visit: Visit) -> Question:
    try:
        return visit.questionnaire.question(request.path_params["id"])
    except KeyError:
        raise HTTPException(404) from None


def _address(question: Question) -> str:
    return f"/mening/vraag/{question.id}"


def _after(visit: Visit, question: Question, questions: Sequence[Question]) -> str:
    return next((_address(one) for one in _later(visit, question) if one in questions), CHECK)


def _later(visit: Visit, question: Question) -> Sequence[Question]:
    order = visit.questionnaire.questions
    return order[order.index(question) + 1 :]


def _before(visit: Visit, question: Question, questions: Sequence[Question]) -> str:
    order = visit.questionnaire.questions
    earlier = order[: order.index(question)]
    return next((_address(one) for one in reversed(earlier) if one in questions), "/mening")


async def _opened(visit: Visit, question: Question) -> str:
    """What came with the changed answer and is not answered yet, one after the other; then back to the check."""
    draft = (await filled_in(visit.keys, visit.questionnaire)).draft
    path = asked(visit.questionnaire, draft)
    leading = {condition.question for one in path for conditions in one.when for condition in conditions}
    if not question.when and question.id not in leading:
        return CHECK
    opened = [one for one in path if one.when and one.id not in draft]
    return next((_address(one) + THEN_CHECK for one in _later(visit, question) if one in opened), CHECK)


def _from_check(request: Request) -> bool:
    return bool(request.scope["query_string"] == THEN_CHECK[1:].encode())


async def _draft_of(visit: Visit, question: Question) -> Answer | None:
    words = await words_at(visit.keys, question) if question.asks_words else None
    return join_words(question, visit.chosen.get(question.id), words)


def _question_page(
    request: Request,
    visit: Visit,
    question: Question,
    values: dict[str, list[str]],
    errors: dict[str, str],
    status: int = 200,
    remark: str = "",
) -> Response:
    position, total = _place(visit, question)
    response = page(
        request,
        "answers/question.html",
        status,
        lang=visit.language,
        visit=visit,
        question=question,
        position=position,
        total=total,
        values=values,
        errors=errors,
        remark=remark,
        then=THEN_CHECK if _from_check(request) else "",
    )
    return _with_script(question, response)


def _filled_page(request: Request, visit: Visit, question: Question, values: dict[str, list[str]]) -> Response:
    """The same page where nothing is wrong: almost every page that members see is one of these."""
    pages = visit.kept.pages
    which = (question.id, *_place(visit, question), visit.language, in_large_print(request), _from_check(request))
    if which not in pages:
        pages[which] = Blank(str(_question_page(request, visit, question, {}, {}).body, "utf-8"))
    return _with_script(question, HTMLResponse(pages[which].filled(values)))


def _place(visit: Visit, question: Question) -> tuple[int, int]:
    """Which question it is of how many."""
    group = [one.id for one in visit.questions if one.extra == question.extra]
    return group.index(question.id) + 1 if question.id in group else len(group), len(group)


def _with_script(question: Question, response: Response) -> Response:
    if question.asks_words:
        response.headers.update(WITH_SCRIPT)
    return response
