from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Questionnaire, read
from panel.arguments.actions import Judgement, add_code, is_being_reported, moderate, remove_code, uses
from panel.arguments.codebook import FIELD, points, yes_buts
from panel.arguments.models import Decision, Statement
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.reviews.states import has_reached
from panel.staff.access import staff_on
from panel.staff.models import Staff
from panel.web.forms import Fields, read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page

A_PAGE = 50
CHOICES = {Decision.KEEP: "Mag in het rapport", Decision.HOLD_BACK: "Niet in het rapport"}
SHOWN, BULK, REMOVE = "shown", "bulk", "remove"  # the texts on the page; the buttons
Texts = list[Statement]


@dataclass(frozen=True)
class Row:
    """A text with its number among all, and what is chosen for it."""

    text: Statement
    number: int
    chosen: Judgement


async def queue(request: Request) -> Response:
    """Texts to judge, the marked ones first; nothing about who wrote them."""
    review = await _review_of(request)
    texts = await _in_order(review)
    number = _number(request, texts)
    return await _page(request, review, texts, number)


async def judge(request: Request) -> Response:
    """Keep all that is chosen on the page, and go on; or stay, when the codebook changed or something is wrong."""
    review = await _review_of(request)
    fields = await read_fields(request)
    texts = await _in_order(review)
    number = _number(request, texts)
    here = {str(text.id): text for text in texts if str(text.id) in fields.get(SHOWN, ())}
    chosen = {id_: _chosen(fields, text) for id_, text in here.items()}
    staff = staff_on(request)
    try:
        await database_of(request).write(_keep(review, chosen, fields, staff))
    except Refused as refused:
        if not refused.field:
            raise
        return await _page(request, review, texts, number, chosen, refused, fields.typed().get(FIELD, ""))
    address = f"/bureau/{review.id}/teksten"
    if fields.text(FIELD) or REMOVE in fields:
        return see(f"{address}?bladzijde={number}#punten")
    return see(address + _next(await _in_order(review), number))


async def _keep(review: Review, chosen: Mapping[str, Judgement], fields: Fields, staff: Staff) -> None:
    await moderate(review, chosen, staff)
    if typed := fields.text(FIELD):
        await add_code(review, typed, staff)
    if REMOVE in fields:
        await remove_code(review, fields.text(REMOVE), staff)


async def _page(
    request: Request,
    review: Review,
    texts: Texts,
    number: int,
    chosen: Mapping[str, Judgement] = MappingProxyType({}),
    refused: Refused | None = None,
    new_code: str = "",
) -> Response:
    first = (number - 1) * A_PAGE
    rows = [
        Row(text, first + place, chosen.get(str(text.id)) or _kept(text))
        for place, text in enumerate(_on(texts, number), 1)
    ]
    questionnaire: Questionnaire = read(review.questionnaire)
    used = await uses(review)
    return page(
        request,
        "arguments/queue.html",
        422 if refused else 200,
        review=review,
        can_change=review.state == State.CLOSED and not await is_being_reported(review),
        dossier=Dossier.from_json(review.version.content),
        rows=rows,
        page_number=number,
        pages=_pages(texts),
        left=_left(texts),
        total=len(texts),
        unmarked=[row for row in rows if not row.text.marks and row.chosen.decision == Decision.OPEN],
        questions={question.id: question.text for question in questionnaire.questions},
        sides={option.key: option.label for option in questionnaire.vote.options},
        choices=list(CHOICES.items()),
        points=points(review.own_codes or ()),
        yes_buts=yes_buts(),
        own={code: used[code] for code in review.own_codes or ()},
        new_code=new_code,
        errors={refused.field: refused.sentence} if refused else {},
    )


async def _review_of(request: Request) -> Review:
    review = await Review.get(id=request.path_params["id"]).select_related("version")
    if not has_reached(review, State.CLOSED):
        raise Refused("review.not_closed")
    return review


async def _in_order(review: Review) -> Texts:
    """One that stays: nothing comes or goes after closing."""
    return sorted(await Statement.filter(review=review), key=lambda text: (not text.marks, text.id))


def _on(texts: Texts, number: int) -> Texts:
    return texts[(number - 1) * A_PAGE : number * A_PAGE]


def _pages(texts: Texts) -> int:
    return max(1, -(-len(texts) // A_PAGE))


def _left(texts: Texts) -> int:
    return sum(text.decision == Decision.OPEN for text in texts)


def _number(request: Request, texts: Texts) -> int:
    """The page that is asked for, or the first with something to judge."""
    asked = request.query_params.get("bladzijde", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 6 and 1 <= int(asked) <= _pages(texts):
        return int(asked)
    return next((number for number in range(1, _pages(texts) + 1) if _left(_on(texts, number))), 1)


def _next(texts: Texts, number: int) -> str:
    """From this page on the next with something to judge, then those before it; there, the first such text."""
    numbers = range(1, _pages(texts) + 1)
    for there in (*numbers[number - 1 :], *numbers[: number - 1]):
        for text in _on(texts, there):
            if text.decision == Decision.OPEN:
                return f"?bladzijde={there}#tekst-{text.id}"
    return f"?bladzijde={number}"


def _kept(text: Statement) -> Judgement:
    return Judgement(Decision(text.decision), tuple(text.codes or ()), text.outside)


def _chosen(fields: Fields, text: Statement) -> Judgement:
    decision = (fields.get(f"text_{text.id}") or [""])[0]
    if decision not in set(CHOICES):
        decision = text.decision
    if decision == Decision.OPEN and BULK in fields and not text.marks:
        decision = Decision.KEEP
    return Judgement(Decision(decision), tuple(fields.get(f"points_{text.id}", ())), f"outside_{text.id}" in fields)
