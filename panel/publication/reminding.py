"""Who must answer the advice is told a week before the day, and once more when it has passed."""

from datetime import UTC, date, datetime, timedelta

from panel.audit import record
from panel.database import Database
from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.mail.outbox import queue
from panel.mail.wording import DUTCH, wording
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.models import Role, Staff
from panel.web.dutch import local, today

SOON, LATE = "reply_soon", "reply_late"
AHEAD = timedelta(weeks=1)
WHO = (Role.COUNCIL_MEMBER, Role.CLERK)
WORKER = "worker"


def is_overdue(review: Review, day: date | None = None) -> bool:
    """Whether the day on which every advice must have its answer has passed without it."""
    due: date | None = review.reply_due
    return review.state == State.PUBLISHED and due is not None and (day or today()) > due


def reminder_due(review: Review, day: date) -> str | None:
    """Which reminder has to go on this day, if any: each goes once for every day that was set."""
    if review.state != State.PUBLISHED or review.reply_due is None:
        return None
    begin = review.reply_due - AHEAD
    last = local(review.reply_reminded_at).date() if review.reply_reminded_at else date.min
    if is_overdue(review, day):
        return LATE if last <= review.reply_due else None
    return SOON if last < begin <= day else None


async def remind_of_replies(database: Database) -> None:
    for review in await Review.filter(state=State.PUBLISHED, reply_due__lte=today() + AHEAD):
        if reminder_due(review, today()):
            await database.write(_remind(review))


async def _remind(review: Review) -> None:
    review = await Review.select_for_update().get(id=review.id)
    kind = reminder_due(review, today())
    if kind is None:  # another worker was first
        return
    ids = [person.id for person in await Staff.filter(active=True, role__in=WHO)]
    number = await queue(kind, review.id, ids)
    await Review.filter(id=review.id).update(reply_reminded_at=datetime.now(UTC))
    await record(WORKER, f"{kind} queued", f"review {review.id}", f"{number} messages")


async def forget_reminders(review: Review) -> None:
    """So that they go again for a new day: of one occasion, nobody gets the same mail twice."""
    await Message.filter(kind__in=[SOON, LATE], occasion_id=review.id).delete()


async def compose(settings: Settings, message: Message) -> Letter | None:
    review = await Review.get(id=message.occasion_id).select_related("version")
    staff = await Staff.get(id=message.recipient_id)
    if not staff.active or review.state != State.PUBLISHED or is_overdue(review) != (message.kind == LATE):
        return None
    facts = {"dossier": Dossier.from_json(review.version.content), "review": review, "name": staff.name}
    link = f"{settings.base_url}/bureau/{review.id}/antwoord"
    return Letter(staff.name, staff.email, *wording(message.kind, [DUTCH], settings, link=link, **facts))
