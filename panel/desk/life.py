"""A review as the clerk sees it: what was done, what is next, what could go wrong."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from panel.answers.actions import is_secret_lost
from panel.answers.models import PaperEntry
from panel.arguments.models import Decision, Statement
from panel.invitations.bounced import not_reached
from panel.invitations.models import Wave
from panel.mail.models import State as MailState
from panel.mail.outbox import counts
from panel.people.models import Draw, Frame, Member, OptOut, current_draw
from panel.publication.reminding import is_overdue
from panel.reports.models import Build, Report
from panel.reviews.following import FOLLOWABLE, Season, follow_up_of, season_of
from panel.reviews.models import Review, State, Step
from panel.reviews.states import LIFE
from panel.web.dutch import format_date, format_moment, local, today
from panel.web.messages import sentence

NEXT_STEP = {
    State.DRAFT: ("akkoord", "Akkoord geven"),
    State.RELEASED: ("bestand", "Bestand inlezen"),
    State.DRAWN: ("openen", "Uitnodigingen versturen"),
    State.OPEN: ("herinneren", "Herinnering versturen"),
    State.CLOSED: ("teksten", "Teksten beoordelen"),
    State.REPORTED: ("publiceren", "Openbaar maken"),
    State.PUBLISHED: ("antwoord", "Antwoorden op het advies"),
    State.ANSWERED: ("opvolging", "Laten zien wat ermee is gedaan"),
}
STATES = {
    State.DRAFT: "in voorbereiding",
    State.RELEASED: "vrijgegeven",
    State.DRAWN: "geloot",
    State.OPEN: "vragenlijst open",
    State.CLOSED: "gesloten",
    State.REPORTED: "rapport klaar",
    State.PUBLISHED: "openbaar",
    State.ANSWERED: "raad heeft geantwoord",
    State.FOLLOWED_UP: "afgerond",
    State.WITHDRAWN: "ingetrokken",
}
PUBLISHED_AT = LIFE.index(State.PUBLISHED)
PAPERS_AHEAD = timedelta(weeks=2)  # the council gets its papers two to three weeks before it forms a judgement
KINDS = {State.OPEN: "active", State.PUBLISHED: "success", State.WITHDRAWN: "danger"}


@dataclass(frozen=True)
class MailCount:
    kind: str
    states: dict[MailState, int]


@dataclass(frozen=True)
class Life:
    review: Review
    steps: dict[str, Step]
    frame: Frame | None
    members: int
    participated: int
    opted_out: int
    mail: list[MailCount]
    texts: int
    texts_open: int
    report: Report | None
    draw: Draw | None = None
    not_reached: int = 0  # while something can be done about it
    typed_in: int = 0  # answers on paper or by telephone, while it is open
    to_check: int = 0  # of those, to be typed in by a second person
    secret_lost: bool = False  # while it is open: nobody can get in
    season: Season | None = None  # in which the panel can be asked again, once it is published
    follow_up: Review | None = None

    @property
    def next_step(self) -> tuple[str, str] | None:
        """The address below the review and the words of what is next, or None when there is nothing to press."""
        state = State(self.review.state)
        if state is State.RELEASED and self.review.follows_id:
            return "zelfde-panel", "Hetzelfde panel vragen"
        if state is State.RELEASED and self.frame:
            return "loting", "Het lot invullen" if self.draw else "Loting vastleggen"
        if state is State.OPEN and not self.can_remind:
            return None
        if state is State.CLOSED and not self.texts_open:
            return ("rapport", "Rapport maken") if self.report is None or self.failed else None
        if self.follow_up_due:
            return "vervolg", "Het panel opnieuw vragen"
        return NEXT_STEP.get(state)

    @property
    def stands(self) -> str:
        """How far it is, in a few words."""
        if self.review.is_closing:
            return "vragenlijst sluit"
        if self.review.state == State.DRAWN and self.review.follows_id:
            return "panel klaar"  # no lot fell
        return STATES[State(self.review.state)]

    @property
    def can_be_followed(self) -> bool:
        """By the same panel, now or later."""
        if self.season is None or self.review.state not in FOLLOWABLE:
            return False
        return self.review.follows_id is None and self.follow_up is None

    @property
    def follow_up_due(self) -> bool:
        return self.can_be_followed and self.season is not None and self.season.is_now

    @property
    def failed(self) -> bool:
        return self.report is not None and self.report.build == Build.FAILED

    @property
    def can_remind(self) -> bool:
        """Once, and not of a questionnaire that cannot be opened."""
        sent = any(count.kind == "reminder" for count in self.mail)
        return self.review.state == State.OPEN and not (sent or self.review.is_closing or self.secret_lost)

    @property
    def closing(self) -> str:
        """In the half hour after the closing moment: until when who was busy can finish."""
        if not self.review.is_closing:
            return ""
        closed, ends = format_moment(self.review.closes_at), format_moment(self.review.ends_at)
        return sentence("desk.closing", closed=closed, ends=ends)

    @property
    def reminder_at(self) -> datetime | None:
        """When the reminder will go out by itself: halfway; None when it has gone or nothing is open."""
        if not self.can_remind:
            return None
        opened = self.steps[State.OPEN].at
        return opened + (self.review.closes_at - opened) / 2

    @property
    def days_left(self) -> int:
        return (self.review.closes_at - datetime.now(UTC)).days

    @property
    def in_doubt(self) -> bool:
        return any(count.states.get(MailState.IN_DOUBT) for count in self.mail)

    @property
    def mail_needs_someone(self) -> bool:
        return self.in_doubt or self.not_reached > 0

    @property
    def warnings(self) -> list[str]:
        found = [sentence("desk.secret_lost")] if self.secret_lost else []
        papers_due = self.review.judgement_on - PAPERS_AHEAD
        if self.review.state in LIFE[:PUBLISHED_AT] and self.review.report_due > papers_due:
            found.append(sentence("desk.papers_late", day=format_date(papers_due)))
        if self.review.state in LIFE[:PUBLISHED_AT] and local(self.review.closes_at).date() >= self.review.report_due:
            found.append(sentence("desk.closes_after_report", day=format_date(self.review.report_due)))
        if self.review.state == State.OPEN and self.participated < self.review.quorum and self.days_left < 3:
            found.append(sentence("desk.quorum_far", quorum=self.review.quorum))
        if self.review.state in (State.CLOSED, State.REPORTED) and today() > self.review.report_due:
            found.append(sentence("desk.report_late"))
        if self.review.reply_due and is_overdue(self.review):
            found.append(sentence("desk.reply_late", day=format_date(self.review.reply_due)))
        if self.in_doubt:
            found.append(sentence("desk.mail_in_doubt"))
        if self.not_reached:
            one = self.not_reached == 1
            found.append(sentence("desk.one_not_reached" if one else "desk.not_reached", count=self.not_reached))
        if self.follow_up_due and self.season:
            found.append(sentence("desk.follow_up_due", day=format_date(self.season.ends)))
        if self.failed:
            found.append(sentence("desk.report_failed"))
        return found

    def stage(self, state: State) -> str:
        """Of one part of the life on the page: done, current or later."""
        if self.review.state == State.WITHDRAWN:
            return "done" if state in self.steps else "later"
        here, there = LIFE.index(State(self.review.state)), LIFE.index(state)
        return "done" if there <= here else "current" if there == here + 1 else "later"


async def life_of(review: Review) -> Life:
    members = Member.filter(review=review)
    waves = await Wave.filter(review=review).order_by("id")
    mail = [MailCount(wave.kind, await counts(wave.kind, wave.id)) for wave in waves]
    texts = Statement.filter(review=review)
    typed_in = PaperEntry.filter(review=review)
    return Life(
        review=review,
        steps={step.state: step for step in await Step.filter(review=review).order_by("id")},
        frame=await Frame.get_or_none(review=review),
        members=await members.count(),
        participated=await members.filter(participated=True).count(),
        opted_out=await members.exclude(opt_out=OptOut.NO).count(),
        mail=mail,
        texts=await texts.count(),
        texts_open=await texts.filter(decision=Decision.OPEN).count(),
        report=await Report.get_or_none(review=review),
        draw=await current_draw(review),
        not_reached=len(await not_reached(review)) if review.state == State.OPEN else 0,
        typed_in=await typed_in.count(),
        to_check=await typed_in.filter(sample=True).count(),
        secret_lost=review.state == State.OPEN and await is_secret_lost(review.id),
        season=await season_of(review) if review.state in FOLLOWABLE else None,
        follow_up=await follow_up_of(review) if review.state in FOLLOWABLE else None,
    )
