"""Connections and the unit of work.

Outside a unit of work the database can only be read: the connections that models use by default refuse to write.
Whatever changes something is handed to `Store.write` as a coroutine. It runs in a task of its own, because no
cancellation may reach Tortoise in the middle of a transaction, and `write` answers when it has been committed.
"""

import re
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import aiosqlite
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor

from panel.database.forgetting import NEVER_SAMPLED, rewrite, sample_nothing, truncate_journal
from panel.database.writers import BUSY_MILLISECONDS, GroupCommit, PooledWriter, T, Unit, Writer, brief
from panel.settings import Settings, read_settings

__all__ = ["Database", "brief", "current", "dialect", "listed", "migrate", "moment", "rows"]
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


class Database:
    """The two databases of an installation: `main`, and `vault` for secrets that die with a review."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = TortoiseContext()
        self._at_hand: list[sqlite3.Connection] = []

    async def open(self) -> None:
        with self._context:
            await self._context.init(config=_config(self._settings), _enable_global_fallback=True)
        self.main = await self._writer("main")
        self.vault = await self._writer("vault")

    async def _writer(self, name: str) -> Writer:
        reader, writer = (self._context.connections.get(alias) for alias in (name, f"{name}_writer"))
        if writer.capabilities.dialect != "sqlite":
            return PooledWriter(self._context, name)
        self._at_hand.append(_connect_at_hand(reader))
        await _connect_for_units(writer)
        return GroupCommit(self._context, name)

    async def close(self) -> None:
        await self.main.close()
        await self.vault.close()
        for connection in self._at_hand:
            connection.close()
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
                await truncate_journal(client)
            else:
                await rewrite(client, dead)


async def migrate(settings: Settings) -> None:
    """Bring both databases to the newest version of their tables."""
    for url in (settings.database_url, settings.vault_url):
        if url.startswith("sqlite://"):
            settings.var.mkdir(parents=True, exist_ok=True)
    config = _config(settings, for_migrations=True)
    async with TortoiseContext() as context:
        await context.init(config=config)
        for name, app in config["apps"].items():
            client = context.connections.get(name)
            await MigrationExecutor(client, {name: app}).migrate()
            if client.capabilities.dialect == "postgres":
                await sample_nothing(client, NEVER_SAMPLED[name])


def dialect() -> str:
    return str(current("main").capabilities.dialect)


def current(name: str = "main") -> BaseDBAsyncClient:
    """The connection of the unit of work that is running, for bulk work that goes past the models."""
    return get_connection(name)


async def rows(sql: str, *values: Any) -> Sequence[Any]:
    """What a statement with $1, $2, … gives, past the models, inside a unit of work or outside.

    For what members wait for at every press, and what every message costs. On SQLite it is done at once, in this
    thread: to find a row by its key takes less than to ask another thread for it. So never for a statement that reads
    many rows.
    """
    client: Any = current()
    if client.capabilities.dialect != "sqlite":
        async with client.acquire_connection() as connection:
            found: Sequence[Any] = await connection.fetch(sql, *values)
            return found
    try:
        return list(client.at_hand.execute(_numbered(sql), values))
    except sqlite3.Error as error:
        raise OperationalError(error) from error


def listed(sql: str, values: Collection[Any]) -> str:
    """A statement with `IN (*)`, for these values, of which the first is $1."""
    return sql.replace("*", ", ".join(f"${number}" for number in range(1, len(values) + 1)) or "NULL")


def moment(stored: Any) -> datetime:
    """A moment out of `rows`: SQLite keeps it in writing."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


@cache
def _numbered(sql: str) -> str:
    return re.sub(r"\$(?=\d)", "?", sql)


def _connect_at_hand(client: Any) -> sqlite3.Connection:
    """A connection for `rows` outside units of work, beside the one of the models, which may be in a long query."""
    client.at_hand = connection = sqlite3.connect(client.filename, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for name, value in client.pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


async def _connect_for_units(client: Any) -> None:
    """As Tortoise would, but for use by more than one thread, one after the other."""
    client._connection = await aiosqlite.connect(client.filename, isolation_level=None, check_same_thread=False)
    client.at_hand = connection = client._connection._conn
    connection.row_factory = sqlite3.Row
    for name, value in client.pragmas.items():
        connection.execute(f"PRAGMA {name}={value}")


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
        credentials |= {"synchronous": "FULL", "busy_timeout": BUSY_MILLISECONDS, "secure_delete": "ON"}
        if not writes:
            credentials["query_only"] = "ON"
    else:
        # Nothing of ours outlives a transaction in a session, so nothing has to be reset.
        credentials |= {"minsize": 1, "maxsize": 8, "reset": _nothing}
        if not writes:
            credentials["server_settings"] = {"default_transaction_read_only": "on"}
    return config


async def _nothing(connection: Any) -> None:
    pass


def __getattr__(name: str) -> Any:
    # What `python -m tortoise makemigrations` asks for; made on demand, since only that command needs it.
    if name == "MIGRATIONS":
        return _config(read_settings(), for_migrations=True)
    raise AttributeError(name)
