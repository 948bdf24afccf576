"""What an operator types, and a researcher."""

import logging
import os
import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    **dict.fromkeys(("run", "serve", "worker", "migrate", "staff", "audit", "demo"), "panel.cli.service"),
    "bounce": "panel.cli.bounce",
    "frame": "panel.cli.frame",
    "analyse": "panel.cli.analyse",
    "draw": "panel.cli.draw",
    "pool": "panel.cli.pool",
}


class Commands(click.Group):
    """Commands that are loaded when they are called: a draw needs no web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read along has seen enough: click ends quietly
        except OSError as error:
            raise click.ClickException(f"{error.strerror}: {error.filename}") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Samenspraak: a council asks residents, drawn by lot, before it decides."""
    os.umask(0o077)  # what is written here holds personal data: for the owner's eyes only
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("httpx2").setLevel(logging.WARNING)
