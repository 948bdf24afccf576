"""The messages that wait, and what became of them. Everything here but `counts` assumes a unit of work.

A message that is claimed or being sent is lent to a worker, which renews the lease while it lives; what a dead worker
held comes back soon after. From CLAIMED to SENDING goes by compare-and-set, so a message has one sender even when a
worker that was asleep wakes up after its lease.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Literal

from tortoise.expressions import F
from tortoise.functions import Count

from panel.database import current, dialect
from panel.mail.models import Message, State

LEASE = timedelta(seconds=60)
URGENT = datetime(2000, 1, 1, tzinfo=UTC)  # due so long ago that no wave goes before it: for sign-in links
Policy = Literal["hold", "resend"]
NEEDED = ("id", "kind", "occasion_id", "recipient_id", "attempts", "due_at")  # to send it
UNKNOWN = "the sending stopped before the answer of the relay was written down"

ADD_SQLITE = """
INSERT INTO message (kind, occasion_id, recipient_id, state, attempts, due_at, reply, changed_at)
SELECT ?, ?, value, 'ready', 0, ?, '', ? FROM json_each(?) WHERE true
ON CONFLICT DO NOTHING
"""
ADD_POSTGRES = """
WITH added AS (
    INSERT INTO message (kind, occasion_id, recipient_id, state, attempts, due_at, reply, changed_at)
    SELECT $1::varchar, $2::int, value::int, 'ready', 0, $3::timestamptz, '', $4::timestamptz
    FROM json_array_elements_text($5::json)
    ON CONFLICT DO NOTHING RETURNING 1
) SELECT count(*) AS number FROM added
"""
SETTLE_SQLITE = """
UPDATE message SET state = ?, reply = ?, attempts = COALESCE(?, attempts), due_at = COALESCE(?, due_at),
lease_until = NULL, changed_at = ? WHERE id = ? AND (state IN (?, ?)
    OR ? AND state NOT IN ('bounced_soft', 'bounced_hard', 'complained'))
"""
SETTLE_POSTGRES = """
UPDATE message SET state = $1::varchar, reply = $2::varchar, attempts = COALESCE($3::int, attempts),
due_at = COALESCE($4::timestamptz, due_at), lease_until = NULL, changed_at = $5::timestamptz
WHERE id = $6::int AND (state IN ($7::varchar, $8::varchar)
    OR $9::boolean AND state NOT IN ('bounced_soft', 'bounced_hard', 'complained'))
"""
START_SQLITE = """
UPDATE message SET state = 'sending', lease_until = ?, changed_at = ?
WHERE state = 'claimed' AND id IN (SELECT value FROM json_each(?)) RETURNING id
"""
START_POSTGRES = """
WITH started AS (
    UPDATE message SET state = 'sending', lease_until = $1::timestamptz, changed_at = $2::timestamptz
    WHERE state = 'claimed' AND id IN (SELECT value::int FROM json_array_elements_text($3::json)) RETURNING id
) SELECT id FROM started
"""


@dataclass(frozen=True)
class Change:
    """What became of a message; attempts and time stay as they are when nothing is said of them.

    One that was not started is changed only while it is claimed: when another worker sends it by now, that counts.
    """

    message_id: int
    state: State
    reply: str
    attempts: int | None = None
    due_at: datetime | None = None
    started: bool = True


async def queue(kind: str, occasion_id: int, recipient_ids: Iterable[int], due_at: datetime | None = None) -> int:
    """Put a message for every recipient in the outbox. Asking again adds nothing; says how many were added."""
    now = datetime.now(UTC)
    times = [(due_at or now).astimezone(UTC), now]
    recipients = json.dumps(list(recipient_ids))
    if dialect() == "sqlite":
        values = [kind, occasion_id, *map(str, times), recipients]
        return (await current().execute_query(ADD_SQLITE, values))[0]
    _, rows = await current().execute_query(ADD_POSTGRES, [kind, occasion_id, *times, recipients])
    return int(rows[0]["number"])


def is_urgent(message: Message) -> bool:
    return message.due_at < URGENT + timedelta(days=1)


async def counts(kind: str, occasion_id: int) -> dict[State, int]:
    """How many messages of this occasion are in which state; states without messages are left out."""
    found = Message.filter(kind=kind, occasion_id=occasion_id).annotate(number=Count("id")).group_by("state")
    return {State(state): number for state, number in await found.values_list("state", "number")}


async def claim(limit: int) -> list[Message]:
    """Lend what is due to the worker that asks, the longest due first. No two workers get the same message.

    Of what was deferred there is at most a quarter in it; while something is due, it is not empty.
    """
    claimed: list[Message] = []
    # One by one: each then is a walk along the index. No long wave keeps waiting what was deferred.
    for state, most in ((State.DEFERRED, max(1, limit // 4)), (State.READY, limit)):
        due = Message.filter(state=state, due_at__lte=datetime.now(UTC)).order_by("due_at").only(*NEEDED)
        if most > len(claimed):
            claimed += await due.limit(most - len(claimed)).select_for_update(skip_locked=True)
    await Message.filter(id__in=[message.id for message in claimed]).update(
        state=State.CLAIMED, lease_until=_lease(), changed_at=datetime.now(UTC)
    )
    return sorted(claimed, key=attrgetter("due_at"))


async def renew(ids: Collection[int]) -> None:
    """Keep what is lent for another lease."""
    await Message.filter(id__in=ids, state__in=(State.CLAIMED, State.SENDING)).update(lease_until=_lease())


async def release(ids: Collection[int]) -> None:
    """Give back what was claimed and not sent."""
    await Message.filter(id__in=ids, state=State.CLAIMED).update(
        state=State.READY, lease_until=None, changed_at=datetime.now(UTC)
    )


async def start(message: Message) -> bool:
    """Write down that the sending begins now; False when the message is no longer lent to whoever asks."""
    return message.id in await start_all([message.id])


async def start_all(ids: Collection[int]) -> set[int]:
    """As `start`, for several at once: those that are still lent."""
    if not ids:
        return set()
    values = [_sql(_lease()), _sql(datetime.now(UTC)), json.dumps(list(ids))]
    _, rows = await current().execute_query(START_SQLITE if dialect() == "sqlite" else START_POSTGRES, values)
    return {row["id"] for row in rows}


async def settle(message: Message, state: State, reply: str) -> None:
    """Write down what became of a message. What a relay accepted stays accepted."""
    await settle_all([Change(message.id, state, reply)])


async def settle_all(changes: Iterable[Change]) -> None:
    now = _sql(datetime.now(UTC))
    rows = [
        [c.state.value, c.reply, c.attempts, _sql(c.due_at), now, c.message_id, *_from(c), c.state == State.ACCEPTED]
        for c in changes
    ]
    if rows:
        await current().execute_many(SETTLE_SQLITE if dialect() == "sqlite" else SETTLE_POSTGRES, rows)


def _from(change: Change) -> tuple[str, str]:
    states = (State.SENDING, State.IN_DOUBT) if change.started else (State.CLAIMED, State.CLAIMED)
    return states[0].value, states[1].value


def _sql(time: datetime | None) -> Any:
    return str(time.astimezone(UTC)) if time and dialect() == "sqlite" else time


async def recover(in_doubt: Policy) -> int:
    """Take back what is lent to workers that are gone; says how many messages that were.

    A message that was only claimed was not sent. One that was being sent may have been: it is held for a person to
    decide, or sent again with the same Message-ID, as the installation is set.
    """
    now = datetime.now(UTC)
    ended = Message.filter(lease_until__lt=now)
    unsent = await ended.filter(state=State.CLAIMED).update(state=State.READY, lease_until=None, changed_at=now)
    state = State.IN_DOUBT if in_doubt == "hold" else State.READY
    doubtful = await ended.filter(state=State.SENDING).update(
        state=state, reply=UNKNOWN, attempts=F("attempts") + 1, lease_until=None, changed_at=now
    )
    return unsent + doubtful


def _lease() -> datetime:
    return datetime.now(UTC) + LEASE
