import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tortoise.queryset import QuerySet

from panel.arguments.actions import require_moderated
from panel.audit import record
from panel.database import Database
from panel.reports.facts import EMPTY_ITEM, Reply
from panel.reports.folder import claimed
from panel.reports.material import facts_of, input_of_findings
from panel.reports.models import Build, Report
from panel.reports.translation import facts_in_english
from panel.reviews.models import Review, State
from panel.reviews.states import LIFE, advance, has_reached
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.faults import where
from panel.web.messages import Refused
from panel.web.process import ProcessError, run

log = logging.getLogger(__name__)
WORKER = "worker"
MOST_PROGRESS = 200
REPORTED = LIFE[LIFE.index(State.CLOSED) :]
RepliesOf = Callable[[Review], Awaitable[list[Reply]]]


def report_folder(settings: Settings, review: Review) -> Path:
    return settings.var / "reports" / str(review.id)


async def want_report(review: Review, staff: Staff, english: bool = False) -> None:
    """Ask for the report; the worker makes it in a process of its own. `english`: an edition in English too.

    Once it is public, only documents that could not be made again can be asked for.
    """
    review = await Review.select_for_update().get(id=review.id)
    report = await Report.get_or_none(review=review)
    if report and report.build != Build.FAILED and review.state == State.CLOSED:
        return  # it is being made
    if report and report.build == Build.FAILED and has_reached(review, State.PUBLISHED):
        await remake(review)
    elif review.state == State.CLOSED:
        await _want_first(review, english)
    else:
        raise Refused("review.not_closed")
    await record(actor_of(staff), "report asked for", f"review {review.id}")


async def _want_first(review: Review, english: bool) -> None:
    await require_moderated(review)
    report, _ = await Report.get_or_create(review=review)
    # After a failure nobody has seen the findings: texts that were held back since then are left out.
    anew = {"build": Build.WANTED, "progress": "", "findings": None, "digest": "", "frozen_at": None}
    await Report.filter(id=report.id).update(**anew, english=english)


async def remake(review: Review) -> None:
    """Make the documents again from the same frozen findings, with what has been replied since in them.

    What stood there stays until the new ones take its place.
    """
    await Report.filter(review=review).update(build=Build.WANTED, progress="")


async def require_accounted(review: Review) -> None:
    """Refuses while the method chapter of the report is silent about an item that it must account for."""
    report = await Report.get(review=review)
    if report.build != Build.READY:
        raise Refused("publication.not_made")
    if report.progress:
        raise Refused("publication.not_accounted", items=report.progress)


async def build_wanted(database: Database, settings: Settings, replies_of: RepliesOf) -> None:
    """Make every report that is asked for, or that a killed process left half made, and nobody else makes now."""
    for waiting in await _wanted().select_related("review"):
        with claimed(report_folder(settings, waiting.review)) as mine:
            report = await _wanted().get_or_none(id=waiting.id).select_related("review__version") if mine else None
            if report:
                await _build(database, settings, report, replies_of)


def _wanted() -> QuerySet[Report]:
    return Report.filter(build__in=[Build.WANTED, Build.BUILDING], review__state__in=REPORTED)


async def _build(database: Database, settings: Settings, report: Report, replies_of: RepliesOf) -> None:
    async def show(progress: str) -> None:
        await database.write(_update(report, progress=progress))

    try:
        await database.write(_begin(report))
        findings = report.findings or await _freeze(database, report)
        facts = await facts_of(settings, report.review, await _frozen_on(report))
        facts["replies"] = await replies_of(report.review)
        await show("de documenten maken")
        english = facts_in_english(facts, report.review) if report.english else None
        document = {"findings": findings, "facts": facts, "english": english}
        printed = await run(["panel.reports.build", str(report_folder(settings, report.review))], document, show)
    except Exception as error:
        # Also what nobody foresaw: tried again by itself it would fail for ever, and keep what comes after waiting.
        log.error("the report of review %d cannot be made: %s", report.review.id, where(error))  # noqa: TRY400
        said = str(error) if isinstance(error, ProcessError | OSError) else type(error).__name__
        await database.write(_update(report, build=Build.FAILED, progress=said[-MOST_PROGRESS:]))
        await database.write(record(WORKER, "report failed", f"review {report.review.id}", type(error).__name__))
        return
    await database.write(_finish(report, [line for line in printed if line.startswith(EMPTY_ITEM)]))


async def _freeze(database: Database, report: Report) -> dict[str, Any]:
    """The findings are computed once; whatever is published later comes from what is stored here."""
    printed = await run(["panel.reports.build", "--findings"], await input_of_findings(report.review))
    findings: dict[str, Any] = json.loads("".join(printed))
    digest = hashlib.sha256(json.dumps(findings, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    async def freeze() -> None:
        frozen = Report.filter(id=report.id, findings__isnull=True)
        await frozen.update(findings=findings, digest=digest, frozen_at=datetime.now(UTC))
        await record(WORKER, "findings frozen", f"review {report.review.id}", digest)

    await database.write(freeze())
    return findings


async def _frozen_on(report: Report) -> datetime:
    stored = await Report.get(id=report.id)
    assert stored.frozen_at is not None  # noqa: S101 - the findings were frozen before the documents are made
    return stored.frozen_at


async def _begin(report: Report) -> None:
    begun = {"build": Build.BUILDING, "progress": "de antwoorden tellen"}
    await Report.filter(id=report.id).update(**begun)


async def _update(report: Report, **values: Any) -> None:
    """Unless the report was asked for once more since it was begun: then it is made again."""
    await Report.filter(id=report.id, build=Build.BUILDING).update(**values)


async def _finish(report: Report, empty: list[str]) -> None:
    said = "; ".join(line.removeprefix(EMPTY_ITEM) for line in empty)
    await _update(report, build=Build.READY, progress=said[:MOST_PROGRESS])
    if await Review.filter(id=report.review.id, state=State.CLOSED).exists():  # it may be withdrawn by now
        await advance(report.review, State.REPORTED, WORKER)
