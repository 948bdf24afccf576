"""Delivery: claim what is due, compose each letter, hand it to the relay, write down what became of it.

No letter is composed and no mail sent inside a unit of work.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from panel.database import Database
from panel.mail import outbox
from panel.mail.books import Books, StillNeeded
from panel.mail.claims import Claims, Prepare
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

TRIES = 8
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
    letters need. `still_needed` is asked once more in the brief unit of work that writes down the start: the ids of
    the messages that are to go, each with the moment before which it may not, if there is one.
    When the relay does not serve us, what was not sent is given back untouched and all mail is paused for a while;
    within that time this returns at once. `stopping` ends it after the messages that are on their way.
    """
    waiting = await pause()
    if waiting and waiting.until > datetime.now(UTC):
        return Summary(relay_down=waiting.reply, paused_until=waiting.until)
    stopping = stopping or asyncio.Event()
    delivery = _Delivery(database, relay, compose, prepare, settings, still_needed, stopping, limit)
    await delivery.run()
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
        limit: int,
    ) -> None:
        self.summary = Summary()
        self._database = database
        self._relay = relay
        self._compose = compose
        self._settings = settings
        self._stopping = stopping
        self._rates = Rates(settings)
        self._books = Books(database, still_needed, self._rates)
        self._claims = Claims(database, self._tidy, prepare, least=relay.connections, most=limit)
        self._busy = 0  # connections that have a message
        self._nobody_busy = asyncio.Event()
        self._come_back: timedelta | None = None  # in how long, says a relay that does not serve us

    async def run(self) -> None:
        keeping = asyncio.create_task(self._claims.keep())
        try:
            workers = [self._work() for _ in range(self._relay.connections)]
            ends = await asyncio.gather(*workers, return_exceptions=True)
        finally:
            await self._claims.stop()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._books.close()
            self.summary.suppressed += self._books.suppressed
            await self._database.write(self._finish())
        self._claims.check()
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _tidy(self) -> None:
        if self.summary.accepted:
            await end_pause()
        if self._rates.limited:
            await self._rates.tidy()
        if recovered := await outbox.recover(self._settings.mail_in_doubt):
            log.warning("took back %d messages of a worker that is gone", recovered)

    async def _work(self) -> None:
        done: list[Change] = []
        self._books.writers += 1
        try:
            while not self._ends_early():
                if message := await self._claims.next():
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
            self._claims.look_again()

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
        self._claims.let_go(change.message_id for change in done)
        if following and not started:
            self._claims.let_go([following.id])
        done.clear()
        return started

    async def _finish(self) -> None:
        await self._claims.give_back()
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
