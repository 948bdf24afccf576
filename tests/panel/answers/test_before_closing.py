"""While a review is open nothing that anybody sees depends on what was answered, in counts, in words or in length."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from panel.answers.models import Ballot
from panel.app import create_app
from panel.demo.service import free_port
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.staff.models import Role, Staff
from tests.panel.answers.crawl import Crawl, mail_done
from tests.panel.answers.story import log_kept
from tests.panel.stage import Stage

FIRST, SECOND = ("Zonnebloem", "voor"), ("Pinksterbloem staat in het veld", "tegen")


@pytest.fixture
async def installed(settings: Settings) -> Settings:
    """An installation that was stopped, with a review that is open: it can be copied, with all its random codes."""
    if not settings.database_url.startswith("sqlite://"):
        pytest.skip("a server's database is not copied that easily, and pages are the same on it")
    var = settings.var / "installed"
    shutil.copytree(Path(settings.database_url.removeprefix("sqlite://")).parent, var)
    own = replace(settings, var=var, database_url="", vault_url="", demo=True, base_url="http://localhost")
    async with running(own) as made:
        await made.stage.hire()
        await made.stage.review(State.OPEN)
        await made.stage.work(mail_done)
    return own


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Crawl]:
    own = replace(settings, smtp_port=free_port())
    app = create_app(own)
    async with app.router.lifespan_context(app):
        yield Crawl(app, Stage(own, app.state.database))


async def crawl(installed: Settings, seed: int, words: str, vote: str, forms: bool) -> Crawl:
    """A copy, in which the same people take part in the same way, with these answers."""
    var = installed.var.with_name(vote)
    shutil.copytree(installed.var, var)
    with log_kept() as log:
        async with running(replace(installed, var=var, database_url="", vault_url="")) as made:
            made.stage.clerk, made.stage.drafter, made.stage.council = [await Staff.get(role=role) for role in Role]
            await made.answer(await Review.get(), seed, words, vote)
            await made.look(await Review.get(), forms)
    made.keep("log", log.getvalue())
    return made


async def both(installed: Settings, forms: bool = True) -> tuple[Crawl, Crawl]:
    return await crawl(installed, 1, *FIRST, forms), await crawl(installed, 1000, *SECOND, forms)


def differing(first: Crawl, second: Crawl) -> dict[str, list[str]]:
    """What was looked at -> the lines that are not the same."""
    found = {what: (first.seen.get(what, ""), second.seen.get(what, "")) for what in first.seen | second.seen}
    return {what: _lines(one, other) for what, (one, other) in found.items() if one != other}


def _lines(one: str, other: str) -> list[str]:
    return list(unified_diff(one.splitlines(), other.splitlines(), n=0))[2:]


@pytest.mark.timeout(300)
async def test_with_other_answers_every_page_file_mail_and_line_in_the_log_is_the_same(
    installed: Settings,
) -> None:
    first, second = await both(installed)
    assert differing(first, second) == {}
    assert not [text for made in (first, second) for text in made.raw if "Zonnebloem" in text or "Pinkster" in text]
    statuses = {text[:3] for text in first.seen.values()}
    assert {"200", "303", "403", "404", "422"} <= statuses
    assert "14 van 40" in first.seen["GET /bureau/{id:int} 0 as council_member"], "how many took part is shown"


async def _count(request: Request) -> Response:
    in_favour = [ballot for ballot in await Ballot.all() if ballot.draft["q09_stem"] == "voor"]
    return PlainTextResponse(f"ok, {len(in_favour)} in favour")


async def _length(request: Request) -> Response:
    await Review.all().count()
    return PlainTextResponse("ok" + " " * sum([len(str(ballot.draft)) for ballot in await Ballot.all()]))


@pytest.mark.parametrize("leak", [_count, _length])
async def test_the_comparison_finds_a_count_and_a_length(
    installed: Settings, monkeypatch: pytest.MonkeyPatch, leak: Callable[[Request], Response]
) -> None:
    monkeypatch.setattr("panel.app.health", leak)
    first, second = await both(installed, forms=False)
    assert {what.split(" as ")[0] for what in differing(first, second)} == {"GET /healthz 0"}
