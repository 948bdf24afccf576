"""The worker of the service in a process of its own, that a test can kill. Says "ready" when it begins."""

import asyncio
import logging
import signal

import uvloop

from panel.database import Database
from panel.settings import read_settings
from panel.worker import Worker


async def main() -> None:
    settings = read_settings()
    async with Database(settings) as database:
        worker = Worker(database, settings)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        print("ready", flush=True)  # noqa: T201 - whoever started this process waits for it
        await worker.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    uvloop.run(main())
