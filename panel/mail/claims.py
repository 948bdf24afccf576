"""What is lent to one worker: claimed ahead of its turn, so that the relay need not wait, and kept while it lives."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import perf_counter

from panel.database import Database, brief
from panel.mail import outbox
from panel.mail.models import Message
from panel.web.faults import where

Prepare = Callable[[Sequence[Message]], Awaitable[None]]

FIRST_SIZE = 16  # messages, and more or fewer after that, so that one claim lasts about so many seconds:
CLAIM_SECONDS = 2.0

log = logging.getLogger(__name__)


class Claims:
    """`prepare` gets all that is in hand, at every claim; `tidy` goes before each, in its brief unit of work."""

    def __init__(
        self,
        database: Database,
        tidy: Callable[[], Awaitable[None]],
        prepare: Prepare | None,
        *,
        least: int,
        most: int,
    ) -> None:
        self._database = database
        self._tidy = tidy
        self._prepare = prepare
        self._least, self._most = min(least, most), most
        self._size = min(most, FIRST_SIZE)
        self._queue: deque[Message] = deque()
        self._lent: dict[int, Message] = {}
        self._claimed = 0  # in the last claim
        self._claimed_at: float | None = None
        self._nothing_due = False
        self._claiming: asyncio.Task[None] | None = None

    async def next(self) -> Message | None:
        """None when nothing was due at the last look."""
        while True:
            if self._claiming and self._claiming.done():
                self.check()
            if len(self._queue) <= self._size // 4 and not self._nothing_due and not self._claiming:
                self._claiming = asyncio.create_task(self._claim())
            if self._queue or not self._claiming:
                return self._queue.popleft() if self._queue else None
            await asyncio.wait({self._claiming})

    def look_again(self) -> None:
        self._nothing_due = False

    def let_go(self, numbers: Iterable[int]) -> None:
        """What is settled or put back needs no lease any more."""
        for number in numbers:
            self._lent.pop(number, None)

    async def keep(self) -> None:
        """Renew what is lent, until cancelled."""
        while True:
            await asyncio.sleep(outbox.LEASE.total_seconds() / 3)
            try:
                await self._database.write(outbox.renew(list(self._lent)))
            except Exception as error:
                log.warning("what is lent could not be renewed and will be tried again: %s", where(error))

    async def stop(self) -> None:
        """Nothing is claimed after this."""
        self._nothing_due = True
        if self._claiming:
            await asyncio.wait({self._claiming})

    async def give_back(self) -> None:
        """What was not sent. Inside a unit of work."""
        await outbox.release(list(self._lent))

    def check(self) -> None:
        """Raises what went wrong in a claim, to the first who asks."""
        claiming, self._claiming = self._claiming, None
        if claiming:
            claiming.result()

    async def _claim(self) -> None:
        self._adapt()
        claimed = await self._database.write(self._take())
        self._lent |= {message.id: message for message in claimed}
        self._claimed, self._nothing_due = len(claimed), not claimed
        if self._prepare and claimed:
            await self._prepare(list(self._lent.values()))
        self._queue.extend(claimed)

    @brief
    async def _take(self) -> list[Message]:
        await self._tidy()
        return await outbox.claim(self._size)

    def _adapt(self) -> None:
        """So many at a time that who asks for a link waits seconds for those before it, however slow the relay."""
        before, self._claimed_at = self._claimed_at, perf_counter()
        if before is None:
            return
        if self._claimed_at - before < CLAIM_SECONDS / 2 and self._claimed == self._size:
            self._size = min(self._most, 2 * self._size)
        elif self._claimed_at - before > CLAIM_SECONDS:
            self._size = max(self._size // 2, self._least)
