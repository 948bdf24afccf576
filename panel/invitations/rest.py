"""Nobody is reminded of a mail that did not arrive, or that has only just arrived."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from panel.invitations.models import Kind, Wave
from panel.mail.models import UNDER_WAY, Message, State
from panel.settings import Settings

ARRIVED = (State.ACCEPTED, State.IN_DOUBT, State.BOUNCED_SOFT)
LATER = timedelta(hours=1)


async def may_be_reminded(settings: Settings, review_id: int, member_ids: Collection[int]) -> dict[int, datetime]:
    """From when a reminder may go to each of these members of an open review; who is left out gets none."""
    waves = [wave.id for wave in await Wave.filter(review_id=review_id, kind=Kind.INVITATION)]
    invitations = Message.filter(kind=Kind.INVITATION, occasion_id__in=waves, recipient_id__in=member_ids)
    rest, now = timedelta(hours=settings.reminder_rest_hours), datetime.now(UTC)
    found = {}
    for invitation in await invitations:
        if invitation.state in UNDER_WAY:
            found[invitation.recipient_id] = now + min(rest, LATER)
        elif invitation.state in ARRIVED:
            found[invitation.recipient_id] = invitation.changed_at + rest
    return found
