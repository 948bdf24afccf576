"""The messages that wait, and what became of them. Everything here but `counts` assumes a unit of work.

A message that is claimed or being sent is lent to a worker, which renews the lease while it lives; what a dead worker
held comes back soon after. From CLAIMED to SENDING goes by compare-and-set, so a message has one sender even when a
worker that was asleep wakes up after its lease.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Literal

from tortoise.functions import Count

from panel.database import current, dialect, moment, rows
from panel.mail.models import RETURNED, Message, State

LEASE = timedelta(seconds=60)
URGENT = datetime(2000, 1, 1, tzinfo=UTC)  # due so long ago that no wave goes before it: for sign-in links
Policy = Literal["hold", "resend"]
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
CLAIM = """
WITH due AS (SELECT id AS number FROM message WHERE state = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3)
UPDATE message SET state = 'claimed', lease_until = $4, changed_at = $2 FROM due WHERE id = number
RETURNING id, kind, occasion_id, recipient_id, state, attempts, due_at
"""
UNSENT = """
UPDATE message SET state = 'ready', changed_at = $1, lease_until = NULL
WHERE state = 'claimed' AND lease_until < $1 RETURNING id
"""
DOUBTFUL = """
UPDATE message SET state = $2, reply = $3, attempts = attempts + 1, changed_at = $1, lease_until = NULL
WHERE state = 'sending' AND lease_until < $1 RETURNING id
"""
CHANGE_SQLITE = """
UPDATE message SET state = n.state, reply = COALESCE(n.reply, message.reply),
attempts = COALESCE(n.attempts, message.attempts), due_at = COALESCE(n.due_at, message.due_at),
lease_until = n.lease_until, changed_at = $1
FROM (
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS state,
        json_extract(value, '$[2]') AS reply, json_extract(value, '$[3]') AS attempts,
        json_extract(value, '$[4]') AS due_at, json_extract(value, '$[5]') AS lease_until,
        json_extract(value, '$[6]') AS before
    FROM json_each($2)
) AS n
WHERE message.id = n.id AND instr(n.before, ' ' || message.state || ' ') RETURNING id, state
"""
CHANGE_POSTGRES = """
UPDATE message SET state = n.state, reply = COALESCE(n.reply, message.reply),
attempts = COALESCE(n.attempts, message.attempts), due_at = COALESCE(n.due_at, message.due_at),
lease_until = n.lease_until, changed_at = $1
FROM (
    SELECT (value ->> 0)::int AS id, value ->> 1 AS state, value ->> 2 AS reply, (value ->> 3)::int AS attempts,
        (value ->> 4)::timestamptz AS due_at, (value ->> 5)::timestamptz AS lease_until, value ->> 6 AS before
    FROM json_array_elements($2::json)
) AS n
WHERE message.id = n.id AND strpos(n.before, ' ' || message.state || ' ') > 0 RETURNING message.id, message.state
"""


@dataclass(frozen=True)
class Change:
    """What becomes of a message; what is None stays as it is.

    One that was not started is changed only while it is claimed: when another worker sends it by now, that counts.
    """

    message_id: int
    state: State
    reply: str | None = None
    attempts: int | None = None
    due_at: datetime | None = None
    started: bool = True

    @property
    def before(self) -> Sequence[State]:
        """The states that this may follow on. What a relay accepted stays so, unless it comes back."""
        if not self.started:
            return (State.CLAIMED,)
        if self.state is State.ACCEPTED:
            return [state for state in State if state not in RETURNED]
        return (State.SENDING, State.IN_DOUBT)


async def queue(kind: str, occasion_id: int, recipient_ids: Iterable[int], due_at: datetime | None = None) -> int:
    """Put a message for every recipient in the outbox. Asking again adds nothing; says how many were added."""
    now = datetime.now(UTC)
    times = [(due_at or now).astimezone(UTC), now]
    recipients = json.dumps(list(recipient_ids))
    if dialect() == "sqlite":
        values = [kind, occasion_id, *map(str, times), recipients]
        return (await current().execute_query(ADD_SQLITE, values))[0]
    _, added = await current().execute_query(ADD_POSTGRES, [kind, occasion_id, *times, recipients])
    return int(added[0]["number"])


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
    statement = CLAIM if dialect() == "sqlite" else CLAIM.replace("LIMIT $3", "LIMIT $3 FOR UPDATE SKIP LOCKED")
    # One by one: each then is a walk along the index. No long wave keeps waiting what was deferred.
    for state, most in ((State.DEFERRED, max(1, limit // 4)), (State.READY, limit)):
        for row in await rows(statement, state, datetime.now(UTC), most - len(claimed), _lease()):
            claimed.append(Message.construct(**{**row, "due_at": moment(row["due_at"])}))
    return sorted(claimed, key=attrgetter("due_at", "id"))


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
    return message.id in await change([], starting=[message.id])


async def settle(message: Message, state: State, reply: str) -> None:
    """Write down what became of a message that was started."""
    await change([Change(message.id, state, reply)])


async def change(changes: Sequence[Change], starting: Collection[int] = ()) -> set[int]:
    """Write down what became of messages, and which begin; the ids of those that may: they are still lent."""
    lease = _lease()
    new: list[tuple[object, ...]]
    new = [(c.message_id, c.state, c.reply, c.attempts, c.due_at, None, _spaced(c.before)) for c in changes]
    new += [(number, State.SENDING, None, None, None, lease, _spaced([State.CLAIMED])) for number in starting]
    if not new:
        return set()
    statement = CHANGE_SQLITE if dialect() == "sqlite" else CHANGE_POSTGRES
    changed = await rows(statement, datetime.now(UTC), json.dumps(new, default=str))
    return {row["id"] for row in changed if row["state"] == State.SENDING}


def _spaced(states: Iterable[State]) -> str:
    return f" {' '.join(states)} "


async def recover(in_doubt: Policy) -> int:
    """Take back what is lent to workers that are gone; says how many messages that were.

    A message that was only claimed was not sent. One that was being sent may have been: it is held for a person to
    decide, or sent again with the same Message-ID, as the installation is set.
    """
    now = datetime.now(UTC)
    unsent = await rows(UNSENT, now)
    doubtful = await rows(DOUBTFUL, now, State.IN_DOUBT if in_doubt == "hold" else State.READY, UNKNOWN)
    return len(unsent) + len(doubtful)


def _lease() -> datetime:
    return datetime.now(UTC) + LEASE
