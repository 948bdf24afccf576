"""The clerk sees what became of every mail, finds one person, and can act."""

import csv
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.audit import AuditEntry, first_broken
from panel.invitations.actions import opt_out, remind, withdraw_and_tell
from panel.invitations.bounced import record_returned
from panel.invitations.links import personal_link
from panel.invitations.models import LINK, Kind, Wave
from panel.invitations.post import GROUPS, MOST, Unmailed, meaning
from panel.mail import outbox
from panel.mail.bounces import Returned, read_returned
from panel.mail.envelope import envelope_sender
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.mail.reply_codes import SUBJECTS, WORDS
from panel.people.models import Member, OptOut
from panel.reviews.models import Review, State
from panel.web.messages import sentence
from panel.web.templating import environment
from tests.panel.conftest import SignIn
from tests.panel.mail.returned import complaint
from tests.panel.stage import Stage

words: Any = environment().get_template("invitations/words.html").module
Table = dict[str, dict[str, int]]


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.OPEN)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def invitation_to(member: Member) -> Message:
    wave = await Wave.get(review_id=member.review_id, kind=Kind.INVITATION)
    return await Message.get(kind=Kind.INVITATION, occasion_id=wave.id, recipient_id=member.id)


async def set_state(stage: Stage, member: Member, state: MailState, **values: object) -> None:
    message = await invitation_to(member)
    await stage.change(Message.filter(id=message.id), state=state, **values)


def main(html: str) -> str:
    """The words of the page."""
    return " ".join(node.text(separator=" ") for node in LexborHTMLParser(html).css("main"))


def tables(html: str) -> dict[str, Table]:
    """Caption -> kind of mail -> column -> number."""
    found: dict[str, Table] = {}
    for table in LexborHTMLParser(html).css("table"):
        rows: Table = {}
        for row in table.css("tbody tr"):
            cells = {cell.attributes["data-label"] or "": cell.text(strip=True) for cell in row.css("td")}
            [head] = row.css("th")
            if all(text.isdigit() for text in cells.values()):
                rows[head.text(strip=True)] = {name: int(text) for name, text in cells.items()}
        [caption] = table.css("caption")
        found[caption.text(strip=True)] = rows
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_on_every_line_the_numbers_add_up_to_the_members_whatever_became_of_the_mail(
    stage: Stage, clerk: httpx2.AsyncClient, seed: int
) -> None:
    rng = random.Random(seed)
    review = await stage.review(State.DRAWN)
    members = await stage.members(review)
    for member in rng.sample(members, 15):
        choice: dict[str, str] = rng.choice(
            [{"email": ""}, {"opt_out": OptOut.NEVER_AGAIN}, {"email": "", "opt_out": "this_time"}]
        )
        await stage.change(Member.filter(id=member.id), **choice)
    await stage.open(review)
    await _shuffle(stage, rng)
    await stage.database.write(remind(review, "test"))
    await _shuffle(stage, rng)
    for member in rng.sample(members, 5):
        await stage.change(Member.filter(id=member.id), opt_out=rng.choice(list(OptOut)))

    shown = tables((await clerk.get(f"/bureau/{review.id}/post")).text)
    steps: dict[str, Counter[str]] = {}
    for kind in (Kind.INVITATION, Kind.REMINDER):
        line = shown["Per soort e-mail"][words.kinds[kind]]
        assert line.pop("Samen") == sum(line.values()) == len(members)
        wave = await Wave.get(review=review, kind=kind)
        states = Counter([m.state for m in await Message.filter(kind=kind, occasion_id=wave.id)])
        steps[kind] = Counter()
        for group, parts in GROUPS.items():
            whole = line[words.groups[group]]
            if len(parts) > 1:
                detail = shown[words.groups[group]][words.kinds[kind]]
                assert sum(detail.values()) == whole
                steps[kind].update({part: detail[words.states[part]] for part in parts})
            else:
                steps[kind][parts[0]] = whole
        assert {state: steps[kind][state] for state in MailState} == {state: states[state] for state in MailState}
        assert sum(steps[kind][why] for why in Unmailed) == len(members) - states.total()


async def _shuffle(stage: Stage, rng: random.Random) -> None:
    for message in await Message.filter(state=MailState.READY):
        await stage.change(Message.filter(id=message.id), state=rng.choice(list(MailState)))


async def test_before_anything_was_sent_the_page_says_so(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    review = await stage.review(State.DRAWN)
    page = (await clerk.get(f"/bureau/{review.id}/post")).text
    assert "Er is nog geen e-mail verstuurd." in page


@pytest.mark.parametrize(
    ("state", "values", "expected"),
    [
        (MailState.READY, {}, ["Wacht op zijn beurt", "Nog niet.", "Hij gaat vanzelf weg."]),
        (MailState.ACCEPTED, {"reply": "250 OK"}, ["Aangenomen", "250 OK", "Bereikt, voor zover wij kunnen zien."]),
        (
            MailState.DEFERRED,
            {"reply": "452 4.2.2 Full", "due_at": datetime(2099, 7, 1, 12, 30, tzinfo=UTC)},
            ["Later opnieuw", "De mailbox is vol.", "Wij proberen het op 1 juli 2099, 14.30 uur opnieuw."],
        ),
        (MailState.IN_DOUBT, {}, ["Onzeker", "Beslis of hij opnieuw gaat."]),
        (
            MailState.REFUSED,
            {"reply": "550 5.1.1 No such user"},
            ["Geweigerd", "Het adres bestaat niet.", "550 5.1.1 No such user", "Niet bereikt.", "Bel, of stuur"],
        ),
        (MailState.BOUNCED_HARD, {"reply": "5.1.1 the address does not exist"}, ["Het adres bestaat niet."]),
        (MailState.COMPLAINED, {}, ["Ongewenst", "Schrijf deze persoon niet meer."]),
        (MailState.CANCELLED, {}, ["Teruggehaald", "De uitnodiging is niet verstuurd."]),
    ],
)
async def test_the_clerk_finds_what_became_of_the_mail_to_one_person_and_what_is_next(
    stage: Stage,
    review: Review,
    clerk: httpx2.AsyncClient,
    state: MailState,
    values: dict[str, object],
    expected: list[str],
) -> None:
    member = (await stage.members(review))[3]
    await set_state(stage, member, state, **values)
    answer = await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": member.email.upper()})
    assert answer.status_code == 200
    page = main(answer.text)
    assert "1 mens gevonden" in page
    assert [word for word in (member.name, member.email, member.address, *expected) if word not in page] == []
    [line] = await AuditEntry.filter(action="people looked up")
    assert (line.actor, line.object, line.result) == (
        f"staff {stage.clerk.id}",
        f"review {review.id}",
        "1 shown",
    ), "and not for what was searched"


async def test_a_message_that_is_tried_again_today_says_at_what_time(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    from panel.web.dutch import local

    member = (await stage.members(review))[0]
    due = datetime.now(UTC) + timedelta(minutes=1)
    await set_state(stage, member, MailState.DEFERRED, due_at=due)
    page = (await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": member.email})).text
    if local(due).date() == local(datetime.now(UTC)).date():
        assert f"Wij proberen het om {local(due):%H.%M} uur opnieuw." in page


async def test_accents_capitals_and_part_of_an_address_are_found_and_members_of_other_reviews_are_not(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    other = (await stage.members(await stage.review(State.OPEN)))[0]
    one, two, *_ = await stage.members(review)
    await stage.change(Member.filter(id=one.id), name="Zoë Çelik", address="Dorpsstraat 100%")
    await stage.change(Member.filter(id=other.id), name="Zoë Ander")
    address = f"/bureau/{review.id}/post/zoeken"
    for sought in ("zoe c", "ÇELIK", "  zoë  ", "raat 100%"):
        page = (await clerk.post(address, data={"words": sought})).text
        assert ("Zoë Çelik" in page, "Zoë Ander" in page, two.email in page) == (True, False, False), sought
    before = await AuditEntry.filter(action="people looked up").count()
    assert "Niemand gevonden" in (await clerk.post(address, data={"words": "%%%"})).text
    assert await AuditEntry.filter(action="people looked up").count() == before == 4


@pytest.mark.parametrize("sought", ["", "ab", " a  b"[:3], "x" * 301])
async def test_too_little_or_too_much_to_search_for_is_refused_at_the_field(
    review: Review, clerk: httpx2.AsyncClient, sought: str
) -> None:
    answer = await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": sought})
    assert answer.status_code == 422
    assert 'href="#field-words"' in answer.text
    assert not await AuditEntry.filter(action="people looked up").exists()


async def test_at_most_twenty_people_are_shown_and_the_page_says_that_there_are_more(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    page = (await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": "@inwoner"})).text
    number = sum("@inwoner" in member.email for member in await stage.members(review))
    assert number > MOST
    assert f"{number} mensen gevonden" in page
    assert f"Dit zijn de eerste {MOST}." in page
    assert len(LexborHTMLParser(page).css("h3")) == MOST


async def test_who_looks_somebody_up_cannot_see_whether_that_person_answered(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    answered, silent, *_ = await stage.members(review)
    await stage.change(Message.filter(id__gt=0), state=MailState.ACCEPTED)
    await stage.database.write(remind(review, "test"))
    wave = await Wave.get(review=review, kind=Kind.REMINDER)
    reminders = Message.filter(kind=Kind.REMINDER, occasion_id=wave.id)
    await stage.change(reminders.filter(recipient_id=answered.id), state=MailState.SUPPRESSED)
    await stage.change(reminders.filter(recipient_id=silent.id), state=MailState.ACCEPTED, reply="250 OK")
    await stage.change(Member.filter(id=answered.id), participated=True)
    await stage.close(review)
    await stage.change(Member.filter(id__in=[answered.id, silent.id]), opt_out=OptOut.THIS_TIME)

    async def page_of(member: Member) -> str:
        found = await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": member.email})
        text = main(found.text.replace(f'value="{member.email}"', ""))
        for own in (member.email, member.name, member.address):
            text = text.replace(own, "…")
        return " ".join(text.split())

    assert await page_of(answered) == await page_of(silent)


async def test_people_whose_mail_failed_for_good_can_get_a_letter_instead(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    refused, hard, soft, complained, left, no_address, *_ = await stage.members(review)
    for member, state in (
        (refused, MailState.REFUSED),
        (hard, MailState.BOUNCED_HARD),
        (soft, MailState.BOUNCED_SOFT),
        (complained, MailState.COMPLAINED),
        (left, MailState.BOUNCED_HARD),
    ):
        await set_state(stage, member, state)
    await stage.database.write(opt_out(stage.settings, left, OptOut.THIS_TIME))
    await stage.change(Member.filter(id=no_address.id), email="")
    page = (await clerk.get(f"/bureau/{review.id}/post")).text
    assert "Bestand voor 2 brieven ophalen" in page
    assert "Bestand voor 1 brief ophalen" in page
    answer = await clerk.post(f"/bureau/{review.id}/brieven", data={"who": "not_reached"})
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [(row["naam"], row["adres"], row["link"]) for row in rows] == [
        (member.name, member.address, personal_link(stage.settings, member)) for member in (refused, hard)
    ]
    [line] = await AuditEntry.filter(action="letters printed")
    assert (line.object, line.result) == (f"review {review.id}", "2 not reached")
    assert (await clerk.post(f"/bureau/{review.id}/brieven")).status_code == 409


async def test_who_wants_no_mail_gets_no_letter_either(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    one, two, *_ = await stage.members(review)
    await stage.change(Member.filter(id__in=[one.id, two.id]), email="")
    await stage.database.write(opt_out(stage.settings, one, OptOut.NEVER_AGAIN))
    answer = await clerk.post(f"/bureau/{review.id}/brieven", data={"who": "no_address"})
    assert [line.split(";")[0] for line in answer.content.decode("utf-8-sig").splitlines()[1:]] == [two.name]


async def test_what_is_in_doubt_goes_out_again_when_the_clerk_decides_so(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    members = await stage.members(review)
    doubtful = [member for member in members if not member.email.startswith("verhuisd.")][:3]  # or it is refused
    await stage.change(Message.filter(id__gt=0), state=MailState.ACCEPTED)
    for member in doubtful:
        await set_state(stage, member, MailState.IN_DOUBT, reply="lost", attempts=1)
    address = f"/bureau/{review.id}/post/onzeker"
    assert address in (await clerk.get(f"/bureau/{review.id}/post")).text
    assert sentence("desk.mail_in_doubt") in (await clerk.get(f"/bureau/{review.id}")).text
    assert "Stuur 3 uitnodigingen opnieuw" in (await clerk.get(address)).text
    ids = {(await invitation_to(member)).id for member in doubtful}
    assert (await clerk.post(address, data={"kind": "invitation"})).status_code == 303
    again = await Message.filter(state=MailState.READY)
    assert {message.id for message in again} == ids, "the same rows, so the same Message-IDs"
    assert all(message.due_at <= datetime.now(UTC) and not message.reply for message in again)
    [line] = await AuditEntry.filter(action="invitation sent again")
    assert line.result == "3 messages in doubt"
    await clerk.post(address, data={"kind": "invitation"})
    assert await AuditEntry.filter(action="invitation sent again").count() == 1, "there was nothing left to decide"
    assert "Er is geen e-mail onzeker." in (await clerk.get(address)).text

    async def sent() -> bool:
        return await Message.filter(kind=Kind.INVITATION, state=MailState.ACCEPTED).count() == len(members)

    await stage.work(sent)


async def test_sending_again_touches_nothing_but_what_is_in_doubt_in_this_review(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    other = await stage.review(State.OPEN)
    await stage.change(Message.filter(id__gt=0), state=MailState.IN_DOUBT)
    for member, state in zip(await stage.members(review), MailState, strict=False):
        await set_state(stage, member, state)
    before = {message.id: message.state for message in await Message.filter(kind=Kind.INVITATION)}
    await clerk.post(f"/bureau/{review.id}/post/onzeker", data={"kind": "invitation"})
    await clerk.post(f"/bureau/{review.id}/post/onzeker", data={"kind": "reminder"})
    assert (await clerk.post(f"/bureau/{review.id}/post/onzeker", data={"kind": "trial"})).status_code == 409
    wave = await Wave.get(review=review)
    for message in await Message.filter(id__in=list(before)):
        again = before[message.id] == MailState.IN_DOUBT and message.occasion_id == wave.id
        assert message.state == (MailState.READY if again else before[message.id])
    in_doubt = Message.filter(kind=Kind.INVITATION, state=MailState.IN_DOUBT)
    assert await in_doubt.count() == len(await stage.members(other))


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_the_desk_warns_when_people_are_not_reached(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, number: int
) -> None:
    for member in (await stage.members(review))[:number]:
        await set_state(stage, member, MailState.BOUNCED_HARD)
    page = (await clerk.get(f"/bureau/{review.id}")).text
    assert (sentence("desk.one_not_reached") in page) == (number == 1)
    assert (sentence("desk.not_reached", count=2) in page) == (number == 2)
    for desk in (f"/bureau/{review.id}", "/bureau"):
        links = LexborHTMLParser((await clerk.get(desk)).text).css(f'a[href="/bureau/{review.id}/post"]')
        assert any("Naar de post" in link.text() for link in links) == (number > 0)


async def test_a_reminder_is_offered_once_and_only_while_the_review_is_open(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    address, button = f"/bureau/{review.id}/herinneren", "herinneringen versturen"
    assert button in (await clerk.get(address)).text
    await stage.database.write(remind(review, "test"))
    again = (await clerk.get(address)).text
    assert (sentence("reminder.sent") in again, button in again) == (True, False)
    await stage.withdraw(review)
    stopped = (await clerk.get(address)).text
    assert (sentence("review.not_open") in stopped, button in stopped) == (True, False)


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.PUBLISHED])
async def test_withdrawing_is_not_offered_when_it_cannot_be_done(
    stage: Stage, clerk: httpx2.AsyncClient, state: State
) -> None:
    review = await stage.review(state)
    page = LexborHTMLParser((await clerk.get(f"/bureau/{review.id}/intrekken")).text)
    assert sentence("review.not_withdrawable") in " ".join(node.text() for node in page.css("main"))
    assert not page.css("main textarea, main button")


async def test_the_button_that_withdraws_says_to_how_many_people(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/intrekken"
    assert "Tweede mening intrekken" in (await clerk.get(address)).text
    first, second, *_ = await stage.members(review)
    await set_state(stage, first, MailState.ACCEPTED)
    assert "Intrekken en 1 mens berichten" in (await clerk.get(address)).text
    await set_state(stage, second, MailState.ACCEPTED)
    assert "Intrekken en 2 mensen berichten" in (await clerk.get(address)).text


async def test_mail_that_came_back_for_a_while_is_told_apart_from_people_who_cannot_be_reached(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    one, two, *_ = await stage.members(review)
    await set_state(stage, one, MailState.BOUNCED_SOFT)
    page = main((await clerk.get(f"/bureau/{review.id}/post")).text)
    assert "Van 1 e-mail zei de mailserver eerst ja." in page
    assert "Mensen die wij niet bereiken" not in page
    await set_state(stage, two, MailState.BOUNCED_HARD)
    assert "Mensen die wij niet bereiken" in main((await clerk.get(f"/bureau/{review.id}/post")).text)


async def test_what_is_in_doubt_is_one_step_away_from_who_is_looked_up(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    member = (await stage.members(review))[0]
    await set_state(stage, member, MailState.IN_DOUBT)
    page = (await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": member.email})).text
    assert LexborHTMLParser(page).css(f'td a[href="/bureau/{review.id}/post/onzeker"]')


CALLED_OFF = {MailState.READY, MailState.DEFERRED, MailState.CLAIMED}


@pytest.mark.parametrize("closes", [False, True])
async def test_what_still_waits_is_called_off_when_a_review_stops(stage: Stage, review: Review, closes: bool) -> None:
    members = await stage.members(review)
    await stage.database.write(remind(review, "test"))
    for place, message in enumerate(await Message.all().order_by("id")):
        state = list(MailState)[place % len(MailState)]
        lease = datetime.now(UTC) + timedelta(hours=1) if state in (MailState.CLAIMED, MailState.SENDING) else None
        await stage.change(Message.filter(id=message.id), state=state, lease_until=lease)
    before = {message.id: message.state for message in await Message.all()}
    if closes:
        await stage.pass_closing_date(review)

        async def closed() -> bool:
            return await Review.filter(id=review.id, state=State.CLOSED).exists()

        from panel.worker import Worker

        worker = Worker(stage.database, stage.settings)
        await worker._close_due()  # alone: no mail goes out meanwhile
        assert await closed()
    else:
        await stage.database.write(withdraw_and_tell(review, "Van tafel.", stage.clerk))
    for message in await Message.filter(id__in=list(before)):
        expected = MailState.CANCELLED if before[message.id] in CALLED_OFF else before[message.id]
        assert message.state == expected
        assert message.state != MailState.CANCELLED or message.lease_until is None
    lines = {line.action: line.result for line in await AuditEntry.filter(action__endswith=" called off")}
    assert set(lines) == {"invitation called off", "reminder called off"}
    told = await Message.filter(kind=Kind.WITHDRAWN)
    arrived = {m.recipient_id for m in await Message.filter(kind=Kind.INVITATION, state__in=["accepted", "sending"])}
    assert not closes or not told
    assert closes or arrived & {message.recipient_id for message in told}
    assert len(members) < len(before)
    assert await first_broken() is None


async def test_a_message_that_a_worker_holds_when_it_is_called_off_is_not_started_and_stays_so(
    stage: Stage, review: Review
) -> None:
    [held, *_] = await stage.database.write(outbox.claim(3))
    await stage.database.write(withdraw_and_tell(review, "Van tafel.", stage.clerk))
    assert not await stage.database.write(outbox.start(held))
    await stage.database.write(outbox.settle(held, MailState.SUPPRESSED, ""))
    await stage.database.write(outbox.release([held.id]))
    assert (await Message.get(id=held.id)).state == MailState.CANCELLED


async def test_a_link_that_somebody_asked_for_again_is_found_too(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    member = (await stage.members(review))[0]
    await stage.database.write(outbox.queue(LINK, 77, [member.id]))
    await stage.change(Message.filter(kind=LINK), state=MailState.DEFERRED, reply="450 4.3.2 Later")
    answer = await clerk.post(f"/bureau/{review.id}/post/zoeken", data={"words": member.email})
    assert "Link die iemand opnieuw vroeg" in answer.text
    assert "De mailserver van de ontvanger heeft een storing." in answer.text


async def test_a_complaint_that_opts_somebody_out_stands_in_the_log_without_a_name(
    stage: Stage, review: Review
) -> None:
    member = (await stage.members(review))[0]
    await set_state(stage, member, MailState.ACCEPTED)
    settings = replace(stage.settings, bounce_address="bounce@voorbeeld.example")
    found = read_returned(complaint(), settings, envelope_sender((await invitation_to(member)).id, settings))
    assert isinstance(found, Returned)
    for _ in range(2):
        await stage.database.write(record_returned(settings, found))
    assert (await Member.get(id=member.id)).opt_out == OptOut.NEVER_AGAIN
    [line] = await AuditEntry.filter(action="opted out by complaint")
    assert (line.object, line.result) == (f"review {review.id}", "ok")


@pytest.mark.parametrize("said", sorted({*WORDS.values(), *SUBJECTS.values()}))
def test_what_mail_systems_say_has_dutch_words(said: str) -> None:
    assert words.meanings[said].endswith(".")


def test_a_reply_is_explained_by_its_code_or_not_at_all() -> None:
    assert meaning("452 4.2.2 Over quota") == "the mailbox is full"
    assert meaning("550 Go away") == meaning("") == ""


def test_every_state_and_every_kind_has_its_words() -> None:
    assert {part for parts in GROUPS.values() for part in parts} == {*MailState, *Unmailed} == set(words.states)
    assert set(words.groups) == set(words.explained) == set(GROUPS)
    assert set(words.kinds) == {*Kind, LINK}
    assert set(words.plural) == set(Kind)
