"""Mail that comes back, handed over by the mail system."""

import asyncio
import sys

import click

from panel.database import Database
from panel.invitations.bounced import TooEarlyError
from panel.invitations.incoming import take_in
from panel.mail.bounces import LARGEST
from panel.settings import PREFIX, Settings, SettingsError, read_settings
from panel.web.faults import where

EX_TEMPFAIL = 75  # sysexits.h: the mail system keeps the mail and tries again


@click.command()
@click.option("--recipient", default="", help="The envelope recipient; without it, the header tells.")
def bounce(recipient: str) -> None:
    """Take in one mail from standard input. Status 0 once it is on disk, 75 to try again later."""
    raw = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(LARGEST):
        pass  # a mail system that cannot hand over everything would call it a failure
    try:
        settings = read_settings()
        if not settings.bounce_address:
            raise SettingsError(f"{PREFIX}BOUNCE_ADDRESS is not set.")
        asyncio.run(_take_in(settings, raw, recipient))
    except SettingsError as error:
        _later(str(error))
    except TooEarlyError:
        _later("The message is being sent at this moment.")
    except Exception as error:  # whatever it is, the mail must not be lost
        _later(f"The database cannot be used: {where(error)}. Look at {PREFIX}DATABASE_URL.")


async def _take_in(settings: Settings, raw: bytes, recipient: str) -> None:
    async with Database(settings) as database:
        await take_in(database, settings, raw, recipient)


def _later(sentence: str) -> None:
    click.echo(f"Error: {sentence} The mail has to be handed in again.", err=True)
    sys.exit(EX_TEMPFAIL)
