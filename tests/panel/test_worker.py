"""What happens by itself, on its day, once, and only for those who still need it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deliberation.questionnaire import read
from panel.answers.vault import destroy_secret
from panel.audit import first_broken
from panel.demo.mailbox import Mailbox
from panel.invitations.actions import opt_out, remind, send_wave
from panel.invitations.models import Kind, Wave
from panel.letters import Letters
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.people.models import Member, OptOut
from panel.reviews.actions import extend
from panel.reviews.models import Review, State, Step
from panel.staff.actions import request_sign_in
from tests.panel.stage import Stage, answers_to, work

WAITING = (MailState.READY, MailState.CLAIMED, MailState.SENDING)


def receivers(stage: Stage, part: str) -> list[str]:
    """Whoever got a mail with this in its text."""
    return sorted(mail.to for mail in Mailbox(stage.settings.var / "mail").new() if part in mail.text)


async def mail_done() -> bool:
    return await Message.all().exists() and not await Message.filter(state__in=WAITING).exists()


def reachable(members: list[Member]) -> list[Member]:
    """Without those whose address is refused by the server that catches the mail."""
    return [member for member in members if not member.email.startswith("verhuisd.")]


@pytest.fixture
async def review(stage: Stage) -> Review:
    """Open, with every invitation delivered."""
    review = await stage.review(State.OPEN)
    await stage.work(mail_done)
    return review


async def let_half_the_time_pass(stage: Stage, review: Review) -> None:
    now = datetime.now(UTC)
    await stage.change(Step.filter(review=review, state=State.OPEN), at=now - timedelta(days=11))
    await stage.change(Review.filter(id=review.id), closes_at=now + timedelta(days=10))


async def test_everybody_who_can_be_reached_is_invited_once_with_a_link_of_their_own(
    stage: Stage, review: Review
) -> None:
    members = await stage.members(review)
    mails = [mail for mail in Mailbox(stage.settings.var / "mail").new() if "/m/" in mail.text]
    assert sorted(mail.to for mail in mails) == sorted(member.email for member in reachable(members))
    assert len({mail.link("/m/") for mail in mails}) == len(mails)
    refused = await Message.filter(state=MailState.REFUSED).count()
    assert refused == len(members) - len(reachable(members))


async def test_halfway_who_has_not_answered_is_reminded_by_itself_and_only_once(stage: Stage, review: Review) -> None:
    members = reachable(await stage.members(review))
    answered, this_time, never, *silent = members
    questionnaire = read(review.questionnaire)
    await stage.answer(answered, answers_to(questionnaire, 1))
    await stage.answer(silent[0], {"q09_stem": "voor"}, hand_in=False)
    await stage.database.write(opt_out(stage.settings, this_time, OptOut.THIS_TIME))
    await stage.database.write(opt_out(stage.settings, never, OptOut.NEVER_AGAIN))

    async def reminded() -> bool:
        return await Message.filter(kind=Kind.REMINDER).exists() and await mail_done()

    with pytest.raises(TimeoutError):
        await stage.work(reminded, seconds=0.6)  # it is not yet halfway
    before = len(receivers(stage, "/m/"))
    await let_half_the_time_pass(stage, review)
    await stage.work(reminded)
    reminders = [mail.to for mail in list(Mailbox(stage.settings.var / "mail").new())[before:]]
    assert sorted(reminders) == sorted(member.email for member in silent)
    assert await stage.database.write(remind(review, "test")) == 0
    assert await Wave.filter(kind=Kind.REMINDER).count() == 1


async def test_a_lost_vault_is_an_error_in_the_log_and_nobody_is_reminded_halfway(
    stage: Stage, review: Review, caplog: pytest.LogCaptureFixture
) -> None:
    [member, *_] = reachable(await stage.members(review))
    await stage.answer(member, {"q09_stem": "voor"})
    await let_half_the_time_pass(stage, review)
    await stage.database.vault.write(destroy_secret(review.id))
    with pytest.raises(TimeoutError):
        await stage.work(Wave.filter(kind=Kind.REMINDER).exists, seconds=1)
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert said == [f"the secret of review {review.id} is not in the vault: nobody can open a questionnaire"]


async def test_a_reminder_that_still_waits_at_the_closing_moment_does_not_go(stage: Stage, review: Review) -> None:
    await stage.database.write(remind(review, "test"))
    assert await reminders_of(stage, resting(stage, 0))
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await reminders_of(stage, resting(stage, 0)) == {}


async def test_who_answers_after_the_reminder_was_queued_does_not_get_it(stage: Stage, review: Review) -> None:
    [member, *_] = reachable(await stage.members(review))
    await stage.database.write(remind(review, "test"))
    await stage.answer(member, {"q09_stem": "voor"})
    await stage.work(mail_done)
    states = {message.recipient_id: message.state async for message in Message.filter(kind=Kind.REMINDER)}
    assert states[member.id] == MailState.SUPPRESSED
    assert list(states.values()).count(MailState.ACCEPTED) == len(states) - 1


async def test_who_opts_out_answers_or_is_withdrawn_between_the_reading_and_the_sending_is_not_mailed(
    stage: Stage, review: Review
) -> None:
    answered, opted_out, silent, *_ = reachable(await stage.members(review))
    await stage.database.write(remind(review, "test"))
    messages = {message.recipient_id: message for message in await Message.filter(kind=Kind.REMINDER)}
    asked = [messages[member.id] for member in (answered, opted_out, silent)]
    letters = Letters(stage.settings)
    await letters.prepare(asked)
    assert await stage.database.write(letters.still_needed(asked)) == {message.id: None for message in asked}
    await stage.answer(answered, {"q09_stem": "voor"})
    await stage.database.write(opt_out(stage.settings, opted_out, OptOut.THIS_TIME))
    assert await stage.database.write(letters.still_needed(asked)) == {messages[silent.id].id: None}
    await stage.withdraw(review)
    assert await stage.database.write(letters.still_needed(asked)) == {}


async def test_a_review_closes_on_its_date_and_who_took_part_is_thanked(stage: Stage, review: Review) -> None:
    members = reachable(await stage.members(review))
    for member in members[:6]:
        await stage.answer(member, {"q09_stem": "tegen"})
    await stage.answer(members[6], {"q09_stem": "voor"}, hand_in=False)
    await stage.pass_closing_date(review)

    async def thanked() -> bool:
        return await Message.filter(kind=Kind.THANKS).exists() and await mail_done()

    await stage.work(thanked)
    closed = await Review.get(id=review.id)
    assert (closed.state, closed.partial) == (State.CLOSED, 1)
    wave = await Wave.get(kind=Kind.THANKS)
    thanks = [message.recipient_id async for message in Message.filter(kind=Kind.THANKS, occasion_id=wave.id)]
    assert sorted(thanks) == sorted(member.id for member in members[:6])
    assert await first_broken() is None


async def test_two_workers_do_everything_once(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    await stage.answer_some(review, 6)
    await stage.work(mail_done)
    await stage.pass_closing_date(review)

    async def thanked() -> bool:
        return await Message.filter(kind=Kind.THANKS).exists() and await mail_done()

    await asyncio.gather(*(work(stage.database, stage.settings, thanked) for _ in range(3)))
    states = [step.state for step in await Step.filter(review=review)]
    assert states.count(State.CLOSED) == 1
    mails = [(mail.to, mail.subject) for mail in Mailbox(stage.settings.var / "mail").new()]
    assert len(mails) == len(set(mails))
    assert await first_broken() is None


async def test_a_link_to_sign_in_does_not_wait_for_a_wave(stage: Stage) -> None:
    await stage.review(State.OPEN)
    await stage.database.write(request_sign_in(stage.clerk.email))
    await stage.work(mail_done)
    first = [mail.to for mail in Mailbox(stage.settings.var / "mail").new()][:12]
    assert stage.clerk.email in first, "among the first that go out over the four connections"


async def test_a_wave_after_a_withdrawal_is_not_sent(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    await stage.withdraw(review)
    await stage.work(mail_done)
    assert {message.state async for message in Message.all()} == {MailState.CANCELLED}
    assert not list(Mailbox(stage.settings.var / "mail").new())


async def test_a_withdrawal_is_told_with_its_reason_to_who_was_invited(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    await stage.work(mail_done)
    invited = {mail.to for mail in Mailbox(stage.settings.var / "mail").new()}
    await stage.withdraw(review)
    await stage.work(mail_done)
    told = [mail for mail in Mailbox(stage.settings.var / "mail").new() if "stopt" in mail.subject]
    assert {mail.to for mail in told} == invited
    assert len(told) == len(invited)
    assert all("Het voorstel is van tafel." in mail.text for mail in told)


async def test_who_wants_no_mail_about_this_gets_none_also_later(stage: Stage, review: Review) -> None:
    members = reachable(await stage.members(review))
    for member in members[:6]:
        await stage.answer(member, {"q09_stem": "tegen"})
    await stage.database.write(opt_out(stage.settings, members[0], OptOut.NEVER_AGAIN))
    await stage.database.write(opt_out(stage.settings, members[1], OptOut.THIS_TIME))
    await stage.database.write(opt_out(stage.settings, members[7], OptOut.THIS_TIME))
    for kind in (Kind.THANKS, Kind.RESULT, Kind.REPLY):
        await stage.database.write(send_wave(review, kind, "test"))
    before = len(list(Mailbox(stage.settings.var / "mail").new()))
    await stage.work(mail_done)
    got = [mail.to for mail in list(Mailbox(stage.settings.var / "mail").new())[before:]]
    assert {members[0].email, members[1].email, members[7].email}.isdisjoint(got)
    assert got.count(members[2].email) == 3, "who took part hears what came of it"
    assert got.count(members[8].email) == 2, "who did not take part gets no thanks, but the result and the reply"


def resting(stage: Stage, hours: int) -> Letters:
    return Letters(replace(stage.settings, reminder_rest_hours=hours))


async def reminders_of(stage: Stage, letters: Letters) -> dict[int, datetime | None]:
    """Member -> before when the reminder may not go; members whose reminder is not needed are left out."""
    messages = await Message.filter(kind=Kind.REMINDER)
    await letters.prepare(messages)
    found = await stage.database.write(letters.still_needed(messages))
    return {message.recipient_id: found[message.id] for message in messages if message.id in found}


async def test_a_reminder_rests_until_the_invitation_has_been_there_for_a_while(stage: Stage, review: Review) -> None:
    [late, *_] = reachable(await stage.members(review))
    now = datetime.now(UTC)
    await stage.change(Message.filter(kind=Kind.INVITATION), changed_at=now - timedelta(hours=49))
    await stage.change(
        Message.filter(kind=Kind.INVITATION, recipient_id=late.id), changed_at=now - timedelta(hours=8)
    )
    await stage.database.write(remind(review, "test"))
    found = await reminders_of(stage, resting(stage, 48))
    assert found.pop(late.id) == now + timedelta(hours=40)
    assert set(found.values()) == {None}
    assert len(found) == len(reachable(await stage.members(review))) - 1

    await stage.change(Review.filter(id=review.id), closes_at=now + timedelta(hours=39))
    assert late.id not in await reminders_of(stage, resting(stage, 48)), "it would come after the closing"


async def test_what_rests_waits_in_the_outbox_and_goes_when_its_time_has_come(stage: Stage, review: Review) -> None:
    await stage.database.write(remind(review, "test"))
    first_due = min([message.due_at async for message in Message.filter(kind=Kind.REMINDER)])

    async def all_rest() -> bool:
        return not await Message.filter(kind=Kind.REMINDER, due_at__lt=first_due + timedelta(hours=40)).exists()

    await work(stage.database, replace(stage.settings, smtp_port=1, reminder_rest_hours=48), all_rest)
    waiting = await Message.filter(kind=Kind.REMINDER)
    assert {message.state for message in waiting} == {MailState.READY}
    await stage.change(Message.filter(kind=Kind.INVITATION), changed_at=first_due - timedelta(hours=49))
    await stage.change(Message.filter(kind=Kind.REMINDER), due_at=first_due)
    await stage.work(mail_done)
    assert await Message.filter(kind=Kind.REMINDER, state=MailState.ACCEPTED).count() == len(waiting)


@pytest.mark.parametrize(
    "state", [MailState.REFUSED, MailState.BOUNCED_HARD, MailState.COMPLAINED, MailState.CANCELLED]
)
async def test_whose_invitation_did_not_arrive_after_all_is_not_reminded(
    stage: Stage, review: Review, state: MailState
) -> None:
    [member, *_] = reachable(await stage.members(review))
    await stage.database.write(remind(review, "test"))
    assert member.id in await reminders_of(stage, resting(stage, 0))
    await stage.change(Message.filter(kind=Kind.INVITATION, recipient_id=member.id), state=state)
    assert member.id not in await reminders_of(stage, resting(stage, 0))


async def test_a_reminder_never_comes_before_its_invitation(stage: Stage, review: Review) -> None:
    [member, *_] = reachable(await stage.members(review))
    await stage.database.write(remind(review, "test"))
    invitation = Message.filter(kind=Kind.INVITATION, recipient_id=member.id)
    await stage.change(invitation, state=MailState.DEFERRED)
    not_before = (await reminders_of(stage, resting(stage, 48)))[member.id]
    assert not_before is not None
    assert not_before > datetime.now(UTC) + timedelta(minutes=59)


async def test_a_later_closing_date_moves_the_reminder(stage: Stage, review: Review) -> None:
    await let_half_the_time_pass(stage, review)
    closes_on = (datetime.now(UTC) + timedelta(days=30)).date()
    await stage.database.write(extend(review, closes_on, "Er is meer tijd.", stage.clerk))
    with pytest.raises(TimeoutError):
        await stage.work(Wave.filter(kind=Kind.REMINDER).exists, seconds=1)
    await stage.change(Step.filter(review=review, state=State.OPEN), at=datetime.now(UTC) - timedelta(days=32))
    await stage.work(Wave.filter(kind=Kind.REMINDER).exists)
