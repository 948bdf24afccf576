import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from panel.answers.closing import close_review
from panel.arguments.actions import moderate
from panel.audit import AuditEntry, first_broken
from panel.draws.actions import put_aside
from panel.invitations.actions import open_review, remind
from panel.invitations.models import Wave
from panel.mail.models import Message
from panel.people.actions import import_frame, read_file
from panel.people.models import Draw, Member
from panel.proposals.actions import save_version
from panel.publication.actions import finish_reply, follow_up, publish, reply, usual_reply_due
from panel.publication.models import Decision
from panel.reports.actions import want_report
from panel.reviews.actions import approve, change_plan, extend, prepare_review, withdraw_review
from panel.reviews.models import Review, State, Step
from panel.reviews.states import LIFE
from panel.staff.actions import add_staff
from panel.staff.models import Role
from panel.web.dutch import today
from panel.web.messages import Refused, sentence
from tests.panel.contents import row
from tests.panel.stage import Stage, dossier, plan

Do = Callable[[Stage, Review], Awaitable[object]]
WHILE_DRAFT = {State.DRAFT}
EXTENDABLE = {State.RELEASED, State.DRAWN, State.OPEN}
STOPPABLE = set(LIFE[: LIFE.index(State.PUBLISHED)])


def written(unit: Callable[[Stage, Review], Coroutine[Any, Any, object]]) -> Do:
    async def do(stage: Stage, review: Review) -> object:
        return await stage.database.write(unit(stage, review))

    return do


async def read_people(stage: Stage, review: Review) -> None:
    found = await read_file(stage.settings, stage.people, {"id": "volgnummer", "email": "e-mail"})
    await stage.database.write(import_frame(review, "nog-een.csv", found, stage.clerk))


async def close_late(stage: Stage, review: Review) -> None:
    await stage.pass_closing_date(review)
    await stage.database.write(close_review(review, "test"))


async def open_box(stage: Stage, review: Review) -> None:
    await stage.try_mails(review)
    await stage.database.write(open_review(review, stage.clerk))


NEXT_MONTH = today() + timedelta(40)
# What can be done, in which states, and the code of what is said in any other.
ACTIONS: dict[str, tuple[Do, set[State], str]] = {
    "change the plan": (written(lambda s, r: change_plan(r, plan(), s.clerk)), WHILE_DRAFT, "review.not_draft"),
    "approve": (written(lambda s, r: approve(r, s.clerk)), WHILE_DRAFT, "review.not_draft"),
    "read a file": (read_people, {State.RELEASED}, "review.not_released"),
    "draw again": (
        written(lambda s, r: put_aside(s.settings, r, "Er ontbrak een wijk.", s.clerk)),
        {State.DRAWN},
        "people.no_other_draw",
    ),
    "open": (open_box, {State.DRAWN}, "review.not_drawn"),
    "remind": (written(lambda _, r: remind(r, "test")), {State.OPEN}, "review.not_open"),
    "close": (close_late, {State.OPEN}, "review.not_open"),
    "judge texts": (written(lambda s, r: moderate(r, {}, s.clerk)), {State.CLOSED}, "review.not_closed"),
    "ask for the report": (written(lambda s, r: want_report(r, s.clerk)), {State.CLOSED}, "review.not_closed"),
    "publish": (
        written(lambda s, r: publish(r, usual_reply_due(r), s.clerk)),
        {State.REPORTED},
        "review.not_reported",
    ),
    "reply": (
        written(lambda s, r: reply(r, "1", Decision.ADOPTED, "Goed.", s.council)),
        {State.PUBLISHED},
        "review.not_published",
    ),
    "follow up": (written(lambda s, r: follow_up(r, "Gedaan.", s.clerk)), {State.ANSWERED}, "review.not_answered"),
    "extend": (
        written(lambda s, r: extend(r, NEXT_MONTH, "Vakantie.", s.clerk)),
        EXTENDABLE,
        "review.not_extendable",
    ),
    "withdraw": (
        written(lambda s, r: withdraw_review(r, "Van tafel.", s.clerk)),
        STOPPABLE,
        "review.not_withdrawable",
    ),
}


@pytest.mark.parametrize("state", list(State))
async def test_in_every_state_all_but_the_right_actions_are_refused_with_their_sentence(
    stage: Stage, state: State
) -> None:
    review = await stage.review(state)
    if state is State.CLOSED:
        await stage.judge(review)
    before = await Review.get(id=review.id)
    for name, (do, allowed, code) in ACTIONS.items():
        if state in allowed:
            continue
        with pytest.raises(Refused) as refusal:
            await do(stage, review)
        assert refusal.value.code == code, name
        after = await Review.get(id=review.id)
        assert after.state == state, name
        assert row(after) == row(before) | {"closes_at": after.closes_at}, name


@pytest.mark.parametrize("name", [name for name, (_, allowed, _) in ACTIONS.items() if len(allowed) == 1])
async def test_in_its_own_state_every_action_is_done_and_stands_in_the_audit_log(stage: Stage, name: str) -> None:
    do, allowed, _ = ACTIONS[name]
    review = await stage.review(*allowed)
    if name == "ask for the report":
        await stage.judge(review)
    lines = await AuditEntry.filter(object=f"review {review.id}").count()
    await do(stage, review)
    assert await AuditEntry.filter(object=f"review {review.id}").count() > lines
    assert await first_broken() is None


async def test_every_state_that_was_reached_is_written_down_with_who_and_when_in_order(stage: Stage) -> None:
    review = await stage.review(State.FOLLOWED_UP)
    steps = await Step.filter(review=review).order_by("id")
    assert tuple(step.state for step in steps) == LIFE[1:]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    lines = await AuditEntry.filter(object=f"review {review.id}", action__startswith="review ").order_by("id")
    reached = [line.action.removeprefix("review ") for line in lines]
    assert [state for state in reached if state in LIFE] == list(LIFE[1:])
    assert await first_broken() is None


async def test_one_person_cannot_release_a_review(stage: Stage) -> None:
    review = await stage.draft()
    for _ in range(2):
        await stage.database.write(approve(review, stage.clerk))
    assert (await Review.get(id=review.id)).state == State.DRAFT


async def test_one_person_cannot_release_a_review_by_changing_roles(stage: Stage) -> None:
    review = await stage.draft()
    await stage.database.write(approve(review, stage.drafter))
    promoted = await stage.database.write(add_staff(stage.drafter.email, "Stef", Role.CLERK, "test"))
    with pytest.raises(Refused) as refusal:
        await stage.database.write(approve(review, promoted))
    assert refusal.value.code == "review.same_person"
    assert (await Review.get(id=review.id)).state == State.DRAFT


async def test_a_change_of_plan_takes_back_the_approval_that_was_given(stage: Stage) -> None:
    review = await stage.draft()
    await stage.database.write(approve(review, stage.drafter))
    await stage.database.write(change_plan(review, plan(quorum=6), stage.clerk))
    await stage.database.write(approve(review, stage.clerk))
    assert (await Review.get(id=review.id)).state == State.DRAFT


async def test_a_released_review_stays_as_it_was_while_the_proposal_goes_on(stage: Stage) -> None:
    version = await stage.proposal()
    review = await stage.draft(version)
    await stage.release(review)
    before = await Review.get(id=review.id).select_related("version")
    await version.fetch_related("proposal")
    changed = dossier(title="Heel iets anders", goal="iets anders", indicators=("Iets anders",))
    newer = await stage.database.write(save_version(version.proposal, changed, stage.drafter))
    after = await Review.get(id=review.id).select_related("version")
    assert newer.number == 2
    assert after.version.digest == before.version.digest == dossier().digest()
    assert row(after) == row(before)
    assert "iets anders" not in str(after.questionnaire)


async def test_the_closing_date_moves_only_later_and_with_a_reason(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    for closes_on, reason, code in (
        (plan().closes_on, "Vakantie.", "review.only_later"),
        (today(), "Vakantie.", "review.only_later"),
        (NEXT_MONTH, "", "review.no_reason"),
    ):
        with pytest.raises(Refused) as refusal:
            await stage.database.write(extend(review, closes_on, reason, stage.clerk))
        assert refusal.value.code == code
    await stage.database.write(extend(review, NEXT_MONTH, "Vakantie.", stage.clerk))
    after = await Review.get(id=review.id)
    assert after.closes_at.date() == NEXT_MONTH
    [entry] = await AuditEntry.all().order_by("-id").limit(1)
    assert entry.result == f"until {NEXT_MONTH}: Vakantie."


async def test_a_review_closes_not_before_its_date(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(close_review(review, "test"))
    assert refusal.value.sentence == sentence("review.not_yet_closing")


async def test_a_review_whose_date_has_passed_cannot_be_opened(stage: Stage) -> None:
    review = await stage.review(State.DRAWN)
    await stage.pass_closing_date(review)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(open_review(review, stage.clerk))
    assert refusal.value.code == "review.closes_in_the_past"


async def test_a_withdrawal_needs_a_reason_which_is_kept(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(withdraw_review(review, "", stage.clerk))
    assert refusal.value.code == "review.no_reason"
    await stage.database.write(withdraw_review(review, "Van tafel.", stage.clerk))
    after = await Review.get(id=review.id)
    assert (after.state, after.reason) == (State.WITHDRAWN, "Van tafel.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closes_on": today()}, "review.closes_in_the_past"),
        ({"quorum": 41}, "review.quorum_above_sample"),
        ({"report_due": plan().closes_on}, "review.report_before_closing"),
        ({"judgement_on": plan().report_due - timedelta(1)}, "review.judgement_before_report"),
        ({"decision_on": plan().judgement_on - timedelta(1)}, "review.decision_before_judgement"),
    ],
)
async def test_a_plan_whose_dates_or_numbers_do_not_fit_is_refused(
    stage: Stage, changes: dict[str, Any], code: str
) -> None:
    version = await stage.proposal()
    with pytest.raises(Refused) as refusal:
        await stage.database.write(prepare_review(version, plan(**changes), stage.clerk))
    assert refusal.value.code == code
    assert not await Review.all().exists()


async def at_once(stage: Stage, do: Do, review: Review, times: int = 6) -> list[object]:
    return await asyncio.gather(*(do(stage, review) for _ in range(times)), return_exceptions=True)


async def test_two_who_approve_at_the_same_moment_release_the_review(stage: Stage) -> None:
    for _ in range(5):
        review = await stage.draft()
        units = (stage.database.write(approve(review, staff)) for staff in (stage.clerk, stage.drafter))
        await asyncio.gather(*units)
        assert (await Review.get(id=review.id)).state == State.RELEASED
        assert await Step.filter(review=review).count() == 1


@pytest.mark.parametrize("name", ["open", "close", "publish", "follow up", "withdraw"])
async def test_a_button_pressed_by_several_at_once_has_one_effect(stage: Stage, name: str) -> None:
    do, allowed, code = ACTIONS[name]
    review = await stage.review(max(allowed, key=LIFE.index))
    done = await at_once(stage, do, review)
    refusals = [outcome for outcome in done if isinstance(outcome, Exception)]
    assert len(refusals) == len(done) - 1
    assert {getattr(refusal, "code", repr(refusal)) for refusal in refusals} == {code}
    states = [step.state for step in await Step.filter(review=review)]
    assert len(states) == len(set(states))
    assert await first_broken() is None


async def test_a_lot_drawn_by_several_at_once_is_drawn_once(stage: Stage) -> None:
    review = await stage.review(State.RELEASED)
    await stage.read_people(review)
    done = await at_once(stage, Stage.freeze, review)
    assert [getattr(refusal, "code", None) for refusal in done].count("people.frozen_already") == len(done) - 1
    [frozen] = await Draw.all()
    done = await at_once(stage, lambda stage, review: stage.throw(review, frozen), review)
    assert [getattr(refusal, "code", None) for refusal in done].count("review.not_released") == len(done) - 1
    assert await Member.filter(review=review).count() == 40


async def test_a_reminder_sent_by_several_at_once_is_one_wave(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    done = await at_once(stage, ACTIONS["remind"][0], review)
    assert not [outcome for outcome in done if isinstance(outcome, Exception)]
    wave = await Wave.get(review=review, kind="reminder")
    assert await Message.filter(kind="reminder", occasion_id=wave.id).count() == 40


async def test_two_who_move_the_closing_date_at_once_do_not_move_it_back(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    days = [NEXT_MONTH + timedelta(number) for number in (5, 1, 4, 2, 3)]
    units = (stage.database.write(extend(review, day, "Drukte.", stage.clerk)) for day in days)
    await asyncio.gather(*units, return_exceptions=True)
    assert (await Review.get(id=review.id)).closes_at.date() == max(days)


async def test_the_council_is_not_done_before_every_advice_has_its_answer(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(finish_reply(review, stage.council))
    assert refusal.value.code == "publication.open"
    assert (await Review.get(id=review.id)).state == State.PUBLISHED


async def test_moments_are_kept_with_their_zone(stage: Stage) -> None:
    review = await stage.review(State.OPEN)
    assert review.closes_at.utcoffset() == timedelta(0)
    assert review.closes_at > datetime.now(UTC)
