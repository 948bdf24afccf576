"""What follows from a mail that comes back, for the message, its member and the clerk."""

from dataclasses import replace

import pytest

from panel.invitations.actions import number_told, opt_out, receivers, remind
from panel.invitations.bounced import TooEarlyError, not_reached, record_returned, unread
from panel.invitations.link_requests import answer_requests, request_link
from panel.invitations.models import LINK, Kind, Wave
from panel.mail.bounces import Returned, read_returned
from panel.mail.envelope import envelope_sender
from panel.mail.models import Bounce, Message
from panel.mail.models import State as MailState
from panel.people.models import Exclusion, Member, OptOut
from panel.reviews.models import Review, State
from panel.settings import Settings
from tests.panel.conftest import SignIn
from tests.panel.mail.returned import LETTER, absent, complaint, postfix, simple
from tests.panel.stage import Stage


@pytest.fixture
def app_settings(app_settings: Settings) -> Settings:
    return replace(app_settings, bounce_address="bounce@voorbeeld.example")


@pytest.fixture
async def message(stage: Stage) -> Message:
    """An invitation that the relay took, of a review that is open."""
    review = await stage.review(State.OPEN)
    await stage.change(Message.filter(id__gt=0), state=MailState.ACCEPTED)
    wave = await Wave.get(review=review, kind=Kind.INVITATION)
    return (await Message.filter(kind=Kind.INVITATION, occasion_id=wave.id).order_by("id"))[0]


async def come_in(stage: Stage, message: Message, raw: bytes) -> Message:
    sender = envelope_sender(message.id, stage.settings)
    found = read_returned(raw, stage.settings, sender)
    assert isinstance(found, Returned)
    await stage.database.write(record_returned(stage.settings, found))
    return await Message.get(id=message.id)


async def member_of(message: Message) -> Member:
    return await Member.get(id=message.recipient_id).select_related("review")


async def test_an_address_that_does_not_exist_gets_no_other_mail_of_the_review(
    stage: Stage, message: Message
) -> None:
    member = await member_of(message)
    after = await come_in(stage, message, postfix())
    assert (after.state, after.reply) == (MailState.BOUNCED_HARD, "5.1.1 the address does not exist")
    assert member.id not in [other.id for other in await receivers(member.review, Kind.REMINDER)]
    assert await number_told(member.review, Kind.REMINDER) == await Message.filter(kind=Kind.INVITATION).count() - 1
    assert [found.id for found, _ in await not_reached(member.review)] == [member.id]


async def test_what_already_waits_for_such_an_address_does_not_go_out(stage: Stage, message: Message) -> None:
    member = await member_of(message)
    await stage.database.write(remind(member.review, "test"))
    await come_in(stage, message, postfix())
    states = {row.recipient_id: row.state for row in await Message.filter(kind=Kind.REMINDER)}
    assert states.pop(member.id) == MailState.SUPPRESSED
    assert set(states.values()) == {MailState.READY}


async def test_a_reminder_that_comes_back_also_stops_what_follows(stage: Stage, message: Message) -> None:
    member = await member_of(message)
    await stage.database.write(remind(member.review, "test"))
    reminder = await Message.get(kind=Kind.REMINDER, recipient_id=member.id)
    await stage.change(Message.filter(id=reminder.id), state=MailState.ACCEPTED)
    await come_in(stage, reminder, postfix())
    await stage.change(Member.filter(id=member.id), participated=True)
    assert await receivers(member.review, Kind.THANKS) == []


async def link_asked_for(stage: Stage, member: Member) -> Message:
    """A mail with the personal link that this member asked for again, and that the relay took."""
    await stage.database.write(request_link(member.email))
    await stage.database.write(answer_requests())
    link = await Message.get(kind=LINK)
    assert link.recipient_id == member.id
    await stage.change(Message.filter(id=link.id), state=MailState.ACCEPTED)
    return link


async def test_a_link_that_was_asked_for_and_comes_back_counts_like_any_mail_of_the_review(
    stage: Stage, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await member_of(message)
    link = await link_asked_for(stage, member)
    assert (await come_in(stage, link, postfix())).state == MailState.BOUNCED_HARD
    assert member.id not in [other.id for other in await receivers(member.review, Kind.REMINDER)]
    assert [(found.id, mail.id) for found, mail in await not_reached(member.review)] == [(member.id, link.id)]
    monkeypatch.setattr("panel.invitations.link_requests._hour", lambda: 1)
    await stage.database.write(request_link(member.email))
    await stage.database.write(answer_requests())
    assert await Message.filter(kind=LINK).count() == 1, "an address that does not exist gets none when it asks again"


async def test_a_complaint_about_a_link_stops_what_waits_and_the_other_way_round(
    stage: Stage, message: Message
) -> None:
    member = await member_of(message)
    link = await link_asked_for(stage, member)
    await stage.database.write(remind(member.review, "test"))
    await come_in(stage, link, complaint())
    assert (await member_of(message)).opt_out == OptOut.NEVER_AGAIN
    assert (await Message.get(kind=Kind.REMINDER, recipient_id=member.id)).state == MailState.SUPPRESSED
    await stage.change(Message.filter(id=link.id), state=MailState.READY)
    await come_in(stage, message, postfix())
    assert (await Message.get(id=link.id)).state == MailState.SUPPRESSED


async def test_any_other_failure_leaves_somebody_in_the_review(stage: Stage, message: Message) -> None:
    after = await come_in(stage, message, postfix(status="5.2.2", reply="552 5.2.2 full"))
    assert (after.state, after.reply) == (MailState.BOUNCED_SOFT, "5.2.2 the mailbox is full")
    member = await member_of(message)
    assert member.id in [other.id for other in await receivers(member.review, Kind.REMINDER)]
    assert await not_reached(member.review) == []


async def test_a_complaint_is_an_opt_out_for_ever(stage: Stage, message: Message) -> None:
    assert (await come_in(stage, message, complaint())).state == MailState.COMPLAINED
    assert (await member_of(message)).opt_out == OptOut.NEVER_AGAIN
    assert await Exclusion.filter(reason="opted_out").count() == 1


@pytest.mark.parametrize("raw", [absent(), postfix(action="delayed", status="4.4.1"), simple(LETTER)])
async def test_what_is_no_failure_changes_no_message(stage: Stage, message: Message, raw: bytes) -> None:
    assert (await come_in(stage, message, raw)).state == MailState.ACCEPTED
    assert await Bounce.all().count() == 1


async def test_the_same_mail_twice_changes_nothing(stage: Stage, message: Message) -> None:
    await come_in(stage, message, complaint())
    await stage.database.write(opt_out(stage.settings, await member_of(message), OptOut.NO))
    before = await Message.get(id=message.id)
    after = await come_in(stage, message, b"Received: by another.example\n" + complaint())
    assert after.changed_at == before.changed_at
    assert (await member_of(message)).opt_out == OptOut.NO
    assert await Bounce.all().count() == 1


async def test_a_later_mail_makes_it_worse_and_never_better(stage: Stage, message: Message) -> None:
    order = [postfix(status="5.2.2", reply=""), postfix(), postfix(status="5.3.0", reply=""), complaint(), postfix()]
    states = [(await come_in(stage, message, raw + b"%d" % n)).state for n, raw in enumerate(order)]
    assert states == ["bounced_soft", "bounced_hard", "bounced_hard", "complained", "complained"]


async def test_a_mail_that_comes_back_while_it_is_sent_has_to_wait(stage: Stage, message: Message) -> None:
    await stage.change(Message.filter(id=message.id), state=MailState.SENDING)
    with pytest.raises(TooEarlyError):
        await come_in(stage, message, postfix())
    assert await Bounce.all().count() == 0


async def test_mail_to_the_staff_can_come_back_too(stage: Stage, message: Message) -> None:
    await stage.change(Message.filter(id=message.id), kind="sign_in")
    assert (await come_in(stage, message, complaint())).state == MailState.COMPLAINED
    assert (await member_of(message)).opt_out == OptOut.NO


async def test_unknown_mail_is_kept_in_part_while_the_review_is_open(stage: Stage, message: Message) -> None:
    review = (await member_of(message)).review
    await come_in(stage, message, simple(LETTER) + b"x" * 100_000)
    [kept] = await unread(review)
    assert len(kept.raw) == 64 * 1024
    await stage.pass_closing_date(review)

    async def cleared() -> bool:
        return await Bounce.filter(content__not_isnull=True).count() == 0

    await stage.work(cleared)
    assert await Bounce.all().count() == 1


async def test_unknown_mail_of_a_closed_review_is_not_kept(stage: Stage, message: Message) -> None:
    review = (await member_of(message)).review
    await stage.close(review)
    await come_in(stage, message, simple(LETTER))
    assert await unread(await Review.get(id=review.id)) == []


async def test_the_clerk_sees_who_was_not_reached_and_what_must_be_read(
    stage: Stage, message: Message, sign_in: SignIn
) -> None:
    member = await member_of(message)
    clerk = await sign_in(stage.clerk)
    page = f"/bureau/{member.review.id}/post"
    assert member.email not in (await clerk.get(page)).text
    await come_in(stage, message, postfix())
    await come_in(stage, message, simple(LETTER) + b"<script>")
    text = (await clerk.get(page)).text
    assert member.email in text
    assert "Het adres bestaat niet" in text
    assert "Goedendag, ik heb een vraag." in text
    assert "&lt;script&gt;" in text
