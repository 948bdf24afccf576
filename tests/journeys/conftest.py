"""The service as a process of its own with its mail catcher, and real browsers that visit it. On SQLite only."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from panel.database import Database, migrate
from panel.demo import desk
from panel.demo.browser import Browser as PlainBrowser
from panel.demo.browser import new_client
from panel.demo.play import STAFF
from panel.demo.residents import make_frame
from panel.demo.service import demo_settings, free_port, service
from panel.settings import Settings
from panel.staff.actions import add_staff
from tests.journeys.town import DESK, NewVisitor, OpenRound, Round, Town, invitations
from tests.journeys.visitor import Visitor

SECRET = "a secret of the journeys, long enough to be one"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--disable-quic"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database") != "sqlite":
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="journeys run on SQLite"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    port = free_port()
    plain = Settings(secret_key=SECRET, var=tmp_path_factory.mktemp("town"), port=port)
    settings = demo_settings(plain, base_url=f"http://127.0.0.1:{port}", smtp_port=free_port())
    await migrate(settings)
    async with Database(settings) as database:
        for email, name, role in STAFF:
            await database.write(add_staff(email, name, role, "journeys"))
    async with service(settings):
        yield Town(settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_round(town: Town) -> AsyncIterator[OpenRound]:
    """Makes an open review with so many people, through the pages of the desk but without a screen."""
    async with new_client(town.url) as first, new_client(town.url) as second:
        clerk, drafter = PlainBrowser(first), PlainBrowser(second)
        await desk.sign_in(clerk, town.mailbox(), desk.CLERK)
        await desk.sign_in(drafter, town.mailbox(), desk.DRAFTER)
        seeds = iter(range(100))

        async def make(size: int) -> Round:
            version = await desk.register_proposal(drafter, None)
            address = await desk.prepare_review(clerk, version, size, 1)
            await desk.approve(drafter, address)
            await desk.approve(clerk, address)
            await desk.import_frame(clerk, address, "bevolking.csv", make_frame(300, next(seeds)))
            await desk.draw(clerk, address)
            box = town.mailbox()
            await desk.open_box(clerk, address)
            return Round(address, await invitations(clerk, address, box))

        yield make


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def members_round(open_round: OpenRound) -> Round:
    return await open_round(40)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, town: Town) -> AsyncIterator[NewVisitor]:
    """Makes a visitor with a browser of their own; at the end none of them may have met a fault."""
    visitors: list[Visitor] = []

    async def make(**options: Any) -> Visitor:
        context = await browser.new_context(
            **({"base_url": town.url, "locale": "nl-NL", "timezone_id": "Europe/Amsterdam"} | DESK | options)
        )
        context.set_default_timeout(30_000)
        visitors.append(Visitor(await context.new_page(), town.url))
        return visitors[-1]

    yield make
    for visitor in visitors:
        await visitor.page.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
