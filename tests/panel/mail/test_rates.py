import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from panel.database import Database
from panel.mail import outbox
from panel.mail.models import Message, Rate, State
from panel.mail.rates import Rates
from panel.settings import Settings
from tests.panel.mail.sender import Letters, deliver_all
from tests.panel.mail.unruly_relay import UnrulyRelay


async def passes(database: Database, settings: Settings, letters: Letters, number: int) -> list[int]:
    """How many leave in each of so many passes, of which nothing but the clock tells them apart."""
    return [(await deliver_all(database, settings, letters)).accepted for _ in range(number)]


async def second_later(database: Database, seconds: float) -> None:
    async def rewrite() -> None:
        for rate in await Rate.all():
            await Rate.filter(key=rate.key).update(next_at=rate.next_at - timedelta(seconds=seconds))
        for message in await Message.filter(state=State.READY):
            await Message.filter(id=message.id).update(due_at=message.due_at - timedelta(seconds=seconds))

    await database.write(rewrite())


async def test_no_more_goes_to_the_relay_in_a_minute_than_agreed(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    settings = replace(mail_settings, mail_per_minute=120)
    await database.write(outbox.queue("invitation", 1, range(30)))
    first = await passes(database, settings, Letters(), 2)
    assert 2 <= sum(first) <= 4, "what fits in a second, and what the clock adds while they leave"
    assert await outbox.counts("invitation", 1) == {State.ACCEPTED: sum(first), State.READY: 30 - sum(first)}
    left = 0
    for _ in range(5):
        await second_later(database, 1)
        left += sum(await passes(database, settings, Letters(), 1))
    assert 10 <= left <= 14
    assert server.received.total() == sum(first) + left
    assert not await Message.filter(attempts__gt=1).exists()


async def test_a_domain_that_has_had_enough_for_the_moment_keeps_no_other_waiting(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    settings = replace(mail_settings, mail_per_minute_per_domain=60)
    addresses = {number: f"r{number}@{'groot' if number < 20 else f'klein{number}'}.example" for number in range(25)}
    await database.write(outbox.queue("invitation", 1, range(25)))
    await deliver_all(database, settings, Letters(addresses))
    domains = Counter(address.partition("@")[2] for address in server.received)
    assert domains.pop("groot.example") <= 3
    assert domains == {f"klein{number}.example": 1 for number in range(20, 25)}

    waiting = sorted([message.due_at async for message in Message.filter(state=State.READY)])
    assert len(set(waiting)) > 10, "their turns are spread"
    assert waiting[-1] - datetime.now(UTC) < timedelta(seconds=25)
    total = server.received.total()
    for _ in range(10):
        await second_later(database, 1)
        await deliver_all(database, settings, Letters(addresses))
    assert 9 <= server.received.total() - total <= 12


async def test_several_workers_share_one_rate(database: Database, mail_settings: Settings) -> None:
    rates = [Rates(replace(mail_settings, mail_per_minute=60)) for _ in range(3)]
    given = [await database.write(each.take_places({n: "voorbeeld.example"})) for n, each in enumerate(rates)]
    assert [bool(places.now) for places in given] == [True, True, False]
    assert given[2].relay_full


async def test_the_table_of_rates_names_no_domain_and_is_tidied(database: Database, mail_settings: Settings) -> None:
    rates = Rates(replace(mail_settings, mail_per_minute_per_domain=600))
    await database.write(rates.take_places({1: "familie-jansen.example", 2: "Familie-Jansen.example"}))
    [row] = await Rate.all()
    assert "jansen" not in row.key
    await second_later(database, 5)
    await database.write(rates.tidy())
    assert not await Rate.exists()


@pytest.mark.parametrize("relay", [0, 6000])
async def test_a_wide_rate_stops_nothing(
    database: Database, mail_settings: Settings, server: UnrulyRelay, relay: int
) -> None:
    await database.write(outbox.queue("invitation", 1, range(60)))
    await deliver_all(database, replace(mail_settings, mail_per_minute=relay), Letters())
    assert server.received.total() == 60


async def test_a_link_that_somebody_waits_for_goes_before_a_wave_to_the_same_domain(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    settings = replace(mail_settings, mail_per_minute_per_domain=60)
    addresses = {number: f"r{number}@groot.example" for number in range(51)}
    await database.write(outbox.queue("invitation", 1, range(50)))
    await deliver_all(database, settings, Letters(addresses))
    await database.write(outbox.queue("sign-in", 1, [50], outbox.URGENT))
    await deliver_all(database, settings, Letters(addresses))
    assert server.received["r50@groot.example"] == 1
    rates = Rates(settings)
    given = [await database.write(rates.take_places({n: "groot.example"}, {n} if n == 1 else ())) for n in range(3)]
    assert [bool(places.now) for places in given] == [False, True, False]


async def test_workers_that_meet_the_same_new_domains_at_once_do_not_hold_each_other(
    database: Database, mail_settings: Settings
) -> None:
    rates = Rates(replace(mail_settings, mail_per_minute_per_domain=6000))
    for turn in range(5):
        names = [f"{turn}-{number}.example" for number in range(300)]
        there, back = dict(enumerate(names)), dict(enumerate(reversed(names)))
        both = [database.write(rates.take_places(domains)) for domains in (there, back)]
        assert [len(places.now) for places in await asyncio.gather(*both)] == [300, 300]
