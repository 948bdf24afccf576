"""The service in this process, a review in any state (see stage.py), and browsers without a screen."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx2
import pytest
from starlette.applications import Starlette

from deliberation.questionnaire import Questionnaire, read
from panel.app import create_app
from panel.demo.service import free_port
from panel.invitations.links import ANSWER, make_token
from panel.people.models import Member
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.actions import request_sign_in, sign_in_token
from panel.staff.models import Staff
from tests.panel.stage import Stage

OpenBrowser = Callable[[], httpx2.AsyncClient]
SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """With the demonstration's pages, and its server that catches mail in var/mail."""
    return replace(settings, demo=True, smtp_port=free_port(), base_url="http://localhost")


@pytest.fixture
async def app(app_settings: Settings) -> AsyncIterator[Starlette]:
    app = create_app(app_settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def stage(app: Starlette) -> Stage:
    made = Stage(app.state.settings, app.state.database)
    await made.hire()
    return made


@pytest.fixture
async def open_browser(app: Starlette) -> AsyncIterator[OpenBrowser]:
    """A browser of its own at every call: cookies are kept, addresses that answer 303 are not followed."""
    async with AsyncExitStack() as stack:
        browsers: list[httpx2.AsyncClient] = []

        def new() -> httpx2.AsyncClient:
            browsers.append(httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost"))
            stack.push_async_callback(browsers[-1].aclose)
            return browsers[-1]

        yield new


@pytest.fixture
async def review(stage: Stage) -> Review:
    """One that is open."""
    return await stage.review(State.OPEN)


@pytest.fixture
async def member(stage: Stage, review: Review) -> Member:
    return (await stage.members(review))[0]


@pytest.fixture
def questionnaire(review: Review) -> Questionnaire:
    return read(review.questionnaire)


@pytest.fixture
def link(stage: Stage, member: Member) -> str:
    return f"/m/{make_token(stage.settings, member, ANSWER)}"


@pytest.fixture
async def browser(client: httpx2.AsyncClient, link: str) -> httpx2.AsyncClient:
    """One in which the member pressed the button."""
    assert (await client.post(link)).headers["location"] == "/mening"
    return client


@pytest.fixture
def client(open_browser: OpenBrowser) -> httpx2.AsyncClient:
    return open_browser()


@pytest.fixture
def sign_in(stage: Stage, open_browser: OpenBrowser) -> SignIn:
    """A browser in which somebody of the staff has opened a mailed link."""

    async def signed_in(staff: Staff) -> httpx2.AsyncClient:
        await stage.database.write(request_sign_in(staff.email))
        staff = await Staff.get(id=staff.id)
        browser = open_browser()
        response = await browser.post(f"/bureau/aanmelden/{sign_in_token(stage.settings, staff)}")
        assert response.status_code == 303
        return browser

    return signed_in
