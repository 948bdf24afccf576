"""What something takes beside what is known: both in the same run, A B A B, so that a busy machine slows both."""

import gc
import os
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

ROUNDS = 5  # after one to warm up
console = Console(width=None if os.isatty(1) else 118, highlight=False)


@dataclass(frozen=True)
class Cost:
    """Seconds of a clock and of a processor, and the most memory in bytes where a process was measured whole."""

    wall: float
    cpu: float
    memory: int = 0


class Clock:
    def __init__(self) -> None:
        gc.collect()
        self._wall, self._cpu = perf_counter(), process_time()

    def stop(self) -> Cost:
        return Cost(perf_counter() - self._wall, process_time() - self._cpu)


Written = Callable[[Sequence[Cost], float], str]


@dataclass(frozen=True)
class Contender:
    """One of those compared: `run` does `units` pieces of work, or that part of one. `beside`: the yardsticks for it,
    by name.
    """

    name: str
    run: Callable[[], Awaitable[Cost]]
    units: float = 1
    beside: tuple[str, ...] = ()


def whole(work: Callable[[], object]) -> Callable[[], Awaitable[Cost]]:
    """A run of work that needs nothing prepared."""

    async def run() -> Cost:
        clock = Clock()
        work()
        return clock.stop()

    return run


async def compare(title: str, unit: str, contenders: Sequence[Contender]) -> None:
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as progress:
        task = progress.add_task(title, total=(1 + ROUNDS) * len(contenders))
        for number in range(1 + ROUNDS):
            for contender in contenders:
                progress.update(task, description=f"{title}: {contender.name}", refresh=True)
                cost = await contender.run()
                progress.advance(task)
                if number:
                    costs[contender.name].append(cost)
    console.print(_figures(title, unit, contenders, costs), _ratios(contenders, costs))


def _figures(title: str, unit: str, contenders: Sequence[Contender], costs: dict[str, list[Cost]]) -> Table:
    table = Table("", title=title, title_justify="left", title_style="bold")
    columns: dict[str, Written] = {f"CPU per {unit}": _cpu, f"time per {unit}": _wall}
    if any(contender.units > 1 for contender in contenders):
        columns["per second"] = _rate
    if any(cost.memory for taken in costs.values() for cost in taken):
        columns["most memory"] = _memory
    for heading in columns:
        table.add_column(heading, justify="right")
    for contender in contenders:
        taken = costs[contender.name]
        table.add_row(contender.name, *(written(taken, contender.units) for written in columns.values()))
    return table


def _ratios(contenders: Sequence[Contender], costs: dict[str, list[Cost]]) -> Table:
    """Round by round, since the two of one round were measured one right after the other."""
    units = {contender.name: contender.units for contender in contenders}
    table = Table("how many times", "the yardstick", box=None)
    table.add_column("in CPU", justify="right")
    table.add_column("in time", justify="right")
    for contender in contenders:
        for yardstick in contender.beside:
            pairs = list(zip(costs[contender.name], costs[yardstick], strict=True))
            more = units[yardstick] / contender.units
            cpu = _spread([more * ours.cpu / theirs.cpu for ours, theirs in pairs])
            wall = _spread([more * ours.wall / theirs.wall for ours, theirs in pairs])
            table.add_row(contender.name, yardstick, cpu, wall)
    table.add_row()
    return table


def _cpu(taken: Sequence[Cost], units: float) -> str:
    return _seconds([cost.cpu / units for cost in taken])


def _wall(taken: Sequence[Cost], units: float) -> str:
    return _seconds([cost.wall / units for cost in taken])


def _rate(taken: Sequence[Cost], units: float) -> str:
    return _spread([units / cost.wall for cost in taken])


def _memory(taken: Sequence[Cost], units: float) -> str:
    return f"{_spread([cost.memory / 2**20 for cost in taken])} MB"


def _seconds(values: Sequence[float]) -> str:
    middle = statistics.median(values)
    factor, unit = next((f, u) for f, u in ((1, "s"), (1e3, "ms"), (1e6, "µs")) if middle * f >= 1 or u == "µs")
    return f"{_spread([value * factor for value in values])} {unit}"


def _spread(values: Sequence[float]) -> str:
    """The median, and the lowest and the highest, in three digits."""
    return f"{_digits(statistics.median(values))} ({_digits(min(values))}–{_digits(max(values))})"


def _digits(value: float) -> str:
    whole = len(str(int(value)))
    return f"{value:,.{max(0, 3 - whole)}f}"
