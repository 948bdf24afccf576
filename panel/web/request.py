"""What a page gets from the application."""

from starlette.requests import Request
from starlette.responses import RedirectResponse

from panel.database import Database
from panel.settings import Settings


def database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def see(address: str) -> RedirectResponse:
    """After something was done: look at this page."""
    return RedirectResponse(address, status_code=303)
