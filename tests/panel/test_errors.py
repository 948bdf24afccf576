"""What people see when something is not there, cannot be done, or breaks."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from starlette.applications import Starlette

from panel.app import routes
from panel.reviews.models import State
from panel.settings import Settings
from panel.staff.models import Staff
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
HUGE = ("99999", "2147483648", "99999999999999999999999999", "-1", "1e3", "%00")


@pytest.mark.parametrize("number", HUGE)
async def test_what_no_database_holds_is_not_there(stage: Stage, sign_in: SignIn, number: str) -> None:
    browser = await sign_in(stage.clerk)
    for address in ("/t/{}", "/t/{}/loting.json", "/t/{}/report.pdf", "/bureau/{}", "/bureau/{}/teksten"):
        assert (await browser.get(address.format(number))).status_code == 404
    for address in ("/bureau/voorstellen/{}", "/bureau/voorstellen/{}/veranderen", "/demo/post/{}"):
        assert (await browser.get(address.format(number))).status_code == 404
    assert (await browser.post(f"/bureau/{number}/openen")).status_code == 404


async def test_an_unknown_address_and_a_wrong_method_have_a_page_of_their_own(client: httpx2.AsyncClient) -> None:
    missing = await client.get("/bestaat/niet")
    assert (missing.status_code, "Deze pagina is er niet" in missing.text) == (404, True)
    wrong = await client.post("/privacy")
    assert (wrong.status_code, "Dit kan hier niet" in wrong.text) == (405, True)
    for response in (missing, wrong):
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "14 030" in response.text


async def test_a_fault_of_ours_has_a_page_of_its_own_and_its_words_reach_nobody(
    app: Starlette, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("secret of Jan Jansen")

    monkeypatch.setattr("panel.publication.pages.Review.filter", broken)
    response = await client.get("/")
    assert (response.status_code, "Er ging iets mis" in response.text) == (500, True)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "Jan" not in response.text + caplog.text
    assert "pages.py" in caplog.text


async def test_a_refusal_that_has_no_form_is_shown_with_its_sentence(stage: Stage, sign_in: SignIn) -> None:
    review = await stage.review(State.RELEASED)
    browser = await sign_in(stage.clerk)
    refused = await browser.post(f"/bureau/{review.id}/openen")
    assert refused.status_code == 409
    assert "Er moet eerst worden geloot" in refused.text


def test_the_pages_of_the_demonstration_exist_only_there(app_settings: Settings, settings: Settings) -> None:
    assert [route for route in routes(app_settings) if getattr(route, "path", "").startswith("/demo")]
    assert not [route for route in routes(settings) if getattr(route, "path", "").startswith("/demo")]


async def test_cookies_and_headers_insist_on_a_secure_connection_where_there_is_one(settings: Settings) -> None:
    from dataclasses import replace

    from panel.app import create_app

    app = create_app(replace(settings, base_url="https://tweedemening.voorbeeld.example"))
    async with app.router.lifespan_context(app):
        stage = Stage(app.state.settings, app.state.database)
        await stage.hire()
        review = await stage.review(State.OPEN)
        [member, *_] = await stage.members(review)
        from panel.invitations.links import personal_link

        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport) as browser:
            response = await browser.post(personal_link(stage.settings, member))
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
