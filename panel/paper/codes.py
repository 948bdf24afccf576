"""Somebody at the desk types the code of a form."""

from starlette.requests import Request
from starlette.responses import Response

from panel.paper.actions import UNKNOWN
from panel.staff.access import staff_on
from panel.staff.actions import actor_of
from panel.web.failures import failed
from panel.web.messages import Refused


def refuse_code(request: Request, refused: Refused, response: Response) -> Response:
    """Codes that are nobody's are counted, of each of the staff apart, and answered 429 after many."""
    return failed(request, response, actor_of(staff_on(request))) if refused.code == UNKNOWN else response
