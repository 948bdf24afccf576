"""How a page is shown to a member: in which language, and in which size of letters."""

from typing import Literal, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from panel.web.request import settings_of

Language = Literal["nl", "en"]
DUTCH: Language = "nl"
ENGLISH: Language = "en"
LANGUAGES: tuple[Language, ...] = get_args(Language)
LARGE = "groot"
COOKIE = "weergave"


def chosen_language(request: Request) -> Language | None:
    """What somebody chose with a link: it stands in the address, and is kept only when they press Start."""
    return known_language(request.query_params.get("taal", ""))


def language_of(request: Request) -> Language:
    """What was chosen here; else what is known of the member; else English for a browser that asks for no Dutch."""
    of_member: str = getattr(request.state, "member_language", "")
    wishes = (chosen_language(request), known_language(of_member), known_language(_kept(request)[0]))
    return next((language for language in wishes if language), None) or _of_browser(request)


def remember_language(request: Request, member_language: str) -> None:
    """While this request is answered: also a refusal on the way is said in the language of the member."""
    request.state.member_language = member_language


def known_language(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _of_browser(request: Request) -> Language:
    """A municipality writes Dutch to whoever reads it, also to a browser that prefers English and takes both."""
    asked = [part.strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    reads_dutch = any(part.startswith(DUTCH) for part in asked)
    return ENGLISH if asked[0].startswith(ENGLISH) and not reads_dutch else DUTCH


def in_large_print(request: Request) -> bool:
    asked = request.query_params.get(LARGE)
    return asked == "1" if asked is not None else _kept(request)[1] == LARGE


def _kept(request: Request) -> tuple[str, str]:
    language, _, letters = request.cookies.get(COOKIE, "").partition(" ")
    return language, letters


def keep_display(request: Request, response: Response, language: Language, *, large: bool) -> None:
    """In this browser, until it is closed. It says nothing about who somebody is, and is not set before Start."""
    value = f"{language} {LARGE}" if large else language
    response.set_cookie(COOKIE, value, secure=settings_of(request).secure, httponly=True, samesite="lax")


def forget_display(response: Response) -> None:
    response.delete_cookie(COOKIE)


def address_in(language: Language, path: str, *, large: bool = False) -> str:
    """The address of a page that would know neither by itself."""
    wishes = {"taal": language} if language != DUTCH else {}
    return f"{path}?{urlencode(wishes | ({LARGE: '1'} if large else {}))}".rstrip("?")


def as_here(request: Request, path: str) -> str:
    """Another address, with what was chosen in the address of this one."""
    return f"{path}?{request.url.query}".rstrip("?")


def link_to(request: Request, **change: str | int) -> str:
    """This page, shown otherwise."""
    return "?" + urlencode({**request.query_params, **change})
