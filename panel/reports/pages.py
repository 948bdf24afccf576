from starlette.requests import Request
from starlette.responses import Response

from panel.arguments.models import Decision, Statement
from panel.reports.actions import want_report
from panel.reviews.models import Review
from panel.staff.access import staff_on
from panel.web.request import database_of, see
from panel.web.templating import page


async def ask_report(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    left = await Statement.filter(review=review, decision=Decision.OPEN).count()
    return page(request, "reports/ask.html", review=review, left=left)


async def make_report(request: Request) -> Response:
    review = await Review.get(id=request.path_params["id"])
    await database_of(request).write(want_report(review, staff_on(request)))
    return see(f"/bureau/{review.id}")
