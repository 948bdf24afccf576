"""One pass of delivery: claim what is due, compose each letter, hand it to the relay, write down what became of it.

No letter is composed and no mail sent inside a unit of work. What became of one message and the start of the next are
written in the same unit, for all connections that wait for it at that moment.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from panel.database import Database
from panel.mail import outbox
from panel.mail.envelope import envelope_sender
from panel.mail.letter import Copy, Letter, LetterError, build, wire_address
from panel.mail.models import Message, State
from panel.mail.outbox import Change
from panel.mail.outcome import Kind, Outcome
from panel.mail.pause import begin_pause, end_pause, pause
from panel.mail.rates import Rates
from panel.mail.smtp import Relay
from panel.settings import Settings
from panel.web.faults import where

Compose = Callable[[Message], Awaitable[Letter | Copy | None]]
Prepare = Callable[[Sequence[Message]], Awaitable[None]]
StillNeeded = Callable[[Sequence[Message]], Awaitable[dict[int, datetime | None]]]

TRIES = 8
GATHER_SECONDS = 0.001  # how long a connection that is ready waits for the others, to share their unit of work
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=5), timedelta(hours=4)
SHORTEST_DELAY = timedelta(seconds=30)

log = logging.getLogger(__name__)
chance = random.SystemRandom()


@dataclass
class Summary:
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    in_doubt: int = 0
    suppressed: int = 0
    relay_down: str = ""  # why the relay did not serve us, when it did not
    paused_until: datetime | None = None

    @property
    def settled(self) -> int:
        return self.accepted + self.deferred + self.refused + self.in_doubt + self.suppressed


async def deliver(
    database: Database,
    relay: Relay,
    compose: Compose,
    settings: Settings,
    *,
    limit: int = 200,
    stopping: asyncio.Event | None = None,
    prepare: Prepare | None = None,
    still_needed: StillNeeded | None = None,
) -> Summary:
    """Deliver up to `limit` messages. `compose` gives the letter, or None when it is not needed any more.

    `prepare` gets all messages of this pass beforehand, to read at once what their letters need. `still_needed` is
    asked once more in the unit of work that writes down the start: the ids of the messages that are to go, each with
    the moment before which it may not, if there is one.
    When the relay does not serve us, what was not sent is given back untouched and all mail is paused for a while;
    within that time this returns at once. `stopping` ends the pass after the messages that are on their way.
    """
    waiting = await pause()
    if waiting and waiting.until > datetime.now(UTC):
        return Summary(relay_down=waiting.reply, paused_until=waiting.until)
    rates = Rates(settings)
    claimed = await database.write(_take(limit, settings, rates))
    books = _Books(database, min(relay.connections, len(claimed)), still_needed, rates)
    delivery = _Pass(relay, compose, settings, books, claimed=claimed, stopping=stopping or asyncio.Event())
    await delivery.run(prepare)
    return delivery.summary


async def _take(limit: int, settings: Settings, rates: Rates) -> list[Message]:
    if rates.limited:
        await rates.tidy()
    if recovered := await outbox.recover(settings.mail_in_doubt):
        log.warning("took back %d messages of a worker that is gone", recovered)
    return await outbox.claim(limit)


@dataclass(frozen=True)
class _Entry:
    done: list[Change]
    following: Message | None
    domain: str
    started: asyncio.Future[bool]


class _Books:
    """Writes down what became of messages and which are started, in one unit of work for all who wait for that."""

    def __init__(self, database: Database, connections: int, still_needed: StillNeeded | None, rates: Rates) -> None:
        self.database = database
        self.suppressed = 0
        self.full = False  # no more for the moment, whoever it is for
        self._connections = connections
        self._still_needed = still_needed
        self._rates = rates
        self._waiting: list[_Entry] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, done: list[Change], following: Message | None = None, domain: str = "") -> bool:
        """Whether the message that follows, to somebody at this domain, may be sent now."""
        entry = _Entry(done, following, domain, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await asyncio.shield(entry.started)

    async def close(self) -> None:
        if self._writing:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        while self._waiting:
            if len(self._waiting) < self._connections:
                await asyncio.sleep(GATHER_SECONDS)
            entries, self._waiting = self._waiting, []
            started: set[int] = set()
            failure: Exception | None = None
            try:
                started = await self.database.write(self._unit(entries))
            except Exception as error:
                failure = error
            for entry in entries:
                if entry.started.done():
                    continue
                if failure:
                    entry.started.set_exception(failure)
                else:
                    entry.started.set_result(entry.following is not None and entry.following.id in started)

    async def _unit(self, entries: list[_Entry]) -> set[int]:
        following = {entry.following.id: entry for entry in entries if entry.following}
        changes = [change for entry in entries for change in entry.done]
        starting = set(following)
        if following and self._still_needed:
            needed = await self._still_needed([entry.following for entry in following.values() if entry.following])
            starting &= {number for number, not_before in needed.items() if not_before is None}
            changes += [Change(number, State.READY, "", due_at=at) for number, at in needed.items() if at]
            changes += [Change(number, State.SUPPRESSED, "") for number in following if number not in needed]
            self.suppressed += len(following.keys() - needed.keys())
        if starting and self._rates.limited:
            places = await self._rates.take_places({number: following[number].domain for number in starting})
            starting, self.full = places.now, places.relay_full
            changes += [Change(number, State.READY, "", due_at=at) for number, at in places.later.items()]
        await outbox.settle_all(changes)
        return await outbox.start_all(starting)


class _Pass:
    def __init__(
        self,
        relay: Relay,
        compose: Compose,
        settings: Settings,
        books: _Books,
        *,
        claimed: list[Message],
        stopping: asyncio.Event,
    ) -> None:
        self.summary = Summary()
        self._relay = relay
        self._compose = compose
        self._settings = settings
        self._books = books
        self._queue = deque(claimed)
        self._lent = {message.id for message in claimed}
        self._stopping = stopping
        self._come_back: timedelta | None = None  # in how long, says a relay that does not serve us

    async def run(self, prepare: Prepare | None) -> None:
        renewal = asyncio.create_task(self._renew())
        try:
            if prepare:
                await prepare(list(self._queue))
            workers = [self._work() for _ in range(min(self._relay.connections, len(self._queue)))]
            ends = await asyncio.gather(*workers, return_exceptions=True)
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
            await self._books.close()
            self.summary.suppressed += self._books.suppressed
            await self._books.database.write(self._finish())
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _work(self) -> None:
        done: list[Change] = []
        try:
            while self._queue and not self._ends_early():
                message = self._queue.popleft()
                mail = await self._mail(message)
                if isinstance(mail, Change):
                    done.append(mail)
                    continue
                started = await self._write_down(done, message, mail[0].rpartition("@")[2])
                if started:
                    outcome = await self._relay.send(envelope_sender(message.id, self._settings), *mail)
                    log.info("message %d: %s, code %s", message.id, outcome.kind, outcome.code)
                    done.append(self._change(message, outcome))
        finally:
            if done:
                await self._write_down(done)

    def _ends_early(self) -> bool:
        return self._stopping.is_set() or self._books.full or bool(self.summary.relay_down)

    async def _mail(self, message: Message) -> tuple[str, bytes] | Change:
        """The address and the bytes to send; or, when there is nothing to send, what becomes of the message."""
        try:
            letter = await self._compose(message)
            if letter is None:
                self.summary.suppressed += 1
                return Change(message.id, State.SUPPRESSED, "")
            return wire_address(letter.to_address), build(letter, message.id, self._settings)
        except Exception as error:
            log.warning("message %d: no letter, %s", message.id, where(error))
            self.summary.refused += 1
            why = str(error) if isinstance(error, LetterError) else type(error).__name__
            return Change(message.id, State.REFUSED, f"no letter could be made: {why}")

    def _change(self, message: Message, outcome: Outcome) -> Change:
        if outcome.kind is Kind.RELAY_DOWN:
            self.summary.relay_down = outcome.reply
            self._come_back = outcome.come_back
            # Behind those that were due together with it, so that no message can keep the others waiting.
            return Change(message.id, State.READY, outcome.reply, due_at=message.due_at + timedelta(seconds=1))
        change = Change(message.id, State(outcome.kind.value), outcome.reply, attempts=message.attempts + 1)
        tries = message.attempts + 1
        resend = outcome.kind is Kind.IN_DOUBT and self._settings.mail_in_doubt == "resend"
        if tries < TRIES and (resend or outcome.kind is Kind.DEFERRED):
            change = replace(change, state=State.DEFERRED, due_at=datetime.now(UTC) + delay(tries, outcome.come_back))
        elif outcome.kind is Kind.DEFERRED:
            change = replace(change, state=State.REFUSED, reply=f"too many tries: {outcome.reply}"[:300])
        setattr(self.summary, change.state.value, getattr(self.summary, change.state.value) + 1)
        return change

    async def _write_down(self, done: list[Change], following: Message | None = None, domain: str = "") -> bool:
        started = await self._books.write(list(done), following, domain)
        self._lent.difference_update(change.message_id for change in done)
        done.clear()
        return started

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(outbox.LEASE.total_seconds() / 3)
            await self._books.database.write(outbox.renew(list(self._lent)))

    async def _finish(self) -> None:
        await outbox.release(list(self._lent))
        if self.summary.accepted:
            await end_pause()
        if self.summary.relay_down:
            self.summary.paused_until = await begin_pause(self.summary.relay_down, self._come_back)
            log.warning("the relay does not serve us; mail waits until %s", self.summary.paused_until)


def delay(tries: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many tries: five minutes, doubled each time, never over four hours.

    A relay that asks to come back in a certain time is heeded, also when that is sooner; but one that keeps asking
    for a short time gets half of the usual.
    """
    own: timedelta = FIRST_DELAY * 2 ** min(tries - 1, 10) * chance.uniform(0.9, 1.3)
    if asked is not None:
        own = max(asked * chance.uniform(1, 1.2), own / 2 if tries > 1 else SHORTEST_DELAY)
    return min(LONGEST_DELAY, own)
