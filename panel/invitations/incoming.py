"""Ways in for mail that comes back: one mail that somebody hands over, and a Maildir."""

import logging
import os
from contextlib import suppress
from pathlib import Path

from panel.database import Database
from panel.invitations.bounced import TooEarlyError, record_returned
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
    """Take in what is new, and only then move it to `cur`; says how many. What fails stays for the next time."""
    folder = Path(settings.bounce_maildir)
    taken = 0
    try:
        with os.scandir(folder / "new") as entries:
            names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        (folder / "cur").mkdir(exist_ok=True)
    except OSError as error:
        log.error("the Maildir for bounces cannot be used: %s", error.strerror)  # noqa: TRY400  # a path says more than a trace
        return 0
    for name in names[:AT_ONCE]:
        try:
            with (folder / "new" / name).open("rb") as file:
                raw = file.read(LARGEST)
            await take_in(database, settings, raw)
            with suppress(FileNotFoundError):  # another worker was first
                (folder / "new" / name).rename(folder / "cur" / f"{name.partition(':')[0]}:2,S")
            taken += 1
        except (TooEarlyError, FileNotFoundError):
            continue
        except Exception as error:
            log.error("a mail that came back waits and will be tried again: %s", where(error))  # noqa: TRY400
    return taken
