"""One report is made by one worker at a time, from texts that nobody changes meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from panel.arguments.actions import Judgement, add_code, moderate
from panel.arguments.models import Decision, Statement
from panel.audit import AuditEntry
from panel.publication.actions import publish
from panel.publication.replies import replies_in_report
from panel.reports.actions import build_wanted, report_folder, want_report
from panel.reports.folder import claimed
from panel.reports.models import Build, Report
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import Refused
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
Maker = Callable[[str], Path]
IN_TIME = today() + timedelta(days=30)


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """In the place of the process that makes the documents: it adds a line for every time that it is begun."""
    script, begun = tmp_path / "python", tmp_path / "begun"

    def replace(then: str) -> Path:
        script.write_text(f"#!/bin/sh\necho begun >> {begun}\ncat > /dev/null\n{then}\n")
        script.chmod(0o755)
        monkeypatch.setattr("panel.web.process.sys", SimpleNamespace(executable=str(script)))
        return begun

    return replace


async def asked_for(stage: Stage) -> Review:
    review = await stage.review(State.CLOSED)
    await stage.judge(review)
    await stage.database.write(want_report(review, stage.clerk))
    return await Review.get(id=review.id)


async def unforeseen(_: Review) -> None:
    raise KeyError("draw")


async def build(stage: Stage) -> None:
    await build_wanted(stage.database, stage.settings, replies_in_report)


@pytest.mark.parametrize("build_now", [Build.WANTED, Build.BUILDING])
async def test_from_the_moment_that_the_report_is_asked_for_no_text_is_judged_otherwise(
    stage: Stage, sign_in: SignIn, build_now: Build
) -> None:
    review, clerk = await asked_for(stage), await sign_in(stage.clerk)
    await stage.change(Report.filter(review=review), build=build_now)
    text = await Statement.filter(review=review).first()
    assert text
    late = {str(text.id): Judgement(Decision.HOLD_BACK)}
    for unit in (moderate(review, late, stage.clerk), add_code(review, "Parkeren", stage.clerk)):
        with pytest.raises(Refused) as refusal:
            await stage.database.write(unit)
        assert refusal.value.code == "arguments.being_made"
    assert (await Statement.get(id=text.id)).decision == Decision.KEEP
    assert "Het rapport wordt nu gemaakt" in (await clerk.get(f"/bureau/{review.id}/teksten")).text

    await stage.change(Report.filter(review=review), build=Build.FAILED)
    await stage.database.write(moderate(review, late, stage.clerk))
    assert (await Statement.get(id=text.id)).decision == Decision.HOLD_BACK


async def test_a_report_is_made_once_however_many_workers_see_that_it_is_wanted(stage: Stage, maker: Maker) -> None:
    review = await stage.review(State.ANSWERED)
    begun = maker("sleep 0.2")

    await asyncio.gather(*(build(stage) for _ in range(3)))

    assert begun.read_text() == "begun\n"
    assert (await Report.get(review=review)).build == Build.READY


async def test_what_another_process_is_making_is_left_to_it_and_taken_over_when_that_is_gone(
    stage: Stage, maker: Maker
) -> None:
    review = await stage.review(State.ANSWERED)
    begun = maker("")
    with claimed(report_folder(stage.settings, review)) as mine:
        assert mine
        await build(stage)
        assert not begun.exists()
    await build(stage)
    assert begun.read_text() == "begun\n"


async def test_a_review_that_is_withdrawn_while_its_report_is_made_ends_quietly(
    stage: Stage, maker: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    review = await asked_for(stage)
    maker("echo '{\"advices\": []}'; sleep 0.5")
    making = asyncio.create_task(build(stage))
    while (await Report.get(review=review)).build != Build.BUILDING:
        await asyncio.sleep(0.01)
    await stage.withdraw(review)

    await making

    assert (await Review.get(id=review.id)).state == State.WITHDRAWN
    assert not caplog.records


async def test_what_nobody_foresaw_is_told_once_and_does_not_keep_other_reports_waiting(
    stage: Stage, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = await stage.review(State.ANSWERED), await stage.review(State.ANSWERED)
    maker("")
    await stage.change(Report.filter(review=broken), findings=None)  # frozen anew, from what cannot be read
    monkeypatch.setattr("panel.reports.actions.input_of_findings", unforeseen)

    await build(stage)
    await build(stage)

    assert {report.build async for report in Report.filter(review=broken)} == {Build.FAILED}
    assert {report.build async for report in Report.filter(review=sound)} == {Build.READY}
    assert await AuditEntry.filter(action="report failed").count() == 1


@pytest.mark.parametrize("build_now", [Build.FAILED, Build.BUILDING, Build.WANTED])
async def test_a_report_of_which_the_documents_are_not_all_there_is_not_published(
    stage: Stage, build_now: Build
) -> None:
    review = await stage.review(State.REPORTED)
    await stage.change(Report.filter(review=review), build=build_now)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(publish(review, IN_TIME, stage.clerk))
    assert refusal.value.code == "publication.not_made"
    assert (await Review.get(id=review.id)).state == State.REPORTED


async def test_documents_of_a_public_report_that_could_not_be_made_again_can_be_asked_for(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    frozen = await Report.get(review=review)
    await stage.change(Report.filter(review=review), build=Build.FAILED)
    await stage.database.write(want_report(review, stage.clerk))
    report = await Report.get(review=review)
    assert (report.build, report.findings, report.frozen_at) == (Build.WANTED, frozen.findings, frozen.frozen_at)
