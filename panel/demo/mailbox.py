"""Reading the caught mail as its receivers would."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str

    def link(self, part: str) -> str:
        """The first address in the text that holds `part`."""
        found: list[str] = LINK.findall(self.text)
        return next(link for link in found if part in link)


class Mailbox:
    """The folder in which the catcher puts what it caught; every mail is given once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[str] = set()

    def new(self) -> Iterator[Mail]:
        for file in sorted(self._folder.glob("*.eml")):
            if file.name not in self._seen:
                self._seen.add(file.name)
                yield _read(file)

    async def wait_for(self, to: str, part: str) -> str:
        """The link with `part` in the next mail to somebody."""
        async with asyncio.timeout(30):
            while True:
                for mail in self.new():
                    if mail.to == to and part in mail.text:
                        return mail.link(part)
                await asyncio.sleep(0.05)


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes nothing else
    body = message.get_body(("plain",))
    return Mail(str(message["Delivered-To"]), str(message["Subject"]), body.get_content() if body else "")
