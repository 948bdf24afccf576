import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from panel.arguments.actions import require_moderated
from panel.audit import record
from panel.database import Database
from panel.reports.material import facts_of, input_of_findings
from panel.reports.models import Build, Report
from panel.reviews.models import Review, State
from panel.reviews.states import advance
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused
from panel.web.process import ProcessError, run

WORKER = "worker"


def report_folder(settings: Settings, review: Review) -> Path:
    return settings.var / "reports" / str(review.id)


async def want_report(review: Review, staff: Staff) -> None:
    """Ask for the report; the worker makes it in a process of its own."""
    review = await Review.get(id=review.id)
    if review.state != State.CLOSED:
        raise Refused("review.not_closed")
    await require_moderated(review)
    report, new = await Report.get_or_create(review=review)
    if not new and report.build != Build.FAILED:
        return  # it is being made
    # After a failure nobody has seen the findings: texts that were held back since then are left out.
    anew = {"build": Build.WANTED, "progress": "", "findings": None, "digest": "", "frozen_at": None}
    await Report.filter(id=report.id).update(**anew)
    await record(actor_of(staff), "report asked for", f"review {review.id}")


async def build_wanted(database: Database, settings: Settings) -> int:
    """Make every report that is asked for, or that a killed process left half made."""
    wanted = Report.filter(build__in=[Build.WANTED, Build.BUILDING], review__state=State.CLOSED)
    reports = await wanted.select_related("review__version")
    for report in reports:
        await _build(database, settings, report)
    return len(reports)


async def _build(database: Database, settings: Settings, report: Report) -> None:
    async def show(progress: str) -> None:
        await database.write(_update(report, build=Build.BUILDING, progress=progress))

    try:
        await show("de antwoorden tellen")
        findings = report.findings or await _freeze(database, report)
        facts = await facts_of(settings, report.review, await _frozen_on(report))
        await show("de documenten maken")
        document = {"findings": findings, "facts": facts}
        await run(["panel.reports.build", str(report_folder(settings, report.review))], document, show)
    except (ProcessError, OSError) as error:
        await database.write(_update(report, build=Build.FAILED, progress=str(error)[-200:]))
        await database.write(record(WORKER, "report failed", f"review {report.review.id}", type(error).__name__))
        return
    await database.write(_finish(report))


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


async def _update(report: Report, **values: Any) -> None:
    await Report.filter(id=report.id).update(**values)


async def _finish(report: Report) -> None:
    await Report.filter(id=report.id).update(build=Build.READY, progress="")
    await advance(report.review, State.REPORTED, WORKER)
