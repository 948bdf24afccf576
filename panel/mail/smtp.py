"""The way to the relay: a few connections that are kept, and for every message an outcome that can be trusted.

What goes wrong before the final dot was sent can safely be tried again. After it, without a reply, nobody knows.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from types import TracebackType

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from panel.mail.envelope import envelope_sender
from panel.mail.letter import LetterError, installation_host, one_line, wire_address
from panel.settings import PREFIX, Settings, SettingsError

LONGEST_ID = 2**31 - 1
LINE_END = re.compile(rb"\r\n|\r|\n")
ADDRESS = re.compile(r"<?[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+>?")
# The relay does not serve us, whoever the mail is for: RFC 5321 3.8 (closing down), RFC 4954 6 (credentials) ...
NOT_SERVED = {421, 530, 534, 535, 538}
# ... and what relays say, under many codes, when they think that we may not use them.
MAY_NOT_RELAY = re.compile(
    r"relay(ing)? (access )?(is )?(denied|not (permitted|allowed))"
    r"|(unable|not (permitted|allowed)) to relay"
    r"|authentication (is )?required",
    re.IGNORECASE,
)


class Kind(StrEnum):
    ACCEPTED = "accepted"  # the relay took responsibility
    DEFERRED = "deferred"  # not now: try this message again later
    REFUSED = "refused"  # this message will never be taken
    IN_DOUBT = "in_doubt"  # it was sent, and no reply came
    RELAY_DOWN = "relay_down"  # not taken, and no other message would be


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    reply: str

    @property
    def code(self) -> str:
        """The codes at the start of the reply, for logs."""
        found = re.match(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?(?!\S)", self.reply)
        return found.group() if found else "none"


class Relay:
    """Sends over at most `connections` connections at once.

    `patience` is how long, in seconds, a reply may take; after the final dot ten times as long (RFC 5321 4.5.3.2).
    """

    def __init__(
        self, settings: Settings, connections: int = 4, patience: float = 60, tls: ssl.SSLContext | None = None
    ) -> None:
        if settings.smtp_tls == "none" and not _loopback(settings.smtp_host):
            raise SettingsError(
                f"{PREFIX}SMTP_TLS is none, but {settings.smtp_host} is another machine: "
                "all mail would cross the network readable. Use starttls or tls."
            )
        try:
            wire_address(settings.mail_from)
        except LetterError:
            raise SettingsError(f"{PREFIX}MAIL_FROM is no mail address.") from None
        try:
            wire_address(settings.bounce_address or settings.mail_from)
            wire_address(envelope_sender(LONGEST_ID, settings))
        except LetterError:
            raise SettingsError(
                f"{PREFIX}BOUNCE_ADDRESS is no mail address, or longer than 36 characters before the @."
            ) from None
        self.connections = connections
        self._settings = settings
        self._patience = patience
        self._tls = tls
        self._idle: list[SMTP] = []
        self._turns = asyncio.Semaphore(connections)

    async def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Offer one message for one recipient. Raises LetterError for an address that mail cannot carry."""
        sender, recipient = wire_address(sender), wire_address(recipient)
        async with self._turns:
            while True:
                kept = self._idle.pop() if self._idle else None
                try:
                    client = kept or await self._connect()
                except (SMTPException, OSError, ValueError) as error:
                    return _outcome(Kind.RELAY_DOWN, _words(error), recipient)
                outcome = await _exchange(client, sender, recipient, message, self._patience)
                broken_off = outcome.kind is Kind.DEFERRED and not client.is_connected
                if kept and (outcome.kind is Kind.RELAY_DOWN or broken_off):
                    client.close()  # relays leave connections that were idle, or that served long enough
                    continue
                await self._keep(client, outcome)
                return outcome

    async def close(self) -> None:
        for client in self._idle:
            try:
                await client.quit(timeout=1)
            except (SMTPException, OSError):
                client.close()
        self._idle.clear()

    async def __aenter__(self) -> "Relay":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _connect(self) -> SMTP:
        settings = self._settings
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            local_hostname=installation_host(settings),
            timeout=self._patience,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            client.close()
            raise
        return client

    async def _keep(self, client: SMTP, outcome: Outcome) -> None:
        usable = False
        try:
            if outcome.kind in (Kind.DEFERRED, Kind.REFUSED) and client.is_connected:
                await client.rset()
            usable = client.is_connected and outcome.kind is not Kind.RELAY_DOWN
        except (SMTPException, OSError):
            pass
        finally:
            if usable:
                self._idle.append(client)
            else:
                client.close()


async def _exchange(client: SMTP, sender: str, recipient: str, message: bytes, patience: float) -> Outcome:
    steps = (
        ("MAIL", b"FROM:<%b>" % sender.encode(), (250,)),
        ("RCPT", b"TO:<%b>" % recipient.encode(), (250, 251)),
        ("DATA", b"", (354,)),
    )
    step, dot_sent = "MAIL", False
    try:
        for step, argument, welcome in steps:
            response = await client.execute_command(*filter(None, (step.encode(), argument)))
            if response.code not in welcome:
                return _judge(step, response.code, response.message, recipient)
        if client.protocol is None:
            return _outcome(Kind.DEFERRED, "the relay left after asking for the message", recipient)
        client.protocol.write(_dotted(message))
        dot_sent = True
        response = await client.protocol.read_response(timeout=10 * patience)
        return _judge("dot", response.code, response.message, recipient)
    except (SMTPException, OSError) as error:
        client.close()
        if dot_sent:
            return _outcome(Kind.IN_DOUBT, _words(error), recipient)
        # A relay that breaks off over one message may serve the next: a new connection will tell.
        kind = Kind.RELAY_DOWN if step == "MAIL" else Kind.DEFERRED
        return _outcome(kind, _words(error), recipient)
    except BaseException:
        client.close()
        raise


def _judge(step: str, code: int, text: str, recipient: str) -> Outcome:
    if step == "dot" and 200 <= code < 300:
        kind = Kind.ACCEPTED
    elif step == "MAIL" or code in NOT_SERVED or MAY_NOT_RELAY.search(text):
        kind = Kind.RELAY_DOWN
    elif 500 <= code < 600:
        kind = Kind.REFUSED
    elif step == "dot" and not 400 <= code < 500:
        kind = Kind.IN_DOUBT
    else:
        kind = Kind.DEFERRED
    return _outcome(kind, f"{code} {text}", recipient)


def _outcome(kind: Kind, reply: str, recipient: str) -> Outcome:
    local = re.escape(recipient.rpartition("@")[0])
    reply = ADDRESS.sub("<address>", one_line(reply))
    return Outcome(kind, re.sub(rf"(?<![\w.]){local}(?![\w.])", "<address>", reply, flags=re.IGNORECASE)[:300])


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _dotted(message: bytes) -> bytes:
    ends = message.count(b"\r\n")
    if not (ends == message.count(b"\n") == message.count(b"\r") and message.endswith(b"\r\n")):
        message = LINE_END.sub(b"\r\n", message.removesuffix(b"\n").removesuffix(b"\r")) + b"\r\n"
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
