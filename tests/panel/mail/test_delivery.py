import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from tortoise.exceptions import OperationalError

from panel.database import Database
from panel.mail import outbox
from panel.mail.claims import Claims
from panel.mail.delivery import delay, deliver
from panel.mail.envelope import message_of
from panel.mail.letter import Letter
from panel.mail.models import Message, Pause, State
from panel.mail.pause import pause
from panel.mail.smtp import Relay
from panel.settings import Settings
from tests.panel.mail.sender import Letters, deliver_all, let_time_pass
from tests.panel.mail.unruly_relay import UnrulyRelay


async def end_the_pause(database: Database) -> None:
    async def rewrite() -> None:
        await Pause.all().update(until=datetime.now(UTC))

    await database.write(rewrite())


async def state_of(recipient: int) -> Message:
    return await Message.get(recipient_id=recipient)


@pytest.mark.parametrize(
    ("local", "state", "reply"),
    [
        ("fine", State.ACCEPTED, "250 2.0.0 taken for <address>"),
        ("later", State.DEFERRED, "450 4.2.1 <address>: try again later"),
        ("unknown", State.REFUSED, "550 5.1.1 <address>: no such user as <address> here"),
        ("moved", State.REFUSED, "551 5.1.6 moved to <address>; was <address>, id wim.moved2"),
        ("noise", State.REFUSED, "550 5.1.1 caf [31mred"),
        ("spam", State.REFUSED, "554 5.7.1 we do not like this"),
        ("full", State.DEFERRED, "452 4.3.1 full"),
        ("drop-at-rcpt", State.DEFERRED, "the relay left"),
        ("drop-before-dot", State.DEFERRED, "the relay left"),
        ("drop-after-dot", State.IN_DOUBT, "the relay left"),
        ("gibberish", State.IN_DOUBT, "a reply that is none: what?"),
        ("closing", State.READY, "421 4.3.2 closing down"),
        ("norelay", State.READY, "554 5.7.1 <address>: Relay access denied"),
        ("busy", State.READY, "421 4.3.2 closing down"),
    ],
)
async def test_every_answer_of_a_relay_leads_to_the_right_state(
    database: Database, mail_settings: Settings, local: str, state: State, reply: str
) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    await deliver_all(database, mail_settings, Letters({1: f"wim.{local}@voorbeeld.example"}))
    message = await state_of(1)
    assert (message.state, message.reply) == (state, reply)
    assert message.attempts == (0 if state is State.READY else 1)
    assert message.lease_until is None


async def test_a_deferred_message_is_tried_later_and_not_before(database: Database, mail_settings: Settings) -> None:
    letters = Letters({1: "wim.later@voorbeeld.example"})
    await database.write(outbox.queue("invitation", 1, [1]))
    before = datetime.now(UTC)
    assert (await deliver_all(database, mail_settings, letters)).deferred == 1
    assert (await deliver_all(database, mail_settings, letters)).settled == 0
    wait = (await state_of(1)).due_at - before
    assert timedelta(minutes=4) < wait < timedelta(minutes=7)
    letters.addresses.clear()
    await let_time_pass(database)
    assert (await deliver_all(database, mail_settings, letters)).accepted == 1
    assert (await state_of(1)).attempts == 2


async def test_after_eight_tries_a_message_is_given_up_visibly(database: Database, mail_settings: Settings) -> None:
    letters = Letters({1: "wim.full@voorbeeld.example"})
    await database.write(outbox.queue("invitation", 1, [1]))
    for _ in range(8):
        assert (await state_of(1)).state in (State.READY, State.DEFERRED)
        await deliver_all(database, mail_settings, letters)
        await let_time_pass(database)
    message = await state_of(1)
    assert (message.state, message.attempts) == (State.REFUSED, 8)
    assert message.reply == "too many tries: 452 4.3.1 full"


def test_the_wait_doubles_and_is_never_over_four_hours() -> None:
    waits = [delay(tries) for tries in range(1, 8)]
    assert all(longer > shorter for shorter, longer in pairwise(waits[:6]))
    assert max(delay(tries) for tries in range(1, 60)) == timedelta(hours=4)


async def test_while_the_relay_is_away_nothing_is_lost_and_no_try_is_counted(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, range(30)))
    await server.stop()
    for failures in (1, 2, 3):
        summary = await deliver_all(database, mail_settings, Letters())
        assert (summary.settled, bool(summary.relay_down)) == (0, True)
        paused = await pause()
        assert paused is not None
        assert paused.failures == failures
        assert paused.until == summary.paused_until
        await let_time_pass(database)
    assert await outbox.counts("invitation", 1) == {State.READY: 30}
    assert await Message.filter(attempts=0).count() == 30
    await server.start()
    assert (await deliver_all(database, mail_settings, Letters())).accepted == 30
    assert set(server.received.values()) == {1}
    assert await pause() is None


async def test_during_a_pause_nobody_bothers_the_relay(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    server.at_mail = "550 5.7.1 who are you?"
    first = await deliver_all(database, mail_settings, Letters())
    assert first.relay_down == "550 5.7.1 who are you?"
    server.at_mail = "250 2.1.0 OK"
    contacts = server.connections
    assert await deliver_all(database, mail_settings, Letters()) == first
    assert server.connections == contacts
    assert (await state_of(1)).attempts == 0


async def test_the_pause_grows_to_five_minutes(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))
    server.at_greeting = "554 5.3.2 not today"
    waits = []
    for _ in range(8):
        now = datetime.now(UTC)
        summary = await deliver_all(database, mail_settings, Letters())
        assert summary.paused_until is not None
        waits.append(round((summary.paused_until - now).total_seconds()))
        await let_time_pass(database)
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]


async def test_a_message_for_which_the_relay_hangs_up_does_not_keep_the_others_waiting(
    database: Database, mail_settings: Settings
) -> None:
    await database.write(outbox.queue("invitation", 1, range(20)))
    letters = Letters({0: "wim.closing@voorbeeld.example", 1: "wim.drop-at-rcpt@voorbeeld.example"})
    for _ in range(3):
        await deliver_all(database, mail_settings, letters)
        await end_the_pause(database)
    assert await outbox.counts("invitation", 1) == {State.ACCEPTED: 18, State.DEFERRED: 1, State.READY: 1}


async def test_a_letter_that_cannot_be_made_is_refused_alone_and_without_personal_data(
    database: Database, mail_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "panel")
    await database.write(outbox.queue("invitation", 1, range(10)))
    letters = Letters({5: "not an address"}, needless={2, 3}, impossible={4})
    summary = await deliver_all(database, mail_settings, letters)
    assert (summary.accepted, summary.suppressed, summary.refused) == (6, 2, 2)
    assert (await state_of(4)).reply == "no letter could be made: KeyError"
    assert (await state_of(5)).reply.startswith("no letter could be made: the address cannot be used")
    assert "KeyError at sender.py" in caplog.text
    assert "@" not in caplog.text


async def test_queueing_twice_and_delivering_twice_sends_once(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    assert await database.write(outbox.queue("invitation", 1, [1, 2, 3, 3])) == 3
    assert (await deliver_all(database, mail_settings, Letters())).accepted == 3
    assert await database.write(outbox.queue("invitation", 1, [1, 2, 3, 4])) == 1
    assert (await deliver_all(database, mail_settings, Letters())).accepted == 1
    assert (await deliver_all(database, mail_settings, Letters())).settled == 0
    assert server.received == Counter({f"r{n}@voorbeeld.example": 1 for n in (1, 2, 3, 4)})


async def test_two_workers_at_once_send_each_message_once(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, range(300)))
    sent = await asyncio.gather(
        deliver_all(database, mail_settings, Letters()), deliver_all(database, mail_settings, Letters())
    )
    assert sum(summary.accepted for summary in sent) == 300
    assert min(summary.accepted for summary in sent) > 0
    assert len(server.received) == 300
    assert set(server.received.values()) == {1}


async def test_a_pass_that_is_stopped_finishes_what_is_on_its_way_and_gives_back_the_rest(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, range(100)))
    server.seconds_per_message = 0.05
    stopping = asyncio.Event()
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings, stopping=stopping))
        while server.received.total() < 10:
            await asyncio.sleep(0.01)
        stopping.set()
        summary = await delivering
    assert 10 <= summary.accepted <= 20
    states = await outbox.counts("invitation", 1)
    assert states == {State.ACCEPTED: summary.accepted, State.READY: 100 - summary.accepted}


async def test_a_pass_that_is_cancelled_leaves_only_what_was_on_its_way_in_doubt(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    await database.write(outbox.queue("invitation", 1, range(100)))
    server.seconds_per_message = 0.05
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings))
        while server.received.total() < 10:
            await asyncio.sleep(0.01)
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
    await let_time_pass(database)
    server.seconds_per_message = 0
    await deliver_all(database, mail_settings, Letters())
    states = await outbox.counts("invitation", 1)
    assert set(states) <= {State.ACCEPTED, State.IN_DOUBT}
    assert sum(states.values()) == 100
    assert states.get(State.IN_DOUBT, 0) <= 4
    assert set(server.received.values()) == {1}


async def test_what_a_relay_took_without_saying_so_is_sent_again_only_where_the_council_chose_that(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    settings = replace(mail_settings, mail_in_doubt="resend")
    await database.write(outbox.queue("invitation", 1, [1]))
    await deliver_all(database, settings, Letters({1: "wim.drop-after-dot@voorbeeld.example"}))
    await let_time_pass(database)
    await deliver_all(database, settings, Letters({1: "wim.drop-after-dot@voorbeeld.example"}))
    assert server.received["wim.drop-after-dot@voorbeeld.example"] == 2
    assert len(server.message_ids["wim.drop-after-dot@voorbeeld.example"]) == 1


async def test_a_worker_that_lives_keeps_what_it_holds(
    database: Database, mail_settings: Settings, server: UnrulyRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1))
    server.seconds_per_message = 2.5
    await database.write(outbox.queue("invitation", 1, range(8)))
    async with Relay(replace(mail_settings, smtp_connections=4)) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings))
        while not delivering.done():
            assert await database.write(outbox.recover("hold")) == 0
            await asyncio.sleep(0.05)
    assert (await delivering).accepted == 8


async def test_the_log_tells_what_happened_without_addresses_or_texts(
    database: Database, mail_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "panel")
    await database.write(outbox.queue("invitation", 1, [1, 2]))
    await deliver_all(database, mail_settings, Letters({2: "wim.unknown@voorbeeld.example"}))
    ids = [(await state_of(n)).id for n in (1, 2)]
    assert f"message {ids[0]}: accepted, code 250 2.0.0" in caplog.text
    assert f"message {ids[1]}: refused, code 550 5.1.1" in caplog.text
    assert "voorbeeld" not in caplog.text
    assert "user" not in caplog.text


async def test_no_unit_of_work_is_open_while_a_letter_is_made(database: Database, mail_settings: Settings) -> None:
    await database.write(outbox.queue("invitation", 1, [1]))

    async def compose(message: Message) -> Letter | None:
        async with asyncio.timeout(5):
            later = datetime.now(UTC) + timedelta(hours=1)
            await database.write(outbox.queue("reminder", 1, [message.recipient_id], later))
        return None

    async with Relay(mail_settings) as relay:
        assert (await deliver(database, relay, compose, mail_settings)).suppressed == 1
    assert await outbox.counts("reminder", 1) == {State.READY: 1}


async def test_a_message_leaves_with_an_envelope_sender_of_its_own(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    settings = replace(mail_settings, bounce_address="bounce@voorbeeld.example")
    await database.write(outbox.queue("invitation", 1, [1, 2]))
    await deliver_all(database, settings, Letters())
    assert {message_of(sender, settings) for sender in server.senders} == {
        message.id for message in await Message.all()
    }


async def test_a_relay_that_says_when_to_come_back_is_left_alone_until_then(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    server.at_greeting = "421 4.3.2 too busy, try again in 20 minutes"
    await database.write(outbox.queue("invitation", 1, [1]))
    summary = await deliver_all(database, mail_settings, Letters())
    assert summary.paused_until is not None
    assert summary.paused_until - datetime.now(UTC) > timedelta(minutes=19)
    server.at_greeting = "421 4.3.2 too busy, try again in 300 hours"
    await let_time_pass(database)
    summary = await deliver_all(database, mail_settings, Letters())
    assert summary.paused_until is not None
    assert summary.paused_until - datetime.now(UTC) < timedelta(hours=2), "somebody may mend it sooner"


async def test_a_wave_of_which_nothing_is_needed_any_more_takes_one_pass(
    database: Database, mail_settings: Settings
) -> None:
    await database.write(outbox.queue("invitation", 1, range(500)))
    async with Relay(mail_settings) as relay:
        letters = Letters(needless=set(range(500)))
        assert (await deliver(database, relay, letters, mail_settings, limit=20)).suppressed == 500


async def test_a_relay_that_is_silent_about_one_message_keeps_no_sign_in_link_waiting(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    server.silence = 4
    await database.write(outbox.queue("invitation", 1, [1, 2, 3]))
    letters = Letters({1: "wim.silent-after-dot@voorbeeld.example"})
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, letters, mail_settings))
        while server.received.total() < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert (await outbox.counts("invitation", 1)) == {State.SENDING: 1, State.ACCEPTED: 2}, "written down at once"
        await database.write(outbox.queue("sign-in", 1, [9], outbox.URGENT))
        async with asyncio.timeout(2):
            while not server.received["r9@voorbeeld.example"]:
                await asyncio.sleep(0.01)
        assert not delivering.done()
        assert (await delivering).accepted == 4


async def test_with_a_slow_relay_few_messages_are_ahead_of_a_sign_in_link(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    server.seconds_per_message = 0.2
    await database.write(outbox.queue("invitation", 1, range(400)))
    stopping = asyncio.Event()
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings, stopping=stopping))
        await asyncio.sleep(1)
        await database.write(outbox.queue("sign-in", 1, [1000], outbox.URGENT))
        before = server.received.total()
        async with asyncio.timeout(6):
            while not server.received["r1000@voorbeeld.example"]:
                await asyncio.sleep(0.01)
        assert server.received.total() - before < 60
        stopping.set()
        await delivering


async def test_a_pass_that_is_cancelled_while_it_claims_gives_back_what_it_claims(
    database: Database, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(outbox.queue("invitation", 1, range(10)))
    claiming, take = asyncio.Event(), Claims._take

    async def take_slowly(claims: Claims) -> list[Message]:
        claiming.set()
        await asyncio.sleep(0.3)
        return await take(claims)

    monkeypatch.setattr(Claims, "_take", take_slowly)
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings))
        await claiming.wait()
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
    assert await outbox.counts("invitation", 1) == {State.READY: 10}


async def test_a_lease_that_cannot_be_renewed_once_is_renewed_the_next_time(
    database: Database, mail_settings: Settings, server: UnrulyRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1.5))
    renew, failed = outbox.renew, asyncio.Event()

    async def fails_once(ids: Collection[int]) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("the database is away for a moment")
        await renew(ids)

    monkeypatch.setattr(outbox, "renew", fails_once)
    server.seconds_per_message = 3
    await database.write(outbox.queue("invitation", 1, range(2)))
    async with Relay(mail_settings) as relay:
        delivering = asyncio.create_task(deliver(database, relay, Letters(), mail_settings))
        while not delivering.done():
            assert await database.write(outbox.recover("hold")) == 0
            await asyncio.sleep(0.05)
    assert failed.is_set()
    assert (await delivering).accepted == 2


@pytest.mark.parametrize(("relay_rate", "domain_rate"), [(60, 0), (0, 60)])
async def test_what_was_given_back_to_wait_is_no_longer_ours_to_renew_or_release(
    database: Database, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch, relay_rate: int, domain_rate: int
) -> None:
    released: list[int] = []

    async def release(ids: Collection[int]) -> None:
        released.extend(ids)

    monkeypatch.setattr(outbox, "release", release)
    await database.write(outbox.queue("invitation", 1, range(3)))
    settings = replace(mail_settings, mail_per_minute=relay_rate, mail_per_minute_per_domain=domain_rate)
    async with Relay(settings) as relay:
        summary = await deliver(database, relay, Letters(), settings)
    assert released == []
    left = 3 - summary.accepted
    assert await outbox.counts("invitation", 1) == {State.ACCEPTED: summary.accepted, State.READY: left}


async def test_whatever_trickles_in_what_is_in_hand_stays_prepared(
    database: Database, mail_settings: Settings, server: UnrulyRelay
) -> None:
    server.seconds_per_message = 0.02
    await database.write(outbox.queue("invitation", 1, range(60)))
    prepared: set[int] = set()
    extra = iter(range(100, 160))

    async def prepare(messages: Sequence[Message]) -> None:
        prepared.clear()
        prepared.update(message.id for message in messages)
        await database.write(outbox.queue("invitation", 1, islice(extra, 2)))

    async def compose(message: Message) -> Letter | None:
        assert message.id in prepared
        return await Letters()(message)

    async def still_needed(messages: Sequence[Message]) -> dict[int, datetime | None]:
        assert prepared.issuperset(message.id for message in messages)
        return dict.fromkeys(message.id for message in messages)

    async with Relay(mail_settings) as relay:
        summary = await deliver(
            database, relay, compose, mail_settings, prepare=prepare, still_needed=still_needed, limit=40
        )
    assert (summary.accepted, summary.refused) == (120, 0)
