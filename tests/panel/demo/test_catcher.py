import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest

from panel.demo.catcher import Catcher
from panel.mail.letter import Letter, build
from panel.mail.outcome import Kind, Outcome
from panel.mail.smtp import Relay
from panel.settings import Settings

TEXT = ".\n..\nDag Şükrü, één € meer:\n" + "lang " * 400 + "\nFrom hier\n"


def letter(number: int) -> Letter:
    return Letter("Şükrü", f"r{number}@voorbeeld.example", f"Uw mening № {number}", TEXT, f"<p>€ {number}</p>\n")


async def send(settings: Settings, catcher: Catcher, numbers: range) -> list[Outcome]:
    async with Relay(replace(settings, smtp_port=catcher.port)) as relay:
        return [
            await relay.send(settings.mail_from, letter(n).to_address, build(letter(n), n, settings)) for n in numbers
        ]


async def test_what_is_caught_is_shown_newest_first_as_it_was_written(settings: Settings, tmp_path: Path) -> None:
    async with Catcher(tmp_path / "mail") as catcher:
        await send(settings, catcher, range(3))
        assert [caught.subject for caught in catcher.list()] == [f"Uw mening № {n}" for n in (2, 1, 0)]
        newest = catcher.get(catcher.list()[0].id)
        assert newest is not None
        assert (newest.to, newest.text, newest.html) == ("r2@voorbeeld.example", TEXT, "<p>€ 2</p>\n")
        assert newest.date is not None
        assert catcher.get(99) is None


async def test_what_was_caught_is_still_there_after_a_restart(settings: Settings, tmp_path: Path) -> None:
    async with Catcher(tmp_path / "mail") as catcher:
        await send(settings, catcher, range(2))
        before = catcher.list()
    async with Catcher(tmp_path / "mail") as catcher:
        assert catcher.list() == before
        await send(settings, catcher, range(2, 3))
        assert [caught.to for caught in catcher.list()] == [f"r{n}@voorbeeld.example" for n in (2, 1, 0)]


async def test_addresses_can_be_refused_on_purpose(settings: Settings, tmp_path: Path) -> None:
    def bounces(address: str) -> str | None:
        return "550 5.1.1 No such user" if address.startswith("r1@") else None

    async with Catcher(tmp_path / "mail", bounces=bounces) as catcher:
        outcomes = await send(settings, catcher, range(3))
        assert [outcome.kind for outcome in outcomes] == [Kind.ACCEPTED, Kind.REFUSED, Kind.ACCEPTED]
        assert outcomes[1].reply == "550 5.1.1 No such user"
        assert len(catcher.list()) == 2


async def test_two_thousand_messages_are_caught_listed_and_read_again_quickly(
    settings: Settings, tmp_path: Path
) -> None:
    message = build(letter(1), 1, settings)
    start = time.perf_counter()
    async with Catcher(tmp_path / "mail") as catcher, Relay(replace(settings, smtp_port=catcher.port)) as relay:
        for number in range(2000):
            await relay.send(settings.mail_from, f"r{number}@voorbeeld.example", message)
        assert len(catcher.list()) == 2000
    async with Catcher(tmp_path / "mail") as catcher:
        assert catcher.list()[0].to == "r1999@voorbeeld.example"
    assert time.perf_counter() - start < 30


async def test_it_stops_while_somebody_is_still_connected(settings: Settings, tmp_path: Path) -> None:
    async with Catcher(tmp_path / "mail") as catcher:
        relay = Relay(replace(settings, smtp_port=catcher.port))
        assert (
            await relay.send(settings.mail_from, "r1@voorbeeld.example", b"Subject: x\r\n\r\n")
        ).kind == "accepted"
    assert (await relay.send(settings.mail_from, "r1@voorbeeld.example", b"Subject: x\r\n\r\n")).kind == "relay_down"
    await relay.close()


async def test_no_address_reaches_the_log(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Catcher(tmp_path / "mail") as catcher:
        await send(settings, catcher, range(1))
    assert "r0@" not in caplog.text
