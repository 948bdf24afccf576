"""What the process that makes a report is given: everything about one review that may be known after closing."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from math import inf
from typing import Any

from deliberation.disclosure import Cell, Cells, Limit, hide
from deliberation.figures import Thresholds
from panel.answers.models import Ballot
from panel.arguments.models import Decision, Statement
from panel.draws.classes import CLASSES
from panel.draws.same_panel import ERASED, NEVER_AGAIN, UNREACHABLE, losses, lot_of
from panel.draws.sources import source_of
from panel.draws.strata import drawn_groups
from panel.invitations.models import Kind, Wave
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.people.models import Draw, Member, OptOut, finished_draw
from panel.proposals.dossier import LAWS, Dossier
from panel.reports.before import before
from panel.reports.facts import Facts, Lot
from panel.reports.translation import lines, words_of
from panel.reviews.models import Review, State, Step
from panel.settings import Settings
from panel.web.dutch import local
from panel.web.messages import sentence

WAYS = ("web", "paper", "phone")
FLOOR = Thresholds().floor
UNREACHED = (MailState.REFUSED, MailState.IN_DOUBT, MailState.BOUNCED_HARD, MailState.BOUNCED_SOFT)


async def input_of_findings(review: Review) -> dict[str, Any]:
    """The arguments of deliberation.findings.find, as JSON."""
    draw = await finished_draw(review)
    coarse: Mapping[str, Mapping[str, str]] = draw.coarse
    ballots = await Ballot.filter(review=review)
    statements = await Statement.filter(review=review)
    return {
        "questionnaire": review.questionnaire,
        "ballots": [
            {"classes": {name: getattr(ballot, name) for name in CLASSES}, "answers": ballot.answers}
            for ballot in ballots
        ],
        "strata": [
            {
                "classes": {name: coarse[name][label] for name, label in zip(CLASSES, group.classes, strict=True)},
                "population": group.population,
                "invited": group.invited,
            }
            for group in await drawn_groups(draw)
        ],
        "variables": [
            {"name": name, "classes": list(dict.fromkeys(coarse[name].values())), "ordered": name == "age"}
            for name in CLASSES
        ],
        "merges": [merge for name in CLASSES for merge in _merges(name, coarse[name])],
        "outcomes": await outcomes(review),
        "statements": [
            {
                "question": statement.question,
                "side": statement.side,
                "text": statement.text,
                "keep": statement.decision == Decision.KEEP,
                "codes": statement.codes or [],
                "outside": statement.outside,
            }
            for statement in statements
        ],
        "conditions": {"quorum": review.quorum, "majority": f"{review.majority_percent}/100"},
        "quote_seed": _lot(await lot_of(draw))["panel_digest"],
    }


def _merges(variable: str, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
    merged: dict[str, list[str]] = {}
    for old, new in mapping.items():
        merged.setdefault(new, []).append(old)
    return [
        {"variable": variable, "classes": classes, "into": into}
        for into, classes in merged.items()
        if len(classes) > 1
    ]


async def outcomes(review: Review) -> dict[str, int]:
    """What became of every invitation, in the terms of AAPOR; also of who was asked the first time only."""
    lost = Counter(losses(await finished_draw(review)))
    members = await Member.filter(review=review)
    completed = sum(member.participated for member in members)
    silent = [member for member in members if not member.participated]
    refused = {member.id for member in silent if member.opt_out != OptOut.NO}
    wave = await Wave.get_or_none(review=review, kind=Kind.INVITATION)
    failed = Message.filter(kind=Kind.INVITATION, occasion_id=wave.id if wave else 0, state__in=UNREACHED)
    unreached = {message.recipient_id for message in await failed}
    non_contact = {member.id for member in silent if member.id in unreached} - refused
    partial = min(review.partial, len(silent) - len(refused) - len(non_contact))
    return {
        "completed": completed,
        "partial": partial,
        "refused": len(refused) + lost[NEVER_AGAIN],
        "non_contact": len(non_contact) + lost[UNREACHABLE] + lost[ERASED],
        "unknown": len(silent) - len(refused) - len(non_contact) - partial,
        "ineligible": 0,
    }


def answered_by(channels: Mapping[str, int]) -> dict[str, int | None]:
    """How many answered in which way, without what would tell of a few."""
    used = {way: channels[way] for way in WAYS if channels.get(way)}
    counts: dict[Cell, int] = dict([("all", sum(used.values())), *used.items()])
    named = [Limit({way: 1}, 1, inf) for way in used]  # a way that is named was used at least once
    hidden = hide(Cells(counts, [("all", *used)] if used else [], {"all"}, limits=named), FLOOR).cells
    return {way: None if way in hidden else number for way, number in used.items()}


def retyped(channels: Mapping[str, int]) -> tuple[int | None, float | None]:
    """How many forms were typed in twice, and the share in which the second time found something else.

    Nothing when it is hidden how many came on paper: there were at least as many.
    """
    twice, ways = channels.get("checked", 0), answered_by(channels)
    told = twice >= FLOOR and all(number is not None for number in ways.values())
    return (twice, channels["differing"] / twice) if told else (None, None)


async def facts_of(settings: Settings, review: Review, frozen_at: datetime) -> Facts:
    """All that stands in the report besides the findings."""
    dossier = Dossier.from_json(review.version.content)
    draw = await lot_of(await finished_draw(review))
    channels: Mapping[str, int] = review.channels or {}
    twice, otherwise = retyped(channels)
    steps = {step.state: step for step in await Step.filter(review=review)}
    return Facts(
        language="nl",
        council_name=settings.council_name,
        contact=f"{settings.contact_email}, {settings.contact_phone}",
        public_url=f"{settings.base_url}/t/{review.id}",
        title=review.title if review.follows_id else dossier.title,
        kind="raadsvoorstel" if dossier.kind == "overig" else dossier.kind,
        question=dossier.question,
        summary=dossier.summary,
        sources=[{"claim": claim.claim, "source": claim.source, "date": claim.date} for claim in dossier.claims],
        goal=dossier.goal,
        values=[words_of(review.questionnaire, value, "nl") for value in dossier.values],
        who_decides=dossier.decides,
        asked_by="de gemeenteraad",
        run_by="de griffie van de gemeenteraad",
        opened_on=_day(steps[State.OPEN].at),
        closed_on=_day(steps[State.CLOSED].at),
        frozen_on=_day(frozen_at),
        report_due=review.report_due.isoformat(),
        judgement_on=review.judgement_on.isoformat(),
        decision_on=review.decision_on.isoformat(),
        version=review.version.number,
        digest=review.version.digest,
        quorum=review.quorum,
        majority_percent=review.majority_percent,
        fixed=lines(dossier.fixed),
        open=lines(dossier.still_open),
        monday=dossier.monday,
        why={
            "why": dossier.why_this,
            "why_this_way": dossier.why_so,
            "what_works": dossier.works,
            "how_better": dossier.better,
        },
        starting_points=[],
        remarks=[sentence(f"dossier.{code}") for code in dossier.remarks()],
        laws=[LAWS[law] for law in dossier.laws],
        hardship_clause=bool(dossier.hardship),
        paperwork_added=dossier.paperwork,
        paperwork_removed="",
        survey_modes=[way for way in WAYS if way == "web" or channels.get(way)],
        answered_by=answered_by(channels),
        retyped=twice,
        retyped_otherwise=otherwise,
        questionnaire=review.questionnaire,
        review_id=review.id,
        replies=[],
        reply_due=review.reply_due.isoformat() if review.reply_due else "",
        before=await before(settings, review),
        organisation={"code": settings.organisation_code, "email": settings.contact_email},
        draw={
            "drawn_on": _day(draw.drawn_at or draw.announced_at),
            **_lot(draw),
            "frame_digest": draw.source["digest"],
            "accepted": draw.out_of,
            "excluded": draw.source["excluded"],
            "refused": draw.source["refused"],
            "sample_size": draw.record["size"],
            "volunteers": draw.from_volunteers,
            "strata": []
            if draw.from_volunteers
            else [
                {"label": ", ".join(group.classes), "eligible": group.population, "drawn": group.invited}
                for group in await drawn_groups(draw)
            ],
        },
    )


def _lot(draw: Draw) -> Lot:
    """What decided, where it came from, and the fingerprint of who was drawn."""
    record = draw.record
    return {
        "seed": record["randomness"]["text"],
        "seed_source": source_of(record["announced"]).where,
        "panel_digest": record["digest"] if draw.from_volunteers else record["panel_digest"],
    }


def _day(moment: datetime) -> str:
    day: date = local(moment).date()
    return day.isoformat()
