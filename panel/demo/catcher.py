"""An SMTP server for demonstrations: it catches the mail that would have gone out, so that a page can show it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs every address there


@dataclass(frozen=True)
class Caught:
    id: int
    to: str
    subject: str
    date: datetime | None


@dataclass(frozen=True)
class CaughtLetter(Caught):
    text: str
    html: str


class Catcher:
    """Listens on the loopback address; `port` 0 becomes a free one at `start`.

    `bounces` says for an address with which reply it must be refused, such as "550 5.1.1 No such user", or None.
    """

    def __init__(self, folder: Path, port: int = 0, bounces: Callable[[str], str | None] = lambda _: None) -> None:
        self.port = port
        self._folder = folder
        self._bounces = bounces
        self._caught: dict[int, Caught] = {}
        self._connections: set[_Connection] = set()

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._caught = await asyncio.to_thread(_read_folder, self._folder)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self, self._connections), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        await asyncio.gather(*(connection.hang_up() for connection in self._connections))
        await self._server.wait_closed()

    async def __aenter__(self) -> "Catcher":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def get(self, number: int) -> CaughtLetter | None:
        known = self._caught.get(number)
        if known is None:
            return None
        message = message_from_bytes(self._file(number).read_bytes(), policy=policy.default)
        text, html = (_part(message, kind) for kind in ("plain", "html"))
        return CaughtLetter(known.id, known.to, known.subject, known.date, text, html)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd asks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if refusal := self._bounces(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd asks for
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for address in envelope.rcpt_tos:
            number = max(self._caught, default=0) + 1
            self._keep(number, b"Delivered-To: " + address.encode("ascii", "replace") + b"\r\n" + content)
        return "250 2.0.0 OK: caught"

    def _keep(self, number: int, message: bytes) -> None:
        unfinished = self._folder / "unfinished"
        unfinished.write_bytes(message)
        unfinished.rename(self._file(number))
        self._caught[number] = _entry(number, message)

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06}.eml"

    def list(self) -> list[Caught]:
        """What was caught, newest first."""
        return [self._caught[number] for number in sorted(self._caught, reverse=True)]


class _Connection(SMTP):
    def __init__(self, catcher: Catcher, others: set["_Connection"]) -> None:
        super().__init__(catcher, hostname="localhost", ident="demo", loop=asyncio.get_running_loop())
        self._others = others
        self._gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._others.discard(self)
        self._gone.set()

    async def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
            await self._gone.wait()


def _read_folder(folder: Path) -> dict[int, Caught]:
    files = {int(file.stem): file for file in folder.glob("*.eml") if file.stem.isdigit()}
    return {number: _entry(number, file.read_bytes()) for number, file in files.items()}


def _entry(number: int, message: bytes) -> Caught:
    header = BytesHeaderParser(policy=policy.default).parsebytes(message)
    date = header["Date"].datetime if header["Date"] else None
    return Caught(number, str(header["Delivered-To"]), str(header["Subject"] or ""), date)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
