"""Before members get any mail, whoever opens the review reads every kind of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.audit import AuditEntry
from panel.demo.mailbox import Mailbox
from panel.invitations.actions import open_review
from panel.invitations.models import Kind, Trial, Wave
from panel.invitations.trials import TRIAL, ask_trials
from panel.mail.models import Message
from panel.mail.models import State as MailState
from panel.mail.pause import begin_pause
from panel.people.models import Member
from panel.proposals.dossier import Dossier
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from tests.panel.conftest import OpenBrowser, SignIn
from tests.panel.stage import Stage

SEND = "uitnodigingen versturen"
NOT_ARRIVED = [state for state in MailState if state != MailState.ACCEPTED]


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.DRAWN)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def arrived() -> bool:
    return await Message.filter(kind=TRIAL, state=MailState.ACCEPTED).count() == len(Kind)


def button(page: str) -> bool:
    """Whether the invitations can be sent from this page."""
    return any(SEND in node.text() for node in LexborHTMLParser(page).css("button"))


async def test_the_review_opens_after_every_kind_of_mail_has_reached_whoever_opens_it(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/openen"
    assert not button((await clerk.get(address)).text)
    refused = await clerk.post(address)
    assert (refused.status_code, sentence("trials.missing") in refused.text) == (409, True)
    assert (await Review.get(id=review.id)).state == State.DRAWN
    assert not await Wave.all().exists()

    assert (await clerk.post(f"/bureau/{review.id}/proef")).headers["location"] == address
    waiting = (await clerk.get(address)).text
    assert (waiting.count(">Onderweg<"), "Kijk opnieuw" in waiting, button(waiting)) == (6, True, False)
    await stage.work(arrived)
    page = (await clerk.get(address)).text
    assert (page.count("Aangekomen bij de mailserver"), button(page)) == (6, True)
    assert (await clerk.post(address)).status_code == 303
    assert (await Review.get(id=review.id)).state == State.OPEN
    assert await AuditEntry.filter(action="trial mails queued", object=f"review {review.id}").count() == 1


async def test_the_trials_are_the_real_letters_to_the_clerk_alone(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, open_browser: OpenBrowser
) -> None:
    await clerk.post(f"/bureau/{review.id}/proef")
    await stage.work(arrived)
    version = (await Review.get(id=review.id).select_related("version")).version
    title = Dossier.from_json(version.content).title
    trials = [mail for mail in Mailbox(stage.settings.var / "mail").new() if mail.subject.startswith("Proef: ")]
    assert len(trials) == len({mail.subject for mail in trials}) == len(Kind)
    assert {mail.to for mail in trials} == {stage.clerk.email}
    words = " ".join(mail.subject + mail.text for mail in trials).split()
    assert title in " ".join(words)
    assert not any(member.email in words for member in await stage.members(review))
    personal = [word for word in words if word.startswith(("http://localhost/m/", "http://localhost/u/"))]
    assert personal
    for link in personal:
        assert (await open_browser().get(link)).status_code == 404
    for file in (stage.settings.var / "mail").glob("*.eml"):
        assert b"List-Unsubscribe" not in file.read_bytes()


async def test_what_another_clerk_read_does_not_count(stage: Stage, review: Review) -> None:
    async def hire() -> Staff:
        return await Staff.create(email="ander@voorbeeld.example", name="Ander", role="clerk")

    other = await stage.database.write(hire())
    await stage.try_mails(review)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(open_review(review, other))
    assert refusal.value.code == "trials.missing"
    await stage.database.write(open_review(review, stage.clerk))


@pytest.mark.parametrize(("state", "kind"), list(zip(NOT_ARRIVED, cycle(Kind), strict=False)))
async def test_one_kind_that_did_not_arrive_is_enough_to_wait(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, state: MailState, kind: Kind
) -> None:
    await stage.try_mails(review)
    trial = await Trial.get(review=review, kind=kind)
    await stage.change(Message.filter(kind=TRIAL, occasion_id=trial.id), state=state, reply="550 5.7.1 Spam")
    page = (await clerk.get(f"/bureau/{review.id}/openen")).text
    waits = state in (MailState.READY, MailState.CLAIMED, MailState.SENDING, MailState.DEFERRED)
    assert ("550 5.7.1 Spam" in page) == (not waits and state != MailState.IN_DOUBT)
    assert not button(page)
    with pytest.raises(Refused):
        await stage.database.write(open_review(review, stage.clerk))


async def test_asking_again_sends_again_but_not_while_the_last_are_under_way(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    for _ in range(2):
        await clerk.post(f"/bureau/{review.id}/proef")
    assert await Trial.all().count() == len(Kind)
    assert "Stuur de 6 proeven opnieuw" not in (await clerk.get(f"/bureau/{review.id}/openen")).text
    await stage.change(Trial.filter(id__gt=0), asked_at=datetime.now(UTC) - timedelta(seconds=61))
    assert "Stuur de 6 proeven opnieuw" in (await clerk.get(f"/bureau/{review.id}/openen")).text
    await clerk.post(f"/bureau/{review.id}/proef")
    assert await Trial.all().count() == 2 * len(Kind)
    await stage.change(Message.filter(kind=TRIAL), state=MailState.REFUSED)
    await clerk.post(f"/bureau/{review.id}/proef")
    assert await Trial.all().count() == 3 * len(Kind)


async def test_a_trial_that_arrived_counts_also_when_a_later_one_did_not(stage: Stage, review: Review) -> None:
    await stage.try_mails(review)
    await stage.database.write(ask_trials(review, stage.clerk))
    await stage.change(Message.filter(kind=TRIAL, state=MailState.READY), state=MailState.REFUSED)
    await stage.database.write(open_review(review, stage.clerk))


async def test_a_trial_to_somebody_who_left_the_office_is_not_sent(stage: Stage, review: Review) -> None:
    await stage.database.write(ask_trials(review, stage.clerk))
    await stage.change(Staff.filter(id=stage.clerk.id), active=False)

    async def dropped() -> bool:
        return await Message.filter(kind=TRIAL, state=MailState.SUPPRESSED).count() == len(Kind)

    await stage.work(dropped)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.RELEASED, "Er is nog niet geloot."),
        (State.OPEN, "Dit is al gedaan."),
        (State.WITHDRAWN, "De tweede mening is ingetrokken."),
    ],
)
async def test_the_opening_page_says_why_nothing_can_be_sent_and_offers_nothing(
    stage: Stage, clerk: httpx2.AsyncClient, state: State, words: str
) -> None:
    review = await stage.review(state)
    page = LexborHTMLParser((await clerk.get(f"/bureau/{review.id}/openen")).text)
    assert words in " ".join(node.text() for node in page.css("main"))
    assert not page.css("main button, main table")


async def test_while_all_mail_waits_the_opening_page_says_so(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    address = f"/bureau/{review.id}/openen"
    assert "Alle e-mail wacht" not in (await clerk.get(address)).text
    await stage.database.write(begin_pause("421 Busy"))
    assert "Alle e-mail wacht" in (await clerk.get(address)).text


async def test_the_opening_page_counts_everybody_once(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient
) -> None:
    members = await stage.members(review)
    for chosen, values in (
        (members[:5], {"email": ""}),
        (members[5:8], {"opt_out": "never_again"}),
        (members[8:10], {"opt_out": "this_time"}),
        (members[10:11], {"opt_out": "never_again", "email": ""}),
    ):
        await stage.change(Member.filter(id__in=[member.id for member in chosen]), **values)
    page = LexborHTMLParser((await clerk.get(f"/bureau/{review.id}/openen")).text)
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in page.css("tbody tr")]
    assert rows == [
        ["Krijgt nu een e-mail", "29"],
        ["Krijgt een brief, want er is geen e-mailadres", "5"],
        ["Doet deze keer niet mee", "2"],
        ["Wil nooit meer post van ons", "4"],
        ["Samen geloot", "40"],
    ]


async def test_every_kind_of_mail_can_be_read_on_a_page_before_it_goes_out(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    response = await clerk.get(f"/bureau/{review.id}/voorbeelden")
    page = LexborHTMLParser(response.text)
    frames = [frame.attributes for frame in page.css("iframe")]
    assert [frame["src"] for frame in frames] == [f"/bureau/{review.id}/voorbeelden/{kind}" for kind in Kind]
    assert all("sandbox" in frame and not frame["sandbox"] and frame["title"] for frame in frames)
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]
    assert page.text().count("Dag Voorbeeld,") >= len(Kind)
    assert sentence("trials.reason") in page.text()
    for frame in frames:
        shown = await clerk.get(frame["src"] or "")
        rules = shown.headers["Content-Security-Policy"]
        assert "Dag Voorbeeld," in shown.text
        assert "sandbox" in rules.split("; ")
        assert "default-src 'none'" in rules
        assert "frame-ancestors 'self'" in rules
    assert (await clerk.get(f"/bureau/{review.id}/voorbeelden/onbekend")).status_code == 404
    council = await sign_in(stage.council)
    assert (await council.get(f"/bureau/{review.id}/voorbeelden")).status_code == 200


@pytest.mark.parametrize(
    ("state", "page", "words"),
    [
        (State.OPEN, "herinneren", "Dag Voorbeeld,"),
        (State.OPEN, "intrekken", sentence("trials.reason")),
        (State.REPORTED, "publiceren", "Dag Voorbeeld,"),
        (State.PUBLISHED, "antwoord", "/voorbeelden#reply"),
    ],
)
async def test_later_waves_show_their_letter_and_ask_for_no_other_trial(
    stage: Stage, clerk: httpx2.AsyncClient, state: State, page: str, words: str
) -> None:
    review = await stage.review(state)
    await stage.change(Message.filter(kind=Kind.INVITATION), state=MailState.ACCEPTED)
    assert words in (await clerk.get(f"/bureau/{review.id}/{page}")).text


async def test_a_trial_that_comes_back_does_not_count_any_more(stage: Stage, review: Review) -> None:
    from panel.invitations.bounced import record_returned
    from panel.mail.bounces import Returned, read_returned
    from panel.mail.envelope import envelope_sender
    from tests.panel.mail.returned import postfix

    await stage.try_mails(review)
    settings = replace(stage.settings, bounce_address="bounce@voorbeeld.example")
    [message, *_] = await Message.filter(kind=TRIAL).order_by("id")
    found = read_returned(postfix(), settings, envelope_sender(message.id, settings))
    assert isinstance(found, Returned)
    await stage.database.write(record_returned(settings, found))
    with pytest.raises(Refused) as refusal:
        await stage.database.write(open_review(review, stage.clerk))
    assert refusal.value.code == "trials.missing"
