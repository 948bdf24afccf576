"""What the public sees, when, and the council's reply."""

import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from panel.arguments.models import Decision as Judgement
from panel.arguments.models import Statement
from panel.audit import AuditEntry, first_broken
from panel.demo.browser import Page
from panel.invitations.models import Kind, Wave
from panel.mail.models import Message
from panel.publication.announced import ANNOUNCED, PUBLIC
from panel.publication.files import DOWNLOADS, downloads_of
from panel.publication.models import CouncilReply
from panel.reports.models import Build, Report
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import sentence
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]


async def test_a_review_is_announced_from_the_draw_on_and_its_report_from_publication_on(
    stage: Stage, client: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    clerk = await sign_in(stage.clerk)
    for state in State:
        review = await stage.review(state)
        listed = f'href="/t/{review.id}"' in (await client.get("/")).text
        shown = await client.get(f"/t/{review.id}")
        assert (listed, shown.status_code == 200) == (state in ANNOUNCED, state in ANNOUNCED), state
        for name in (*DOWNLOADS[:3], "vote.svg", "metadata/diwoo.xml"):
            public = await client.get(f"/t/{review.id}/{name}")
            preview = await clerk.get(f"/bureau/{review.id}/rapport/{name}")
            assert public.status_code == (200 if state in PUBLIC else 404), (state, name)
            assert preview.status_code == (200 if state in (State.REPORTED, *PUBLIC) else 404), (state, name)


@pytest.mark.parametrize(
    "name", ["secret-key", "..%2F..%2Fsecret-key", "%2e%2e", "report.html%00", "x", "REPORT.HTML"]
)
async def test_nothing_but_the_documents_can_be_downloaded(
    stage: Stage, client: httpx2.AsyncClient, name: str
) -> None:
    review = await stage.review(State.PUBLISHED)
    assert (await client.get(f"/t/{review.id}/{name}")).status_code in (404, 307)


async def test_documents_may_be_kept_once_they_are_public_and_not_before(
    stage: Stage, client: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    review, clerk = await stage.review(State.REPORTED), await sign_in(stage.clerk)
    preview = await clerk.get(f"/bureau/{review.id}/rapport/report.html")
    assert preview.headers["Cache-Control"] == "no-store"
    await stage.publish(review)
    public = await client.get(f"/t/{review.id}/report.html")
    assert public.headers["Cache-Control"] == "public, max-age=300"
    assert "script" not in public.headers["Content-Security-Policy"]


async def test_publication_and_reply_are_told_to_the_members(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    await stage.bring(review, State.ANSWERED)
    for kind in (Kind.RESULT, Kind.REPLY):
        wave = await Wave.get(review=review, kind=kind)
        assert await Message.filter(kind=kind, occasion_id=wave.id).count() == 40


async def test_every_advice_needs_a_decision_and_a_reason_and_what_was_typed_comes_back(
    stage: Stage, sign_in: SignIn, client: httpx2.AsyncClient
) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    address = f"/bureau/{review.id}/antwoord"
    advices = [str(advice["number"]) for advice in (await Report.get(review=review)).findings["advices"]]
    first = advices[0]
    for fields, code, facts in (
        ({f"decision_{first}": "partly"}, "publication.no_reply", {}),
        ({f"reason_{first}": "Omdat het moet."}, "publication.no_reply", {}),
        ({f"decision_{first}": "perhaps", f"reason_{first}": "Omdat."}, "publication.no_reply", {}),
        (
            {f"decision_{first}": "not", f"reason_{first}": "x" * 4_001},
            "form.too_long",
            {"most": 4_000, "length": 4_001},
        ),
    ):
        page = await council.post(address, data=fields | {"finish": "yes"})
        assert page.status_code == 422, fields
        assert sentence(code, **facts) in page.text
        back = Page(page).form("/antwoord").values
        assert back[f"reason_{first}"] == [fields.get(f"reason_{first}", "")]
        assert not await CouncilReply.all().exists()
    refused = await council.post(address, data={"finish": "yes"})
    assert refused.status_code == 422
    assert all(f'href="#field-decision_{n}"' in refused.text for n in advices), "each that has no answer is named"
    fields = {f"decision_{n}": "outside" for n in advices} | {
        f"reason_{n}": "Dat is aan het <Rijk>." for n in advices
    }
    assert (await council.post(address, data=fields)).status_code == 303
    assert (await Review.get(id=review.id)).state == State.PUBLISHED, "only kept"
    assert (await council.post(address, data=fields | {"finish": "yes"})).status_code == 303
    assert (await Review.get(id=review.id)).state == State.ANSWERED
    public = (await client.get(f"/t/{review.id}")).text
    assert "Dat is aan het &lt;Rijk&gt;." in public
    assert (await council.post(address, data=fields)).status_code in (409, 422), "afterwards nothing can be changed"
    assert await AuditEntry.filter(action="advice answered").count() == 2 * len(advices)


async def test_what_was_done_is_told_on_the_public_page_and_cannot_be_empty_or_endless(
    stage: Stage, sign_in: SignIn, client: httpx2.AsyncClient
) -> None:
    review, clerk = await stage.review(State.ANSWERED), await sign_in(stage.clerk)
    address = f"/bureau/{review.id}/opvolging"
    for text, code in (("", "form.empty"), ("y" * 4_001, "form.too_long")):
        page = await clerk.post(address, data={"follow_up": text})
        assert page.status_code == 422
        assert sentence(code, most=4_000, length=4_001) in page.text
        assert Page(page).form("/opvolging").values["follow_up"] == [text]
    assert (await clerk.post(address, data={"follow_up": "Het loket is open & <gratis>."})).status_code == 303
    assert "Het loket is open &amp; &lt;gratis&gt;." in (await client.get(f"/t/{review.id}")).text


async def test_a_real_report_is_made_by_the_worker_and_everything_published_comes_from_its_frozen_findings(
    stage: Stage, client: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    review, clerk = await stage.review(State.CLOSED), await sign_in(stage.clerk)
    texts = await Statement.filter(review=review).order_by("id")
    held_back = texts[0]
    await stage.change(Statement.filter(id=held_back.id), text="Vraag het mevrouw Bakkersma maar.")
    await stage.judge(review)
    await stage.change(Statement.filter(id=held_back.id), decision=Judgement.HOLD_BACK)
    await clerk.post(f"/bureau/{review.id}/rapport")
    await clerk.post(f"/bureau/{review.id}/rapport")  # twice is as good as once

    async def made() -> bool:
        report = await Report.get(review=review)
        assert report.build != Build.FAILED, report.progress
        return report.build == Build.READY

    await stage.work(made, seconds=100)
    assert await AuditEntry.filter(action__in=["findings frozen", "report asked for"]).count() == 2
    report = await Report.get(review=review)
    assert report.findings["participation"]["answered"] == 14
    assert (await client.get(f"/t/{review.id}/report.html")).status_code == 404
    await stage.publish(review)
    names = [file.address for file in downloads_of(stage.settings, review)]
    assert {*DOWNLOADS[:3], "results.csv", "results.json", "codebook.csv"} <= {*names}
    files = {name: (await client.get(f"/t/{review.id}/{name}")) for name in names}
    assert {name: page.status_code for name, page in files.items()} == dict.fromkeys(names, 200)
    assert files["report.pdf"].content.startswith(b"%PDF-")
    assert json.loads(files["results.json"].text)
    for name, page in files.items():
        assert b"Bakkersma" not in page.content, name
    assert (await client.get(f"/t/{review.id}")).status_code == 200
    await stage.bring(review, State.FOLLOWED_UP)
    assert await first_broken() is None
    leftovers = [file.name for file in (stage.settings.var / "reports").iterdir() if file.suffix != ".lock"]
    assert leftovers == [str(review.id)]
