"""Our own stylesheet and what else is served as it is."""

from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles as Files

from panel.settings import TEMPLATES


class StaticFiles(Files):
    """Addresses carry the hash of the content, so browsers may keep what they have for ever."""

    def __init__(self) -> None:
        super().__init__(directory=TEMPLATES / "static")

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
