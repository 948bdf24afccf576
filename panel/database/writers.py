"""The two ways in which units of work reach the disk.

SQLite has one writer. Units that wait for it share one `BEGIN IMMEDIATE ... COMMIT`, each behind a savepoint, so that
many people who save at the same moment wait for one flush of the disk and not for each other's. What may take long,
the wait for another process and that flush, is done in a thread; units that are marked as brief go along.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import CodeType
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

T = TypeVar("T")
P = ParamSpec("P")
Unit = Coroutine[Any, Any, T]
BUSY_MILLISECONDS = 20_000
BRIEF: set[CodeType] = set()
SHARED_COMMIT = 64  # units of work that may share one commit


def brief(unit: Callable[P, Unit[T]]) -> Callable[P, Unit[T]]:
    """Mark a unit of work that waits for nothing but `rows`: it takes less than to go from thread to thread."""
    BRIEF.add(unit.__code__)
    return unit


class Writer(Protocol):
    async def write(self, unit: Unit[T]) -> T: ...
    async def close(self) -> None: ...


class Turn:
    """Processes that write to one SQLite file take turns here: by itself SQLite looks again after a sleep."""

    def __init__(self, database: str) -> None:
        self._file = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)


class GroupCommit:
    def __init__(self, context: TortoiseContext, name: str) -> None:
        self._context = context
        self._name = name
        self._client = cast("Any", context.connections.get(f"{name}_writer"))
        self._turn = Turn(self._client.filename)
        self._waiting: asyncio.Queue[tuple[Unit[Any], asyncio.Future[Any]]] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name=f"writer of {name}")

    async def write(self, unit: Unit[T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((unit, done))
        return await asyncio.shield(done)

    async def close(self) -> None:
        await self._waiting.join()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._turn.close()

    async def _run(self) -> None:
        while True:
            group = [await self._waiting.get()]
            while len(group) < SHARED_COMMIT and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            try:
                await self._commit(group)
            except Exception as error:
                # A full disk ends the whole transaction, and the driver's own errors are not the ORM's.
                failure = OperationalError(error) if isinstance(error, sqlite3.Error) else error
                for unit, done in group:
                    unit.close()
                    if not done.done():
                        done.set_exception(failure)
            finally:
                for _ in group:
                    self._waiting.task_done()

    async def _commit(self, group: list[tuple[Unit[Any], asyncio.Future[Any]]]) -> None:
        connections = self._context.connections
        outcomes: list[tuple[Any, Exception | None]]
        async with self._client.acquire_connection():
            transaction: Any = SqliteTransactionWrapper(self._client)
            handle: sqlite3.Connection = self._client.at_hand
            transaction.at_hand = handle
            tokens = [connections.set(alias, transaction) for alias in (f"{self._name}_writer", self._name)]
            try:
                if all(getattr(unit, "cr_code", None) in BRIEF for unit, _ in group):
                    outcomes = await asyncio.to_thread(self._commit_brief, handle, [unit for unit, _ in group])
                else:
                    await asyncio.to_thread(self._begin, handle)
                    if len(group) == 1:  # an error in it ends the transaction, and nothing else is in there
                        outcomes = [(await group[0][0], None)]
                    else:
                        outcomes = [await self._savepoint(handle, unit) for unit, _ in group]
                    await asyncio.to_thread(self._end, handle)
            except BaseException:
                handle.rollback()
                raise
            finally:
                self._turn.leave()
                for token in reversed(tokens):
                    connections.reset(token)
        for (_, done), (result, error) in zip(group, outcomes, strict=True):
            if done.cancelled():
                continue
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

    def _begin(self, handle: sqlite3.Connection) -> None:
        self._turn.take()
        handle.execute("BEGIN IMMEDIATE")

    def _end(self, handle: sqlite3.Connection) -> None:
        handle.commit()
        self._turn.leave()  # at once: what the loop does before it comes back here needs no turn

    def _commit_brief(self, handle: sqlite3.Connection, units: list[Unit[Any]]) -> list[tuple[Any, Exception | None]]:
        """All in one go in a thread, so that the turn takes no longer than the work."""
        self._begin(handle)
        outcomes = [_finish(self._savepoint(handle, unit)) for unit in units]
        self._end(handle)
        return outcomes

    @staticmethod
    async def _savepoint(handle: sqlite3.Connection, unit: Unit[Any]) -> tuple[Any, Exception | None]:
        handle.execute("SAVEPOINT unit")
        try:
            result = await unit
        except Exception as error:
            handle.execute("ROLLBACK TO unit")
            handle.execute("RELEASE unit")
            return None, error
        handle.execute("RELEASE unit")
        return result, None


def _finish(unit: Unit[T]) -> T:
    try:
        unit.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    unit.close()
    raise RuntimeError("a brief unit of work waited for something other than `rows`")


class PooledWriter:
    """PostgreSQL: every unit has a connection of its own from the pool; the server groups the commits."""

    def __init__(self, context: TortoiseContext, name: str) -> None:
        self._context = context
        self._name = name
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, unit: Unit[T]) -> T:
        task = asyncio.create_task(self._transaction(unit))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)

    async def _transaction(self, unit: Unit[T]) -> T:
        connections = self._context.connections
        async with in_transaction(f"{self._name}_writer") as transaction:
            token = connections.set(self._name, transaction)
            try:
                return await unit
            finally:
                connections.reset(token)
