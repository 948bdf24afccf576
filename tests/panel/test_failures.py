"""Many wrong links and codes from one network."""

import logging

import httpx2
import pytest
from starlette.applications import Starlette

from panel.invitations.links import ANSWER, OPT_OUT, make_token
from panel.mail.models import Message
from panel.people.models import Member
from panel.reviews.models import State
from panel.staff.actions import SIGN_IN
from panel.web.failures import MOST, NETWORKS, SECONDS, Failures
from tests.panel.contents import contents
from tests.panel.stage import Stage


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted(clock: Clock) -> Failures:
    return Failures(clock)


def browser(app: Starlette, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, client=(address, 1234))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


def fail(counted: Failures, network: str, times: int) -> None:
    for _ in range(times):
        counted.note(network)


def test_after_thirty_failures_the_next_is_one_too_many_until_one_is_forgiven(
    counted: Failures, clock: Clock
) -> None:
    fail(counted, "a", MOST)
    assert counted.wait("a") == 0
    fail(counted, "a", 1)
    assert 0 < counted.wait("a") <= SECONDS / MOST
    clock.now += counted.wait("a")
    assert counted.wait("a") == counted.wait("b") == 0


def test_however_long_somebody_fails_it_is_over_ten_minutes_after_the_last(counted: Failures, clock: Clock) -> None:
    fail(counted, "a", 100 * MOST)
    assert counted.wait("a") == SECONDS
    clock.now += SECONDS
    assert counted.wait("a") == 0


def test_networks_that_failed_long_ago_are_forgotten_and_never_too_many_are_kept(
    counted: Failures, clock: Clock
) -> None:
    for number in range(2 * NETWORKS):
        counted.note(str(number))
    assert len(counted) == NETWORKS
    clock.now += SECONDS
    counted.note("a")
    assert len(counted) == 1


async def test_a_right_link_passes_after_a_thousand_wrong_ones_and_wrong_ones_get_the_same_page(
    stage: Stage, client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="panel")
    review = await stage.review(State.OPEN)
    member, revoked = (await stage.members(review))[:2]
    token = make_token(stage.settings, member, ANSWER)
    old = make_token(stage.settings, revoked, ANSWER)
    await stage.change(Member.filter(id=revoked.id), link_version=2)
    first = await client.get("/m/x")
    before = await contents()
    wrong = [f"/m/{token}{number}" for number in range(990)]
    wrong += [f"/m/{old}", f"/u/{token}", "/m/x", "/u/x"]
    caplog.clear()
    last = [await client.get(address) for address in wrong]
    assert not [line for line in caplog.records if line.name.startswith("panel")]
    assert first.status_code == 404
    assert {page.status_code for page in last[-4:]} == {429}
    assert {page.text for page in last} == {first.text}
    assert {page.text for page in (await client.post("/m/x"), await client.post("/u/x"))} == {first.text}
    assert 0 < int(last[-1].headers["Retry-After"]) <= SECONDS
    assert await contents() == before
    assert (await client.get(f"/m/{token}")).status_code == 200
    assert (await client.post(f"/m/{token}")).headers["location"] == "/mening"
    assert (await client.get(f"/u/{make_token(stage.settings, member, OPT_OUT)}")).status_code == 200


async def test_a_network_is_one_ipv4_address_or_the_first_half_of_an_ipv6_address(app: Starlette) -> None:
    async def status(address: str) -> int:
        async with browser(app, address) as visitor:
            return (await visitor.get("/m/x")).status_code

    for _ in range(MOST + 1):
        await status("192.0.2.1")
        await status("2001:db8:0:1::1")
    assert await status("::ffff:192.0.2.1") == await status("2001:db8:0:1:ffff::2") == 429
    assert await status("192.0.2.2") == await status("2001:db8:0:2::1") == await status("niemand") == 404


async def test_after_too_many_requests_to_sign_in_a_known_address_looks_like_an_unknown_one_and_gets_its_mail(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    async def ask(email: str) -> httpx2.Response:
        return await client.post("/bureau/aanmelden", data={"email": email})

    asked = [await ask("niemand@voorbeeld.example") for _ in range(MOST + 1)]
    assert {answer.status_code for answer in asked} == {303}
    unknown, known = await ask("niemand@voorbeeld.example"), await ask(stage.clerk.email)
    assert (unknown.status_code, unknown.text) == (known.status_code, known.text)
    assert (known.status_code, "Kijk in uw e-mail" in known.text) == (429, True)
    assert await Message.filter(kind=SIGN_IN, recipient_id=stage.clerk.id).count() == 1


async def test_an_old_link_to_sign_in_gets_the_same_page_after_many(client: httpx2.AsyncClient) -> None:
    pages = [await client.get("/bureau/aanmelden/oud") for _ in range(MOST + 2)]
    assert (pages[0].status_code, pages[-1].status_code) == (404, 429)
    assert pages[0].text == pages[-1].text


async def test_the_right_code_finds_its_place_in_the_draw_after_many_wrong_ones(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.OPEN)
    member = (await stage.members(review))[0]
    address = f"/t/{review.id}/loting"
    pages = [await client.post(address, data={"code": "fout"}) for _ in range(MOST + 2)]
    assert (pages[0].status_code, pages[-1].status_code) == (422, 429)
    assert pages[0].text == pages[-1].text
    assert (await client.post(address, data={"code": member.code})).status_code == 200
