"""Who may do what. Every page of the desk is wrapped in `desk` with one right; there is no other check."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from panel.staff.actions import SESSION_HOURS, staff_of_session
from panel.staff.models import Role, Staff
from panel.web.cookies import SignedCookie
from panel.web.request import see

Endpoint = Callable[[Request], Awaitable[Response]]
SESSION_COOKIE = SignedCookie("bureau", SESSION_HOURS * 3600)


class Right(StrEnum):
    LOOK = "look at reviews and proposals"
    WRITE = "write proposals"
    APPROVE = "approve a review"
    RUN = "run a review"
    MODERATE = "read and judge what residents wrote"
    REPLY = "reply to advice"


EVERYONE = frozenset(Role)
RIGHTS: dict[Right, frozenset[Role]] = {
    Right.LOOK: EVERYONE,
    Right.WRITE: EVERYONE,
    Right.APPROVE: frozenset({Role.CLERK, Role.DRAFTER}),
    Right.RUN: frozenset({Role.CLERK}),
    Right.MODERATE: frozenset({Role.CLERK}),
    Right.REPLY: frozenset({Role.CLERK, Role.COUNCIL_MEMBER}),
}


def desk(right: Right, endpoint: Endpoint) -> Endpoint:
    async def guarded(request: Request) -> Response:
        secret = SESSION_COOKIE.read(request)
        staff = await staff_of_session(secret) if secret else None
        if staff is None:
            return see("/bureau/aanmelden")
        request.state.staff = staff
        if not may(staff, right):
            raise HTTPException(403)
        return await endpoint(request)

    return guarded


def staff_on(request: Request) -> Staff:
    staff: Staff = request.state.staff
    return staff


def may(staff: Staff, right: Right) -> bool:
    return staff.role in RIGHTS[right]
