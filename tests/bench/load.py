"""Members who all press at once, in a process of their own: who they are comes in, how it went goes out, as JSON.

Each connection stands for some members. It presses, waits for the answer, and presses again without thinking.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any

import uvloop

from tests.bench.server import LENGTH

# What members press, in a hundred presses, and how each is answered.
MIX = {"open a question": 60, "save": 25, "start page": 5, "check page": 5, "hand in": 3, "wrong link": 2}
RIGHT = {
    "open a question": (200,),
    "save": (303,),
    "start page": (200,),
    "check page": (200,),
    "hand in": (303,),
    "wrong link": (404, 429),
}


@dataclass(frozen=True)
class Visitor:
    """A member who pressed Start: the cookie, the link, and for each question an answer as its form sends it."""

    cookie: str
    link: str
    forms: dict[str, str]

    def press(self, kind: str, rng: random.Random) -> bytes:
        question = rng.choice(list(self.forms))
        match kind:
            case "open a question":
                return self._get(f"/mening/vraag/{question}")
            case "save":
                return self._post(f"/mening/vraag/{question}", self.forms[question])
            case "start page":
                return self._get(self.link)
            case "check page":
                return self._get("/mening/controle")
            case "hand in":
                return self._post("/mening/versturen", "")
            case _:
                return self._get(f"{self.link}x")

    def _get(self, address: str) -> bytes:
        return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n".encode()

    def _post(self, address: str, body: str) -> bytes:
        kind = "Content-Type: application/x-www-form-urlencoded"
        size = f"Content-Length: {len(body)}"
        return (
            f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n{kind}\r\n{size}\r\n\r\n{body}"
        ).encode()


async def main(given: dict[str, Any]) -> dict[str, Any]:
    visitors = [Visitor(**one) for one in given["visitors"]]
    taken: dict[str, list[float]] = {kind: [] for kind in MIX}
    wrong: Counter[str] = Counter()
    kinds = iter(random.Random(5).choices(list(MIX), list(MIX.values()), k=given["requests"]))
    began = perf_counter()
    places = range(given["connections"])
    own = [visitors[place :: given["connections"]] for place in places]
    lines = [await asyncio.open_connection("127.0.0.1", given["port"]) for _ in places]
    await asyncio.gather(*(_connection(*lines[place], own[place], kinds, place, taken, wrong) for place in places))
    seconds = perf_counter() - began
    taken["all"] = [each for some in taken.values() for each in some]
    return {"seconds": seconds, "wrong": wrong, "taken": {kind: _summary(some) for kind, some in taken.items()}}


def _summary(taken: list[float]) -> tuple[int, float, float, float]:
    """How many, and the seconds within which half of them, 99 in 100 and all were answered."""
    cuts = quantiles(taken, n=100)
    return len(taken), cuts[49], cuts[98], max(taken)


async def _connection(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    visitors: list[Visitor],
    kinds: Iterator[str],
    seed: int,
    taken: dict[str, list[float]],
    wrong: Counter[str],
) -> None:
    rng = random.Random(seed)
    for kind in kinds:
        press = rng.choice(visitors).press(kind, rng)
        pressed = perf_counter()
        writer.write(press)
        head = await reader.readuntil(b"\r\n\r\n")
        if length := LENGTH.search(head):
            await reader.readexactly(int(length[1]))
        taken[kind].append(perf_counter() - pressed)
        status = int(head[9:12])
        if status not in RIGHT[kind] or length is None:
            wrong[f"{kind}: {status}"] += 1
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(main(json.load(sys.stdin)))))
