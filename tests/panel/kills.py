"""Kills processes of the service at random moments, and counts what was lost; on SQLite or PostgreSQL.

`scripts/kills [--of mail] [--kills 100] [--messages 2000] [--policy hold|resend]`: two workers in the middle of
waves, and a relay that replies late; see mail/killing.py.
`scripts/kills --of answers [--kills 50] [--members 32]`: the service while members save and hand in; see
answers/killing.py.
"""

import argparse
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from panel.database import Database
from panel.settings import ROOT, Settings
from tests.databases import KINDS, SECRET, fresh_databases
from tests.panel.answers import killing as answers
from tests.panel.mail import killing as mail

KILLS_PER_WAVE = 4
USUAL_KILLS = {"mail": 100, "answers": 50}
Advance = Callable[..., object]
Outcome = tuple[mail.Tally | answers.Tally, list[str]]

console = Console(width=None if os.isatty(1) else 118, highlight=False)


async def _of_mail(settings: Settings, asked: argparse.Namespace, show: Advance) -> Outcome:
    async with Database(settings) as database, mail.harness(database, settings, asked.messages, asked.seed) as made:
        made.on_kill = lambda: show(advance=1)
        while made.tally.kills < asked.kills:
            show(description=f"wave {made.tally.waves + 1}, seed {asked.seed}")
            await made.wave(min(KILLS_PER_WAVE, asked.kills - made.tally.kills))
    return made.tally, made.tally.faults(asked.policy)


async def _of_answers(settings: Settings, asked: argparse.Namespace, show: Advance) -> Outcome:
    async with answers.harness(settings, asked.members, asked.seed) as made:
        made.on_kill = lambda: show(advance=1)
        show(description=f"{asked.members} members answer, seed {asked.seed}")
        for _ in range(asked.kills):
            await made.kill()
        await made.finish()
    return made.tally, made.tally.faults()


def main() -> int:
    asked = _arguments()
    var = ROOT / "var"  # where the service keeps its databases, so on the same disk
    var.mkdir(exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with TemporaryDirectory(prefix="kills-", dir=var) as name, Progress(*columns, console=console) as progress:
        urls = fresh_databases(asked.database, Path(name))()
        settings = Settings(
            secret_key=SECRET,
            var=Path(name),
            database_url=urls.main,
            vault_url=urls.vault,
            smtp_tls="none",
            mail_in_doubt=asked.policy,
        )
        task = progress.add_task("drawing members", total=asked.kills)
        run = _of_mail if asked.of == "mail" else _of_answers
        tally, faults = uvloop.run(run(settings, asked, lambda **change: progress.update(task, **change)))
    what = f"{asked.of}, {asked.database}, seed {asked.seed}" + (f", {asked.policy}" if asked.of == "mail" else "")
    table = Table("", "", title=what, title_justify="left")
    for name, value in vars(tally).items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)
    console.print(*faults or ["As it must be."])
    return bool(faults)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/kills", description="Kill processes in the middle of their work.")
    parser.add_argument("--of", choices=USUAL_KILLS, default="mail", help="what they are working at")
    parser.add_argument("--kills", type=int, help="100 of mail, 50 of answers")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--messages", type=int, default=2000, help="of mail: in every wave")
    parser.add_argument("--policy", choices=("hold", "resend"), default="hold", help="of mail: for messages in doubt")
    parser.add_argument("--members", type=int, default=32, help="of answers: who answer at the same time")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    asked.kills = asked.kills or USUAL_KILLS[asked.of]
    return asked


if __name__ == "__main__":
    sys.exit(main())
