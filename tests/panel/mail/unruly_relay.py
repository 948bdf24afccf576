"""An SMTP server that misbehaves exactly as asked: wim.spam@ is refused as spam."""

import asyncio
from collections import Counter
from email import message_from_bytes
from typing import cast

AT_RCPT = {
    "closing": "421 4.3.2 closing down",
    "later": "450 4.2.1 <wim.later@voorbeeld.example>: try again later",
    "unknown": "550 5.1.1 <Wim.Unknown@voorbeeld.example>: no such user as wim.unknown here",
    "moved": "551 5.1.6 moved to <wim@elders.example>; was WIM.MOVED, id wim.moved2",
    "noise": "550 5.1.1 caf\udce9 \x00\x1b[31mred",
    "norelay": "554 5.7.1 <wim.norelay@voorbeeld.example>: Relay access denied",
}
AFTER_DOT = {
    "spam": "554 5.7.1 we do not like this",
    "full": "452 4.3.1 full",
    "busy": "421 4.3.2 closing down",
    "gibberish": "what?",
}


class UnrulyRelay:
    def __init__(self) -> None:
        self.port = 0
        self.received: Counter[str] = Counter()
        self.last = b""  # as it crossed the wire
        self.message_ids: dict[str, set[str]] = {}
        self.senders: set[str] = set()
        self.at_greeting = "220 relay.example"
        self.at_mail = "250 2.1.0 OK"
        self.silence = 2.0
        self.seconds_per_message = 0.0
        self.messages_per_connection = 1_000_000
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        self.hang_up()
        await self._server.wait_closed()
        while self._writers:
            await asyncio.sleep(0.01)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()

    def fall_silent(self) -> None:
        """As when a firewall has forgotten the connections that are open: nothing that is said there arrives."""
        for writer in self._writers:
            cast(asyncio.Transport, writer.transport).pause_reading()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")

        say(self.at_greeting)
        address, taken = "", 0
        while line := await reader.readline():
            match line[:4].upper():
                case b"EHLO":
                    say("250-relay.example\r\n250 8BITMIME")
                case b"MAIL" if taken >= self.messages_per_connection:
                    return say("421 4.7.0 enough for this connection")
                case b"MAIL":
                    self.senders.add(line.decode().strip()[len("MAIL FROM:<") : -1])
                    say(self.at_mail)
                case b"RCPT":
                    address = line.decode().strip()[len("RCPT TO:<") : -1]
                    if _behaviour(address) == "drop-at-rcpt":
                        return None
                    if _behaviour(address) == "silent-at-rcpt":
                        await reader.read()
                    say(AT_RCPT.get(_behaviour(address), "250 2.1.5 OK"))
                case b"DATA" if _behaviour(address) == "drop-before-dot":
                    return None
                case b"DATA":
                    say("354 go on")
                    answer = await self._take(address, await reader.readuntil(b"\r\n.\r\n"))
                    if answer is None:
                        return None
                    say(answer)
                    taken += 1
                case b"QUIT":
                    return say("221 bye")
                case _:
                    say("250 2.0.0 OK")
        return None

    async def _take(self, address: str, content: bytes) -> str | None:
        behaviour = _behaviour(address)
        await asyncio.sleep(self.seconds_per_message)
        if answer := AFTER_DOT.get(behaviour):
            return answer
        if behaviour == "silent-after-dot":
            await asyncio.sleep(self.silence)
        self.received[address] += 1
        self.last = content
        self.message_ids.setdefault(address, set()).add(message_from_bytes(content)["Message-ID"])
        return None if behaviour == "drop-after-dot" else f"250 2.0.0 taken for <{address}>"


def _behaviour(address: str) -> str:
    return address.partition("@")[0].removeprefix("wim.")
