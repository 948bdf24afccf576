"""Whatever a relay does, at whatever step: every message ends in the right state, and mail waits only when it must.

Everything is seen from outside: what crosses the wire, and the row in the outbox.
"""

import asyncio
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest

from panel.database import Database
from panel.mail import outbox
from panel.mail.delivery import deliver
from panel.mail.models import Message, Pause, State
from panel.mail.smtp import Relay
from panel.settings import Settings
from tests.panel.mail.scripted_relay import Act, Pace, ScriptedRelay, say
from tests.panel.mail.sender import Letters

WIM = "wim.jansen@voorbeeld.example"
ABOUT = f"about <{WIM}>, that is Wim.Jansen"  # in every reply, and never to be kept
LONG = "x" * 20_000


class Ending(NamedTuple):
    state: str
    attempts: int = 1
    mail_waits: bool = False
    due: str = ""
    taken: int = 0  # how often the relay has it


SENT = Ending(State.ACCEPTED, taken=1)
LATER = Ending(State.DEFERRED, due="in some five minutes")
REFUSED = Ending(State.REFUSED)
DOUBT = Ending(State.IN_DOUBT, taken=1)
NO_ANSWER = Ending(State.IN_DOUBT)  # it left, and the relay never read it
WHEN_IT_SAYS = Ending(State.DEFERRED, due="in some twelve minutes")
DOWN = Ending(State.READY, attempts=0, mail_waits=True, due="now")
NOT_SERVED = DOWN._replace(due="in half a minute")  # behind the others, since it may be about this message alone


def relay_says(code: int, enhanced: str = "", *, then: str = "go on") -> Act:
    return say(f"{code} {enhanced} {ABOUT}".replace("  ", " "), then=then)  # type: ignore[arg-type]


LEAVES: dict[str, Act] = {
    "leaves": Act(then="close"),
    "breaks the connection": Act(then="reset"),
    "leaves in the middle of a line": Act("250 2.0.0 ", then="close"),
    "leaves in the middle of a reply": Act("250-first\r\n", then="close"),
}
NONSENSE: dict[str, Act] = {
    "nonsense": say(f"what? {ABOUT}"),
    "nonsense that is long": say("?" * 70 + f" {WIM} " + "?" * 400),
    "bytes": Act("\udcff\udcfe\x00\x01\x1b[31m\r\n"),
    "a line without end": Act(LONG, then="stay silent"),
    "a very long line": say(f"250 {LONG}"),
    "lines without end": say(*["250-x"] * 2_000, then="stay silent"),
    "silence": Act(then="stay silent"),
}
REFUSALS: dict[str, Act] = {
    "421": relay_says(421, "4.3.2"),
    "421 and leaves": relay_says(421, "4.3.2", then="close"),
    "450": relay_says(450, "4.7.1"),
    "554": relay_says(554, "5.7.1"),
    "554 and leaves": relay_says(554, "5.7.1", then="close"),
    "550 in many lines": say("550-5.7.1 no", f"550-5.7.1 {ABOUT}", "550 5.7.1 really not"),
}
NOT_FOR_US: dict[str, Act] = {
    "421": relay_says(421, "4.3.2"),
    "421 and leaves": relay_says(421, "4.3.2", then="close"),
    "530": relay_says(530, "5.7.0"),
    "535": relay_says(535, "5.7.8"),
    "554 relay access denied": say(f"554 5.7.1 {ABOUT}: Relay access denied"),
}
NOT_NOW = {f"{code}": relay_says(code, "4.2.0") for code in (450, 451, 452)} | {
    "450 and leaves": relay_says(450, "4.2.0", then="close"),
    "450 in many lines": say("450-4.2.0 not", f"450-4.2.0 {ABOUT}", "450 4.2.0 now"),
    "450 without text": say("450"),
}
GREYLISTED = {
    "450 and when": say("450 4.7.1 Greylisted, please try again in 720 seconds"),
    "451 and when": say("451-4.7.1 busy", "451 4.7.1 Try again later, please come back in 12 minutes"),
}
NEVER = {f"{code}": relay_says(code, "5.1.1") for code in (550, 551, 552, 553, 554)} | {
    "550 and leaves": relay_says(550, "5.1.1", then="close"),
    "550 in many lines": say("550-5.1.1 no", f"550-5.1.1 {ABOUT}", "550 5.1.1 here"),
    "550 without text": say("550"),
}


def all_to(ending: Ending, *tables: Mapping[str, Act]) -> dict[str, tuple[Act, Ending]]:
    return {name: (act, ending) for table in tables for name, act in table.items()}


TABLE: dict[str, dict[str, tuple[Act, Ending]]] = {
    "greeting": all_to(DOWN, REFUSALS, LEAVES, NONSENSE)
    | {"220 in many lines": (say("220-relay.example", "220-welcome", "220 here"), SENT)},
    "EHLO": all_to(DOWN, REFUSALS, LEAVES, NONSENSE) | {"250 in one line": (say("250 relay.example"), SENT)},
    "STARTTLS": all_to(DOWN, REFUSALS, LEAVES, NONSENSE)
    | {
        "220 and no TLS": (say("220 go on", "220 still here"), DOWN),
        "220 and leaves": (say("220", then="close"), DOWN),
    },
    "AUTH": all_to(DOWN, REFUSALS, NOT_FOR_US, LEAVES, NONSENSE)
    | {"a question that never ends": (say("334 Li4u"), DOWN)},
    "MAIL": all_to(DOWN, LEAVES, NONSENSE)
    | all_to(NOT_SERVED, REFUSALS, NOT_FOR_US, NOT_NOW, NEVER)
    | {"250 in many lines": (say("250-2.1.0 so", f"250-2.1.0 {ABOUT}", "250 2.1.0 OK"), SENT)}
    | {"250 without text": (say("250"), SENT)},
    "RCPT": all_to(NOT_SERVED, NOT_FOR_US)
    | all_to(WHEN_IT_SAYS, GREYLISTED)
    | all_to(LATER, NOT_NOW, LEAVES, NONSENSE)
    | all_to(REFUSED, NEVER)
    | {f"{code}": (relay_says(code, "2.1.5"), SENT) for code in (250, 251, 252)}
    | {"250 in many lines": (say("250-2.1.5 so", f"250-2.1.5 {ABOUT}", "250 2.1.5 OK"), SENT)},
    "DATA": all_to(NOT_SERVED, NOT_FOR_US)
    | all_to(WHEN_IT_SAYS, GREYLISTED)
    | all_to(LATER, NOT_NOW, LEAVES, NONSENSE)
    | all_to(REFUSED, NEVER)
    | {"250 instead of 354": (relay_says(250, "2.0.0"), LATER)}
    | {"354 in many lines": (say("354-go", "354 on"), SENT)}
    | {"354 and leaves": (say("354 go on", then="close"), NO_ANSWER)},
    "dot": all_to(NOT_SERVED, NOT_FOR_US)
    | all_to(WHEN_IT_SAYS, GREYLISTED)
    | all_to(LATER, NOT_NOW)
    | all_to(REFUSED, NEVER)
    | all_to(DOUBT, LEAVES, NONSENSE)
    | {f"{code}": (relay_says(code, "2.0.0"), SENT) for code in (200, 250, 251)}
    | {"250 in many lines": (say("250-2.0.0 so", f"250-2.0.0 {ABOUT}", "250 2.0.0 taken"), SENT)}
    | {"250 and leaves": (relay_says(250, "2.0.0", then="close"), SENT)}
    | {"354 once more": (relay_says(354), DOUBT)},
}
WAYS: dict[str, tuple[bool, Pace]] = {
    "one by one": (False, "at once"),
    "one by one, byte by byte": (False, "byte by byte"),
    "pipelining": (True, "at once"),
    "pipelining, replies together": (True, "together"),
    "pipelining, byte by byte": (True, "byte by byte"),
}
AFTER_EHLO = ("MAIL", "RCPT", "DATA", "dot")  # what comes earlier is not pipelined


@dataclass
class Office:
    """Delivers one message at a time, over one connection, and looks what became of it."""

    database: Database
    settings: Settings
    numbers: Iterator[int]

    async def post(self, relay: Relay) -> tuple[int, datetime]:
        number, now = next(self.numbers), datetime.now(UTC)
        await self.database.write(outbox.queue("invitation", 1, [number], now - timedelta(seconds=5)))
        await self.database.write(_end_pause())
        letters = Letters(dict.fromkeys(range(number + 1), WIM))
        await deliver(self.database, relay, letters, self.settings)
        return number, now

    def relay_at(self, server: ScriptedRelay, patience: float = 20) -> Relay:
        return Relay(replace(self.settings, smtp_port=server.port, smtp_connections=1), patience=patience)

    async def ending(self, number: int, since: datetime, server: ScriptedRelay) -> Ending:
        message = await Message.get(recipient_id=number)
        assert message.lease_until is None
        assert not re.search(r"wim|jansen|@|voorbeeld", message.reply, re.IGNORECASE), message.reply
        assert message.reply or message.state == State.READY, "every ending has its reason"
        return Ending(
            message.state,
            message.attempts,
            await Pause.all().exists(),
            _when(message, since),
            server.taken.total(),
        )


def _when(message: Message, since: datetime) -> str:
    if message.state not in (State.READY, State.DEFERRED):
        return ""
    wait = message.due_at - since
    if wait < timedelta(seconds=0):
        return "now"
    for minutes, name in ((0.5, "half a minute"), (5, "some five minutes"), (12, "some twelve minutes")):
        if timedelta(minutes=0.85 * minutes) < wait < timedelta(minutes=1.35 * minutes):
            return f"in {name}"
    return f"in {wait}"


async def _end_pause() -> None:
    await Pause.all().delete()


async def _nothing_else_waits() -> None:
    await Message.filter(state__in=(State.READY, State.DEFERRED)).delete()


@pytest.fixture
def office(database: Database, settings: Settings) -> Office:
    return Office(database, settings, count(1))


@pytest.mark.parametrize(
    ("step", "way"),
    [(step, way) for step in TABLE for way in (WAYS if step in AFTER_EHLO else list(WAYS)[:2])],
)
async def test_whatever_a_relay_says_every_message_ends_in_the_right_state(
    office: Office, step: str, way: str
) -> None:
    pipelining, pace = WAYS[way]
    features = {"STARTTLS": ("STARTTLS",), "AUTH": ("AUTH PLAIN LOGIN",)}.get(step, ())
    if step == "STARTTLS":
        office.settings = replace(office.settings, smtp_tls="starttls")
    if step == "AUTH":
        office.settings = replace(office.settings, smtp_user="sam", smtp_password="s3cret")
    found: dict[Any, Any] = {}
    right: dict[Any, Any] = {}
    for name, (act, ending) in TABLE[step].items():
        waits = name in ("silence", "220 and no TLS") or (act.then == "stay silent" and step not in AFTER_EHLO)
        patience = 0.3 if waits else 20
        script = {step: act}
        async with ScriptedRelay(script, pipelining=pipelining, pace=pace, features=features) as server:
            async with office.relay_at(server, patience) as relay:
                number, since = await office.post(relay)
            found[name], right[name] = await office.ending(number, since, server), ending
            # What a relay says that leaves while we sign in, aiosmtplib forgets.
            if act.words[:1] in ("4", "5") and (step != "AUTH" or not re.search("421|leaves", name)):
                found[name, "says"] = (await Message.get(recipient_id=number)).reply[:3]
                right[name, "says"] = act.words[:3]
        await office.database.write(_nothing_else_waits())
    assert found == right


NO_SUCH_USER, NOT_TODAY = relay_says(550, "5.1.1"), relay_says(450, "4.2.0")


@pytest.mark.parametrize("pace", ["at once", "together", "byte by byte"])
async def test_a_relay_that_was_told_everything_at_once_and_refuses_one_part_gets_no_message(
    office: Office, pace: Pace
) -> None:
    """RFC 2920 3.1: replies to what follows on a refusal mean nothing, not even when DATA is welcome."""
    scripts: dict[str, tuple[dict[str, Act], Ending]] = {}
    afterwards = {"": {}, " 503": {"DATA": say("503 5.5.1 no")}, " 354": {"DATA": say("354 go on")}}
    afterwards |= {" 421": {"DATA": say("421 4.3.2 closing", then="close")}, " leaves": {"DATA": Act(then="close")}}
    for name, then in afterwards.items():
        scripts[f"MAIL 451{name}"] = {"MAIL": say("451 4.3.0 trouble")} | then, NOT_SERVED
        scripts[f"MAIL 550, RCPT 250{name}"] = {"MAIL": say("550 5.7.1 no"), "RCPT": say("250 OK")} | then, NOT_SERVED
        scripts[f"RCPT 550{name}"] = {"RCPT": NO_SUCH_USER} | then, REFUSED
        scripts[f"RCPT 450{name}"] = {"RCPT": NOT_TODAY} | then, LATER
    found: dict[Any, Any] = {}
    right: dict[Any, Any] = {}
    for name, (script, ending) in scripts.items():
        server = ScriptedRelay(script, times=1, pipelining=True, pace=pace)
        async with server, office.relay_at(server) as relay:
            number, since = await office.post(relay)
            found[name], right[name] = await office.ending(number, since, server), ending
            await office.database.write(_nothing_else_waits())
            number, since = await office.post(relay)
            found[name, "the next"] = await office.ending(number, since, server)
            right[name, "the next"] = SENT
    assert found == right


FAREWELLS: dict[str, dict[str, Act]] = {
    "leaves": {"NEXT": Act(then="close")},
    "breaks the connection": {"NEXT": Act(then="reset")},
    "421 and leaves": {"NEXT": say("421 4.4.2 idle too long", then="close")},
    "421": {"NEXT": say("421 4.4.2 idle too long")},
    "nonsense": {"NEXT": say("what?")},
    "half a line": {"NEXT": Act("42")},
}


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("pause_between", [0.0, 0.05])
async def test_what_a_relay_does_between_two_messages_harms_neither(
    office: Office, pipelining: bool, pause_between: float
) -> None:
    found = {}
    for name, script in FAREWELLS.items():
        async with ScriptedRelay(script, times=1, pipelining=pipelining) as server, office.relay_at(server) as relay:
            number, since = await office.post(relay)
            await asyncio.sleep(pause_between)
            next_number, next_since = await office.post(relay)
            found[name] = (
                (await office.ending(number, since, server)).state,
                await office.ending(next_number, next_since, server),
            )
    assert found == {name: (State.ACCEPTED, SENT._replace(taken=2)) for name in FAREWELLS}


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize(
    ("step", "act"),
    [
        ("MAIL", say("421 4.7.0 enough for this connection", then="close")),
        ("MAIL", say("421 4.7.0 enough for this connection")),
        ("MAIL", say("451 4.7.0 too many messages for this connection")),
        ("MAIL", Act(then="close")),
        ("RCPT", Act(then="close")),
        ("DATA", Act(then="reset")),
    ],
)
async def test_a_relay_that_has_enough_of_a_kept_connection_gets_a_new_one_at_once(
    office: Office, pipelining: bool, step: str, act: Act
) -> None:
    async with ScriptedRelay({}, times=1, pipelining=pipelining) as server, office.relay_at(server) as relay:
        await office.post(relay)
        server.script = {step: act}
        number, since = await office.post(relay)
        assert await office.ending(number, since, server) == SENT._replace(taken=2)
    assert server.connections == 2


@pytest.mark.parametrize("pipelining", [False, True])
async def test_whatever_follows_on_a_refusal_the_next_message_is_sent(office: Office, pipelining: bool) -> None:
    found = {}
    for name, act in {**REFUSALS, **LEAVES, **NONSENSE}.items():
        script = {"RCPT": NO_SUCH_USER, "RSET": act}
        patience = 0.3 if name == "silence" else 20
        server = ScriptedRelay(script, times=1, pipelining=pipelining)
        async with server, office.relay_at(server, patience) as relay:
            number, since = await office.post(relay)
            next_number, next_since = await office.post(relay)
            found[name] = (
                (await office.ending(number, since, server)).state,
                await office.ending(next_number, next_since, server),
            )
    assert found == dict.fromkeys({**REFUSALS, **LEAVES, **NONSENSE}, (State.REFUSED, SENT))


async def test_an_address_does_not_stay_because_a_reply_is_cut_in_the_middle_of_it(office: Office) -> None:
    async with ScriptedRelay({"RCPT": say("?" * 92 + f" {WIM}")}) as server:
        async with office.relay_at(server) as relay:
            number, since = await office.post(relay)
        assert await office.ending(number, since, server) == LATER


async def test_a_relay_that_replies_late_and_leaves_over_one_message_is_not_down(office: Office) -> None:
    """With pipelining, the reply to MAIL may come together with that to RCPT, so it is lost with it."""
    script = {"MAIL": say(), "RCPT": say(then="close")}
    async with ScriptedRelay(script, times=1, pipelining=True, pace="together") as server:
        async with office.relay_at(server) as relay:
            number, since = await office.post(relay)
        ending = await office.ending(number, since, server)
    assert (ending.state, ending.mail_waits) == (State.ACCEPTED, False)

    script = {"RCPT": say(then="close")}
    async with ScriptedRelay(script, pipelining=True, pace="together") as server:
        async with office.relay_at(server) as relay:
            number, since = await office.post(relay)
        ending = await office.ending(number, since, server)
    assert (ending.state, ending.attempts, ending.mail_waits) == (State.DEFERRED, 1, False)


async def test_thanks_for_a_message_that_has_not_been_sent_are_not_believed(office: Office) -> None:
    async with ScriptedRelay({"DATA": say("354 go on", "250 2.0.0 taken"), "dot": say("554 5.7.1 no")}) as server:
        async with office.relay_at(server) as relay:
            number, since = await office.post(relay)
        assert (await office.ending(number, since, server)).state != State.ACCEPTED


@pytest.mark.parametrize("pipelining", [False, True])
async def test_for_any_behaviour_a_message_is_accepted_only_when_the_relay_has_it_and_otherwise_never_twice(
    office: Office, pipelining: bool
) -> None:
    rng = random.Random(7)
    acts = [act for table in (REFUSALS, NOT_NOW, NEVER, NOT_FOR_US, LEAVES, NONSENSE) for act in table.values()]
    acts = [act for act in acts if act.then != "stay silent"]
    for _ in range(80):
        script = {step: rng.choice(acts) for step in rng.sample(sorted(TABLE.keys() | {"RSET", "NEXT"}), 3)}
        pace: Pace = rng.choice(("at once", "together", "byte by byte"))
        async with ScriptedRelay(script, times=rng.randint(1, 3), pipelining=pipelining, pace=pace) as server:
            async with office.relay_at(server) as relay:
                posts = [await office.post(relay) for _ in range(3)]
            endings = [await office.ending(number, since, server) for number, since in posts]
            states = [ending.state for ending in endings]
            assert set(states) <= {"accepted", "deferred", "refused", "in_doubt", "ready"}, script
            surely, perhaps = states.count("accepted"), states.count("accepted") + states.count("in_doubt")
            assert surely <= server.taken.total() <= perhaps, (script, pace, states)
        await office.database.write(_nothing_else_waits())
