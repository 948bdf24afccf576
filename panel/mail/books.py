"""What became of messages, and which are started: in one unit of work for all connections that wait for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from panel.database import Database, brief
from panel.mail import outbox
from panel.mail.models import Message, State
from panel.mail.outbox import Change, is_urgent
from panel.mail.rates import Rates

StillNeeded = Callable[[Sequence[Message]], Awaitable[dict[int, datetime | None]]]
GATHER_SECONDS = 0.001  # how long a connection that is ready waits for the others, to share their unit of work


@dataclass(frozen=True)
class _Entry:
    done: list[Change]
    following: Message | None
    domain: str
    started: asyncio.Future[bool]


class Books:
    def __init__(self, database: Database, still_needed: StillNeeded | None, rates: Rates) -> None:
        self.database = database
        self.writers = 0  # connections that come here
        self.suppressed = 0
        self.full = False  # no more for the moment, whoever it is for
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
            if len(self._waiting) < self.writers:
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

    @brief
    async def _unit(self, entries: list[_Entry]) -> set[int]:
        following = {entry.following.id: entry for entry in entries if entry.following}
        changes = [change for entry in entries for change in entry.done]
        starting = set(following)
        if following and self._still_needed:
            needed = await self._still_needed([entry.following for entry in following.values() if entry.following])
            starting &= {number for number, not_before in needed.items() if not_before is None}
            changes += [_put_back(number, at) for number, at in needed.items() if at]
            changes += [_needless(number) for number in following if number not in needed]
            self.suppressed += len(following.keys() - needed.keys())
        if starting and self._rates.limited:
            domains = {number: following[number].domain for number in starting}
            urgent = {entry.following.id for entry in entries if entry.following and is_urgent(entry.following)}
            places = await self._rates.take_places(domains, urgent)
            full = starting - places.now - places.later.keys()
            changes += [_put_back(number) for number in full]
            starting, self.full = places.now, places.relay_full
            changes += [_put_back(number, at) for number, at in places.later.items()]
        return await outbox.change(changes, starting)


def _put_back(number: int, due_at: datetime | None = None) -> Change:
    return Change(number, State.READY, "", due_at=due_at, started=False)


def _needless(number: int) -> Change:
    return Change(number, State.SUPPRESSED, "", started=False)
