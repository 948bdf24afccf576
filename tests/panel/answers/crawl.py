"""Everything that anybody but the member can see of a review while it is open: pages, files, mail and the log."""

import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.routing import Route

from deliberation.questionnaire import read
from panel.answers.actions import keys_of, record_ballot
from panel.invitations.links import ANSWER, make_token
from panel.mail.models import UNDER_WAY, Message
from panel.people.models import Channel
from panel.reviews.models import Review
from panel.staff.actions import request_sign_in, sign_in_token
from panel.staff.models import Staff
from tests.panel.addresses import Addresses, opened
from tests.panel.stage import Stage, answers_to

ANSWERED = 14
# What differs between any two runs: moments, and what is signed or numbered with one.
DIFFERS = [
    (re.compile(r"\b\d\d?[:.]\d\d(?::\d\d)?(?:[.,]\d+)?\b"), "moment"),
    (re.compile(r"\b[\w-]+\.[\w-]{6}\.[\w-]{20,}"), "signed"),
    (re.compile(r"=_[0-9a-f]{24}"), "boundary"),
    (re.compile(r"(?<=retry-after: )\d+"), "seconds"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "address"),
]
CHANNELS = {0: Channel.PAPER, 1: Channel.PHONE}
Seen = dict[str, str]


def alike(text: str) -> str:
    for pattern, name in DIFFERS:
        text = pattern.sub(name, text)
    return text


@dataclass
class Crawl:
    """`seen`: what was looked at, by whom -> what came back, without what differs anyhow. `raw`: all of it."""

    app: Starlette
    stage: Stage
    seen: Seen = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)

    async def answer(self, review: Review, seed: int, words: str, vote: str) -> None:
        questionnaire = read(review.questionnaire)
        for place, member in enumerate((await self.stage.members(review))[:ANSWERED]):
            given = answers_to(questionnaire, seed + place, words) | {questionnaire.vote.id: vote}
            await self.stage.answer(member, given, hand_in=False)
            channel = CHANNELS.get(place, Channel.WEB)
            await self.stage.database.write(record_ballot(member, await keys_of(member), questionnaire, channel))

    async def look(self, review: Review, forms: bool = True) -> None:
        """Open every address, then send every form empty, as everybody."""
        addresses = Addresses(self.stage, [review])
        await addresses.prepare()
        async with AsyncExitStack() as stack:
            visitors = {name: await stack.enter_async_context(self._browser()) for name in ("visitor", "member")}
            other = (await self.stage.members(review))[ANSWERED]
            await visitors["member"].post(f"/m/{make_token(self.stage.settings, other, ANSWER)}")
            for person in (self.stage.council, self.stage.drafter, self.stage.clerk):
                visitors[person.role] = await stack.enter_async_context(self._browser())
                await self._sign_in(visitors[person.role], person)
            posted = sent(self.app.routes) if forms else ()
            for method, routes in (("GET", opened(self.app.routes)), ("POST", posted)):
                for route in list(routes):
                    for visitor, browser in visitors.items():
                        for number, address in enumerate(addresses.of(route)):
                            if not _of_who_answered(route, number):
                                response = await browser.request(method, address)
                                self._keep(f"{method} {route.path} {number} as {visitor}", response)
        await self.stage.work(mail_done)
        letters = sorted((self.stage.settings.var / "mail").glob("*.eml"))
        self.keep("mail", "\n".join([file.read_text() for file in letters]))

    def _browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://localhost")

    async def _sign_in(self, browser: httpx2.AsyncClient, person: Staff) -> None:
        await self.stage.database.write(request_sign_in(person.email))
        token = sign_in_token(self.stage.settings, await Staff.get(id=person.id))
        assert (await browser.post(f"/bureau/aanmelden/{token}")).status_code == 303

    def _keep(self, what: str, response: httpx2.Response) -> None:
        headers = "\n".join(
            f"{name}: {value}" for name, value in response.headers.items() if name != "content-length"
        )
        self.keep(what, f"{response.status_code}\n{headers}\n\n{response.text}")

    def keep(self, what: str, text: str) -> None:
        self.raw.append(text)
        self.seen[what] = alike(text)


def sent(routes: Any) -> Iterator[Route]:
    """The forms, but for those that end what is looked at."""
    ending = ("/intrekken", "/bureau/afmelden", "/mening/weg", "/u/{token}")
    posts = (route for route in routes if isinstance(route, Route) and "POST" in (route.methods or ()))
    return (route for route in posts if not route.path.endswith(ending))


def _of_who_answered(route: Route, number: int) -> bool:
    """Behind the links of two members who answered stands that their own answer is in, and what it was."""
    return route.path.startswith("/m/") and number < 2


async def mail_done() -> bool:
    return not await Message.filter(state__in=UNDER_WAY).exists()
