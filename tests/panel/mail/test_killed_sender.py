import asyncio
import os
import signal
import sys
from dataclasses import fields

import pytest

from panel.database import Database
from panel.mail import outbox
from panel.mail.models import Message, State
from panel.settings import PREFIX, ROOT, Settings
from tests.panel.mail.sender import Letters, deliver_all, let_time_pass
from tests.panel.mail.unruly_relay import UnrulyRelay


async def sending_process(settings: Settings) -> asyncio.subprocess.Process:
    environment = os.environ | {PREFIX + f.name.upper(): str(getattr(settings, f.name)) for f in fields(settings)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.panel.mail.sender", cwd=ROOT, env=environment
    )


async def taken(server: UnrulyRelay, number: int) -> None:
    async with asyncio.timeout(30):
        while server.received.total() < number:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("in_doubt", ["hold", "resend"])
async def test_after_a_kill_in_the_middle_of_a_wave_nothing_is_lost(
    database: Database, mail_settings: Settings, server: UnrulyRelay, in_doubt: str
) -> None:
    settings = Settings(**{**vars(mail_settings), "mail_in_doubt": in_doubt})
    await database.write(outbox.queue("invitation", 1, range(200)))
    server.seconds_per_message = 0.04
    process = await sending_process(settings)
    await taken(server, 60)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await asyncio.sleep(0.1)
    states = await outbox.counts("invitation", 1)
    assert states[State.SENDING] >= 1
    assert states[State.CLAIMED] >= 1

    await let_time_pass(database)
    server.seconds_per_message = 0
    summary = await deliver_all(database, settings, Letters())
    after = await outbox.counts("invitation", 1)
    accepted = [f"r{message.recipient_id}@voorbeeld.example" async for message in Message.filter(state="accepted")]
    assert all(server.received[address] for address in accepted)
    if in_doubt == "hold":
        assert set(server.received.values()) == {1}
        assert after == {State.ACCEPTED: 200 - states[State.SENDING], State.IN_DOUBT: states[State.SENDING]}
        assert summary.accepted == 200 - states[State.SENDING] - states[State.ACCEPTED]
    else:
        assert after == {State.ACCEPTED: 200}
        assert {len(ids) for ids in server.message_ids.values()} == {1}
        assert server.received.total() <= 200 + states[State.SENDING]


async def test_two_processes_at_once_send_each_message_once(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, range(400)))
    server.seconds_per_message = 0.02
    processes = [await sending_process(mail_settings) for _ in range(2)]
    assert [await process.wait() for process in processes] == [0, 0]
    assert await outbox.counts("invitation", 1) == {State.ACCEPTED: 400}
    assert len(server.received) == server.received.total() == 400
    assert server.connections == 8
