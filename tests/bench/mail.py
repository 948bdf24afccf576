"""A wave of invitations, from the outbox to the relay."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import aiosmtplib

from panel.invitations.actions import send_wave
from panel.invitations.letters import write_letter
from panel.invitations.models import Kind
from panel.letters import Letters
from panel.mail.delivery import deliver
from panel.mail.letter import Letter, build
from panel.mail.models import Message, State
from panel.mail.smtp import Relay
from tests.bench.opened import Opened, opened_review
from tests.bench.sink import sink, sinks
from tests.bench.timing import Clock, Contender, Cost, compare

INVITATIONS = 400  # in each of five rounds: 2,000


async def run(folder: Path) -> None:
    for kind in sinks():
        async with sink(kind) as port, opened_review(folder / kind, INVITATIONS, port) as opened:
            wave = Wave(opened, port, await _letters(opened))
            await compare(
                f"Invitations into {kind}",
                "message",
                [
                    Contender("deliver", wave.deliver, INVITATIONS, beside=("ready-made bytes", "stdlib")),
                    Contender("ready-made bytes", wave.send_bytes, INVITATIONS),
                    Contender("stdlib", wave.send_as_stdlib, INVITATIONS),
                ],
            )


async def _letters(opened: Opened) -> list[Letter]:
    await opened.review.fetch_related("version")
    members = {member.id: member for member in opened.members}
    return [
        write_letter(opened.stage.settings, Kind.INVITATION, members[row.recipient_id], opened.review)
        for row in await Message.all()
    ]


@dataclass(frozen=True)
class Wave:
    opened: Opened
    port: int
    letters: list[Letter]

    async def deliver(self) -> Cost:
        """As the worker does: pass after pass, with letters composed and every step written down on disk."""
        settings, database = self.opened.stage.settings, self.opened.stage.database

        async def queue_again() -> None:
            await Message.all().delete()
            await send_wave(self.opened.review, Kind.INVITATION, "bench")

        await database.write(queue_again())
        letters = Letters(settings)
        clock = Clock()
        async with Relay(settings) as relay:
            more = True
            while more:
                summary = await deliver(
                    database,
                    relay,
                    letters.compose,
                    settings,
                    prepare=letters.prepare,
                    still_needed=letters.still_needed,
                )
                more = bool(summary.settled)
        cost = clock.stop()
        assert await Message.filter(state=State.ACCEPTED).count() == INVITATIONS
        return cost

    async def send_bytes(self) -> Cost:
        """One kept connection, and messages that are ready: no letter to compose, no database."""
        settings = self.opened.stage.settings
        ready = [(letter.to_address, build(letter, number, settings)) for number, letter in enumerate(self.letters)]
        clock = Clock()
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False) as client:
            for address, content in ready:
                await client.sendmail(settings.mail_from, [address], content)
        return clock.stop()

    async def send_as_stdlib(self) -> Cost:
        """smtplib and EmailMessage, over one kept connection, from texts that are ready; no database either."""
        settings = self.opened.stage.settings
        clock = Clock()
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            for letter in self.letters:
                message = EmailMessage()
                message["From"] = settings.mail_from
                message["To"] = letter.to_address
                message["Subject"] = letter.subject
                message["Date"] = formatdate()
                message["Message-ID"] = make_msgid(domain="voorbeeld.example")
                message["Auto-Submitted"] = "auto-generated"
                message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
                message.set_content(letter.text)
                message.add_alternative(letter.html, subtype="html")
                client.send_message(message)
        return clock.stop()
