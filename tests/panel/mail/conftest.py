import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from panel.settings import Settings

if TYPE_CHECKING:
    from unruly_relay import UnrulyRelay

sys.path.append(str(Path(__file__).parent))  # for unruly_relay and sender, which tests of this room share


@pytest.fixture
async def server() -> "AsyncIterator[UnrulyRelay]":
    from unruly_relay import UnrulyRelay

    server = UnrulyRelay()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def mail_settings(settings: Settings, server: "UnrulyRelay") -> Settings:
    return replace(settings, smtp_port=server.port)
