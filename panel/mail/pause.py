"""While the relay cannot be reached all mail waits, ever longer between the tries, and nothing is lost."""

from datetime import UTC, datetime, timedelta

from panel.database import rows
from panel.mail.models import Pause

SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=5)
LONGEST_ASKED = timedelta(hours=1)


async def pause() -> Pause | None:
    """Since when the relay cannot be reached, why, and until when mail waits; None when nothing is wrong."""
    return await Pause.get_or_none(id=1)


async def begin_pause(reply: str, asked: timedelta | None = None) -> datetime:
    """Let all mail wait, longer after every failure; says until when. Inside a unit of work.

    `asked`: in how long the relay says that we may come back.
    """
    now, before = datetime.now(UTC), await pause()
    failures = before.failures if before else 0
    own = min(LONGEST, SHORTEST * 2 ** min(failures, 10))
    until: datetime = now + max(own, min(asked or own, LONGEST_ASKED))
    row = Pause(id=1, since=before.since if before else now, until=until, failures=failures + 1, reply=reply)
    await Pause.bulk_create([row], update_fields=["until", "failures", "reply"], on_conflict=["id"])
    return until


async def end_pause() -> None:
    """The relay serves us again. Inside a unit of work."""
    await rows("DELETE FROM mail_pause")
