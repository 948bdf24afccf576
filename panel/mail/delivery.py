"""Delivery: claim what is due, compose each letter, hand it to the relay, write down what became of it.

No letter is composed and no mail sent inside a unit of work.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

from panel.database import Database
from panel.mail import outbox
from panel.mail.books import Books, StillNeeded
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

TRIES = 8
FIRST_CLAIM = 16  # messages, and more or fewer after that, so that one claim lasts about so many seconds:
CLAIM_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.5  # while another connection waits for the relay
MOST_UNWRITTEN = 100
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
    """Deliver until nothing is due. `compose` gives the letter, or None when it is not needed any more.

    `prepare` gets all messages that are in hand, at every claim of at most `limit`, to read at once what their
    letters need. `still_needed` is asked once more in the unit of work that writes down the start: the ids of the
    messages that are to go, each with the moment before which it may not, if there is one.
    When the relay does not serve us, what was not sent is given back untouched and all mail is paused for a while;
    within that time this returns at once. `stopping` ends it after the messages that are on their way.
    """
    waiting = await pause()
    if waiting and waiting.until > datetime.now(UTC):
        return Summary(relay_down=waiting.reply, paused_until=waiting.until)
    delivery = _Delivery(database, relay, compose, prepare, settings, still_needed, stopping or asyncio.Event())
    await delivery.run(limit, relay.connections)
    return delivery.summary


class _Delivery:
    def __init__(
        self,
        database: Database,
        relay: Relay,
        compose: Compose,
        prepare: Prepare | None,
        settings: Settings,
        still_needed: StillNeeded | None,
        stopping: asyncio.Event,
    ) -> None:
        self.summary = Summary()
        self._database = database
        self._relay = relay
        self._compose = compose
        self._prepare = prepare
        self._settings = settings
        self._stopping = stopping
        self._rates = Rates(settings)
        self._books = Books(database, still_needed, self._rates)
        self._queue: deque[Message] = deque()
        self._lent: dict[int, Message] = {}
        self._limit = 0
        self._size = FIRST_CLAIM
        self._claimed_at: float | None = None
        self._claimed = 0  # in the last claim
        self._all_claimed = False
        self._busy = 0  # connections that have a message
        self._nobody_busy = asyncio.Event()
        self._claiming: asyncio.Task[None] | None = None
        self._come_back: timedelta | None = None  # in how long, says a relay that does not serve us

    async def run(self, limit: int, connections: int) -> None:
        self._limit, self._size = limit, min(limit, FIRST_CLAIM)
        renewal = asyncio.create_task(self._renew())
        try:
            ends = await asyncio.gather(*(self._work() for _ in range(connections)), return_exceptions=True)
        finally:
            if self._claiming:
                await asyncio.wait({self._claiming})  # so that what it claims is given back
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
            await self._books.close()
            self.summary.suppressed += self._books.suppressed
            await self._database.write(self._finish())
        self._finish_claiming()
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _next(self) -> Message | None:
        """New messages are claimed while the last of those before are sent, so that the relay need not wait."""
        while True:
            if self._claiming and self._claiming.done():
                self._finish_claiming()
            if len(self._queue) <= self._size // 4 and not self._all_claimed and not self._claiming:
                self._claiming = asyncio.create_task(self._claim())
            if self._queue or not self._claiming:
                return self._queue.popleft() if self._queue else None
            await asyncio.wait({self._claiming})

    def _finish_claiming(self) -> None:
        claiming, self._claiming = self._claiming, None
        if claiming:
            claiming.result()  # raises what went wrong, to the first who asks

    async def _claim(self) -> None:
        self._adapt()
        claimed = await self._database.write(self._take())
        self._lent |= {message.id: message for message in claimed}
        self._claimed, self._all_claimed = len(claimed), not claimed
        if self._prepare and claimed:
            await self._prepare(list(self._lent.values()))
        self._queue.extend(claimed)

    def _adapt(self) -> None:
        """So many at a time that who asks for a link waits seconds for those before it, however slow the relay."""
        before, self._claimed_at = self._claimed_at, perf_counter()
        if before is None:
            return
        if self._claimed_at - before < CLAIM_SECONDS / 2 and self._claimed == self._size:
            self._size = min(self._limit, 2 * self._size)
        elif self._claimed_at - before > CLAIM_SECONDS:
            self._size = max(self._size // 2, min(self._limit, self._relay.connections))

    async def _take(self) -> list[Message]:
        if self.summary.accepted:
            await end_pause()
        if self._rates.limited:
            await self._rates.tidy()
        if recovered := await outbox.recover(self._settings.mail_in_doubt):
            log.warning("took back %d messages of a worker that is gone", recovered)
        return await outbox.claim(self._size)

    async def _work(self) -> None:
        done: list[Change] = []
        self._books.writers += 1
        try:
            while not self._ends_early():
                if message := await self._next():
                    await self._deal_with(message, done)
                elif done:
                    await self._write_down(done)
                elif self._busy:
                    await self._look_again()
                else:
                    break
        finally:
            self._books.writers -= 1
            if done:
                await self._write_down(done)

    async def _deal_with(self, message: Message, done: list[Change]) -> None:
        self._busy += 1
        self._nobody_busy.clear()
        try:
            mail = await self._mail(message)
            if isinstance(mail, Change):
                done.append(mail)
                if len(done) >= MOST_UNWRITTEN:
                    await self._write_down(done)
            elif await self._write_down(done, message, mail[0].rpartition("@")[2]):
                done.append(self._change(message, await self._send(message, *mail)))
        finally:
            self._busy -= 1
            if not self._busy:
                self._nobody_busy.set()

    async def _look_again(self) -> None:
        """A relay that takes its time over one message does not keep waiting what becomes due meanwhile."""
        try:
            async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                await self._nobody_busy.wait()
        except TimeoutError:
            self._all_claimed = False

    async def _send(self, message: Message, address: str, content: bytes) -> Outcome:
        outcome = await self._relay.send(envelope_sender(message.id, self._settings), address, content)
        log.info("message %d: %s, code %s", message.id, outcome.kind, outcome.code)
        return outcome

    def _ends_early(self) -> bool:
        return self._stopping.is_set() or self._books.full or bool(self.summary.relay_down)

    async def _mail(self, message: Message) -> tuple[str, bytes] | Change:
        """The address and the bytes to send; or, when there is nothing to send, what becomes of the message."""
        try:
            letter = await self._compose(message)
            if letter is None:
                self.summary.suppressed += 1
                return Change(message.id, State.SUPPRESSED, "", started=False)
            return wire_address(letter.to_address), build(letter, message.id, self._settings)
        except Exception as error:
            log.warning("message %d: no letter, %s", message.id, where(error))
            self.summary.refused += 1
            why = str(error) if isinstance(error, LetterError) else type(error).__name__
            return Change(message.id, State.REFUSED, f"no letter could be made: {why}", started=False)

    def _change(self, message: Message, outcome: Outcome) -> Change:
        if outcome.kind is Kind.RELAY_DOWN:
            self.summary.relay_down = outcome.reply
            self._come_back = outcome.come_back
            # Behind the others, so that no message can keep them waiting: a relay may say so of one receiver only.
            due_at = message.due_at + timedelta(seconds=1)
            if not outcome.broken_off and not outbox.is_urgent(message):
                due_at = datetime.now(UTC) + SHORTEST_DELAY
            return Change(message.id, State.READY, outcome.reply, due_at=due_at)
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
        let_go = {change.message_id for change in done}
        if following and not started:
            let_go.add(following.id)
        for number in let_go:
            self._lent.pop(number, None)
        done.clear()
        return started

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(outbox.LEASE.total_seconds() / 3)
            try:
                await self._database.write(outbox.renew(list(self._lent)))
            except Exception as error:
                log.warning("what is lent could not be renewed and will be tried again: %s", where(error))

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
