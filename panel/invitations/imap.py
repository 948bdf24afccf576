"""A folder of a mail server, read over TLS (IMAP, RFC 9051). Every call waits for the server: call it in a thread."""

import imaplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from panel.mail.bounces import LARGEST
from panel.settings import Settings

PATIENCE = 20.0  # seconds of silence
Answer = TypeVar("Answer")


class MailboxError(Exception):
    """In words of our own: those of a server may hold a name or an address."""


class Mailbox:
    """Mails that nobody has seen are new. Nothing is ever deleted."""

    def __init__(self, settings: Settings, patience: float = PATIENCE) -> None:
        place, context = (settings.bounce_imap_host, settings.bounce_imap_port), ssl.create_default_context()
        self._imap = _tried("reached", lambda: imaplib.IMAP4_SSL(*place, ssl_context=context, timeout=patience))
        secret = f"\0{settings.bounce_imap_user}\0{settings.bounce_imap_password}".encode()
        folder = settings.bounce_imap_folder.replace("\\", "\\\\").replace('"', '\\"')
        try:
            _tried("opened with this name and password", lambda: self._imap.authenticate("PLAIN", lambda _: secret))
            _granted("opened at this folder", lambda: self._imap.select(f'"{folder}"'))
        except MailboxError:
            self.close()
            raise

    def new(self) -> list[str]:
        """Numbers of mails (UIDs), the oldest first."""
        found = _granted("searched", lambda: self._imap.uid("SEARCH", "UNSEEN UNDELETED"))
        return [number.decode() for line in found if line for number in line.split()]

    def read(self, number: str) -> bytes:
        """A mail, which stays unseen; of a very large one its beginning."""
        _, answer = _tried("read", lambda: self._imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)"))
        for part in answer:
            if isinstance(part, tuple):
                return bytes(part[1])
        raise FileNotFoundError  # it is gone, or the server does not give it

    def flag_seen(self, number: str) -> None:
        _granted("written to", lambda: self._imap.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._imap.logout()
        with suppress(OSError):  # the library leaves the connection open when it cannot say goodbye
            self._imap.shutdown()


def _granted(what: str, ask: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
    status, answer = _tried(what, ask)
    if status != "OK":
        raise MailboxError(f"it cannot be {what}, the server refuses")
    return answer


def _tried(what: str, ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except ssl.SSLCertVerificationError:
        reason = "its certificate is not trusted"
    except TimeoutError:
        reason = "the server is silent"
    except imaplib.IMAP4.abort:
        reason = "the connection broke"
    except imaplib.IMAP4.error:
        reason = "the server refuses"
    except UnicodeError:
        reason = "what it says is not understood"
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
    raise MailboxError(f"it cannot be {what}, {reason}")
