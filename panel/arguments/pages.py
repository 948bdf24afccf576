from starlette.requests import Request
from starlette.responses import Response

from deliberation.questionnaire import Questionnaire, read
from panel.arguments.actions import moderate
from panel.arguments.models import Decision, Statement
from panel.reviews.models import Review, State
from panel.reviews.states import has_reached
from panel.staff.access import staff_on
from panel.web.forms import read_fields
from panel.web.messages import Refused
from panel.web.request import database_of, see
from panel.web.templating import page

A_PAGE = 50
CHOICES = {Decision.KEEP: "Mag in het rapport", Decision.HOLD_BACK: "Niet in het rapport"}


async def queue(request: Request) -> Response:
    """Texts to judge, the marked ones first; nothing about who wrote them."""
    review = await Review.get(id=request.path_params["id"])
    if not has_reached(review, State.CLOSED):
        raise Refused("review.not_closed")
    texts = await Statement.filter(review=review)
    texts.sort(key=lambda text: (text.decision != Decision.OPEN, not text.marks, text.id))
    questionnaire: Questionnaire = read(review.questionnaire)
    return page(
        request,
        "arguments/queue.html",
        review=review,
        texts=texts[:A_PAGE],
        left=sum(text.decision == Decision.OPEN for text in texts),
        total=len(texts),
        questions={question.id: question.text for question in questionnaire.questions},
        sides={option.key: option.label for option in questionnaire.vote.options},
        choices=list(CHOICES.items()),
    )


async def judge(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    fields = await read_fields(request)
    chosen = {
        str(text.id): fields.text(f"text_{text.id}") for text in await Statement.filter(review=review).only("id")
    }
    decisions = {id_: Decision(choice) for id_, choice in chosen.items() if choice in set(CHOICES)}
    await database_of(request).write(moderate(review, decisions, staff_on(request)))
    return see(f"/bureau/{review.id}/teksten")
