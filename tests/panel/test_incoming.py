"""The ways in for mail that comes back: the command, and a Maildir or an IMAP folder that the worker reads."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from panel.database import Database
from panel.invitations import incoming
from panel.invitations.imap import Mailbox, MailboxError
from panel.invitations.incoming import empty_mailbox, empty_maildir
from panel.mail import outbox
from panel.mail.envelope import envelope_sender
from panel.mail.models import Bounce, Message, State
from panel.settings import PREFIX, Settings, SettingsError, read_settings
from tests.panel.imap_server import NAME, PASSWORD, ImapServer, make_certificate
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


@dataclass(frozen=True)
class Served:
    server: ImapServer
    settings: Settings


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("imap"))


@pytest.fixture
async def served(
    settings: Settings, certificate: Path, message: Message, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """A server, trusted, with two mails: one that is about the message, and one that is about nothing of ours."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    ours = replace(
        settings,
        bounce_address="bounce@voorbeeld.example",
        bounce_imap_host="127.0.0.1",
        bounce_imap_user=NAME,
        bounce_imap_password=PASSWORD,
    )
    server = ImapServer({3: postfix(envelope_sender(message.id, ours)), 9: b"Subject: x\r\n\r\nGoedendag\r\n"})
    async with server.running(certificate) as port:
        yield Served(server, replace(ours, bounce_imap_port=port))


async def state_of(message: Message) -> str:
    return (await Message.get(id=message.id)).state


async def test_the_worker_reads_the_mailbox_and_flags_as_seen_what_is_on_disk(
    served: Served, database: Database, message: Message
) -> None:
    states: list[str] = []

    async def read() -> bool:
        if not served.server.seen:
            states.append(await state_of(message))
        return served.server.seen == {3, 9} and "LOGOUT" in served.server.said

    await work(database, served.settings, read)
    assert states[0] == State.ACCEPTED
    assert await state_of(message) == State.BOUNCED_HARD
    assert not [line for line in served.server.said if "Deleted" in line or "EXPUNGE" in line]
    assert await empty_mailbox(database, served.settings) == 0


async def test_a_folder_of_any_name_is_opened(served: Served, database: Database) -> None:
    assert await empty_mailbox(database, replace(served.settings, bounce_imap_folder='In "de" bus')) == 2
    assert 'SELECT "In \\"de\\" bus"' in served.server.said


@pytest.mark.parametrize("moment", ["CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "FETCH", "STORE", "LOGOUT"])
@pytest.mark.parametrize("way", ["breaks", "refuses"])
async def test_whatever_goes_wrong_on_the_way_the_next_time_makes_it_good(
    served: Served, database: Database, message: Message, caplog: pytest.LogCaptureFixture, moment: str, way: str
) -> None:
    setattr(served.server, way, moment)
    await empty_mailbox(database, served.settings)
    assert served.server.seen in (set(), {3, 9})
    assert (moment == "LOGOUT") == (served.server.seen == {3, 9})
    setattr(served.server, way, "")
    assert await empty_mailbox(database, served.settings) == (0 if moment == "LOGOUT" else 2)
    assert await state_of(message) == State.BOUNCED_HARD
    assert await Bounce.all().count() == 1
    for secret in (NAME, PASSWORD, "jansen", "voorbeeld"):
        assert secret not in caplog.text.replace("the mailbox for bounces", "")


async def test_what_was_written_down_but_not_flagged_comes_again_and_changes_nothing(
    served: Served, database: Database, message: Message
) -> None:
    served.server.breaks = "STORE"
    await empty_mailbox(database, served.settings)
    assert await state_of(message) == State.BOUNCED_HARD
    assert served.server.seen == set()
    served.server.breaks = ""
    assert await empty_mailbox(database, served.settings) == 2
    assert await Bounce.all().count() == 1


async def test_what_cannot_be_written_down_stays_unseen_and_the_others_are_taken(
    served: Served, database: Database, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    await become(database, State.SENDING)
    assert await empty_mailbox(database, served.settings) == 1
    assert served.server.seen == {9}
    await become(database, State.ACCEPTED)

    async def full(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(incoming, "record_returned", full)
        assert await empty_mailbox(database, served.settings) == 0
    assert served.server.seen == {9}
    assert await empty_mailbox(database, served.settings) == 1
    assert await state_of(message) == State.BOUNCED_HARD


async def test_a_mail_that_the_server_does_not_give_holds_up_no_other(
    served: Served, database: Database, message: Message
) -> None:
    served.server.mails = {1: b"", **served.server.mails}
    served.server.refuses = "FETCH 1 "
    assert await empty_mailbox(database, served.settings) == 2
    assert served.server.seen == {3, 9}


async def test_a_very_large_mail_is_read_at_its_beginning(
    served: Served, database: Database, message: Message
) -> None:
    served.server.mails[3] += b"x" * 3_000_000
    assert await empty_mailbox(database, served.settings) == 2
    assert await state_of(message) == State.BOUNCED_HARD


async def test_a_server_with_a_certificate_of_its_own_making_gets_no_password(
    served: Served, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert await empty_mailbox(database, served.settings) == 0
    assert served.server.said == []
    assert "its certificate is not trusted" in caplog.text


async def test_a_wrong_password_and_no_server_are_told_apart_in_the_log(
    served: Served, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    assert await empty_mailbox(database, replace(served.settings, bounce_imap_password="x")) == 0
    assert "opened with this name and password, the server refuses" in caplog.text
    assert await empty_mailbox(database, replace(served.settings, bounce_imap_port=1)) == 0
    assert "it cannot be reached, connection refused" in caplog.text


@pytest.mark.parametrize("moment", ["AUTHENTICATE", "FETCH"])
async def test_a_silent_server_is_left_alone(served: Served, moment: str) -> None:
    served.server.hangs = moment
    with pytest.raises(MailboxError, match="silent"):
        await asyncio.to_thread(_read_first, served.settings)


def _read_first(settings: Settings) -> None:
    mailbox = Mailbox(settings, patience=0.3)
    try:
        mailbox.read(mailbox.new()[0])
    finally:
        mailbox.close()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"BOUNCE_IMAP_HOST": "x", "BOUNCE_ADDRESS": ""}, "BOUNCE_IMAP_HOST is of no use without"),
        ({"BOUNCE_IMAP_HOST": "x", "BOUNCE_MAILDIR": "y"}, "Choose one"),
        ({"BOUNCE_IMAP_HOST": "x", "BOUNCE_IMAP_USER": "y"}, "needs SAMENSPRAAK_BOUNCE_IMAP_USER and"),
        ({"BOUNCE_IMAP_FOLDER": "Één"}, "SAMENSPRAAK_BOUNCE_IMAP_FOLDER may hold"),
    ],
)
def test_settings_of_which_nothing_can_come_are_refused(variables: dict[str, str], sentence: str) -> None:
    environment = {"SECRET_KEY": "x" * 40, "BOUNCE_ADDRESS": "bounce@voorbeeld.example"} | variables
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        read_settings({PREFIX + name: value for name, value in environment.items()})
