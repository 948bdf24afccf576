"""By when the council answers, who is reminded of it, and the answers that come in a file."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from panel.audit import AuditEntry
from panel.demo.browser import Page
from panel.letters import Letters
from panel.mail.letter import Letter
from panel.mail.models import Message
from panel.publication.actions import postpone_reply, usual_reply_due
from panel.publication.models import CouncilReply
from panel.publication.reminding import LATE, SOON, remind_of_replies, reminder_due
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.staff.models import Role, Staff
from panel.web.dutch import today
from panel.web.messages import Refused, sentence
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


async def due(stage: Stage, review: Review, day: date) -> None:
    await stage.change(Review.filter(id=review.id), reply_due=day)


async def reminders(kind: str) -> list[int]:
    return [message.recipient_id for message in await Message.filter(kind=kind).order_by("recipient_id")]


async def test_the_clerk_says_at_publication_by_when_the_council_answers(stage: Stage, sign_in: SignIn) -> None:
    review, clerk = await stage.review(State.REPORTED), await sign_in(stage.clerk)
    address = f"/bureau/{review.id}/publiceren"
    assert Page(await clerk.get(address)).form("/publiceren").values["reply_due"] == [
        usual_reply_due(review).isoformat()
    ]
    for typed, code in (
        ("", "form.empty"),
        ("morgen", "form.date"),
        (today().isoformat(), "publication.due"),
        ((today() + timedelta(days=400)).isoformat(), "publication.due"),
    ):
        page = await clerk.post(address, data={"reply_due": typed})
        assert page.status_code == 422
        assert sentence(code) in page.text
        assert Page(page).form("/publiceren").values["reply_due"] == [typed]
    assert (await Review.get(id=review.id)).state == State.REPORTED
    chosen = today() + timedelta(days=30)
    assert (await clerk.post(address, data={"reply_due": chosen.isoformat()})).status_code == 303
    published = await Review.get(id=review.id)
    assert (published.state, published.reply_due) == (State.PUBLISHED, chosen)


@pytest.mark.parametrize(
    ("judgement", "decision", "due"),
    [
        (7, 14, 7),
        (6, 13, 12),
        (6, 8, 7),
        (6, 7, 42),
        (-3, -1, 42),
        (400, 410, 42),
    ],
)
async def test_the_day_proposed_is_in_time_for_the_council(
    stage: Stage, judgement: int, decision: int, due: int
) -> None:
    review = await stage.review(State.REPORTED)
    review.judgement_on, review.decision_on = today() + judgement * DAY, today() + decision * DAY
    assert usual_reply_due(review) == today() + due * DAY


async def test_the_day_can_move_later_with_a_reason_and_not_otherwise(
    stage: Stage, sign_in: SignIn, client: httpx2.AsyncClient
) -> None:
    review, clerk = await stage.review(State.PUBLISHED), await sign_in(stage.clerk)
    address, later = f"/bureau/{review.id}/antwoord/datum", usual_reply_due(review) + WEEK
    for day, reason, code in (
        (later, "", "review.no_reason"),
        (usual_reply_due(review), "Ziekte.", "publication.only_later"),
        (today() - DAY, "Ziekte.", "publication.due"),
    ):
        page = await clerk.post(address, data={"reply_due": day.isoformat(), "reason": reason})
        assert (page.status_code, sentence(code) in page.text) == (422, True), code
        assert Page(page).form("/datum").values["reason"] == [reason]
    done = await clerk.post(address, data={"reply_due": later.isoformat(), "reason": "De zitting is verplaatst."})
    assert done.status_code == 303
    assert (await Review.get(id=review.id)).reply_due == later
    assert "verplaatst" in (await AuditEntry.get(action="reply postponed")).result
    await stage.reply(review)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(postpone_reply(review, later + WEEK, "Nog eens.", stage.clerk))
    assert refusal.value.code == "review.not_published"


@pytest.mark.parametrize(
    ("days_left", "reminded_days_ago", "kind"),
    [
        (8, None, None),
        (7, None, SOON),
        (0, None, SOON),
        (3, 4, None),
        (7, 0, None),
        (-1, 8, LATE),
        (-1, None, LATE),
        (-1, 1, LATE),
        (-2, 1, None),
        (-40, 39, None),
        (7, 10, SOON),  # of a day that was set before
    ],
)
def test_each_reminder_goes_once_for_each_day_that_was_set(
    days_left: int, reminded_days_ago: int | None, kind: str | None
) -> None:
    now = datetime.now(UTC)
    at = None if reminded_days_ago is None else now - timedelta(days=reminded_days_ago)
    review = Review(state=State.PUBLISHED, reply_due=today() + timedelta(days=days_left), reply_reminded_at=at)
    assert reminder_due(review, today()) == kind
    review.state = State.ANSWERED
    assert reminder_due(review, today()) is None


async def test_council_and_clerk_are_reminded_a_week_before_and_once_more_when_it_is_late(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    ids = sorted(person.id for person in await Staff.exclude(role=Role.DRAFTER))
    await remind_of_replies(stage.database)
    assert await reminders(SOON) == []
    await due(stage, review, today() + WEEK)
    await asyncio.gather(*(remind_of_replies(stage.database) for _ in range(3)))
    await remind_of_replies(stage.database)
    assert (await reminders(SOON), await reminders(LATE)) == (ids, [])
    await stage.change(Review.filter(id=review.id), reply_reminded_at=datetime.now(UTC) - 2 * WEEK)
    await due(stage, review, today() - DAY)
    for _ in range(3):
        await remind_of_replies(stage.database)
    assert (await reminders(SOON), await reminders(LATE)) == (ids, ids)
    assert await AuditEntry.filter(action__in=[f"{SOON} queued", f"{LATE} queued"]).count() == 2


async def test_who_got_more_time_is_reminded_again(stage: Stage) -> None:
    review = await stage.review(State.PUBLISHED)
    await due(stage, review, today() - DAY)
    await remind_of_replies(stage.database)
    assert len(await reminders(LATE)) == 2
    await stage.change(Review.filter(id=review.id), reply_reminded_at=datetime.now(UTC) - DAY)
    await stage.database.write(postpone_reply(review, today() + WEEK + DAY, "Ziekte.", stage.clerk))
    await remind_of_replies(stage.database)
    assert await Message.filter(kind__in=[SOON, LATE]).count() == 0
    await due(stage, review, today() + WEEK)
    await stage.change(Review.filter(id=review.id), reply_reminded_at=datetime.now(UTC) - 3 * DAY)
    await remind_of_replies(stage.database)
    assert len(await reminders(SOON)) == 2


async def test_the_reminder_says_what_to_do_and_is_not_sent_when_it_is_too_late_for_it(stage: Stage) -> None:
    async def letter() -> Letter | None:
        written = await Letters(stage.settings).compose(await Message.get(kind=SOON))
        assert written is None or isinstance(written, Letter)
        return written

    review = await stage.review(State.PUBLISHED)
    await due(stage, review, today() + WEEK)
    await stage.change(Staff.filter(id=stage.clerk.id), active=False)
    await remind_of_replies(stage.database)
    told = await letter()
    assert told is not None
    assert told.to_address == stage.council.email
    assert f"http://localhost/bureau/{review.id}/antwoord" in told.text
    assert "Nog niet op elk advies is geantwoord" in told.text
    await due(stage, review, today() - DAY)
    assert await letter() is None
    await due(stage, review, today() + WEEK)
    await stage.reply(review)
    assert await letter() is None


async def test_a_filled_in_file_fills_in_the_form_and_keeps_nothing_by_itself(stage: Stage, sign_in: SignIn) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    [first, *_] = [str(advice["number"]) for advice in (await Report.get(review=review)).findings["advices"]]
    address = f"/bureau/{review.id}/antwoord"
    row = f'{first};x;y;Voor een deel overgenomen;"Een deel; ""snel""\r\nen goed."'
    content = f"\ufeffnummer;advies;waarom;antwoord;reden\r\n{row}".encode()
    page = await council.post(f"{address}/bestand", files={"file": ("reactienota.csv", content, "text/csv")})
    assert page.status_code == 200
    assert not await CouncilReply.all().exists()
    form = Page(page).form("/antwoord")
    assert form.values[f"decision_{first}"] == ["partly"]
    assert form.values[f"reason_{first}"][0].splitlines() == ['Een deel; "snel"', "en goed."]
    await council.post(address, data=form.values)
    assert (await CouncilReply.get()).decision == "partly"


async def test_what_is_wrong_in_a_file_is_told_row_by_row_and_the_rest_is_filled_in(
    stage: Stage, sign_in: SignIn
) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    for row, code, reason in (
        ("99;x;y;overgenomen;Goed.", "publication.row_number", ""),
        ("1;x;y;misschien;Goed.", "publication.row_answer", "Goed."),
        ("1;x;y;overgenomen;", "publication.row_reason", ""),
        ("1;x;y;overgenomen;Goed.\r\n1;x;y;overgenomen;Nee.", "publication.row_twice", "Goed."),
    ):
        content = ("nummer;advies;waarom;antwoord;reden\r\n" + row).encode("cp1252")
        page = await council.post(f"/bureau/{review.id}/antwoord/bestand", files={"file": ("x.csv", content)})
        number = row.partition(";")[0]
        said = sentence(code, line=row.count("\r\n") + 2, number=number, answer="misschien")
        assert (page.status_code, said in page.text) == (422, True), code
        assert Page(page).form("/antwoord").values["reason_1"] == [reason]


async def test_what_is_no_such_table_is_refused_with_a_sentence(stage: Stage, sign_in: SignIn) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    for content, code in (
        (b"", "form.no_file"),
        (b"PK\x03\x04\0\0\0", "publication.no_table"),
        (b"a;b\n1;2\n", "publication.no_columns"),
        (b"nummer;antwoord;reden\n1;overgenomen;" + b"x" * 200_000, "publication.no_table"),
        (b"x" * 1_000_001, "form.file_too_large"),
    ):
        page = await council.post(f"/bureau/{review.id}/antwoord/bestand", files={"file": ("x.csv", content)})
        assert (page.status_code, sentence(code, most=1) in page.text) == (422, True), code


async def test_saving_a_part_comes_back_to_the_form_and_says_so(stage: Stage, sign_in: SignIn) -> None:
    review, council = await stage.review(State.PUBLISHED), await sign_in(stage.council)
    address = f"/bureau/{review.id}/antwoord"
    [first, *_] = [str(advice["number"]) for advice in (await Report.get(review=review)).findings["advices"]]
    saved = await council.post(address, data={f"decision_{first}": "not", f"reason_{first}": "Te duur."})
    page = await council.get(saved.headers["location"])
    assert "Bewaard. U kunt later verdergaan." in page.text
    assert Page(page).form("/antwoord").values[f"reason_{first}"] == ["Te duur."]
    assert (await Review.get(id=review.id)).state == State.PUBLISHED
