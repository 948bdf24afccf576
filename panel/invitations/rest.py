"""Nobody is reminded of a mail that did not arrive, or that has only just arrived."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from panel.database import listed, moment, rows
from panel.mail.models import UNDER_WAY, State
from panel.settings import Settings

ARRIVED = (State.ACCEPTED, State.IN_DOUBT, State.BOUNCED_SOFT)
LATER = timedelta(hours=1)
INVITATIONS = """
SELECT recipient_id, state, changed_at FROM message
WHERE kind = 'invitation' AND recipient_id IN (*) AND occasion_id IN (
    SELECT id FROM wave WHERE kind = 'invitation' AND review_id IN (SELECT review_id FROM member WHERE id IN (*))
)
"""


async def may_be_reminded(settings: Settings, member_ids: Collection[int]) -> dict[int, datetime]:
    """From when a reminder may go to each of these members of open reviews; who is left out gets none."""
    rest, now = timedelta(hours=settings.reminder_rest_hours), datetime.now(UTC)
    found = {}
    for invitation in await rows(listed(INVITATIONS, member_ids), *member_ids):
        if invitation["state"] in UNDER_WAY:
            found[invitation["recipient_id"]] = now + min(rest, LATER)
        elif invitation["state"] in ARRIVED:
            found[invitation["recipient_id"]] = moment(invitation["changed_at"]) + rest
    return found
