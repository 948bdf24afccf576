"""Options that say where the lot comes from, and input that is wrong answered with a sentence."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from deliberation.sortition.frames.table import FrameError
from deliberation.sortition.invitations.stratified import DrawError
from deliberation.sortition.randomness import Randomness, RandomnessError, read_randomness
from deliberation.sortition.seal import Announced
from deliberation.sortition.volunteers.quotas import QuotaError

P = ParamSpec("P")
R = TypeVar("R")


class InputError(click.ClickException):
    """Input that cannot be used: status 2."""

    exit_code = 2

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)


def answer_mistakes(command: Callable[P, R]) -> Callable[P, R]:
    """A mistake in the input gets its sentence and status 2."""

    @wraps(command)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (FrameError, QuotaError, DrawError, RandomnessError) as error:
            raise InputError(str(error)) from None

    return answered


def lot_options(command: Callable[..., R]) -> Callable[..., R]:
    """Exactly one of --seed, --drand, --dice and --lottery becomes the argument `lot`."""

    @wraps(command)
    def with_lot(*args: object, **kwargs: object) -> R:
        given = [(kind, str(text)) for kind in OPTIONS if (text := kwargs.pop(kind)) is not None]
        if len(given) != 1:
            raise click.UsageError("Give one of " + ", ".join(f"--{kind}" for kind in OPTIONS) + ".")
        return command(*args, lot=read_randomness(*given[0]), **kwargs)

    for kind, (metavar, words) in reversed(OPTIONS.items()):
        with_lot = click.option(f"--{kind}", metavar=metavar, help=words)(with_lot)
    return with_lot


OPTIONS = {
    "seed": ("HEX", "Randomness as bytes in hexadecimal, for trying and research."),
    "drand": ("ROUND:SIGNATURE", "A round of the public network drand (quicknet); its signature is checked here."),
    "dice": ("NUMBERS", "What was thrown: '4 0 7'. Three ten-sided dice are the number of one of 1,000 panels."),
    "lottery": ("TEXT", "The result of a lottery, as published."),
}


def announced(lot: Randomness) -> Announced:
    """Without a service nothing is announced beforehand: the record names the kind, and the round of drand."""
    return Announced(lot.kind, lot.text.split(":")[0] if lot.kind == "drand" else "")
