"""Mail that the clerk reads before members get it: an example of every kind, on a page and in her own mailbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from panel.audit import record
from panel.invitations.letters import write_letter
from panel.invitations.models import Kind, Trial
from panel.mail.letter import Letter
from panel.mail.models import UNDER_WAY, Message
from panel.mail.models import State as MailState
from panel.mail.outbox import URGENT, queue
from panel.people.models import Member, current_draw
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.actions import actor_of
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence

TRIAL = "trial"  # the kind of such a message; its occasion is the row of Trial
EXAMPLE_CODE = "V00RBEE1DC0DE000"
QUIET = timedelta(minutes=1)


async def example_letter(settings: Settings, review: Review, kind: Kind) -> Letter:
    """A letter as members of this review get it, to nobody: no name and no working link is in it."""
    review = await Review.get(id=review.id).select_related("version", "follows")
    review.reason = review.reason or sentence("trials.reason")
    draw = await current_draw(review)
    nobody = Member(
        name="Voorbeeld",
        email="voorbeeld@voorbeeld.example",
        link_id="voorbeeld",
        code=EXAMPLE_CODE,
        token="voorbeeld" if draw and draw.from_volunteers else None,
        review=review,
    )
    return write_letter(settings, kind, nobody, review)


async def ask_trials(review: Review, staff: Staff) -> None:
    """Mail every kind to whoever asks; nothing is added while the mails of the last minute are still under way."""
    review = await Review.filter(id=review.id).select_for_update().get()
    if review.state != State.DRAWN:
        raise Refused("review.not_drawn")
    if just_asked(await trials_of(review, staff)):
        return
    for kind in Kind:
        trial = await Trial.create(review=review, kind=kind, staff=staff)
        await queue(TRIAL, trial.id, [staff.id], URGENT)
    await record(actor_of(staff), "trial mails queued", f"review {review.id}", f"{len(Kind)} messages")


async def compose(settings: Settings, message: Message) -> Letter | None:
    trial = await Trial.get(id=message.occasion_id).select_related("review", "staff")
    if not trial.staff.active:
        return None
    letter = await example_letter(settings, trial.review, Kind(trial.kind))
    subject = sentence("trials.subject", subject=letter.subject)
    return replace(
        letter, to_name=trial.staff.name, to_address=trial.staff.email, subject=subject, unsubscribe_url=""
    )


Trials = Mapping[Kind, tuple[Trial, Message] | None]


async def trials_of(review: Review, staff: Staff) -> Trials:
    """Of every kind this person's newest trial, or the one that arrived before it."""
    trials = {trial.id: trial for trial in await Trial.filter(review=review, staff=staff)}
    found: dict[Kind, tuple[Trial, Message] | None] = dict.fromkeys(Kind)
    for message in await Message.filter(kind=TRIAL, occasion_id__in=list(trials)).order_by("id"):
        trial = trials[message.occasion_id]
        known = found[Kind(trial.kind)]
        if known is None or known[1].state != MailState.ACCEPTED:
            found[Kind(trial.kind)] = trial, message
    return found


def all_arrived(trials: Trials) -> bool:
    return all(found and found[1].state == MailState.ACCEPTED for found in trials.values())


def just_asked(trials: Trials) -> bool:
    """Whether mails of the last minute are still under way."""
    since = datetime.now(UTC) - QUIET
    return any(found and found[1].state in UNDER_WAY and found[0].asked_at > since for found in trials.values())


async def require_trials(review: Review, staff: Staff) -> None:
    """Refuses until this person could read every kind of mail of this review in a mailbox."""
    if not all_arrived(await trials_of(review, staff)):
        raise Refused("trials.missing")
