from starlette.requests import Request
from starlette.responses import Response

from panel.desk.life import KINDS, life_of
from panel.desk.taking_part import taking_part
from panel.desk.turn import turn_of
from panel.reviews.models import Review, State
from panel.staff.access import Right, may, staff_on
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.templating import page

OVER = (State.FOLLOWED_UP, State.WITHDRAWN)


async def index(request: Request) -> Response:
    """What now? One line per review, what needs the clerk first."""
    reviews = await Review.all().order_by("-id")
    lives = [await life_of(review) for review in reviews]
    turns = {life.review.id: turn_of(life, staff_on(request)) for life in lives}
    lives.sort(key=lambda life: (life.review.state in OVER, not life.warnings, not turns[life.review.id].urgent))
    return page(
        request,
        "desk/index.html",
        lives=lives,
        turns=turns,
        kinds=KINDS,
        State=State,
        runs=may(staff_on(request), Right.RUN),
    )


async def show(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related(
        "version", "version__saved_by", "approved_by_drafter", "approved_by_clerk"
    )
    life = await life_of(review)
    return page(
        request,
        "desk/review.html",
        review=review,
        life=life,
        turn=turn_of(life, staff_on(request)),
        groups=await taking_part(review) if State.OPEN in life.steps else [],
        names={actor_of(person): person.name for person in await Staff.all()} | {"worker": "vanzelf"},
        kinds=KINDS,
        State=State,
        runs=may(staff_on(request), Right.RUN),
    )
