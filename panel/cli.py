"""What an operator types."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import click
import uvicorn
from tortoise.exceptions import DBConnectionError

from panel.app import create_app
from panel.audit import first_broken
from panel.database import Database, migrate
from panel.demo.run import run_demo, run_newcomer
from panel.mail.smtp import Relay
from panel.settings import PREFIX, Settings, SettingsError, read_settings
from panel.staff.actions import add_staff
from panel.staff.models import Role
from panel.worker import Worker

OPERATOR = "operator"


class Commands(click.Group):
    """Commands that answer an operator's mistake with a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except (ConnectionError, DBConnectionError, asyncpg.PostgresError) as error:
            where = f"{PREFIX}DATABASE_URL and {PREFIX}VAULT_URL"
            raise click.ClickException(f"The database cannot be used: {error}. Look at {where}.") from None
        except OSError as error:
            raise click.ClickException(f"{error.strerror}: {error.filename}") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Samenspraak: a council asks residents, drawn by lot, before it decides."""
    os.umask(0o077)  # what is written here holds personal data: for the owner's eyes only
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    context.obj = read_settings()


@main.command()
@click.option("--fd", type=int, help="An open socket to listen on, handed over by whoever starts this.")
@click.pass_obj
def serve(settings: Settings, fd: int | None) -> None:
    """Serve the pages, with the worker in the same process unless SAMENSPRAAK_WORKER=no."""
    Relay(settings)  # says at once what is wrong with the settings of the relay
    asyncio.run(migrate(settings))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        fd=fd,
        access_log=False,  # an address may hold a personal link
        server_header=False,
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Send mail, close reviews and make reports, beside the processes that serve pages."""

    async def work() -> None:
        Relay(settings)
        await migrate(settings)
        async with Database(settings) as database:
            own = Worker(database, settings)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, own.stop)
            await own.run()

    asyncio.run(work())


@main.command(name="migrate")
@click.pass_obj
def migrate_command(settings: Settings) -> None:
    """Bring both databases to the newest version."""
    asyncio.run(migrate(settings))
    click.echo("Both databases are up to date.")


@main.group()
def staff() -> None:
    """The people who may sign in at the desk."""


@staff.command()
@click.argument("email")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.pass_obj
def add(settings: Settings, email: str, name: str, role: str) -> None:
    """Add somebody, or change the name and role of somebody who is there."""

    async def do() -> None:
        await migrate(settings)
        async with Database(settings) as database:
            await database.write(add_staff(email, name, Role(role), OPERATOR))

    asyncio.run(do())
    click.echo(f"Added as {role}. Sign in at {settings.base_url}/bureau")


@main.group()
def audit() -> None:
    """The log of who did what."""


@audit.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Check that no entry was changed, dropped or moved."""

    async def check() -> int | None:
        async with Database(settings):
            return await first_broken()

    broken = asyncio.run(check())
    if broken is not None:
        raise click.ClickException(f"The log is broken at entry {broken}.")
    click.echo("The log is whole.")


@main.command()
@click.option("--proposal", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A text in Markdown.")
@click.option(
    "--frame", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="People, or areas, as CSV."
)
@click.pass_obj
def demo(settings: Settings, proposal: Path | None, frame: Path | None) -> None:
    """Do the whole job once, without a hand, in var/demo. Status 0 only when every count adds up."""
    sys.exit(asyncio.run(run_demo(settings, proposal, frame)))


@main.command()
@click.option("--empty", is_flag=True, help="Start with nothing in it.")
@click.pass_obj
def run(settings: Settings, empty: bool) -> None:
    """For newcomers: start the service with a mail catcher, and do the whole job once when there is nothing yet."""
    sys.exit(asyncio.run(run_newcomer(settings, empty)))
