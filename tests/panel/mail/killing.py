"""Two workers as the service runs them, a review that is open, and somebody who kills them in the middle of waves.

SIGKILL goes to one of the workers or to both; after it they start again. Time is moved on only while no worker lives,
since a worker that lives must keep its leases.
"""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic

from panel.database import Database
from panel.invitations.models import Kind, Wave
from panel.mail.models import UNDER_WAY, Message, Pause, State
from panel.mail.outbox import queue
from panel.people.models import Member
from panel.reviews.models import Review
from panel.reviews.models import State as ReviewState
from panel.settings import PREFIX, ROOT, Settings
from tests.panel.mail.counting_relay import CountingRelay, Door
from tests.panel.stage import Stage, frame

WORKERS, CONNECTIONS = 2, 4
PACES = (1.5, 4.0, 8.0)  # seconds that the replies alone take of a wave that nobody disturbs: it can be hit anywhere
STALL_SECONDS = 1.0  # without anything moving, while the workers live: what is left is lent to the dead


@dataclass
class Tally:
    waves: int = 0
    kills: int = 0
    processes: int = 0
    messages: int = 0
    accepted: int = 0
    in_doubt: int = 0
    lost: int = 0
    stuck: int = 0  # neither sent nor held, or refused: what no wave of good addresses may have
    duplicates: int = 0
    duplicates_without_kill: int = 0
    worst_duplicates_of_a_kill: int = 0
    most_open_connections: int = 0
    message_ids_of_a_duplicate: int = 0  # at most
    over_the_bound: int = 0  # kills with more duplicates, or messages in doubt, than there were open connections
    failed_passes: int = 0

    def faults(self, policy: str) -> list[str]:
        """What must not be; empty when all is well."""
        never = ["lost", "stuck", "duplicates_without_kill", "over_the_bound"]
        if policy == "hold":
            never.append("duplicates")
        else:
            never.append("in_doubt")
        found = [f"{name}: {getattr(self, name)}" for name in never if getattr(self, name)]
        return found + ["one letter under several Message-IDs"] * (self.message_ids_of_a_duplicate > 1)


@dataclass
class Kill:
    lives: set[int]
    connections: int  # open at that moment


class Sender:
    """A worker process, and its door to the relay."""

    def __init__(self, process: Process, door: Door) -> None:
        self.process = process
        self.door = door
        self._ready = asyncio.create_task(self._begin())

    async def stop(self) -> None:
        """As whoever stops the service does."""
        await self._ready
        self.process.terminate()

    @property
    def is_ready(self) -> bool:
        if self.process.returncode is not None:
            raise RuntimeError(f"a worker ended by itself with status {self.process.returncode}")
        return self._ready.done()

    async def _begin(self) -> None:
        assert self.process.stdout
        await self.process.stdout.readline()

    async def end(self) -> int:
        """The status of a process that was told to end, once the relay has read all that it sent."""
        status = await asyncio.wait_for(self.process.wait(), 60)
        await self._ready
        await self.door.empty()
        return status


@dataclass
class Harness:
    stage: Stage
    review: Review
    relay: CountingRelay
    rng: random.Random
    log: Path
    tally: Tally = field(default_factory=Tally)
    paces: tuple[float, ...] = PACES
    on_kill: Callable[[], object] = lambda: None
    _senders: dict[int, Sender] = field(default_factory=dict)
    _kills: list[Kill] = field(default_factory=list)

    async def start(self) -> None:
        for place in set(range(WORKERS)) - set(self._senders):
            door = self.relay.doors[place]
            self.relay.new_life(door)
            with self.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.panel.mail.working"),
                    cwd=ROOT,
                    env=_environment(self.stage.settings, door.port),
                    stdout=PIPE,
                    stderr=log,
                )
            self._senders[place] = Sender(process, door)

    async def stop(self) -> None:
        for sender in self._senders.values():
            await sender.stop()
        for sender in self._senders.values():
            if status := await sender.end():
                raise RuntimeError(f"a worker that was stopped ended with status {status}")
        self._senders.clear()

    async def kill(self, places: list[int]) -> None:
        victims = [self._senders.pop(place) for place in places]
        doors = [victim.door for victim in victims]
        self._kills.append(Kill({door.life for door in doors}, sum(len(door.open) for door in doors)))
        for victim in victims:
            victim.process.kill()
        for victim in victims:
            if await victim.end() != -signal.SIGKILL:
                raise RuntimeError("a worker ended before it was killed")
        if not self._senders:
            await self.let_time_pass()
        await self.start()
        self.tally.kills += 1
        self.tally.processes += len(victims)
        self.on_kill()

    async def let_time_pass(self) -> None:
        """Leases have run out, pauses are over, and what waits is due."""
        past = datetime.now(UTC) - timedelta(hours=5)
        await self.stage.change(Message.filter(state__in=UNDER_WAY), due_at=past)
        await self.stage.change(Message.filter(lease_until__isnull=False), lease_until=past)
        await self.stage.change(Pause.filter(), until=past)

    async def wave(self, kills: int) -> None:
        members = await self.stage.members(self.review)
        self.relay.received.clear()
        self._kills.clear()

        async def queue_all() -> Wave:
            number = await Wave.filter(review=self.review, kind=Kind.INVITATION).count() + 1
            wave = await Wave.create(review=self.review, kind=Kind.INVITATION, number=number)
            await queue(Kind.INVITATION, wave.id, [member.id for member in members])
            return wave

        wave = await self.stage.database.write(queue_all())
        await self.start()
        self.relay.lateness = 2 * CONNECTIONS * WORKERS * self.rng.choice(self.paces) / len(members)
        for moment in sorted(self.rng.randrange(len(members)) for _ in range(kills)):
            places = self.rng.choice(([0], [1], [0, 1]))
            await self._until(partial(self._busy, moment, places))
            await asyncio.sleep(self.rng.uniform(0, 0.05))
            await self.kill(places)
        await self._until(lambda: False)
        await self._count(wave, members)

    def _busy(self, number: int, places: list[int]) -> bool:
        """Whether these senders are sending, and so many have got a letter."""
        return len(self.relay.received) >= number and all(self.relay.doors[place].busy for place in places)

    async def _until(self, enough: Callable[[], bool]) -> None:
        """Until it is enough, or until all is settled."""
        seen, since = (-1, -1), monotonic()
        for turn in count():
            if enough():
                return
            await asyncio.sleep(0.001)
            if turn % 100:
                continue
            waiting = await Message.filter(state__in=UNDER_WAY).count()
            if not waiting:
                return
            now = waiting, sum(map(len, self.relay.received.values()))
            ready = all(sender.is_ready for sender in self._senders.values())
            if now != seen or not ready:
                seen, since = now, monotonic()
            elif monotonic() - since > STALL_SECONDS:
                await self.stop()
                await self.let_time_pass()
                await self.start()

    async def _count(self, wave: Wave, members: list[Member]) -> None:
        tally, by_life = self.tally, Counter[int]()
        rows = Message.filter(kind=Kind.INVITATION, occasion_id=wave.id)
        states = {row.recipient_id: row.state async for row in rows}
        for member in members:
            receipts, state = self.relay.received.get(member.email, []), states.get(member.id)
            tally.accepted += state == State.ACCEPTED
            tally.in_doubt += state == State.IN_DOUBT
            if state == State.IN_DOUBT or (state == State.ACCEPTED and receipts):
                pass
            elif state in (None, State.ACCEPTED, State.SUPPRESSED) and not receipts:
                tally.lost += 1
            else:
                tally.stuck += 1
            by_life.update(receipt.life for receipt in receipts[:-1])
            if len(receipts) > 1:
                ids = len({receipt.message_id for receipt in receipts})
                tally.message_ids_of_a_duplicate = max(tally.message_ids_of_a_duplicate, ids)
        for kill in self._kills:
            duplicates = sum(by_life.pop(life, 0) for life in kill.lives)
            tally.duplicates += duplicates
            tally.worst_duplicates_of_a_kill = max(tally.worst_duplicates_of_a_kill, duplicates)
            tally.most_open_connections = max(tally.most_open_connections, kill.connections)
            tally.over_the_bound += duplicates > kill.connections
        tally.duplicates_without_kill += by_life.total()
        tally.duplicates += by_life.total()
        in_doubt = list(states.values()).count(State.IN_DOUBT)
        tally.over_the_bound += in_doubt > sum(kill.connections for kill in self._kills)
        tally.waves += 1
        tally.messages += len(members)
        tally.failed_passes = self.log.read_text().count("ERROR")


def _environment(settings: Settings, port: int) -> dict[str, str]:
    own = {PREFIX + f.name.upper(): str(getattr(settings, f.name)) for f in fields(settings)}
    return os.environ | own | {f"{PREFIX}SMTP_PORT": str(port)}


@asynccontextmanager
async def harness(database: Database, settings: Settings, members: int, seed: int) -> AsyncIterator[Harness]:
    """A review that is open, with so many members."""
    rng = random.Random(seed)
    stage = Stage(settings, database, members, frame(4 * members, seed))
    await stage.hire()
    review = await stage.review(ReviewState.OPEN)
    await stage.database.write(_empty_outbox())  # of the opening: every wave is counted from its beginning
    async with CountingRelay(WORKERS, rng) as relay:
        made = Harness(stage, review, relay, rng, settings.var / "workers.log")
        try:
            yield made
        finally:
            await made.stop()


async def _empty_outbox() -> None:
    await Message.all().delete()
