"""Mail scanners, link previews and browsers that load ahead open every address they see."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

import httpx2
import pytest
from aiosmtplib import SMTP
from contents import contents
from stage import Stage
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from deliberation.questionnaire import read
from panel.invitations.links import ANSWER, OPT_OUT, make_token
from panel.proposals.models import ProposalVersion
from panel.publication.pages import DOWNLOADS
from panel.reviews.models import Review, State
from panel.staff.actions import request_sign_in, sign_in_token
from panel.staff.models import Staff

OpenBrowser = Callable[[], httpx2.AsyncClient]
SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
# What a scanner that "sends" forms as an address would ask for.
QUERY = "?choice=never_again&List-Unsubscribe=One-Click&go=next&answer=voor&finish=yes&email=clerk@voorbeeld.example"


class Addresses:
    """Every address of the application, for the reviews of this test."""

    def __init__(self, stage: Stage, reviews: dict[State, Review]) -> None:
        self._stage = stage
        self._reviews = reviews.values()
        self._number_of_questions = len(read(reviews[State.OPEN].questionnaire).questions)

    async def prepare(self) -> None:
        settings, database = self._stage.settings, self._stage.database
        await database.write(request_sign_in(self._stage.council.email))
        council = await Staff.get(id=self._stage.council.id)
        members = [member for review in self._reviews for member in (await self._stage.members(review))[:2]]
        names = [*DOWNLOADS, "vote.svg", "unknown.txt"]
        ids = [review.id for review in self._reviews]
        versions = [version.id for version in await ProposalVersion.all()]
        answer, opt_out = ([make_token(settings, member, kind) for member in members] for kind in (ANSWER, OPT_OUT))
        self._fillings: dict[str, Iterable[dict[str, object]]] = {
            "/m/{token}": [{"token": token} for token in (*answer, answer[0] + "x")],
            "/u/{token}": [{"token": token} for token in (*opt_out, answer[0])],
            "/mening/vraag/{number}": [{"number": n} for n in range(self._number_of_questions + 2)],
            "/bureau/aanmelden/{token}": [{"token": sign_in_token(settings, council)}, {"token": "x"}],
            "/bureau/voorstellen/{version}/tweede-mening": [{"version": id_} for id_ in versions],
            "/bureau/voorstellen/{id}": [{"id": id_} for id_ in versions],
            "/bureau/voorstellen/{id}/veranderen": [{"id": id_} for id_ in versions],
            "/demo/post/{number}": [{"number": 1}, {"number": 99}],
            "{id}": [{"id": id_} for id_ in (*ids, 9_999)],
            "{id} {name}": [{"id": id_, "name": name} for id_ in ids for name in names],
        }

    def of(self, route: Route) -> Iterator[str]:
        if not route.param_convertors:
            yield route.path
            return
        parameters = " ".join(f"{{{name}}}" for name in sorted(route.param_convertors))
        # A new kind of address that is not known here makes this fail: add what it is to be filled with.
        for values in self._fillings.get(route.path_format) or self._fillings[parameters]:
            yield route.path_format.format(**values)


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
    addresses = Addresses(stage, reviews)
    await addresses.prepare()
    before, files = await contents(), _files(stage.settings.var)
    seen: dict[str, set[int]] = {}
    for visitor, browser in visitors.items():
        for route in app.routes:
            if isinstance(route, Mount):
                assert (await browser.get(f"{route.path}/samenspraak.css")).status_code == 200
                continue
            assert isinstance(route, Route)
            assert route.methods
            if "GET" not in route.methods:
                continue
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
