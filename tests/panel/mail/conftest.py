from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from panel.settings import Settings
from tests.panel.mail.unruly_relay import UnrulyRelay


@pytest.fixture
async def server() -> AsyncIterator[UnrulyRelay]:
    server = UnrulyRelay()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def mail_settings(settings: Settings, server: UnrulyRelay) -> Settings:
    return replace(settings, smtp_port=server.port)
