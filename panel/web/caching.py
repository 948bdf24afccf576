"""What is the same for everybody may be kept for a while, and asked for again without being sent again."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from panel.web.display import LARGE, language_of
from panel.web.templating import page

MINUTES = 300  # how long a public page or file may be kept, in seconds
PUBLIC = f"public, max-age={MINUTES}"
FRESH = "private, no-cache"  # to be asked for again each time, and not for others
POLICY = "Content-Security-Policy"
WISHES = ("taal", LARGE)
_standard = StaticFiles(check_dir=False)


def public_page(request: Request, template: str, **context: Any) -> Response:
    """A page without anything of whoever looks, in their language. Who works or answers here gets it fresh."""
    wishes = {name: value for name, value in request.query_params.items() if name in WISHES}
    keep = f"?{urlencode(wishes)}" if wishes else ""
    response = page(request, template, lang=language_of(request), keep=keep, **context)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return kept(request, response, FRESH if request.cookies else PUBLIC)


def kept(request: Request, response: Response, how: str = PUBLIC) -> Response:
    """The response, or without it that it is still what the visitor has."""
    response.headers["Cache-Control"] = how
    if "etag" not in response.headers:
        response.headers["ETag"] = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    if not _standard.is_not_modified(response.headers, request.headers):
        return response
    unchanged = NotModifiedResponse(response.headers)
    if policy := response.headers.get(POLICY):  # what comes with this takes the place of what the browser keeps
        unchanged.headers[POLICY] = policy
    return unchanged


def file_of(path: Path, media_type: str, name: str, headers: dict[str, str]) -> FileResponse:
    """A file that a browser shows, and keeps under this name."""
    return FileResponse(
        path,
        headers=headers,
        media_type=media_type,
        filename=name,
        stat_result=path.stat(),
        content_disposition_type="inline",
    )
