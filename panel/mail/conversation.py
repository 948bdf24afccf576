"""What is said over an open connection to a relay, and what the relay replies.

aiosmtplib opens the connection, encrypts it and signs in. It then waits for the reply to every command; a relay that
offers PIPELINING (RFC 2920) takes several at once, which halves the waiting, so from there the words are ours.
"""

import asyncio
from collections import deque
from typing import NamedTuple

LONGEST_LINE, MOST_LINES = 2_000, 100  # RFC 5321 asks for 512 bytes


class Reply(NamedTuple):
    code: int
    text: str


class BrokenOffError(Exception):
    """No reply will come any more; the message says why."""


class Conversation(asyncio.Protocol):
    def __init__(self, transport: asyncio.Transport, opener: asyncio.BaseProtocol, *, pipelining: bool) -> None:
        self.pipelining = pipelining
        self._transport = transport
        self._opener = opener
        self._buffer = b""
        self._lines: list[bytes] = []  # of a reply that is not complete
        self._replies: deque[Reply] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._end = ""  # why it ended
        transport.set_protocol(self)

    @property
    def idle(self) -> bool:
        """Open, and nothing was said that nobody asked for, such as a farewell."""
        return not (self._end or self._replies or self._buffer or self._transport.is_closing())

    def say(self, words: bytes) -> None:
        if not self._end and not self._transport.is_closing():
            self._transport.write(words)

    async def reply(self, patience: float) -> Reply:
        """The next reply. Raises BrokenOffError after `patience` seconds, or when the other side has left."""
        if not self._replies and not self._end:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(patience):
                    await self._arrival
            except TimeoutError:
                self._stop("no reply in time")
            finally:
                self._arrival = None
        if self._replies:
            return self._replies.popleft()
        raise BrokenOffError(self._end)

    def close(self) -> None:
        self._stop("closed")

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._take(line.rstrip(b"\r"))
        if len(self._buffer) > LONGEST_LINE:
            self._stop("a reply that is too long")

    def _take(self, line: bytes) -> None:
        if self._end:
            return None
        if not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b"") or len(line) > LONGEST_LINE:
            return self._stop(f"a reply that is none: {line[:LONGEST_LINE].decode('utf-8', 'replace')}")
        self._lines.append(line[4:])
        if len(self._lines) > MOST_LINES:
            return self._stop("a reply that is too long")
        if line[3:4] == b"-":
            return None
        text = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
        self._lines.clear()
        self._replies.append(Reply(int(line[:3]), text))
        return self._wake()

    def eof_received(self) -> bool:
        self._stop("the relay left")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(str(exc) if exc else "the relay left")
        self._opener.connection_lost(exc)

    def _stop(self, why: str) -> None:
        self._end = self._end or why
        self._transport.close()
        self._wake()

    def _wake(self) -> None:
        if self._arrival and not self._arrival.done():
            self._arrival.set_result(None)
