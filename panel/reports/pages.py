from starlette.requests import Request
from starlette.responses import Response

from panel.arguments.models import Decision, Statement
from panel.proposals.dossier import Dossier, English
from panel.reports.actions import want_report
from panel.reviews.models import Review, State
from panel.reviews.states import has_reached
from panel.staff.access import staff_on
from panel.web.forms import read_fields
from panel.web.request import database_of, see
from panel.web.templating import page


async def ask_report(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"]).select_related("version")
    return page(
        request,
        "reports/ask.html",
        review=review,
        left=await Statement.filter(review=review, decision=Decision.OPEN).count(),
        again=has_reached(review, State.PUBLISHED),
        answered=has_reached(review, State.ANSWERED),
        translated=Dossier.from_json(review.version.content).english != English(),
    )


async def make_report(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    english = bool((await read_fields(request)).text("english"))
    await database_of(request).write(want_report(review, staff_on(request), english))
    return see(f"/bureau/{review.id}")
