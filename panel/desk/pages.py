from starlette.requests import Request
from starlette.responses import Response

from panel.desk.life import KINDS, life_of
from panel.people.models import Draw
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.staff.access import Right, may, staff_on
from panel.web.templating import page

STATES = {
    State.DRAFT: "in voorbereiding",
    State.RELEASED: "vrijgegeven",
    State.DRAWN: "geloot",
    State.OPEN: "vragenlijst open",
    State.CLOSED: "gesloten",
    State.REPORTED: "rapport klaar",
    State.PUBLISHED: "openbaar",
    State.ANSWERED: "raad heeft geantwoord",
    State.FOLLOWED_UP: "afgerond",
    State.WITHDRAWN: "ingetrokken",
}


async def index(request: Request) -> Response:
    """What now? One line per review, what needs the clerk first."""
    reviews = await Review.all().order_by("-id")
    lives = [await life_of(review) for review in reviews]
    lives.sort(key=lambda life: (life.review.state in (State.FOLLOWED_UP, State.WITHDRAWN), not life.warnings))
    runs = may(staff_on(request), Right.RUN)
    return page(request, "desk/index.html", lives=lives, states=STATES, kinds=KINDS, State=State, runs=runs)


async def show(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related(
        "version", "version__saved_by", "approved_by_drafter", "approved_by_clerk"
    )
    draw = await Draw.get_or_none(review=review)
    return page(
        request,
        "desk/review.html",
        review=review,
        life=await life_of(review),
        dossier=Dossier.from_json(review.version.content),
        record=draw.record if draw else None,
        states=STATES,
        kinds=KINDS,
        State=State,
        runs=may(staff_on(request), Right.RUN),
        replies=may(staff_on(request), Right.REPLY),
        approves=may(staff_on(request), Right.APPROVE),
    )
