"""A relay in this process, outside the service that a test kills; it takes its time for every message."""

import asyncio
from collections import Counter
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from panel.demo.catcher import Catcher


class SlowRelay(Catcher):
    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(folder)
        self.seconds = seconds

    @property
    def received(self) -> Counter[str]:
        return Counter(caught.to for caught in self.list())

    async def has(self, number: int) -> None:
        async with asyncio.timeout(30):
            while self.received.total() < number:
                await asyncio.sleep(0.01)

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd asks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)
