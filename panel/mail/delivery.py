"""One pass of delivery: claim what is due, compose each letter, hand it to the relay, write down what became of it.

No letter is composed and no mail sent inside a unit of work. What became of one message and the start of the next are
written in the same unit, and the units of the connections share their commits.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from panel.database import Database
from panel.mail import outbox
from panel.mail.envelope import envelope_sender
from panel.mail.letter import Letter, LetterError, build, wire_address
from panel.mail.models import Message, State
from panel.mail.pause import begin_pause, end_pause, pause
from panel.mail.smtp import Kind, Outcome, Relay
from panel.settings import Settings
from panel.web.faults import where

Compose = Callable[[Message], Awaitable[Letter | None]]
Changes = dict[str, Any]

TRIES = 8
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=5), timedelta(hours=4)

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
) -> Summary:
    """Deliver up to `limit` messages. `compose` gives the letter, or None when it is not needed any more.

    When the relay does not serve us, what was not sent is given back untouched and all mail is paused for a while;
    within that time this returns at once. `stopping` ends the pass after the messages that are on their way.
    """
    waiting = await pause()
    if waiting and waiting.until > datetime.now(UTC):
        return Summary(relay_down=waiting.reply, paused_until=waiting.until)
    claimed = await database.write(_take(limit, settings))
    delivery = _Pass(database, relay, compose, settings, claimed=claimed, stopping=stopping or asyncio.Event())
    await delivery.run()
    return delivery.summary


async def _take(limit: int, settings: Settings) -> list[Message]:
    if recovered := await outbox.recover(settings.mail_in_doubt):
        log.warning("took back %d messages of a worker that is gone", recovered)
    return await outbox.claim(limit)


class _Pass:
    def __init__(
        self,
        database: Database,
        relay: Relay,
        compose: Compose,
        settings: Settings,
        *,
        claimed: list[Message],
        stopping: asyncio.Event,
    ) -> None:
        self.summary = Summary()
        self._database = database
        self._relay = relay
        self._compose = compose
        self._settings = settings
        self._queue = deque(claimed)
        self._lent = {message.id for message in claimed}
        self._stopping = stopping

    async def run(self) -> None:
        renewal = asyncio.create_task(self._renew())
        workers = [self._work() for _ in range(min(self._relay.connections, len(self._queue)))]
        try:
            ends = await asyncio.gather(*workers, return_exceptions=True)
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
            await self._database.write(self._finish())
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _work(self) -> None:
        done: list[tuple[Message, Changes]] = []
        try:
            while self._queue and not self._stopping.is_set() and not self.summary.relay_down:
                message = self._queue.popleft()
                mail = await self._mail(message)
                if isinstance(mail, dict):
                    done.append((message, mail))
                    continue
                started = await self._database.write(self._write_down(list(done), message))
                done.clear()
                if started:
                    outcome = await self._relay.send(envelope_sender(message.id, self._settings), *mail)
                    log.info("message %d: %s, code %s", message.id, outcome.kind, outcome.code)
                    done.append((message, self._changes(message, outcome)))
        finally:
            if done:
                await self._database.write(self._write_down(done))

    async def _mail(self, message: Message) -> tuple[str, bytes] | Changes:
        """The address and the bytes to send; or, when there is nothing to send, what becomes of the message."""
        try:
            letter = await self._compose(message)
            if letter is None:
                self.summary.suppressed += 1
                return {"state": State.SUPPRESSED, "reply": ""}
            return wire_address(letter.to_address), build(letter, message.id, self._settings)
        except Exception as error:
            log.warning("message %d: no letter, %s", message.id, where(error))
            self.summary.refused += 1
            why = str(error) if isinstance(error, LetterError) else type(error).__name__
            return {"state": State.REFUSED, "reply": f"no letter could be made: {why}"}

    def _changes(self, message: Message, outcome: Outcome) -> Changes:
        if outcome.kind is Kind.RELAY_DOWN:
            self.summary.relay_down = outcome.reply
            # Behind those that were due together with it, so that no message can keep the others waiting.
            return {"state": State.READY, "due_at": message.due_at + timedelta(seconds=1), "reply": outcome.reply}
        tries = message.attempts + 1
        state = State(outcome.kind.value)
        changes: Changes = {"attempts": tries, "reply": outcome.reply}
        resend = outcome.kind is Kind.IN_DOUBT and self._settings.mail_in_doubt == "resend"
        if tries < TRIES and (resend or outcome.kind is Kind.DEFERRED):
            state = State.DEFERRED
            changes["due_at"] = datetime.now(UTC) + delay(tries)
        elif outcome.kind is Kind.DEFERRED:
            state = State.REFUSED
            changes["reply"] = f"too many tries: {outcome.reply}"[:300]
        setattr(self.summary, state.value, getattr(self.summary, state.value) + 1)
        return changes | {"state": state}

    async def _write_down(self, done: list[tuple[Message, Changes]], following: Message | None = None) -> bool:
        for message, changes in done:
            await outbox.settle(message, **changes)
            self._lent.discard(message.id)
        return following is not None and await outbox.start(following)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(outbox.LEASE.total_seconds() / 3)
            await self._database.write(outbox.renew(list(self._lent)))

    async def _finish(self) -> None:
        await outbox.release(list(self._lent))
        if self.summary.accepted:
            await end_pause()
        if self.summary.relay_down:
            self.summary.paused_until = await begin_pause(self.summary.relay_down)
            log.warning("the relay does not serve us; mail waits until %s", self.summary.paused_until)


def delay(tries: int) -> timedelta:
    """How long to wait after so many tries: five minutes, doubled each time, never over four hours."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(tries - 1, 10)
    return min(LONGEST_DELAY, doubled * chance.uniform(0.9, 1.3))
