import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from panel.database import Database
from panel.mail import outbox
from panel.mail.models import RETURNED, Message, State
from panel.mail.outbox import Change


async def test_a_hundred_thousand_messages_are_queued_in_seconds_and_only_once(database: Database) -> None:
    start = time.perf_counter()
    assert await database.write(outbox.queue("invitation", 1, range(100_000))) == 100_000
    assert await database.write(outbox.queue("invitation", 1, range(100_000))) == 0
    assert time.perf_counter() - start < 20
    assert await outbox.counts("invitation", 1) == {State.READY: 100_000}
    start = time.perf_counter()
    for _ in range(20):
        assert len(await database.write(outbox.claim(200))) == 200
    assert time.perf_counter() - start < 10


async def test_occasions_and_kinds_are_counted_apart(database: Database) -> None:
    assert await database.write(outbox.queue("invitation", 1, [1, 2])) == 2
    assert await database.write(outbox.queue("invitation", 2, [1])) == 1
    assert await database.write(outbox.queue("reminder", 1, [])) == 0
    assert await outbox.counts("invitation", 1) == {State.READY: 2}
    assert await outbox.counts("reminder", 1) == {}


async def test_what_is_not_due_yet_is_not_claimed_whatever_its_time_zone(database: Database) -> None:
    now = datetime.now(timezone(timedelta(hours=5)))
    await database.write(outbox.queue("invitation", 1, [1], now - timedelta(minutes=1)))
    await database.write(outbox.queue("invitation", 1, [2], now + timedelta(minutes=1)))
    await database.write(outbox.queue("invitation", 1, [3]))
    claimed = await database.write(outbox.claim(10))
    assert sorted(message.recipient_id for message in claimed) == [1, 3]


async def test_workers_that_claim_at_the_same_moment_get_different_messages(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, range(100)))
    claims = await asyncio.gather(*(database.write(outbox.claim(25)) for _ in range(4)))
    assert sorted(message.recipient_id for claim in claims for message in claim) == list(range(100))


async def test_what_is_urgent_goes_before_a_wave(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, range(10)))
    await database.write(outbox.queue("sign-in", 1, [99], outbox.URGENT))
    (first,) = await database.write(outbox.claim(1))
    assert first.kind == "sign-in"


async def test_what_a_dead_worker_held_comes_back_after_its_lease_and_not_before(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, range(4)))
    claimed = await database.write(outbox.claim(2))
    assert await database.write(outbox.start(claimed[0]))
    assert await database.write(outbox.recover("hold")) == 0

    async def let_leases_end() -> None:
        await Message.filter(lease_until__not_isnull=True).update(lease_until=datetime.now(UTC))

    await database.write(let_leases_end())
    assert await database.write(outbox.recover("hold")) == 2
    assert await outbox.counts("invitation", 1) == {State.READY: 3, State.IN_DOUBT: 1}
    held = await Message.get(state=State.IN_DOUBT)
    assert (held.id, held.attempts, held.lease_until) == (claimed[0].id, 1, None)


async def test_a_worker_that_lost_its_lease_cannot_start_a_message_that_another_has(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    (mine,) = await database.write(outbox.claim(1))
    await database.write(outbox.release([mine.id]))
    (theirs,) = await database.write(outbox.claim(1))
    assert await database.write(outbox.start(theirs))
    assert not await database.write(outbox.start(mine))


@pytest.mark.parametrize("state", [State.READY, State.SUPPRESSED, State.REFUSED])
async def test_what_another_worker_sends_by_now_is_not_put_back_by_one_that_slept(
    database: Database, state: State
) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    (mine,) = await database.write(outbox.claim(1))
    await database.write(outbox.release([mine.id]))
    (theirs,) = await database.write(outbox.claim(1))
    assert await database.write(outbox.start(theirs))
    await database.write(outbox.change([Change(mine.id, state, "", started=False)]))
    assert (await Message.get(id=theirs.id)).state == State.SENDING
    await database.write(outbox.settle(theirs, state=State.DEFERRED, reply="450"))
    assert (await Message.get(id=theirs.id)).state == State.DEFERRED


async def test_what_was_accepted_stays_accepted(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    (message,) = await database.write(outbox.claim(1))
    await database.write(outbox.start(message))
    await database.write(outbox.settle(message, state=State.ACCEPTED, reply="250 OK"))
    await database.write(outbox.settle(message, state=State.IN_DOUBT, reply="late"))
    assert (await Message.get(id=message.id)).state == State.ACCEPTED


@pytest.mark.parametrize("returned", RETURNED)
async def test_what_came_back_stays_so_when_a_worker_wakes_up_late(database: Database, returned: State) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    (message,) = await database.write(outbox.claim(1))
    await database.write(outbox.start(message))
    await database.write(_come_back(message, returned))
    await database.write(outbox.settle(message, state=State.ACCEPTED, reply="250 OK"))
    assert (await Message.get(id=message.id)).state == returned


async def _come_back(message: Message, returned: State) -> None:
    await Message.filter(id=message.id).update(state=returned)


async def test_a_long_wave_does_not_keep_waiting_what_was_deferred(database: Database) -> None:
    await database.write(outbox.queue("invitation", 1, range(100)))
    await database.write(outbox.queue("sign-in", 1, range(100, 120)))
    await database.write(defer_sign_in())
    first = await database.write(outbox.claim(20))
    assert Counter(message.kind for message in first) == {"sign-in": 5, "invitation": 15}
    kinds = [message.kind for _ in range(8) for message in await database.write(outbox.claim(20))]
    assert Counter(kinds) == {"sign-in": 15, "invitation": 85}
    assert await database.write(outbox.claim(20)) == []


async def defer_sign_in() -> None:
    await Message.filter(kind="sign-in").update(state=State.DEFERRED)
