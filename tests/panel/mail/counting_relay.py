"""A relay that counts: who got which message, over whose connection, at the moment the final dot was read.

Every sender has a port of its own, so that what arrives can be told apart by sender.
"""

import asyncio
import random
import re
from asyncio import StreamReader, StreamWriter
from collections import defaultdict
from dataclasses import dataclass, field

MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE | re.IGNORECASE)
FEATURES = b"250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


@dataclass(frozen=True)
class Receipt:
    message_id: str
    life: int  # of the sender: which of the processes that had this port


@dataclass
class Door:
    """Where one sender comes in."""

    port: int = 0
    life: int = 0
    open: set[StreamWriter] = field(default_factory=set)
    busy: set[StreamWriter] = field(default_factory=set)  # in the middle of a message

    async def empty(self) -> None:
        async with asyncio.timeout(30):
            while self.open:
                await asyncio.sleep(0.005)


class CountingRelay:
    """Replies late: for every message, to one of its commands or after its dot, up to `lateness` seconds."""

    def __init__(self, doors: int, rng: random.Random) -> None:
        self.doors = [Door() for _ in range(doors)]
        self.received: dict[str, list[Receipt]] = defaultdict(list)
        self.lateness = 0.0
        self._rng = rng
        self._lives = 0
        self._servers: list[asyncio.Server] = []

    async def __aenter__(self) -> "CountingRelay":
        for door in self.doors:

            async def serve(reader: StreamReader, writer: StreamWriter, door: Door = door) -> None:
                await self._serve(door, reader, writer)

            server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20)
            door.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for door in self.doors:
            for writer in door.open:
                writer.close()
            await door.empty()

    def new_life(self, door: Door) -> int:
        """Another process comes in at this door from now on."""
        self._lives += 1
        door.life = self._lives
        return door.life

    async def _serve(self, door: Door, reader: StreamReader, writer: StreamWriter) -> None:
        door.open.add(writer)
        try:
            await self._converse(door, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, RuntimeError):
            pass  # it was killed; uvloop calls a write after that a RuntimeError
        finally:
            door.open.discard(writer)
            door.busy.discard(writer)
            writer.close()

    async def _converse(self, door: Door, reader: StreamReader, writer: StreamWriter) -> None:
        life = door.life
        writer.write(b"220 relay.example\r\n")
        recipient = late = ""
        while line := await reader.readline():
            command = line[:4].upper().decode()
            if command == late:
                await self._linger()
            match command:
                case "EHLO":
                    writer.write(FEATURES)
                case "MAIL":
                    door.busy.add(writer)
                    late = self._rng.choice(("RCPT", "DATA", "", ""))
                    writer.write(b"250 2.1.0 OK\r\n")
                case "RCPT":
                    recipient = line.decode().strip()[len("RCPT TO:<") : -1]
                    writer.write(b"250 2.1.5 OK\r\n")
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    found = MESSAGE_ID.search(content)
                    self.received[recipient].append(Receipt(found[1].decode() if found else "", life))
                    if not late:
                        await self._linger()
                    writer.write(b"250 2.0.0 taken\r\n")
                    door.busy.discard(writer)
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                case _:
                    writer.write(b"250 2.0.0 OK\r\n")

    async def _linger(self) -> None:
        await asyncio.sleep(self._rng.uniform(0, self.lateness))
