"""Who makes the documents, when, from what: asked for, made again with the reply in them, made after a crash."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from panel.audit import AuditEntry
from panel.proposals.dossier import LAWS, Dossier
from panel.publication.actions import postpone_reply, publish, usual_reply_due
from panel.reports.actions import report_folder, want_report
from panel.reports.models import Build, Report
from panel.reports.translation import said
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
CATCHES = '#!/bin/sh\ncat > "{caught}"\necho "1/1 bewaren"\n{then}\n'


class Catching:
    """In the place of the process that makes the documents: it keeps what it is given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._script, self._caught = folder / "python", folder / "caught.json"
        monkeypatch.setattr("panel.web.process.sys", SimpleNamespace(executable=str(self._script)))
        self.then("exit 0")

    def then(self, command: str) -> None:
        self._script.write_text(CATCHES.format(caught=self._caught, then=command))
        self._script.chmod(0o755)

    @property
    def given(self) -> Any:
        return json.loads(self._caught.read_text())


@pytest.fixture
def catching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catching:
    return Catching(tmp_path, monkeypatch)


async def made(stage: Stage, review: Review, as_: Build = Build.READY) -> Report:
    async def done() -> bool:
        return (await Report.get(review=review)).build == as_

    await stage.work(done)
    return await Report.get(review=review)


async def test_when_every_advice_has_its_answer_the_documents_are_made_again_with_the_answers_in_them(
    stage: Stage, catching: Catching
) -> None:
    review = await stage.review(State.ANSWERED)
    frozen = await Report.get(review=review)
    assert frozen.build == Build.WANTED

    report = await made(stage, review)

    replies = catching.given["facts"]["replies"]
    assert [reply["advice"] for reply in replies] == [advice["number"] for advice in report.findings["advices"]]
    assert {(reply["decision"], reply["reason"]) for reply in replies} == {("partly", "Een deel kan nu.")}
    assert catching.given["findings"] == report.findings == frozen.findings
    assert (await Review.get(id=review.id)).state == State.ANSWERED
    assert await AuditEntry.filter(action="review reported").count() == 1


async def test_a_worker_that_was_killed_while_it_made_them_again_makes_them_when_it_is_back(
    stage: Stage, catching: Catching
) -> None:
    review = await stage.review(State.FOLLOWED_UP)
    await stage.change(Report.filter(review=review), build=Build.BUILDING)

    await made(stage, review)

    assert catching.given["facts"]["replies"]
    assert (await Review.get(id=review.id)).state == State.FOLLOWED_UP


async def test_when_that_fails_the_old_documents_stand_and_the_clerk_can_ask_again(
    stage: Stage, catching: Catching, sign_in: SignIn
) -> None:
    review, clerk = await stage.review(State.ANSWERED), await sign_in(stage.clerk)
    file = report_folder(stage.settings, review) / "report.html"
    before = file.read_text()
    catching.then("kill -9 $$")

    report = await made(stage, review, Build.FAILED)

    assert file.read_text() == before
    assert f'href="/bureau/{review.id}/rapport"' in (await clerk.get(f"/bureau/{review.id}")).text
    assert "staat nog niet in het rapport" in (await clerk.get(f"/bureau/{review.id}/rapport")).text
    catching.then("exit 0")
    assert (await clerk.post(f"/bureau/{review.id}/rapport")).status_code == 303
    assert (await made(stage, review)).findings == report.findings


async def test_a_report_that_is_public_cannot_be_asked_for_anew(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    await stage.change(Report.filter(review=review), build=Build.READY)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(want_report(review, stage.clerk))
    assert refusal.value.sentence == sentence("review.not_closed")
    assert (await Report.get(review=review)).build == Build.READY


async def test_the_documents_are_made_again_when_it_is_set_by_when_the_council_answers(stage: Stage) -> None:
    review = await stage.review(State.REPORTED)
    due = usual_reply_due(review)
    for setting in (
        publish(review, due, stage.clerk),
        postpone_reply(review, due + timedelta(days=7), "De zitting is verplaatst.", stage.clerk),
    ):
        await stage.change(Report.filter(review=review), build=Build.READY)
        await stage.database.write(setting)
        assert (await Report.get(review=review)).build == Build.WANTED


@pytest.mark.parametrize("wanted", [False, True])
async def test_an_edition_in_english_is_made_when_the_clerk_asks_for_it(
    stage: Stage, sign_in: SignIn, wanted: bool
) -> None:
    review, clerk = await stage.review(State.REPORTED), await sign_in(stage.clerk)
    await stage.change(Review.filter(id=review.id), state=State.CLOSED)
    await stage.change(Report.filter(review=review), build=Build.FAILED)
    assert 'name="english"' in (await clerk.get(f"/bureau/{review.id}/rapport")).text
    fields = {"english": "ja"} if wanted else {}

    assert (await clerk.post(f"/bureau/{review.id}/rapport", data=fields)).status_code == 303

    assert (await Report.get(review=review)).english == wanted


async def test_the_english_facts_are_those_that_the_drafter_wrote_and_the_rest_is_dutch(
    stage: Stage, catching: Catching
) -> None:
    review = await stage.review(State.ANSWERED)
    await stage.change(Report.filter(review=review), english=True)

    await made(stage, review)

    dutch, english = catching.given["facts"], catching.given["english"]
    assert (dutch["language"], english["language"]) == ("nl", "en")
    assert english["run_by"] == "the clerk of the municipal council"
    assert {reply["by"] for reply in english["replies"]} == {"the executive"}
    assert english["why"] == dutch["why"]
    assert english["values"] != dutch["values"]
    assert english.keys() == dutch.keys()


def test_all_that_the_service_fills_in_has_its_english() -> None:
    dossiers = (Dossier(title=""), Dossier(title="", laws=("wmo",), values=("a", "b", "c")))
    remarks = {sentence(f"dossier.{code}") for dossier in dossiers for code in dossier.remarks()}
    assert {*LAWS.values(), *remarks, Dossier(title="").decides} <= said().keys()


async def test_a_report_whose_method_says_nothing_about_an_item_is_not_published(
    stage: Stage, sign_in: SignIn
) -> None:
    review, clerk = await stage.review(State.REPORTED), await sign_in(stage.clerk)
    await stage.change(Report.filter(review=review), progress="9. De weging")

    with pytest.raises(Refused) as refusal:
        await stage.database.write(publish(review, usual_reply_due(review), stage.clerk))

    assert refusal.value.sentence == sentence("publication.not_accounted", items="9. De weging")
    assert (await Review.get(id=review.id)).state == State.REPORTED
    page = await clerk.post(
        f"/bureau/{review.id}/publiceren", data={"reply_due": usual_reply_due(review).isoformat()}
    )
    assert "9. De weging" in page.text
    assert (await Review.get(id=review.id)).state == State.REPORTED
