"""Connections and the unit of work.

Outside a unit of work the database can only be read: the connections that models use by default refuse to write.
Whatever changes something is handed to `Store.write` as a coroutine. It runs in a task of its own, because no
cancellation may reach Tortoise in the middle of a transaction, and `write` answers when it has been committed.

SQLite has one writer. Units that wait for it share one `BEGIN IMMEDIATE ... COMMIT`, each behind a savepoint, so that
many people who save at the same moment wait for one fsync and not for each other's.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from panel.settings import Settings, read_settings

log = logging.getLogger(__name__)
T = TypeVar("T")
Unit = Coroutine[Any, Any, T]
TRUNCATE_TRIES = 100
OLDER_TRANSACTIONS = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (age(backend_xmin) >= age($1::xid) OR age(backend_xid) >= age($1::xid))
"""
SHARED_COMMIT = 64  # units of work that may share one commit

MODELS = {
    "main": [
        "panel.audit",
        "panel.staff.models",
        "panel.mail.models",
        "panel.proposals.models",
        "panel.reviews.models",
        "panel.people.models",
        "panel.arguments.models",
        "panel.invitations.models",
        "panel.answers.models",
        "panel.reports.models",
        "panel.publication.models",
    ],
    "vault": ["panel.answers.vault"],
}


class Writer(Protocol):
    async def write(self, unit: Unit[T]) -> T: ...
    async def close(self) -> None: ...


class Database:
    """The two databases of an installation: `main`, and `vault` for secrets that die with a review."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = TortoiseContext()

    async def open(self) -> None:
        with self._context:
            await self._context.init(config=_config(self._settings), _enable_global_fallback=True)
        self.main = self._writer("main")
        self.vault = self._writer("vault")

    def _writer(self, name: str) -> Writer:
        client = self._context.connections.get(f"{name}_writer")
        sqlite = client.capabilities.dialect == "sqlite"
        return GroupCommit(self._context, name) if sqlite else PooledWriter(self._context, name)

    async def close(self) -> None:
        await self.main.close()
        await self.vault.close()
        await self._context.close_connections()

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit of work on the main database; its result comes back once it is on disk."""
        return await self.main.write(unit)

    async def forget(self, **tables: tuple[str, ...]) -> None:
        """Leave nothing on disk of rows that were deleted or overwritten, in these tables of `main` or `vault`."""
        for name, dead in tables.items():
            client = self._context.connections.get(f"{name}_writer")
            if client.capabilities.dialect == "sqlite":
                await _truncate_journal(client)
            else:
                await _rewrite(client, dead)


class GroupCommit:
    def __init__(self, context: TortoiseContext, name: str) -> None:
        self._context = context
        self._name = name
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
        client: Any = connections.get(f"{self._name}_writer")
        async with client.acquire_connection() as connection:
            transaction = SqliteTransactionWrapper(client)
            tokens = [connections.set(alias, transaction) for alias in (f"{self._name}_writer", self._name)]
            try:
                await connection.execute("BEGIN IMMEDIATE")
                outcomes: list[tuple[Any, Exception | None]]
                if len(group) == 1:  # an error in it ends the transaction, and nothing else is in there
                    outcomes = [(await group[0][0], None)]
                else:
                    outcomes = [await self._savepoint(connection, unit) for unit, _ in group]
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise
            finally:
                for token in reversed(tokens):
                    connections.reset(token)
        for (_, done), (result, error) in zip(group, outcomes, strict=True):
            if done.cancelled():
                continue
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

    @staticmethod
    async def _savepoint(connection: Any, unit: Unit[Any]) -> tuple[Any, Exception | None]:
        await connection.execute("SAVEPOINT unit")
        try:
            result = await unit
        except Exception as error:
            await connection.execute("ROLLBACK TO unit")
            await connection.execute("RELEASE unit")
            return None, error
        await connection.execute("RELEASE unit")
        return result, None


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


async def migrate(settings: Settings) -> None:
    """Bring both databases to the newest version of their tables."""
    for url in (settings.database_url, settings.vault_url):
        if url.startswith("sqlite://"):
            settings.var.mkdir(parents=True, exist_ok=True)
    config = _config(settings, for_migrations=True)
    async with TortoiseContext() as context:
        await context.init(config=config)
        for name, app in config["apps"].items():
            await MigrationExecutor(context.connections.get(name), {name: app}).migrate()


async def _truncate_journal(client: BaseDBAsyncClient) -> None:
    """Tries for a while: another process that reads at this moment keeps the journal in use."""
    for _ in range(TRUNCATE_TRIES):
        _, rows = await client.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
        if not rows[0]["busy"]:
            return
        await asyncio.sleep(0.1)
    log.warning("the journal could not be cleared: another process keeps the database busy")


async def _rewrite(client: BaseDBAsyncClient, tables: tuple[str, ...]) -> None:
    """Tries for a while: dead rows stay as long as a transaction that began before they died may still read them."""
    [now] = await client.execute_query_dict("SELECT pg_current_xact_id()::xid AS id")
    for _ in range(TRUNCATE_TRIES):
        if not await client.execute_query_dict(OLDER_TRANSACTIONS, [now["id"]]):
            break
        await asyncio.sleep(0.1)
    else:
        log.warning("dead rows may be left: another process keeps a transaction open")
    for table in tables:
        await client.execute_query(f'VACUUM FULL "{table}"')


def dialect() -> str:
    return str(current("main").capabilities.dialect)


def current(name: str = "main") -> BaseDBAsyncClient:
    """The connection of the unit of work that is running, for bulk work that goes past the models."""
    return get_connection(name)


def _config(settings: Settings, for_migrations: bool = False) -> dict[str, Any]:
    urls = {"main": settings.database_url, "vault": settings.vault_url}
    connections = {}
    for name, url in urls.items():
        connections[name] = _connection(url, writes=for_migrations)
        if not for_migrations:
            connections[f"{name}_writer"] = _connection(url, writes=True)
    apps = {
        name: {"models": MODELS[name], "default_connection": name, "migrations": f"panel.migrations.{name}"}
        for name in urls
    }
    return {"connections": connections, "apps": apps, "use_tz": True, "timezone": "UTC"}


def _connection(url: str, writes: bool) -> dict[str, Any]:
    config: dict[str, Any] = expand_db_url(url)
    credentials = config["credentials"]
    if url.startswith("sqlite://"):
        credentials |= {"synchronous": "FULL", "busy_timeout": 20_000, "secure_delete": "ON"}
        if not writes:
            credentials["query_only"] = "ON"
    else:
        credentials |= {"minsize": 1, "maxsize": 8}
        if not writes:
            credentials["server_settings"] = {"default_transaction_read_only": "on"}
    return config


def __getattr__(name: str) -> Any:
    # What `python -m tortoise makemigrations` asks for; made on demand, since only that command needs it.
    if name == "MIGRATIONS":
        return _config(read_settings(), for_migrations=True)
    raise AttributeError(name)
