"""Work in a process of its own."""

import asyncio

import pytest

from panel.web.process import ProcessError, run

SLEEP = ["timeit", "-n", "1", "import time; time.sleep(60)"]


async def test_lines_come_back_as_they_are_printed() -> None:
    heard: list[str] = []

    async def told(line: str) -> None:
        heard.append(line)

    printed = await run(["json.tool", "--compact"], {"a": "é"}, told)
    assert printed == heard == ['{"a":"\\u00e9"}']


async def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(ProcessError, match="No module named"):
        await run(["no_such_module"], {})


async def test_who_stops_waiting_stops_the_process() -> None:
    work = asyncio.create_task(run(SLEEP, {}))
    await asyncio.sleep(0.3)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(work, 10)
