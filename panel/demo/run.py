"""The two ways to see everything at work: `samenspraak demo` for scripts, `samenspraak run` for newcomers."""

import asyncio
import shutil
import signal
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deliberation.sortition.frames.table import FrameError
from panel.database import Database, migrate
from panel.demo import desk
from panel.demo.browser import UnexpectedPage
from panel.demo.play import Counts, DemoError, Play
from panel.demo.residents import make_frame, read_frame_file
from panel.demo.service import ServiceError, demo_settings, free_port, service
from panel.reviews.models import Review
from panel.settings import Settings

RESIDENTS, SEED = 20_000, 2026
PANEL, QUORUM = 600, 150
SECOND_PANEL, SECOND_QUORUM = 60, 30
DOCUMENTS = ("report.html", "report.pdf", "results.csv", "results.json", "codebook.csv")
console = Console(stderr=True)


async def run_demo(settings: Settings, proposal: Path | None, frame: Path | None) -> int:
    """The whole job in a place of its own. The status for a script: 0 when every count adds up."""
    started = time.monotonic()
    folder = settings.var / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    port = free_port()
    own = demo_settings(
        settings,
        var=folder,
        database_url=f"sqlite://{folder / 'samenspraak.sqlite3'}",
        vault_url=f"sqlite://{folder / 'vault.sqlite3'}",
        port=port,
        base_url=f"http://127.0.0.1:{port}",
        smtp_port=free_port(),
    )
    try:
        people = read_frame_file(frame, RESIDENTS, SEED) if frame else ("bevolking.csv", make_frame(RESIDENTS, SEED))
        await migrate(own)
        async with service(own), Database(own) as database:
            with _progress() as progress:
                async with Play(own, database, progress) as play:
                    review = await play.whole(proposal, people, PANEL, QUORUM)
    except (DemoError, ServiceError, UnexpectedPage, FrameError, UnicodeError) as error:
        console.print(f"[bold red]The demonstration stopped:[/] {error}")
        return 1
    for name in DOCUMENTS:
        shutil.copy(own.var / "reports" / str(review.id) / name, folder / name)
    return _conclude(play.counts, folder, time.monotonic() - started)


def _conclude(counts: Counts, folder: Path, seconds: float) -> int:
    _table(counts)
    console.print(f"{seconds:.0f} seconds. The documents are in {folder}: {', '.join(DOCUMENTS)}")
    problems = counts.problems()
    for problem in problems:
        console.print(f"[bold red]does not add up:[/] {problem}")
    return 1 if problems else 0


def _table(counts: Counts) -> None:
    table = Table("what happened", "number", title="Everything adds up" if not counts.problems() else "Look here")
    members = counts.members
    rows = {
        "people drawn by lot": counts.invited,
        "invitations accepted by the mail server": counts.accepted,
        "invitations refused (address unknown)": counts.refused,
        "invitations in doubt": counts.in_doubt,
        "reminders": counts.reminded,
        "answers submitted": members.handed_in,
        "changed later": members.changed,
        "stopped halfway": members.stopped_halfway,
        "opted out": members.opted_out,
        "pages opened and forms sent by members": members.pages,
        "ballots counted after closing": counts.ballots,
        "ballots that can be joined to a person": counts.keys_left,
        "texts judged": counts.texts,
        "n in the report": counts.report_n,
        "advices answered by the council": counts.advices,
        "mails caught": counts.mails,
    }
    for name, number in rows.items():
        table.add_row(name, f"{number:,}")
    table.columns[1].justify = "right"
    console.print(table)


async def run_newcomer(settings: Settings, empty: bool) -> int:
    """Start everything on this machine and leave it running; the first time with the whole job done once."""
    own = demo_settings(settings, base_url=f"http://{settings.host}:{settings.port}")
    try:
        await migrate(own)
        async with service(own) as process:
            if not empty:
                await _play_once(own)
            _welcome(own, empty)
            return await _until_stopped(process)
    except (DemoError, ServiceError, UnexpectedPage) as error:
        console.print(f"[bold red]This went wrong:[/] {error}")
        return 1


async def _play_once(settings: Settings) -> None:
    async with Database(settings) as database:
        if await Review.all().exists():
            return
        console.print("The first time: the whole job is done once with made-up people. This takes about a minute.")
        people = ("bevolking.csv", make_frame(RESIDENTS, SEED))
        with _progress() as progress:
            async with Play(settings, database, progress) as play:
                await play.whole(None, people, PANEL, QUORUM)
                open_review = await play.until_open(None, people, SECOND_PANEL, SECOND_QUORUM)
                await play.invite(open_review)
        _table(play.counts)


def _welcome(settings: Settings, empty: bool) -> None:
    lines = [
        f"[bold]Samenspraak runs at {settings.base_url}[/]",
        "",
        f"Caught mail           {settings.base_url}/demo/post",
        f"The desk              {settings.base_url}/bureau  (sign in, then open the link in the caught mail)",
        f"  as clerk            {desk.CLERK}",
        f"  as drafter          {desk.DRAFTER}",
        f"  as council member   {desk.COUNCIL}",
    ]
    if not empty:
        lines += [
            f"A published report    {settings.base_url}/t/1",
            "A member's link       open the newest invitation in the caught mail",
        ]
    lines += ["", "Stop with Ctrl-C. What is there stays for the next time."]
    console.print("\n".join(lines), highlight=False)


async def _until_stopped(process: asyncio.subprocess.Process) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    ended = asyncio.create_task(process.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, stopped):
        task.cancel()
    return process.returncode or 0


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)
