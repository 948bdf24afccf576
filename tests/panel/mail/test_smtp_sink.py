"""A relay that others wrote, and that fails when it is told to: smtp-sink of Postfix, where it is installed."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from panel.database import Database
from panel.demo.service import free_port
from panel.mail import outbox
from panel.mail.delivery import deliver
from panel.mail.models import Message, Pause, State
from panel.mail.smtp import Relay
from panel.settings import Settings
from tests.panel.mail.sender import Letters

DOWN, LATER, NEVER, DOUBT, SENT = State.READY, State.DEFERRED, State.REFUSED, State.IN_DOUBT, State.ACCEPTED
FLAGS: dict[str, State] = {
    "": SENT,
    "-p": SENT,  # no pipelining
    "-8 -a -E -N": SENT,  # hardly any extension
    "-w 1": SENT,  # slow to take the message
    "-q CONNECT": DOWN,  # disconnects
    "-q EHLO": DOWN,
    "-q MAIL": DOWN,
    "-q RCPT": LATER,
    "-q DATA": LATER,
    "-q .": DOUBT,
    "-Q CONNECT": DOWN,  # says 421 and disconnects
    "-Q EHLO": DOWN,
    "-Q MAIL": DOWN,
    "-Q RCPT": DOWN,
    "-Q DATA": DOWN,
    "-Q .": DOWN,
    "-r CONNECT": DOWN,  # says 450
    "-r EHLO": DOWN,
    "-r MAIL": DOWN,
    "-r RCPT": LATER,
    "-r DATA": LATER,
    "-r .": LATER,
    "-f CONNECT": DOWN,  # says 500
    "-f MAIL": DOWN,
    "-f RCPT": NEVER,
    "-f DATA": NEVER,
    "-f .": NEVER,
    "-A 0": NEVER,  # welcomes the message, and says 550 before it has come
}


@asynccontextmanager
async def sink(flags: str, folder: Path) -> AsyncIterator[int]:
    """The port it listens on. What it takes goes to a file in the folder."""
    port, user = free_port(), ["-u", "nobody"] if os.getuid() == 0 else []
    command = ["smtp-sink", *user, *flags.split(), "-D", "taken", f"127.0.0.1:{port}", "16"]
    process = await asyncio.create_subprocess_exec(*command, cwd=folder)
    try:
        async with asyncio.timeout(20):
            while not await _listens(port):
                await asyncio.sleep(0.02)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _for_anybody(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)  # it runs as nobody
    return folder


async def _next_round() -> None:
    await Pause.all().delete()
    await Message.exclude(state=State.ACCEPTED).delete()


@pytest.mark.skipif(not shutil.which("smtp-sink"), reason="Postfix is not installed")
async def test_whatever_smtp_sink_is_told_to_do_every_message_ends_in_the_right_state(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    found, right = {}, {}
    for number, (flags, state) in enumerate(FLAGS.items()):
        folder = _for_anybody(tmp_path / f"sink-{number}")
        await database.write(outbox.queue("invitation", 1, [number], datetime.now(UTC) - timedelta(seconds=5)))
        async with sink(flags, folder) as port, Relay(replace(settings, smtp_port=port), patience=20) as relay:
            await deliver(database, relay, Letters(), settings)
        message = await Message.get(recipient_id=number)
        taken = folder / "taken"
        has_it = taken.exists() and f"r{number}@voorbeeld.example" in taken.read_text() and state is SENT
        found[flags] = message.state, message.attempts, await Pause.all().exists(), has_it
        right[flags] = state, int(state is not DOWN), state is DOWN, state is SENT
        await database.write(_next_round())
    assert found == right


@pytest.mark.skipif(not shutil.which("smtp-sink"), reason="Postfix is not installed")
async def test_smtp_sink_that_takes_too_long_before_it_welcomes_a_message_gets_it_later(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    async with (
        sink("-p -w 20", _for_anybody(tmp_path)) as port,
        Relay(replace(settings, smtp_port=port), patience=1) as relay,
    ):
        await deliver(database, relay, Letters(), settings)
    assert (await Message.get()).state == LATER
