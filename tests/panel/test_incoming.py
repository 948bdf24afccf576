"""The ways in for mail that comes back: the command, and a Maildir that the worker reads."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from panel.database import Database
from panel.invitations.incoming import empty_maildir
from panel.mail import outbox
from panel.mail.envelope import envelope_sender
from panel.mail.models import Bounce, Message, State
from panel.settings import Settings
from tests.panel.mail.returned import postfix
from tests.panel.stage import work


@pytest.fixture
def returning(settings: Settings, tmp_path: Path) -> Settings:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return replace(settings, bounce_address="bounce@voorbeeld.example", bounce_maildir=str(tmp_path / "Maildir"))


@pytest.fixture
async def message(database: Database) -> Message:
    """To one of the staff, accepted by the relay."""
    await database.write(outbox.queue("sign_in", 1, [1]))
    await become(database, State.ACCEPTED)
    return await Message.get()


async def become(database: Database, state: State) -> None:
    async def update() -> None:
        await Message.filter(id__gt=0).update(state=state)

    await database.write(update())


async def hand_over(raw: bytes, settings: Settings, *arguments: str, **changes: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMENSPRAAK_")}
    names = ("secret_key", "var", "database_url", "vault_url", "bounce_address")
    values = {name: str(getattr(settings, name)) for name in names} | changes
    environment |= {f"SAMENSPRAAK_{name.upper()}": value for name, value in values.items()}
    command = [sys.executable, "-m", "panel", "bounce", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, input=raw, env=environment, capture_output=True, timeout=60, check=False
    )
    return done.returncode, done.stderr.decode()


def drop(settings: Settings, name: str, raw: bytes) -> None:
    (Path(settings.bounce_maildir) / "new" / name).write_bytes(raw)


def content_of(settings: Settings, folder: str) -> list[str]:
    return sorted(file.name for file in (Path(settings.bounce_maildir) / folder).iterdir())


async def test_a_mail_that_is_handed_over_is_on_disk_when_the_command_ends(
    returning: Settings, message: Message
) -> None:
    sender = envelope_sender(message.id, returning)
    for _ in range(2):
        status, said = await hand_over(postfix(), returning, "--recipient", sender)
        assert status == 0, said
        assert "jansen" not in said
    assert (await Message.get(id=message.id)).state == State.BOUNCED_HARD
    assert await Bounce.all().count() == 1


async def test_a_forged_mail_is_taken_from_the_mail_system_and_changes_nothing(
    returning: Settings, message: Message
) -> None:
    status, _ = await hand_over(postfix(f"bounce+{message.id}.aaaaaaaaaaaaaaaa@voorbeeld.example"), returning)
    assert status == 0
    assert (await Message.get(id=message.id)).state == State.ACCEPTED
    assert await Bounce.all().count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"database_url": "postgres://x:y@127.0.0.1:1/none"},
        {"database_url": "mysql://x"},
        {"bounce_address": ""},
    ],
)
async def test_without_a_database_or_settings_the_mail_system_tries_again(
    returning: Settings, message: Message, changes: dict[str, str]
) -> None:
    status, said = await hand_over(postfix(envelope_sender(message.id, returning)), returning, **changes)
    assert status == 75
    assert said.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in said
    assert "never awaited" not in said


async def test_a_mail_about_a_message_that_is_being_sent_is_tried_again(
    returning: Settings, database: Database, message: Message
) -> None:
    await become(database, State.SENDING)
    status, _ = await hand_over(postfix(envelope_sender(message.id, returning)), returning)
    assert status == 75


async def test_the_worker_reads_the_maildir(returning: Settings, database: Database, message: Message) -> None:
    drop(returning, "1.a.host", postfix(envelope_sender(message.id, returning)))
    drop(returning, "2.b.host", b"\xff\x00 no mail at all")

    async def read() -> bool:
        return not content_of(returning, "new")

    await work(database, returning, read)
    assert content_of(returning, "cur") == ["1.a.host:2,S", "2.b.host:2,S"]
    assert (await Message.get(id=message.id)).state == State.BOUNCED_HARD


async def test_what_cannot_be_written_down_stays_in_the_maildir(
    returning: Settings, database: Database, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(returning, "1.a.host", postfix(envelope_sender(message.id, returning)))
    await become(database, State.SENDING)
    assert await empty_maildir(database, returning) == 0
    await become(database, State.ACCEPTED)

    async def full(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("panel.invitations.incoming.record_returned", full)
        assert await empty_maildir(database, returning) == 0
    assert content_of(returning, "new") == ["1.a.host"]
    assert await empty_maildir(database, returning) == 1
    assert await empty_maildir(database, returning) == 0


async def test_a_maildir_that_is_not_there_stops_nothing(
    returning: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    assert await empty_maildir(database, replace(returning, bounce_maildir="nowhere")) == 0
    assert "Maildir" in caplog.text
