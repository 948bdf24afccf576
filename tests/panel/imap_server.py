"""A small mail server that speaks IMAP over TLS, as far as mail that comes back needs it, and fails when asked to."""

import asyncio
import base64
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

NAME, PASSWORD = "bounces", "geheim – wachtwoord"


def make_certificate(folder: Path) -> Path:
    """A certificate for this machine and its key, in one file, that nobody trusts who is not told to."""
    file, key = folder / "imap.pem", folder / "imap.key"
    ask = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=imap"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(file)]
    subprocess.run([*ask.split(), *names], check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


@dataclass
class ImapServer:
    """`breaks` names a command at which the connection breaks, `refuses` one refused, `hangs` one never answered."""

    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    breaks: str = ""
    refuses: str = ""
    hangs: str = ""

    @asynccontextmanager
    async def running(self, certificate: Path) -> AsyncIterator[int]:
        """Yields its port."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                tag, _, command = line.partition(" ")
                if not await self._answer(tag, command, reader, writer):
                    break
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, tag: str, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.said.append(command)
        if self.breaks and self.breaks in command:
            return False
        if self.hangs and self.hangs in command:
            await reader.read()
            return False
        lines, status = [b""], "OK done"
        if self.refuses and self.refuses in command:
            status = f"NO {NAME} may not, says {PASSWORD}"
        elif command.startswith("CAPABILITY"):
            lines = [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"]
        elif command.startswith("AUTHENTICATE PLAIN"):
            writer.write(b"+ \r\n")
            told = base64.b64decode(await reader.readline()).decode()
            status = "OK welcome" if told == f"\0{NAME}\0{PASSWORD}" else f"NO {told} is wrong"
        elif command.startswith("SELECT"):
            lines = [b"* %d EXISTS\r\n" % len(self.mails)]
            status = "OK [READ-WRITE] opened"
        elif command.startswith("UID SEARCH"):
            lines = [b"* SEARCH %b\r\n" % b" ".join(b"%d" % uid for uid in self.mails if uid not in self.seen)]
        elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            uid, raw = int(found[1]), self.mails[int(found[1])][: int(found[2])]
            lines = [b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, len(raw)), raw, b")\r\n"]
        elif found := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            self.seen.add(int(found[1]))
        elif command != "LOGOUT":
            status = "BAD what?"
        writer.write(b"".join(lines) + f"{tag} {status}\r\n".encode())
        return command != "LOGOUT"
