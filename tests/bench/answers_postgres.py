"""The same members, with the service on PostgreSQL that flushes to disk as it does for people."""

import asyncio
from functools import partial
from pathlib import Path

from tests.bench import answers
from tests.databases import fresh_databases


async def run(folder: Path) -> None:
    make = await asyncio.to_thread(partial(fresh_databases, "postgres", folder, durable=True))
    await answers.run(folder, await asyncio.to_thread(make))
