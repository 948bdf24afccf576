"""A review that is open, in databases of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from panel.app import create_app
from panel.database import migrate
from panel.people.models import Member
from panel.reviews.models import Review, State
from panel.settings import Settings
from tests.databases import Urls
from tests.panel.stage import Stage, frame


@dataclass(frozen=True)
class Opened:
    app: Starlette
    stage: Stage
    review: Review
    members: list[Member]


@asynccontextmanager
async def opened_review(
    folder: Path, members: int, port: int = 0, databases: Urls | None = None
) -> AsyncIterator[Opened]:
    settings = Settings(
        secret_key="a secret of the benchmark, long enough",
        var=folder,
        database_url=databases.main if databases else "",
        vault_url=databases.vault if databases else "",
        port=port or Settings.port,
        base_url=f"http://127.0.0.1:{port}",
        worker=False,
        smtp_tls="none",
        smtp_port=port,
    )
    await migrate(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        stage = Stage(settings, app.state.database, members, frame(4 * members))
        await stage.hire()
        review = await stage.review(State.OPEN)
        yield Opened(app, stage, review, await stage.members(review))
