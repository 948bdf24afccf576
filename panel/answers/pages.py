from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from deliberation.answering import AnswerError, missing, read_answer
from deliberation.questionnaire import Question, Questionnaire, read
from panel.answers.actions import ballot_key, record_ballot, require_known_secret, save_answer
from panel.answers.models import Ballot
from panel.answers.vault import make_secret
from panel.answers.wording import in_words, typed_values, what_is_wrong
from panel.invitations.links import ANSWER, OPT_OUT, make_token, member_of_token
from panel.people.models import Member, finished_draw
from panel.proposals.dossier import Dossier
from panel.proposals.models import ProposalVersion
from panel.reviews.models import Review, State
from panel.web.cookies import SignedCookie
from panel.web.forms import read_fields
from panel.web.request import database_of, see, settings_of
from panel.web.templating import page

MEMBER_COOKIE = SignedCookie("mening", 4 * 3600)


@dataclass(frozen=True)
class Visit:
    """A member who pressed Start, with everything that the pages need."""

    member: Member
    review: Review
    questionnaire: Questionnaire
    key: str
    ballot: Ballot | None

    @property
    def draft(self) -> dict[str, Any]:
        return self.ballot.draft if self.ballot else {}

    @property
    def handed_in(self) -> bool:
        return self.ballot is not None and self.ballot.answers is not None

    @property
    def changed(self) -> bool:
        """Something was filled in that has not been handed in."""
        return self.ballot is not None and self.ballot.draft != self.ballot.answers


async def start(request: Request) -> Response:
    member = await _member_of_link(request)
    review = await Review.get(id=member.review_id).select_related("version")
    if review.state != State.OPEN:
        return page(request, "answers/closed.html", review=review, early=review.state == State.DRAWN)
    draw = await finished_draw(review)
    return page(
        request,
        "answers/start.html",
        member=member,
        review=review,
        dossier=Dossier.from_json(review.version.content),
        record=draw.record,
        draw=draw,
        opt_out=f"/u/{make_token(settings_of(request), member, OPT_OUT)}",
    )


async def begin(request: Request) -> Response:
    member = await _member_of_link(request)
    if member.review.state != State.OPEN:
        return see(request.url.path)
    await require_known_secret(member.review_id)
    await database_of(request).vault.write(make_secret(member.review_id))
    response = see("/mening")
    MEMBER_COOKIE.write(request, response, f"{member.id} {member.link_version}")
    return response


async def proposal(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    version = await ProposalVersion.get(id=visit.review.version_id)
    dossier = Dossier.from_json(version.content)
    return page(request, "answers/proposal.html", visit=visit, dossier=dossier, first=_first_open(visit))


async def ask(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    question = _question(request, visit)
    return _question_page(request, visit, question, typed_values(question, visit.draft.get(question.id)), {})


async def answer(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    question = _question(request, visit)
    fields = await read_fields(request)
    try:
        given = read_answer(question, fields)
        if given is None and question.required:
            raise AnswerError("required")
    except AnswerError as error:
        errors = what_is_wrong(question, error)
        return _question_page(request, visit, question, dict(fields), errors, status=422)
    await database_of(request).write(save_answer(visit.member, visit.key, question.id, given))
    number = request.path_params["number"]
    if fields.text("go") == "back":
        return see(f"/mening/vraag/{number - 1}" if number > 1 else "/mening")
    if fields.text("go") == "check" or number == len(visit.questionnaire.questions):
        return see("/mening/controle")
    return see(f"/mening/vraag/{number + 1}")


async def check(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    return _check_page(request, visit)


def _check_page(request: Request, visit: Visit, status: int = 200) -> Response:
    numbered = list(enumerate(visit.questionnaire.questions, 1))
    open_questions = missing(visit.questionnaire, visit.draft)
    return page(
        request,
        "answers/check.html",
        status,
        visit=visit,
        rows=[(n, q, in_words(q, visit.draft.get(q.id))) for n, q in numbered],
        missing=[(n, q) for n, q in numbered if q in open_questions],
    )


async def hand_in(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    if missing(visit.questionnaire, visit.draft):
        return _check_page(request, visit, status=422)
    await database_of(request).write(record_ballot(visit.member, visit.key, visit.questionnaire))
    return see("/mening/dank")


async def thanks(request: Request) -> Response:
    visit = await _visit(request)
    if visit is None:
        return _come_back(request)
    if not visit.handed_in:
        return see("/mening/controle")
    return page(request, "answers/thanks.html", visit=visit)


async def leave(request: Request) -> Response:
    """Away from this device: for a shared computer, or the kitchen table."""
    response = see("/mening/tot-ziens")
    MEMBER_COOKIE.clear(request, response)
    return response


async def goodbye(request: Request) -> Response:
    return page(request, "answers/goodbye.html")


async def _member_of_link(request: Request) -> Member:
    member = await member_of_token(settings_of(request), request.path_params["token"], ANSWER)
    if member is None:
        raise HTTPException(404)
    return member


async def _visit(request: Request) -> Visit | None:
    value = MEMBER_COOKIE.read(request)
    if value is None:
        return None
    member_id, version = map(int, value.split())
    member = await Member.get_or_none(id=member_id, link_version=version).select_related("review")
    if member is None or member.review.state != State.OPEN:
        return None
    key = await ballot_key(member)
    return Visit(
        member=member,
        review=member.review,
        questionnaire=read(member.review.questionnaire),
        key=key,
        ballot=await Ballot.get_or_none(key=key),
    )


def _come_back(request: Request) -> Response:
    """No cookie, or the review closed meanwhile: a page that says how to go on; nothing was lost."""
    return page(request, "answers/come_back.html", 403, now=datetime.now(UTC))


def _question(request: Request, visit: Visit) -> Question:
    number = request.path_params["number"]
    if not 1 <= number <= len(visit.questionnaire.questions):
        raise HTTPException(404)
    question: Question = visit.questionnaire.questions[number - 1]
    return question


def _first_open(visit: Visit) -> int:
    numbered = enumerate(visit.questionnaire.questions, 1)
    return next((number for number, question in numbered if question.id not in visit.draft), 1)


def _question_page(
    request: Request,
    visit: Visit,
    question: Question,
    values: dict[str, list[str]],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    main = visit.questionnaire.main
    number = request.path_params["number"]
    return page(
        request,
        "answers/question.html",
        status,
        visit=visit,
        question=question,
        number=number,
        position=number - len(main) if question.extra else number,
        total=len(visit.questionnaire.questions) - len(main) if question.extra else len(main),
        values=values,
        errors=errors,
    )
