"""A relay that says at every step of an SMTP conversation exactly what a test wrote down."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Literal

Step = Literal["greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot", "RSET", "NEXT"]
Then = Literal["go on", "close", "reset", "stay silent"]
Pace = Literal["at once", "together", "byte by byte"]


@dataclass(frozen=True)
class Act:
    """Words as they cross the wire, in UTF-8 or with escapes for other bytes, and what follows on them."""

    words: str = ""
    then: Then = "go on"

    @property
    def wire(self) -> bytes:
        return self.words.encode("utf-8", "surrogateescape")


def say(*lines: str, then: Then = "go on") -> Act:
    return Act("".join(f"{line}\r\n" for line in lines), then)


NORMAL: Mapping[str, Act] = {
    "greeting": say("220 relay.example"),
    "STARTTLS": say("220 2.0.0 go on"),
    "AUTH": say("235 2.7.0 welcome"),
    "MAIL": say("250 2.1.0 OK"),
    "RCPT": say("250 2.1.5 OK"),
    "DATA": say("354 go on"),
    "dot": say("250 2.0.0 taken"),
    "RSET": say("250 2.0.0 OK"),
    "NEXT": Act(),
    "QUIT": say("221 bye", then="close"),
}


class LeavingError(Exception):
    """The relay ends the conversation."""


@dataclass
class ScriptedRelay:
    """`script` says what is not normal, for the first `times` that this step comes. NEXT follows on the reply to a
    message that was taken, unasked. After a refusal of MAIL or RCPT, DATA is refused, unless the script says else.

    `pace`: replies leave one by one, together when nothing more was asked, or byte by byte.
    """

    script: Mapping[str, Act] = field(default_factory=dict)
    times: int = 1_000_000
    pipelining: bool = False
    pace: Pace = "at once"
    features: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    taken: Counter[str] = field(default_factory=Counter)  # whose messages came in whole and were not refused
    message_ids: dict[str, set[str]] = field(default_factory=dict)
    _writers: set[StreamWriter] = field(default_factory=set)
    _used: Counter[str] = field(default_factory=Counter)

    async def __aenter__(self) -> "ScriptedRelay":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        while self._writers:
            await asyncio.sleep(0.005)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await _Talk(self, reader, writer).run()
        except (LeavingError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def act(self, step: str) -> Act:
        act = self.script.get(step)
        if act is None or self._used[step] >= self.times:
            return self._ehlo() if step == "EHLO" else NORMAL.get(step, say("250 2.0.0 OK"))
        self._used[step] += 1
        return act

    def scripted(self, step: str) -> bool:
        return step in self.script and self._used[step] < self.times

    def _ehlo(self) -> Act:
        features = ["relay.example", "8BITMIME", *self.features, *(["PIPELINING"] if self.pipelining else [])]
        return say(*(f"250-{feature}" for feature in features), "250 ENHANCEDSTATUSCODES")


class _Talk:
    def __init__(self, relay: ScriptedRelay, reader: StreamReader, writer: StreamWriter) -> None:
        self._relay = relay
        self._reader = reader
        self._writer = writer
        self._unsent = b""
        self._recipient = ""
        self._refused = False

    async def run(self) -> None:
        await self._perform("greeting")
        while line := await self._next_line():
            command = line.split()[0].decode().upper() if line.split() else ""
            match command:
                case "RCPT":
                    self._recipient = line.decode().strip()[len("RCPT TO:<") : -1]
                    await self._perform("RCPT", "503 5.5.1 MAIL first" if self._refused else "")
                case "DATA":
                    reply = await self._perform("DATA", "554 5.5.1 no valid recipients" if self._refused else "")
                    if reply == 354:
                        await self._take()
                case "STARTTLS":
                    if await self._perform("STARTTLS") == 220 and self._relay.tls:
                        await self._writer.start_tls(self._relay.tls)
                case _:
                    if command == "MAIL":
                        self._refused = False
                    await self._perform(command)

    async def _next_line(self) -> bytes:
        reading = asyncio.create_task(self._reader.readline())
        await asyncio.wait({reading}, timeout=0.005)
        if not reading.done():
            await self._flush()
        return await reading

    async def _take(self) -> None:
        await self._flush()
        content = await self._reader.readuntil(b".\r\n")
        while content != b".\r\n" and not content.endswith(b"\r\n.\r\n"):
            content += await self._reader.readuntil(b".\r\n")
        act = self._relay.script.get("dot") if self._relay.scripted("dot") else None
        refused = act is not None and act.words[:1] in ("4", "5")
        if content != b".\r\n" and not refused:
            self._relay.taken[self._recipient] += 1
            found = message_from_bytes(content)["Message-ID"]
            self._relay.message_ids.setdefault(self._recipient, set()).add(found)
        if content == b".\r\n":
            return await self._speak(say("554 5.5.1 no valid recipients"))
        await self._perform("dot")
        return await self._speak(self._relay.act("NEXT"))

    async def _perform(self, step: str, otherwise: str = "") -> int:
        """The code that was said."""
        act = say(otherwise) if otherwise and not self._relay.scripted(step) else self._relay.act(step)
        code = int(act.words[:3]) if act.words[:3].isdigit() else 0
        if step in ("MAIL", "RCPT") and not 200 <= code < 300:
            self._refused = True
        await self._speak(act)
        return code

    async def _speak(self, act: Act) -> None:
        self._unsent += act.wire
        if self._relay.pace != "together" or act.then != "go on":
            await self._flush()
        match act.then:
            case "close":
                raise LeavingError
            case "reset":
                self._writer.transport.abort()
                raise LeavingError
            case "stay silent":
                await self._reader.read()  # until the other side has given up
                raise LeavingError

    async def _flush(self) -> None:
        words, self._unsent = self._unsent, b""
        few = 1000 if self._relay.pace == "byte by byte" else 0
        parts = [words[i : i + 1] for i in range(len(words[:few]))] + [words[few:]]
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()
            await asyncio.sleep(0)
