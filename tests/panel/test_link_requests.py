"""Whoever lost the mail asks for the personal link again; who asks learns nothing about anybody."""

import logging
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from panel.demo.mailbox import Mailbox
from panel.invitations import link_requests
from panel.invitations.actions import opt_out
from panel.invitations.link_requests import answer_requests
from panel.invitations.links import personal_link
from panel.invitations.models import LINK, LinkRequest
from panel.letters import Letters
from panel.mail.letter import Letter, build
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.people.models import Member, OptOut
from panel.reviews.models import Review, State
from panel.web.messages import sentence
from tests.panel.answers.evidence import files_of
from tests.panel.contents import contents
from tests.panel.stage import Stage

STRANGER = "niemand.kent.mij@elders.example"


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.OPEN)


@pytest.fixture
async def member(stage: Stage, review: Review) -> Member:
    return (await stage.members(review))[0]


async def ask(browser: httpx2.AsyncClient, address: str) -> httpx2.Response:
    return await browser.post("/link", data={"email": address})


async def queued(stage: Stage) -> set[int]:
    """Which members are sent their link after the worker has looked at all requests."""
    await stage.database.write(answer_requests())
    assert not await LinkRequest.exists()
    return {message.recipient_id async for message in Message.filter(kind=LINK)}


async def test_the_answer_and_the_work_are_the_same_for_an_address_that_is_known_and_one_that_is_not(
    open_browser: Callable[[], httpx2.AsyncClient], member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    seen = []
    for address in (member.email, STRANGER):
        browser = open_browser()
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            answer = await ask(browser, address)
        statements = [record.args[0] for record in caplog.records if isinstance(record.args, tuple)]
        assert sum("link_request" in str(statement) for statement in statements) == 2, "count them, add one"
        assert (answer.status_code, answer.headers["location"]) == (303, "/link/gevraagd")
        page = await browser.get(answer.headers["location"])
        assert "Als dit adres bij ons bekend is, krijgt u binnen een paar minuten een e-mail." in page.text
        assert not browser.cookies
        seen.append((answer.content, answer.headers.raw, page.content, page.headers.raw, statements))
    assert seen[0] == seen[1]
    asked = [request.address async for request in LinkRequest.all().order_by("id")]
    assert asked == [member.email.lower(), STRANGER]


async def test_the_worker_mails_the_link_that_the_member_had_and_forgets_who_asked(
    stage: Stage, client: httpx2.AsyncClient, member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for address in (member.email, STRANGER):
            await ask(client, address)

        async def done() -> bool:
            waiting = Message.filter(state__in=(MailState.READY, MailState.CLAIMED, MailState.SENDING))
            return not await LinkRequest.exists() and not await waiting.exists()

        await stage.work(done)
    mails = [mail for mail in Mailbox(stage.settings.var / "mail").new() if "uw persoonlijke link" in mail.text]
    assert [(mail.to, mail.link("/m/")) for mail in mails] == [(member.email, personal_link(stage.settings, member))]
    disk = b"".join([file.read_bytes() for file in await files_of(stage.settings)])
    assert STRANGER.encode() not in disk
    assert STRANGER not in caplog.text
    assert member.email.lower() not in caplog.text.lower()


@pytest.mark.parametrize("typed", ["{}", "  {}\t", "{upper}", "{swapped}"])
async def test_capitals_and_spaces_around_an_address_make_no_difference(
    stage: Stage, client: httpx2.AsyncClient, member: Member, typed: str
) -> None:
    await stage.change(Member.filter(id=member.id), email=member.email.title())
    address = typed.format(member.email, upper=member.email.upper(), swapped=member.email.swapcase())
    assert (await ask(client, address)).status_code == 303
    assert await queued(stage) == {member.id}


async def test_only_who_can_take_part_now_gets_a_link(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    never, this_time, answered, *_ = await stage.members(review)
    await stage.database.write(opt_out(stage.settings, never, OptOut.NEVER_AGAIN))
    await stage.database.write(opt_out(stage.settings, this_time, OptOut.THIS_TIME))
    await stage.answer(answered, {"q09_stem": "voor"})
    others = [await stage.review(state) for state in (State.DRAWN, State.OPEN, State.CLOSED, State.PUBLISHED)]
    await stage.withdraw(others[1])
    elsewhere = [f"review.{other.id}@elders.example" for other in others]  # of nobody in the open review
    for other, address in zip(others, elsewhere, strict=True):
        await stage.change(Member.filter(id=(await stage.members(other))[0].id), email=address)
    for address in (never.email, this_time.email, answered.email, *elsewhere):
        assert (await ask(client, address)).status_code == 303
    assert await queued(stage) == {this_time.id, answered.id}


async def test_everybody_with_that_address_in_every_open_review_gets_a_mail_with_the_own_link(
    stage: Stage, client: httpx2.AsyncClient, review: Review
) -> None:
    one, other, *_ = await stage.members(review)
    [in_another, *_] = await stage.members(await stage.review(State.OPEN))
    shared = "samen@elders.example"  # of nobody else in the made-up file
    for member in (one, other, in_another):
        await stage.change(Member.filter(id=member.id), email=shared)
    await ask(client, shared)
    assert await queued(stage) == {one.id, other.id, in_another.id}
    letters = [
        await letter_of(stage, message) for message in await Message.filter(kind=LINK).order_by("recipient_id")
    ]
    members = await Member.filter(id__in=[one.id, other.id, in_another.id]).order_by("id")
    assert all(letter and letter.to_address == shared for letter in letters)
    assert all(
        letter
        and personal_link(stage.settings, member) in letter.text
        and personal_link(stage.settings, member) in letter.html
        for letter, member in zip(letters, members, strict=True)
    )


async def letter_of(stage: Stage, message: Message) -> Letter | None:
    letters = Letters(stage.settings)
    await letters.prepare([message])
    letter = await letters.compose(message)
    assert letter is None or isinstance(letter, Letter)
    return letter


async def test_who_asks_more_often_gets_one_mail_an_hour(
    stage: Stage, client: httpx2.AsyncClient, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = 500_000
    monkeypatch.setattr(link_requests, "_hour", lambda: hour)
    for _ in range(3):
        await ask(client, member.email)
        await ask(client, member.email)
        await queued(stage)
    assert [message.occasion_id async for message in Message.filter(kind=LINK)] == [hour]
    hour += 1
    await ask(client, member.email)
    await queued(stage)
    assert await Message.filter(kind=LINK, recipient_id=member.id).count() == 2


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "niemand", "niemand@", "@elders.example", "een twee@elders.example", "a@b@c.example", "<a@b.example>",
     "a@elders.example\r\nBcc: b@elders.example", "\x00", "é@elders.example", "x" * 65 + "@elders.example",
     "x@" + "elders." * 50 + "example", "x@" + "e" * 300, "x" * 400],
)  # fmt: skip
async def test_what_is_no_address_is_refused_in_words_and_written_nowhere(
    client: httpx2.AsyncClient, member: Member, typed: str
) -> None:
    before = await contents()
    refused = await ask(client, typed)
    assert refused.status_code == 422
    words = [sentence(code) for code in ("link.address", "form.empty")]
    assert any(refused.text.count(word) == 2 for word in words) or "Deze tekst is te lang" in refused.text
    assert "Stuur mij mijn link opnieuw" in refused.text
    assert await contents() == before


async def test_a_known_address_that_is_wrongly_typed_is_refused_like_any_other(
    client: httpx2.AsyncClient, member: Member
) -> None:
    pages = [(await ask(client, f"{address} x")).text for address in (member.email, STRANGER)]
    assert pages[0].replace(member.email, "") == pages[1].replace(STRANGER, "")


async def test_while_many_wait_the_answer_is_the_same_and_nothing_is_written(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_requests, "MOST_WAITING", 3)
    answers = [await ask(client, f"naam{number}@elders.example") for number in range(5)]
    assert {(answer.status_code, answer.content, tuple(answer.headers.raw)) for answer in answers} == {
        (303, b"", tuple(answers[0].headers.raw))
    }
    assert await LinkRequest.all().count() == 3


async def test_it_is_not_sent_when_there_is_nothing_to_answer_any_more(
    stage: Stage, client: httpx2.AsyncClient, review: Review, member: Member
) -> None:
    await ask(client, member.email)
    await queued(stage)
    message = await Message.get(kind=LINK)
    letters = Letters(stage.settings)
    assert await stage.database.write(letters.still_needed([message])) == {message.id: None}
    await stage.database.write(opt_out(stage.settings, member, OptOut.NEVER_AGAIN))
    assert await stage.database.write(letters.still_needed([message])) == {}
    assert await letter_of(stage, message) is None
    await stage.database.write(opt_out(stage.settings, member, OptOut.NO))
    assert await letter_of(stage, message) is not None
    await stage.withdraw(review)
    assert await stage.database.write(letters.still_needed([message])) == {}
    assert await letter_of(stage, message) is None


async def test_the_mail_was_asked_for_and_has_no_header_to_unsubscribe(
    stage: Stage, client: httpx2.AsyncClient, member: Member
) -> None:
    await ask(client, member.email)
    await queued(stage)
    message = await Message.get(kind=LINK)
    letter = await letter_of(stage, message)
    assert letter is not None
    raw = build(replace(letter, to_name="Voorbeeld"), message.id, stage.settings)
    assert b"List-Unsubscribe" not in raw
    assert "Dan hoeft u niets te doen." in letter.text
    assert "/u/" not in letter.text + letter.html
