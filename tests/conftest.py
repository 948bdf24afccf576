"""What every test gets: settings of its own, real databases with the real migrations, and no way off this machine.

`--database=postgres` runs the same tests on PostgreSQL, see databases.py.
"""

import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from panel.database import Database
from panel.settings import Settings
from tests import databases
from tests.databases import SECRET, Urls


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=databases.KINDS, default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database only what has to do with a database."""
    if config.getoption("--database") != "sqlite":
        touching = [item for item in items if "fresh_databases" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=list(set(items) - set(touching)))
        items[:] = touching


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


@pytest.fixture(scope="session")
def fresh_databases(request: pytest.FixtureRequest) -> Iterator[Callable[[], Urls]]:
    """Makes two empty, migrated databases at every call."""
    with tempfile.TemporaryDirectory(prefix="samenspraak-") as name:
        yield databases.fresh_databases(request.config.getoption("--database"), Path(name))


@pytest.fixture
def settings(fresh_databases: Callable[[], Urls], tmp_path: Path) -> Settings:
    urls = fresh_databases()
    return Settings(
        secret_key=SECRET,
        var=tmp_path,
        database_url=urls.main,
        vault_url=urls.vault,
        worker=False,
        smtp_tls="none",
        reminder_rest_hours=0,
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with Database(settings) as opened:
        yield opened
