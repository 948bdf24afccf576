"""A process that delivers what is in the outbox and that a test can kill."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from panel.database import Database
from panel.mail.delivery import Summary, deliver
from panel.mail.letter import Letter
from panel.mail.models import Message, Pause
from panel.mail.smtp import Relay
from panel.settings import Settings, read_settings


@dataclass
class Letters:
    """Composes a letter for the recipient's number; some have an address of their own, some need no letter."""

    addresses: dict[int, str] = field(default_factory=dict)
    needless: set[int] = field(default_factory=set)
    impossible: set[int] = field(default_factory=set)

    async def __call__(self, message: Message) -> Letter | None:
        number = message.recipient_id
        if number in self.needless:
            return None
        if number in self.impossible:
            raise KeyError(f"nobody@voorbeeld.example {number}")
        to = self.addresses.get(number, f"r{number}@voorbeeld.example")
        return Letter(f"Bewoner {number}", to, "Uw mening telt", "Goedendag", "<p>Goedendag</p>")


async def deliver_all(database: Database, settings: Settings, letters: Letters) -> Summary:
    total = Summary()
    async with Relay(settings, patience=5) as relay:
        while True:
            summary = await deliver(database, relay, letters, settings, limit=50)
            for name in ("accepted", "deferred", "refused", "in_doubt", "suppressed"):
                setattr(total, name, getattr(total, name) + getattr(summary, name))
            total.relay_down, total.paused_until = summary.relay_down, summary.paused_until
            if summary.relay_down or not summary.settled:
                return total


async def let_time_pass(database: Database) -> None:
    """Everything becomes due, every lease ends, every pause is over."""
    past = datetime.now(UTC) - timedelta(hours=5)

    async def rewrite() -> None:
        await Message.all().update(due_at=past)
        await Message.filter(lease_until__not_isnull=True).update(lease_until=past)
        await Pause.all().update(until=past)

    await database.write(rewrite())


async def main() -> None:
    settings = read_settings()
    async with Database(settings) as database:
        await deliver_all(database, settings, Letters())


if __name__ == "__main__":
    asyncio.run(main())
