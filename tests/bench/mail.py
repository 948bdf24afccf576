"""A wave of invitations, from the outbox to the relay."""

import asyncio
import json
import os
import resource
import shutil
import smtplib
import subprocess
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from pathlib import Path
from time import perf_counter

import aiosmtplib

from panel.invitations.actions import send_wave
from panel.invitations.letters import write_letter
from panel.invitations.models import Kind
from panel.letters import Letters
from panel.mail.delivery import deliver
from panel.mail.letter import Letter, build
from panel.mail.models import Message, State
from panel.mail.smtp import Relay
from panel.settings import ROOT
from tests.bench.opened import Opened, opened_review
from tests.bench.sink import sink, sinks
from tests.bench.timing import Clock, Contender, Cost, compare, console

INVITATIONS = 1_000  # in each of five rounds: 5,000
CONNECTIONS = (4, 8)  # four is what an installation has when nobody says otherwise
READY, STDLIB = "ready-made bytes, one connection", "smtplib and EmailMessage"
SOURCE, DJANGO = "smtp-source, 4 connections", "Django, send_messages"
PEER = Path(os.environ.get("SAMENSPRAAK_DJANGO", ROOT / "var/django/bin/python"))
HAS_SOURCE, HAS_DJANGO = shutil.which("smtp-source") is not None, PEER.exists()


async def run(folder: Path) -> None:
    for kind in sinks():
        async with sink(kind) as port, opened_review(folder / kind.split()[0], INVITATIONS, port) as opened:
            wave = Wave(opened, port, await _letters(opened), folder / "letters.json")
            yardsticks = [
                Contender(READY, wave.send_bytes, INVITATIONS),
                Contender(STDLIB, wave.send_as_stdlib, INVITATIONS),
            ]
            if HAS_SOURCE:
                yardsticks.append(Contender(SOURCE, wave.send_as_source, INVITATIONS))
            if HAS_DJANGO:
                yardsticks.append(Contender(DJANGO, wave.send_as_django, INVITATIONS))
            beside = tuple(yardstick.name for yardstick in yardsticks)
            ours = [
                Contender(f"deliver, {number} connections", partial(wave.deliver, number), INVITATIONS, beside)
                for number in CONNECTIONS
            ]
            await compare(f"Invitations into {kind}", "message", [*ours, *yardsticks])
    if not HAS_DJANGO:
        console.print("Beside Django, too: python3 -m venv var/django && var/django/bin/pip install django==5.2")


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
    file: Path

    async def deliver(self, connections: int) -> Cost:
        """As the worker does, with letters composed and every step written down on disk."""
        settings = replace(self.opened.stage.settings, smtp_connections=connections)
        database = self.opened.stage.database

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

    async def send_as_source(self) -> Cost:
        """The load generator of Postfix: the same bytes in every message, as many as ours on average."""
        settings = self.opened.stage.settings
        size = sum(len(build(letter, 1, settings)) for letter in self.letters) // len(self.letters)
        command = f"smtp-source -s 4 -m {INVITATIONS} -l {size} -f a@voorbeeld.example -t b@voorbeeld.example"
        return await asyncio.to_thread(_child, [*command.split(), f"127.0.0.1:{self.port}"])

    async def send_as_django(self) -> Cost:
        """No database and nothing written down; the texts are ready."""
        return await asyncio.to_thread(self._django)

    def _django(self) -> Cost:
        self.file.write_text(json.dumps([asdict(letter) for letter in self.letters]))
        command = [str(PEER), str(ROOT / "tests/bench/peer_mail.py"), str(self.file), str(self.port)]
        took = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return Cost(took["wall"], took["cpu"])


def _child(command: list[str]) -> Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True)
    wall, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
