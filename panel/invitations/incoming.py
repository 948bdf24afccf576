"""Ways in for mail that comes back: one mail that somebody hands over, a Maildir, and a folder of an IMAP server."""

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from panel.database import Database
from panel.invitations.bounced import TooEarlyError, record_returned
from panel.invitations.imap import Mailbox, MailboxError
from panel.mail.bounces import LARGEST, read_returned
from panel.settings import Settings
from panel.web.faults import where

AT_ONCE = 200

log = logging.getLogger(__name__)


async def take_in(database: Database, settings: Settings, raw: bytes, recipient: str = "") -> None:
    """When this returns it is on disk. Mail that proves no message of ours changes nothing."""
    returned = read_returned(raw, settings, recipient)
    if returned is None:
        log.info("a mail at the address for bounces is about no message of ours")
        return
    unit = record_returned(settings, returned)
    try:
        await database.write(unit)
    except Exception:
        unit.close()  # it has not begun when there is no connection
        raise
    log.info("message %d: %s, code %s", returned.message_id, returned.notice.kind, returned.notice.code or "none")


async def empty_maildir(database: Database, settings: Settings) -> int:
    """Take in what is new, and only then move it to `cur`; says how many."""
    folder = Path(settings.bounce_maildir)
    try:
        with os.scandir(folder / "new") as entries:
            names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        (folder / "cur").mkdir(exist_ok=True)
    except OSError as error:
        log.error("the Maildir for bounces cannot be used: %s", error.strerror)  # noqa: TRY400  # a path says more than a trace
        return 0

    def read(name: str) -> bytes:
        with (folder / "new" / name).open("rb") as file:
            return file.read(LARGEST)

    def put_away(name: str) -> None:
        with suppress(FileNotFoundError):  # another worker was first
            (folder / "new" / name).rename(folder / "cur" / f"{name.partition(':')[0]}:2,S")

    return await _take_all(database, settings, names, read, put_away)


async def empty_mailbox(database: Database, settings: Settings) -> int:
    """Take in what nobody has seen on the IMAP server, and only then flag it as seen; says how many."""
    try:
        mailbox = await asyncio.to_thread(Mailbox, settings)
        try:
            new = await asyncio.to_thread(mailbox.new)
            return await _take_all(database, settings, new, mailbox.read, mailbox.flag_seen)
        finally:
            await asyncio.to_thread(mailbox.close)
    except MailboxError as error:
        log.error("the mailbox for bounces waits and will be tried again: %s", error)  # noqa: TRY400  # it says it all
        return 0


async def _take_all(
    database: Database,
    settings: Settings,
    names: list[str],
    read: Callable[[str], bytes],
    put_away: Callable[[str], None],
) -> int:
    """One by one; what fails stays for the next time."""
    taken = 0
    for name in names[:AT_ONCE]:
        try:
            await take_in(database, settings, await asyncio.to_thread(read, name))
            await asyncio.to_thread(put_away, name)
            taken += 1
        except (TooEarlyError, FileNotFoundError):
            continue
        except MailboxError:
            raise
        except Exception as error:
            log.error("a mail that came back waits and will be tried again: %s", where(error))  # noqa: TRY400
    return taken
