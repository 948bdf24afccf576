"""Running the service."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click
import uvicorn

from panel.app import create_app
from panel.audit import first_broken
from panel.cli.environment import pass_settings
from panel.cli.processes import listen, multiply
from panel.database import Database
from panel.database import migrate as migrate_both
from panel.demo.run import run_demo, run_newcomer
from panel.mail.smtp import Relay
from panel.settings import Settings
from panel.staff.actions import add_staff
from panel.staff.models import Role
from panel.worker import Worker

OPERATOR = "operator"
SWITCH_SECONDS = 0.0005  # how long pages may keep the interpreter from a thread that comes back from the disk


@click.command()
@click.option("--fd", type=int, help="An open socket to listen on, handed over by whoever starts this.")
@click.option("--processes", type=click.IntRange(1), default=1, help="How many processes serve the pages.")
@pass_settings
def serve(settings: Settings, fd: int | None, processes: int) -> None:
    """Serve the pages, with the worker in the first process unless SAMENSPRAAK_WORKER=no."""
    if settings.demo and processes > 1:
        raise click.UsageError("The demonstration catches its mail in one process: leave --processes out.")
    Relay(settings)  # says at once what is wrong with the settings of the relay
    asyncio.run(migrate_both(settings))
    first = multiply(processes)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings if first else replace(settings, worker=False)),
            fd=fd,
            access_log=False,  # an address may hold a personal link
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=settings.proxies,
            log_level="warning",
            timeout_graceful_shutdown=10,
        )
    )
    sys.setswitchinterval(SWITCH_SECONDS)
    server.run(None if fd is not None else [listen(settings.host, settings.port, shared=processes > 1)])
    if not server.started:
        sys.exit(1)


@click.command()
@pass_settings
def worker(settings: Settings) -> None:
    """Send mail, close reviews and make reports, beside the processes that serve pages."""

    async def work() -> None:
        Relay(settings)
        await migrate_both(settings)
        async with Database(settings) as database:
            own = Worker(database, settings)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, own.stop)
            await own.run()

    asyncio.run(work())


@click.command()
@pass_settings
def migrate(settings: Settings) -> None:
    """Bring both databases to the newest version."""
    asyncio.run(migrate_both(settings))
    click.echo("Both databases are up to date.")


@click.group()
def staff() -> None:
    """The people who may sign in at the desk."""


@staff.command()
@click.argument("email")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@pass_settings
def add(settings: Settings, email: str, name: str, role: str) -> None:
    """Add somebody, or change the name and role of somebody who is there."""

    async def do() -> None:
        await migrate_both(settings)
        async with Database(settings) as database:
            await database.write(add_staff(email, name, Role(role), OPERATOR))

    asyncio.run(do())
    click.echo(f"Added as {role}. Sign in at {settings.base_url}/bureau")


@click.group()
def audit() -> None:
    """The log of who did what."""


@audit.command()
@pass_settings
def verify(settings: Settings) -> None:
    """Check that no entry was changed, dropped or moved."""

    async def check() -> int | None:
        async with Database(settings):
            return await first_broken()

    broken = asyncio.run(check())
    if broken is not None:
        raise click.ClickException(f"The log is broken at entry {broken}.")
    click.echo("The log is whole.")


@click.command()
@click.option("--proposal", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A text in Markdown.")
@click.option(
    "--frame", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="People, or areas, as CSV."
)
@pass_settings
def demo(settings: Settings, proposal: Path | None, frame: Path | None) -> None:
    """Do the whole job once, without a hand, in var/demo. Status 0 only when every count adds up."""
    sys.exit(asyncio.run(run_demo(settings, proposal, frame)))


@click.command()
@click.option("--empty", is_flag=True, help="Start with nothing in it.")
@pass_settings
def run(settings: Settings, empty: bool) -> None:
    """For newcomers: start the service with a mail catcher, and do the whole job once when there is nothing yet."""
    sys.exit(asyncio.run(run_newcomer(settings, empty)))
