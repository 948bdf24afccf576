"""Files in and out, and progress on the terminal."""

import gc
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

File = click.Path(exists=True, dir_okay=False, path_type=Path)
Out = click.Path(dir_okay=False, writable=True, path_type=Path)


class Stages:
    """What is being done, one line for each stage; `share` of 0 to 1 moves the bar."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._task = progress, progress.add_task("", total=None, visible=False)

    def begin(self, text: str) -> None:
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(text, total=None)

    def share(self, done: float) -> None:
        self._progress.update(self._task, total=1.0, completed=done)


@contextmanager
def stages() -> Iterator[Stages]:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    gc.disable()  # a million rows make no cycles, and looking for some takes a second
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Stages(progress)


def write_record(record: Mapping[str, object], out: Path) -> None:
    """JSON, a part per line; whole or not at all."""
    half = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with half.open("w", encoding="utf-8") as file:
            for number, (name, part) in enumerate(record.items()):
                file.write(f"{',' if number else '{'}\n{json.dumps(name)}: ")
                file.writelines(_json(part))
            file.write("\n}\n")
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)


def _json(part: object) -> Iterator[str]:
    """In pieces: the panels of a large pool are long."""
    if not isinstance(part, list) or not part:
        yield json.dumps(part, ensure_ascii=False)
        return
    for number, item in enumerate(part):
        yield ("[", ", ")[number > 0] + json.dumps(item, ensure_ascii=False)
    yield "]"


def read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise click.ClickException(
            f"{path.name} is geen verslag van een loting: het is geen JSON-bestand met onderdelen."
        )
    return record


def counted(count: int, one: str, more: str) -> str:
    """`1 rij is`, `1.200 rijen zijn`."""
    return f"{count:,} ".replace(",", ".") + (one if count == 1 else more)


def number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def names(text: str) -> list[str]:
    """The names in `COL,COL`."""
    return [name.strip() for name in text.split(",") if name.strip()]
