import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from panel.mail import smtp
from panel.mail.outcome import Kind, Outcome
from panel.mail.smtp import Relay
from panel.settings import Settings, SettingsError
from tests.panel.mail.unruly_relay import UnrulyRelay

SENDER, WIM = "tweedemening@voorbeeld.example", "wim.fine@voorbeeld.example"
MESSAGE = b"Subject: x\r\n\r\nGoedendag\r\n"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this machine, in one file, that nobody trusts who is not told to."""
    file = tmp_path_factory.mktemp("certificate") / "relay.pem"
    key = file.with_suffix(".key")
    ask = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=relay"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(file)]
    subprocess.run([*ask.split(), *names], check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


class Taken:
    def __init__(self) -> None:
        self.messages: list[tuple[bool, bool]] = []

    async def handle_DATA(self, _server: SMTP, session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.messages.append((session.ssl is not None, bool(session.authenticated)))
        return "250 2.0.0 OK"


def _knows_sam(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"sam", b"s3cret")
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def tidy_relay(settings: Settings, certificate: Path, **options: Any) -> AsyncIterator[tuple[Settings, Taken]]:
    """A well-behaved relay with TLS; yields the settings to reach it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    taken, loop = Taken(), asyncio.get_running_loop()
    implicit = settings.smtp_tls == "tls"
    if not implicit:
        options |= {"tls_context": context, "require_starttls": True}

    def protocol() -> SMTP:
        return SMTP(taken, hostname="relay", loop=loop, **options)

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if implicit else None)
    yield replace(settings, smtp_port=server.sockets[0].getsockname()[1]), taken
    server.close()
    await server.wait_closed()


async def send_one(settings: Settings, trusted: Path | None = None) -> Outcome:
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    async with Relay(settings, patience=5, tls=context) as relay:
        return await relay.send(SENDER, WIM, MESSAGE)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_goes_encrypted(settings: Settings, certificate: Path, tls: Any) -> None:
    async with tidy_relay(replace(settings, smtp_tls=tls), certificate) as (reached, taken):
        assert await send_one(reached, certificate) == Outcome(Kind.ACCEPTED, "250 2.0.0 OK")
    assert len(taken.messages) == 1
    assert tls == "tls" or taken.messages[0][0]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_relay_with_a_certificate_that_nobody_vouches_for_gets_no_mail(
    settings: Settings, certificate: Path, tls: Any
) -> None:
    async with tidy_relay(replace(settings, smtp_tls=tls), certificate) as (reached, taken):
        outcome = await send_one(reached)
    assert outcome.kind is Kind.RELAY_DOWN
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.reply
    assert taken.messages == []


async def test_a_relay_that_cannot_encrypt_gets_no_mail(settings: Settings, server: UnrulyRelay) -> None:
    outcome = await send_one(replace(settings, smtp_port=server.port, smtp_tls="starttls"))
    assert outcome.kind is Kind.RELAY_DOWN
    assert "STARTTLS" in outcome.reply
    assert not server.received


@pytest.mark.parametrize(("password", "kind"), [("s3cret", Kind.ACCEPTED), ("wrong", Kind.RELAY_DOWN)])
async def test_with_wrong_credentials_the_relay_counts_as_down(
    settings: Settings, certificate: Path, password: str, kind: Kind
) -> None:
    ours = replace(settings, smtp_tls="starttls", smtp_user="sam", smtp_password=password)
    async with tidy_relay(ours, certificate, auth_required=True, authenticator=_knows_sam) as (reached, taken):
        outcome = await send_one(reached, certificate)
    assert outcome.kind is kind
    assert taken.messages == ([(True, True)] if kind is Kind.ACCEPTED else [])
    assert kind is Kind.ACCEPTED or outcome.code.startswith("535")
    assert "s3cret" not in outcome.reply


async def test_without_credentials_a_relay_that_asks_for_them_counts_as_down(
    settings: Settings, certificate: Path
) -> None:
    ours = replace(settings, smtp_tls="starttls")
    async with tidy_relay(ours, certificate, auth_required=True, authenticator=_knows_sam) as (reached, _):
        outcome = await send_one(reached, certificate)
    assert (outcome.kind, outcome.code[:3]) == (Kind.RELAY_DOWN, "530")


@pytest.mark.parametrize("host", ["relay.voorbeeld.example", "192.0.2.1", "2001:db8::1"])
def test_unencrypted_mail_to_another_machine_is_refused_from_the_start(settings: Settings, host: str) -> None:
    with pytest.raises(SettingsError, match="Use starttls or tls"):
        Relay(replace(settings, smtp_host=host, smtp_tls="none"))
    Relay(replace(settings, smtp_host=host, smtp_tls="starttls"))


def test_a_sender_that_is_no_address_is_refused_from_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        Relay(replace(settings, mail_from="de griffie"))


async def test_connections_are_kept_and_never_more_than_agreed(mail_settings: Settings, server: UnrulyRelay) -> None:
    async with Relay(replace(mail_settings, smtp_connections=3)) as relay:
        for _ in range(10):
            await relay.send(SENDER, WIM, MESSAGE)
        assert server.connections == 1
        outcomes = await asyncio.gather(*(relay.send(SENDER, WIM, MESSAGE) for _ in range(30)))
    assert {outcome.kind for outcome in outcomes} == {Kind.ACCEPTED}
    assert server.connections == 3
    assert server.received[WIM] == 40


async def test_a_dot_at_the_start_of_a_line_does_not_end_the_message(
    mail_settings: Settings, server: UnrulyRelay
) -> None:
    async with Relay(mail_settings) as relay:
        await relay.send(SENDER, WIM, b".x: y\r\n\r\n.\r\n..een\r\nslot\r\n")
        assert server.last == b"..x: y\r\n\r\n..\r\n...een\r\nslot\r\n.\r\n"
        with pytest.raises(ValueError, match="line"):
            await relay.send(SENDER, WIM, b"Subject: x\r\n\r\nGoedendag")


async def test_after_a_refusal_the_connection_serves_the_next_message(
    mail_settings: Settings, server: UnrulyRelay
) -> None:
    async with Relay(mail_settings) as relay:
        assert (await relay.send(SENDER, "wim.unknown@voorbeeld.example", MESSAGE)).kind is Kind.REFUSED
        assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
    assert server.connections == 1


async def test_a_relay_that_ends_idle_connections_is_no_failure(mail_settings: Settings, server: UnrulyRelay) -> None:
    async with Relay(mail_settings) as relay:
        await relay.send(SENDER, WIM, MESSAGE)
        server.hang_up()
        assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
        server.hang_up()
        await asyncio.sleep(0.05)
        assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
    assert server.received[WIM] == 3


async def test_a_relay_that_takes_a_few_messages_per_connection_is_no_failure(
    mail_settings: Settings, server: UnrulyRelay
) -> None:
    server.messages_per_connection = 3
    async with Relay(mail_settings) as relay:
        outcomes = [await relay.send(SENDER, WIM, MESSAGE) for _ in range(10)]
    assert {outcome.kind for outcome in outcomes} == {Kind.ACCEPTED}
    assert (server.connections, server.received[WIM]) == (4, 10)


@pytest.mark.parametrize(("behaviour", "kind"), [("at-rcpt", Kind.DEFERRED), ("after-dot", Kind.IN_DOUBT)])
async def test_a_relay_that_stays_silent_is_not_waited_for_without_end(
    mail_settings: Settings, behaviour: str, kind: Kind
) -> None:
    async with Relay(mail_settings, patience=0.1) as relay:
        outcome = await relay.send(SENDER, f"wim.silent-{behaviour}@voorbeeld.example", MESSAGE)
    assert outcome == Outcome(kind, "no reply in time", broken_off=True)


async def test_a_connection_that_was_given_up_halfway_is_not_used_again(
    mail_settings: Settings, server: UnrulyRelay
) -> None:
    async with Relay(replace(mail_settings, smtp_connections=1)) as relay:
        given_up = asyncio.create_task(relay.send(SENDER, "wim.silent-at-rcpt@voorbeeld.example", MESSAGE))
        await asyncio.sleep(0.1)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
    assert server.connections == 2


async def test_connections_that_died_unseen_delay_a_message_once(
    mail_settings: Settings, server: UnrulyRelay
) -> None:
    async with Relay(mail_settings, patience=0.5) as relay:
        await asyncio.gather(*(relay.send(SENDER, WIM, MESSAGE) for _ in range(4)))
        assert server.connections == 4
        server.fall_silent()
        async with asyncio.timeout(0.9):
            assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
    assert server.connections == 5


async def test_a_connection_that_was_idle_for_long_is_not_used_again(
    mail_settings: Settings, server: UnrulyRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LONGEST_IDLE", 0.1)
    async with Relay(mail_settings, patience=5) as relay:
        await relay.send(SENDER, WIM, MESSAGE)
        server.fall_silent()
        await asyncio.sleep(0.2)
        async with asyncio.timeout(1):
            assert (await relay.send(SENDER, WIM, MESSAGE)).kind is Kind.ACCEPTED
