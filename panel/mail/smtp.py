"""The way to the relay: a few connections that are kept, and for every message an outcome that can be trusted.

What goes wrong before the final dot was sent can safely be tried again. After it, without a reply, nobody knows.
"""

import asyncio
import ssl
from contextlib import suppress
from ipaddress import ip_address
from time import monotonic
from types import TracebackType
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from panel.mail.conversation import BrokenOffError, Conversation
from panel.mail.envelope import envelope_sender
from panel.mail.letter import LetterError, installation_host, wire_address
from panel.mail.outcome import Kind, Outcome, judge, outcome
from panel.settings import PREFIX, Settings, SettingsError

LONGEST_ID = 2**31 - 1
LONGEST_IDLE = 60  # seconds; after some minutes many a firewall forgets a connection without telling
WELCOME = {"MAIL": (250,), "RCPT": (250, 251, 252), "DATA": (354,)}


class Relay:
    """Sends over at most as many connections at once as the settings say.

    `patience` is how long, in seconds, a reply may take; after the final dot ten times as long (RFC 5321 4.5.3.2).
    """

    def __init__(self, settings: Settings, patience: float = 60, tls: ssl.SSLContext | None = None) -> None:
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
        self.connections = settings.smtp_connections
        self._settings = settings
        self._patience = patience
        self._tls = tls
        self._idle: list[tuple[Conversation, float]] = []
        self._turns = asyncio.Semaphore(self.connections)

    async def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Offer one message, as `build` makes them: every line ends in CRLF, and CR and LF stand nowhere else.

        Raises LetterError for an address that mail cannot carry.
        """
        sender, recipient = wire_address(sender), wire_address(recipient)
        if not message.endswith(b"\r\n"):
            raise ValueError("a message must end with the end of a line")
        async with self._turns:
            kept = self._take_idle()
            one_by_one = False
            while True:
                try:
                    conversation = kept or await self._connect()
                except (SMTPException, OSError, ValueError) as error:
                    return outcome(Kind.RELAY_DOWN, _words(error), recipient, broken_off=True)
                try:
                    pipelining = conversation.pipelining and not one_by_one
                    found = await _hand_over(
                        conversation, sender, recipient, message, self._patience, pipelining=pipelining
                    )
                except BaseException:
                    conversation.close()
                    raise
                broken_off = found.kind is Kind.DEFERRED and not conversation.idle
                if kept and (found.kind is Kind.RELAY_DOWN or broken_off):
                    # Relays leave connections that were idle, or that served long enough; the others may be as dead.
                    conversation.close()
                    kept = None
                    continue
                if pipelining and found.kind is Kind.RELAY_DOWN and found.broken_off:
                    conversation.close()
                    one_by_one = True  # to know whether it was not about this message alone
                    continue
                await self._keep(conversation, found)
                return found

    def _take_idle(self) -> Conversation | None:
        while self._idle:
            conversation, since = self._idle.pop()
            if conversation.idle and monotonic() - since < LONGEST_IDLE:
                return conversation
            conversation.close()
        return None

    async def close(self) -> None:
        while conversation := self._take_idle():
            conversation.say(b"QUIT\r\n")
            with suppress(BrokenOffError):
                await conversation.reply(1)
            conversation.close()

    async def __aenter__(self) -> "Relay":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _connect(self) -> Conversation:
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
            if client.transport is None or client.protocol is None:
                raise ConnectionError("the relay left")
        except BaseException:
            client.close()
            raise
        transport = cast(asyncio.Transport, client.transport)
        return Conversation(transport, client.protocol, pipelining=client.supports_extension("pipelining"))

    async def _keep(self, conversation: Conversation, found: Outcome) -> None:
        try:
            if found.kind in (Kind.DEFERRED, Kind.REFUSED) and conversation.idle:
                conversation.say(b"RSET\r\n")
                if (await conversation.reply(self._patience)).code != 250:
                    conversation.close()
        except BrokenOffError:
            pass
        finally:
            if conversation.idle and found.kind is not Kind.RELAY_DOWN:
                self._idle.append((conversation, monotonic()))
            else:
                conversation.close()


async def _hand_over(
    conversation: Conversation, sender: str, recipient: str, message: bytes, patience: float, *, pipelining: bool
) -> Outcome:
    commands = {
        "MAIL": b"MAIL FROM:<%b>\r\n" % sender.encode(),
        "RCPT": b"RCPT TO:<%b>\r\n" % recipient.encode(),
        "DATA": b"DATA\r\n",
    }
    step, refused = "MAIL", None
    try:
        if pipelining:
            conversation.say(b"".join(commands.values()))
        for step, command in commands.items():
            if not pipelining:
                conversation.say(command)
            code, text = await conversation.reply(patience)
            if code not in WELCOME[step] and refused is None:
                refused = judge(step, code, text, recipient)
            if refused and not pipelining:
                return refused
        if refused:
            if code in WELCOME["DATA"]:
                conversation.close()  # it waits for a message that will not come (RFC 2920 3.1)
            return refused
        if not conversation.idle:  # it has left, or speaks before its turn: a refusal counts, thanks do not
            code, text = await conversation.reply(patience)
            conversation.close()
            if not 400 <= code < 600:
                raise BrokenOffError("a reply that nobody asked for")
            return judge("dot", code, text, recipient)
        step = "dot"
        conversation.say(_dotted(message))
        return judge(step, *await conversation.reply(10 * patience), recipient)
    except BrokenOffError as error:
        if refused:
            return refused
        # A relay that breaks off over one message may serve the next: a new connection will tell.
        kind = {"MAIL": Kind.RELAY_DOWN, "dot": Kind.IN_DOUBT}.get(step, Kind.DEFERRED)
        return outcome(kind, str(error), recipient, broken_off=True)


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _dotted(message: bytes) -> bytes:
    """With the end mark; no line of the message itself may look like it (RFC 5321 4.5.2)."""
    if message.startswith(b"."):
        message = b"." + message
    if b"\r\n." in message:
        message = message.replace(b"\r\n.", b"\r\n..")
    return message + b".\r\n"


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
