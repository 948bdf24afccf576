"""Settings for the commands that need them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import asyncpg
import click
from tortoise.exceptions import DBConnectionError

from panel.settings import PREFIX, Settings, SettingsError, read_settings

P = ParamSpec("P")
R = TypeVar("R")


def pass_settings(command: Callable[Concatenate[Settings, P], R]) -> Callable[P, R]:
    """Read the environment when the command runs; what is wrong with it or its database gets a sentence."""

    @wraps(command)
    def with_settings(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(read_settings(), *args, **kwargs)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except (ConnectionError, DBConnectionError, asyncpg.PostgresError) as error:
            where = f"{PREFIX}DATABASE_URL and {PREFIX}VAULT_URL"
            raise click.ClickException(f"The database cannot be used: {error}. Look at {where}.") from None

    return with_settings
