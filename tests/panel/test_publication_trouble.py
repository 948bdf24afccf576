"""The public site and the desk's pages around it, at bad moments and with bad addresses."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from panel.demo.browser import Page
from panel.publication.files import TYPES
from panel.reports.actions import report_folder, want_report
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
SAFE = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")


async def test_what_is_not_sent_again_keeps_the_protection_that_it_came_with(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.PUBLISHED)
    for place in ("report.html", "summary.html", "report.pdf", ""):
        address = f"/t/{review.id}/{place}".rstrip("/")
        first = await client.get(address)
        again = await client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert {name: again.headers[name] for name in SAFE} == {name: first.headers[name] for name in SAFE}, address


@pytest.mark.parametrize(
    "name",
    ["..%2Fresults.csv", "%2e%2e%2f%2e%2e%2f5%2fresults.csv", "a%00.xml", "%ff.xml", "x" * 300 + ".xml", ".xml"],
)
async def test_no_name_leads_out_of_the_folder_of_the_report_or_breaks_the_page(
    stage: Stage, sign_in: SignIn, client: httpx2.AsyncClient, name: str
) -> None:
    review, clerk = await stage.review(State.PUBLISHED), await sign_in(stage.clerk)
    (report_folder(stage.settings, review) / "notes.xml").write_text("not for others")
    for address in (f"/t/{review.id}/metadata/{name}", f"/t/{review.id}/{name}", f"/t/{review.id}/notes.xml"):
        assert (await client.get(address)).status_code == 404, address
    assert (await clerk.get(f"/bureau/{review.id}/rapport/metadata/{name}")).status_code == 404


async def test_all_that_is_listed_can_be_had(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.PUBLISHED)
    folder = report_folder(stage.settings, review)
    for file in folder.rglob("*.*"):
        if file.is_file():
            got = await client.get(f"/t/{review.id}/{file.relative_to(folder)}")
            assert (got.status_code, got.headers["Content-Type"].split(";")[0]) == (
                200,
                TYPES[file.suffix].split(";")[0],
            )


async def test_a_thousand_wrong_rows_are_not_told_one_by_one(stage: Stage, sign_in: SignIn) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    content = ("nummer;antwoord;reden\r\n1;overgenomen;Goed.\r\n" + "99;overgenomen;x\r\n" * 5_000).encode()
    page = await council.post(f"/bureau/{review.id}/antwoord/bestand", files={"file": ("x.csv", content)})
    assert page.status_code == 422
    assert "in nog 4.990 regels" in page.text
    assert page.text.count("met het nummer") == 2 * 10  # at the field, and above the form
    assert Page(page).form("/antwoord").values["reason_1"] == ["Goed."]


async def test_pages_about_a_report_that_is_not_there_yet_answer_with_a_sentence(
    stage: Stage, sign_in: SignIn
) -> None:
    review = await stage.review(State.CLOSED)
    await stage.judge(review)
    await stage.database.write(want_report(review, stage.clerk))
    clerk, council = await sign_in(stage.clerk), await sign_in(stage.council)
    for who, below in (
        (council, "antwoord"),
        (clerk, "antwoord/datum"),
        (clerk, "publiceren"),
        (clerk, "vervolg"),
        (clerk, "opvolging"),
        (clerk, "rapport/report.html"),
        (clerk, "rapport/metadata/diwoo.xml"),
    ):
        assert (await who.get(f"/bureau/{review.id}/{below}")).status_code < 500, below
    for who, below in ((council, "antwoord"), (clerk, "publiceren"), (clerk, "vervolg"), (clerk, "opvolging")):
        assert (await who.post(f"/bureau/{review.id}/{below}", data={"reply_due": "2027-01-01"})).status_code < 500
    file = {"file": ("x.csv", b"nummer;antwoord;reden\r\n")}
    assert (await council.post(f"/bureau/{review.id}/antwoord/bestand", files=file)).status_code < 500
    assert (await Review.get(id=review.id)).state == State.CLOSED
