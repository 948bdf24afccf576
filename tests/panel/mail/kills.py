"""Kills workers at random moments of waves, and counts what was lost and what arrived twice.

`scripts/kills [--kills 100] [--messages 2000] [--database sqlite|postgres] [--policy hold|resend] [--seed N]`: two
workers as the service runs them, a review that is open, and a relay that replies late. See killing.py.
"""

import argparse
import os
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from panel.database import Database
from panel.settings import ROOT, Settings
from tests.databases import KINDS, SECRET, fresh_databases
from tests.panel.mail.killing import Tally, harness

KILLS_PER_WAVE = 4

console = Console(width=None if os.isatty(1) else 118, highlight=False)


async def _run(settings: Settings, messages: int, kills: int, seed: int) -> Tally:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"drawing {messages} members", total=kills)
        async with Database(settings) as database, harness(database, settings, messages, seed) as made:
            made.on_kill = lambda: progress.advance(task)
            while made.tally.kills < kills:
                now = min(KILLS_PER_WAVE, kills - made.tally.kills)
                progress.update(task, description=f"wave {made.tally.waves + 1}, seed {seed}")
                await made.wave(now)
        return made.tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/kills", description="Kill workers in the middle of waves.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--messages", type=int, default=2000, help="in every wave")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--policy", choices=("hold", "resend"), default="hold", help="for messages in doubt")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    var = ROOT / "var"  # where the service keeps its databases, so on the same disk
    var.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="kills-", dir=var) as name:
        urls = fresh_databases(asked.database, Path(name))()
        settings = Settings(
            secret_key=SECRET,
            var=Path(name),
            database_url=urls.main,
            vault_url=urls.vault,
            smtp_tls="none",
            mail_in_doubt=asked.policy,
        )
        tally = uvloop.run(_run(settings, asked.messages, asked.kills, asked.seed))
    table = Table("", "", title=f"{asked.database}, {asked.policy}, seed {asked.seed}", title_justify="left")
    for name, value in vars(tally).items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)
    faults = tally.faults(asked.policy)
    console.print(*faults or ["As it must be."])
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
