"""Who gets into the desk, and what they may do there."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from panel.audit import AuditEntry
from panel.demo.mailbox import Mailbox
from panel.mail.models import Message
from panel.staff.access import RIGHTS, Right
from panel.staff.actions import QUIET_SECONDS, SIGN_IN, add_staff, request_sign_in, sign_in_token
from panel.staff.models import Role, Session, Staff
from panel.web.signing import sign
from tests.panel.contents import contents, texts
from tests.panel.stage import Stage

OpenBrowser = Callable[[], httpx2.AsyncClient]
SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
ASK = "/bureau/aanmelden"
R = "/bureau/{id:int}"
P = "/bureau/voorstellen"
NEEDED = {
    Right.LOOK: {
        "/bureau",
        R,
        *(
            f"{R}/{step}"
            for step in ("rapport/{name}", "rapport/metadata/{name}", "voorbeelden", "voorbeelden/{kind}")
        ),
        *(f"{R}/{step}" for step in ("vragen", "vragen/{question}")),
        P,
        f"{P}/{{id:int}}",
    },
    Right.WRITE: {f"{P}/nieuw", f"{P}/{{id:int}}/veranderen"},
    Right.APPROVE: {f"{R}/akkoord"},
    Right.RUN: {
        f"{P}/{{version:int}}/tweede-mening",
        "/bureau/plannen",
        *(
            f"{R}/{step}"
            for step in (
                "bestand",
                "bestand/kwaliteit",
                "loting",
                "openen",
                "proef",
                "post",
                "post/zoeken",
                "post/onzeker",
                "brieven",
                "herinneren",
                "verlengen",
            )
        ),
        f"{R}/loting/lijst",
        f"{R}/loting/lijst/{{name}}",
        f"{R}/loting/wijze",
        f"{R}/reserve",
        *(f"{R}/{step}" for step in ("zelfde-panel", "vervolg")),
        f"{R}/streefaantallen",
        f"{R}/streefaantallen/bestand",
        *(f"{R}/{step}" for step in ("plan", "intrekken", "rapport", "publiceren", "antwoord/datum", "opvolging")),
        f"POST {R}/vragen",
        *(f"{R}/vragen/{step}" for step in ("bibliotheek", "eigen", "eigen/{kind}", "standaard")),
        *(f"{R}/vragen/{{question}}/{step}" for step in ("wie", "wijzigen", "weg")),
        f"{R}/papier",
        *(f"{R}/papier/{step}" for step in ("antwoorden", "opgeslagen", "formulier", "nagekeken")),
        *(f"{R}/papier/{step}" for step in ("nakijken", "nakijken/antwoorden")),
    },
    Right.MODERATE: {f"{R}/teksten"},
    Right.REPLY: {f"{R}/antwoord", f"{R}/antwoord/bestand"},
}
FOR_EVERYBODY = {ASK, f"{ASK}/verstuurd", f"{ASK}/{{token}}", "/bureau/afmelden"}


def desk_routes(app: Starlette) -> Iterator[tuple[Right, str, str]]:
    """The right that each page of the desk needs, its method, and its address for something that does not exist."""
    needed = {path: right for right, paths in NEEDED.items() for path in paths}
    for route in app.routes:
        if isinstance(route, Route) and route.path.startswith("/bureau") and route.path not in FOR_EVERYBODY:
            [method] = (route.methods or set()) - {"HEAD"}
            address = route.path_format.format(id=9_999, version=9_999, name="x", kind="x", question="x")
            yield needed.get(f"{method} {route.path}") or needed[route.path], method, address


@pytest.fixture
async def token(stage: Stage) -> str:
    await stage.database.write(request_sign_in(stage.clerk.email))
    return sign_in_token(stage.settings, await Staff.get(id=stage.clerk.id))


async def test_every_page_of_the_desk_asks_for_its_right(app: Starlette, stage: Stage, sign_in: SignIn) -> None:
    browsers = {Role(staff.role): await sign_in(staff) for staff in (stage.clerk, stage.drafter, stage.council)}
    before = await contents()
    for right, method, address in desk_routes(app):
        for role, browser in browsers.items():
            status = (await browser.request(method, address)).status_code
            assert (status == 403) == (role not in RIGHTS[right]), f"{role}: {method} {address}"
            assert status in (200, 403, 404, 422), f"{role}: {method} {address}"
    assert await contents() == before


async def test_who_is_not_signed_in_is_sent_to_the_page_to_sign_in(
    app: Starlette, stage: Stage, client: httpx2.AsyncClient
) -> None:
    before = await contents()
    for _, method, address in desk_routes(app):
        response = await client.request(method, address, data={"email": "x"} if method == "POST" else None)
        assert (response.status_code, response.headers["location"]) == (303, ASK), address
    assert await contents() == before


def test_only_the_clerk_runs_a_review_and_reads_what_residents_wrote() -> None:
    assert RIGHTS[Right.RUN] == RIGHTS[Right.MODERATE] == {Role.CLERK}
    assert RIGHTS[Right.APPROVE] == {Role.CLERK, Role.DRAFTER}
    assert Role.DRAFTER not in RIGHTS[Right.REPLY]
    assert set(RIGHTS) == set(Right) == set(NEEDED)


async def test_the_link_in_the_mail_lets_in_once(
    stage: Stage, client: httpx2.AsyncClient, open_browser: OpenBrowser
) -> None:
    assert (await client.post(ASK, data={"email": " Clerk@Voorbeeld.example "})).headers[
        "location"
    ] == f"{ASK}/verstuurd"

    async def mailed() -> bool:
        return await Message.filter(kind=SIGN_IN, state="accepted").exists()

    await stage.work(mailed)
    link = await Mailbox(stage.settings.var / "mail").wait_for(stage.clerk.email, "/bureau/aanmelden/")
    for _ in range(2):  # looking does not use it up
        assert "Welkom, Griet Griffier" in (await client.get(link)).text
    assert (await client.post(link)).headers["location"] == "/bureau"
    assert (await client.get("/bureau")).status_code == 200
    other = open_browser()
    for response in (await other.get(link), await other.post(link)):
        assert response.status_code == 404
        assert "Deze link werkt niet meer" in response.text
    assert (await other.get("/bureau")).status_code == 303
    assert await AuditEntry.filter(action="signed in").count() == 1


async def test_only_the_newest_link_works(stage: Stage, client: httpx2.AsyncClient, token: str) -> None:
    await stage.change(
        Message.filter(kind=SIGN_IN), changed_at=datetime.now(UTC) - timedelta(seconds=QUIET_SECONDS + 1)
    )
    await stage.database.write(request_sign_in(stage.clerk.email))
    newest = sign_in_token(stage.settings, await Staff.get(id=stage.clerk.id))
    assert newest != token
    assert (await client.post(f"{ASK}/{token}")).status_code == 404
    assert (await client.post(f"{ASK}/{newest}")).status_code == 303


async def test_a_link_expires_after_half_an_hour(
    client: httpx2.AsyncClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 31 * 60)
    assert (await client.post(f"{ASK}/{token}")).status_code == 404
    monkeypatch.setattr("time.time", lambda: now + 29 * 60)
    assert (await client.post(f"{ASK}/{token}")).status_code == 303


async def test_an_altered_or_foreign_token_lets_nobody_in(
    stage: Stage, client: httpx2.AsyncClient, token: str
) -> None:
    for wrong in (token[:-2], token + "aa", "x", "a" * 3_000, "%00", sign(stage.settings, "cookie bureau", "1 1")):
        for response in (await client.get(f"{ASK}/{wrong}"), await client.post(f"{ASK}/{wrong}")):
            assert response.status_code == 404


async def test_a_known_and_an_unknown_address_look_the_same(stage: Stage, client: httpx2.AsyncClient) -> None:
    await stage.database.write(add_staff("weg@voorbeeld.example", "Weg", Role.CLERK, "test"))
    await stage.change(Staff.filter(email="weg@voorbeeld.example"), active=False)
    pages = []
    for email in (
        stage.clerk.email,
        "onbekend@voorbeeld.example",
        "weg@voorbeeld.example",
        "",
        "x\x00'--",
        stage.clerk.email,
    ):
        done = await client.post(ASK, data={"email": email})
        pages.append((done.status_code, done.headers["location"], (await client.get(done.headers["location"])).text))
    assert len(set(pages)) == 1
    assert await Message.filter(kind=SIGN_IN).count() == 1, "only for who is known, and not twice within a minute"


async def test_signing_out_ends_the_session_also_for_a_copied_cookie(
    stage: Stage, open_browser: OpenBrowser, sign_in: SignIn
) -> None:
    browser, thief = await sign_in(stage.clerk), open_browser()
    thief.cookies = httpx2.Cookies(browser.cookies)
    assert (await thief.get("/bureau")).status_code == 200
    assert (await browser.post("/bureau/afmelden")).headers["location"] == ASK
    for b in (browser, thief):
        assert (await b.get("/bureau")).status_code == 303


async def test_a_session_ends_after_its_time_and_with_the_account(stage: Stage, sign_in: SignIn) -> None:
    browser = await sign_in(stage.clerk)
    await stage.change(Session.filter(), expires_at=datetime.now(UTC))
    assert (await browser.get("/bureau")).status_code == 303
    browser = await sign_in(stage.drafter)
    await stage.change(Staff.filter(id=stage.drafter.id), active=False)
    assert (await browser.get("/bureau")).status_code == 303


async def test_a_change_of_role_counts_at_once(stage: Stage, sign_in: SignIn) -> None:
    browser = await sign_in(stage.clerk)
    review = await stage.review()
    assert (await browser.get(f"/bureau/{review.id}/intrekken")).status_code == 200
    await stage.database.write(add_staff(stage.clerk.email, "Griet", Role.COUNCIL_MEMBER, "test"))
    assert (await browser.get(f"/bureau/{review.id}/intrekken")).status_code == 403


async def test_the_database_holds_nothing_that_signs_somebody_in(
    stage: Stage, token: str, client: httpx2.AsyncClient
) -> None:
    await client.post(f"{ASK}/{token}")
    [cookie] = client.cookies.values()
    assert not [place for place, text in texts(await contents()) if token in text or cookie in text]


async def test_the_cookie_is_kept_from_scripts_and_other_sites(client: httpx2.AsyncClient, token: str) -> None:
    cookie = (await client.post(f"{ASK}/{token}")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
