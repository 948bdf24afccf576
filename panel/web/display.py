"""How a page is shown to a member: in which language, and in which size of letters."""

from typing import Literal, get_args

from starlette.requests import Request
from starlette.responses import Response

from panel.web.request import settings_of

Language = Literal["nl", "en"]
DUTCH: Language = "nl"
ENGLISH: Language = "en"
LANGUAGES: tuple[Language, ...] = get_args(Language)
LETTERS = "letters"


def chosen_language(request: Request) -> Language | None:
    """What somebody chose with a link: it stands in the address, and nowhere else."""
    return _known(request.query_params.get("taal", ""))


def language_of(request: Request, member_language: str = "") -> Language:
    """What was just chosen; else what is known of the member; else English for a browser that knows no Dutch."""
    return chosen_language(request) or _known(member_language) or _of_browser(request)


def _known(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _of_browser(request: Request) -> Language:
    """A Dutch municipality writes Dutch to whom reads it: also to a browser that prefers English and reads both."""
    asked = [part.strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    reads_dutch = any(part.startswith(DUTCH) for part in asked)
    return ENGLISH if asked[0].startswith(ENGLISH) and not reads_dutch else DUTCH


def in_large_print(request: Request) -> bool:
    """Chosen with a link, or with a button after Start."""
    asked = request.query_params.get("groot")
    return asked == "1" if asked is not None else request.cookies.get(LETTERS) == "groot"


def keep_letters(request: Request, response: Response, *, large: bool) -> None:
    """A setting of this browser that says nothing about who somebody is; it ends with the browser."""
    if large:
        secure = settings_of(request).secure
        response.set_cookie(LETTERS, "groot", secure=secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(LETTERS)
