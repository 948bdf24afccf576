"""Mail scanners, link previews and browsers that load ahead open every address they see."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from aiosmtplib import SMTP
from starlette.applications import Starlette

from panel.invitations.links import ANSWER, make_token
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from tests.panel.addresses import Addresses, opened
from tests.panel.contents import contents
from tests.panel.stage import Stage

OpenBrowser = Callable[[], httpx2.AsyncClient]
SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
# What a scanner that "sends" forms as an address would ask for.
QUERY = "?choice=never_again&List-Unsubscribe=One-Click&go=next&answer=voor&finish=yes&email=clerk@voorbeeld.example"


@pytest.fixture
async def reviews(stage: Stage) -> dict[State, Review]:
    """One in every state; the open one has answers."""
    made = {state: await stage.review(state) for state in State}
    await stage.answer_some(made[State.OPEN])
    return made


@pytest.fixture
async def visitors(
    stage: Stage, reviews: dict[State, Review], open_browser: OpenBrowser, sign_in: SignIn
) -> dict[str, httpx2.AsyncClient]:
    """Somebody who is not signed in, each of the staff, a member who answered, and one who stopped halfway."""
    members = await stage.members(reviews[State.OPEN])
    browsers = {"nobody": open_browser(), "who answered": open_browser(), "who stopped halfway": open_browser()}
    for name, member in (("who answered", members[0]), ("who stopped halfway", members[14])):
        await browsers[name].post(f"/m/{make_token(stage.settings, member, ANSWER)}")
    return browsers | {person.role: await sign_in(person) for person in (stage.clerk, stage.drafter, stage.council)}


async def test_get_and_head_on_every_address_change_nothing_whoever_looks(
    app: Starlette, stage: Stage, reviews: dict[State, Review], visitors: dict[str, httpx2.AsyncClient]
) -> None:
    async with SMTP(hostname="127.0.0.1", port=stage.settings.smtp_port) as relay:
        await relay.sendmail("a@voorbeeld.example", "b@voorbeeld.example", "Subject: Dag\n\nDag")
    addresses = Addresses(stage, [*reviews.values(), await stage.follow(reviews[State.FOLLOWED_UP])])
    await addresses.prepare()
    before, files = await contents(), _files(stage.settings.var)
    seen: dict[str, set[int]] = {}
    for visitor, browser in visitors.items():
        assert (await browser.get("/static/samenspraak.css")).status_code == 200
        for route in opened(app.routes):
            for address in addresses.of(route):
                for method in ("GET", "HEAD"):
                    response = await browser.request(method, address + QUERY)
                    assert response.status_code < 500, f"{visitor}: {method} {address}"
                    assert method == "GET" or not response.content
                    seen.setdefault(route.path, set()).add(response.status_code)
        assert await contents() == before, f"something changed while {visitor} looked"
    assert _files(stage.settings.var) == files
    never_shown = [path for path, codes in seen.items() if 200 not in codes]
    assert not never_shown, "every page has to be really shown to somebody"


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
