"""Answers on paper and by telephone: the printed form, typing it in, and a second person who checks."""

import asyncio
import html
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from deliberation.answering import Answer
from deliberation.questionnaire import Question, Questionnaire, read
from deliberation.routing import asked
from panel.answers.actions import filled_in, keys_of, record_ballot
from panel.answers.closing import close_review
from panel.answers.models import Ballot, PaperEntry, Written
from panel.answers.vault import ReviewSecret
from panel.answers.wording import typed_values
from panel.audit import AuditEntry
from panel.draws.proof import in_groups
from panel.invitations.links import ANSWER, make_token
from panel.paper import actions as paper
from panel.people.models import Channel, Member
from panel.reviews.models import GRACE, Review, State
from panel.staff.actions import add_staff
from panel.staff.models import Role, Staff
from panel.web.failures import MOST
from panel.web.messages import sentence
from tests.panel.contents import contents, texts
from tests.panel.stage import Stage, answers_to

OpenBrowser = Callable[[], httpx2.AsyncClient]
SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
WORDS = "Een zeldzaam woord: kwartelkoning"


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.OPEN)


@pytest.fixture
async def members(stage: Stage, review: Review) -> list[Member]:
    return await stage.members(review)


@pytest.fixture
def questionnaire(review: Review) -> Questionnaire:
    return read(review.questionnaire)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


@pytest.fixture
async def colleague(stage: Stage) -> Staff:
    adding = add_staff("tweede@voorbeeld.example", "Gerda Griffier", Role.CLERK, "test")
    return await stage.database.write(adding)


@pytest.fixture
async def second(colleague: Staff, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(colleague)


@pytest.fixture
async def routed(stage: Stage, review: Review) -> Questionnaire:
    """The last question is asked only of who is against."""
    data = review.questionnaire
    data["questions"][-1]["when"] = {"q09_stem": ["tegen"]}
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    return read(data)


def code(member: Member) -> str:
    assert member.code
    return in_groups(member.code)


def form(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], member: Member, channel: str = "paper"
) -> dict[str, Any]:
    """The fields of the page as somebody fills them in."""
    fields: dict[str, Any] = {"code": code(member), "channel": channel}
    for question in questionnaire.questions:
        typed = typed_values(question, answers.get(question.id))
        fields |= {f"{question.id}-{name}": values for name, values in typed.items()}
    return fields


def desk(review: Review, place: str = "") -> str:
    return f"/bureau/{review.id}/papier{place}"


def link(stage: Stage, member: Member) -> str:
    return f"/m/{make_token(stage.settings, member, ANSWER)}"


def words(page: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(page.text))


def errors(page: httpx2.Response) -> list[str]:
    found = re.search(r'id="errors".*?</div>', page.text, re.DOTALL)
    return re.findall(r"<a[^>]*>(.*?)</a>", html.unescape(found[0])) if found else []


async def stored(member: Member, questionnaire: Questionnaire) -> Mapping[str, Answer] | None:
    return (await filled_in(await keys_of(member), questionnaire)).answers


async def enter(
    clerk: httpx2.AsyncClient,
    review: Review,
    questionnaire: Questionnaire,
    member: Member,
    answers: Mapping[str, Answer],
    channel: str = "paper",
) -> httpx2.Response:
    return await clerk.post(desk(review, "/antwoorden"), data=form(questionnaire, answers, member, channel))


async def check(
    second: httpx2.AsyncClient,
    review: Review,
    questionnaire: Questionnaire,
    member: Member,
    answers: Mapping[str, Answer],
    **more: str,
) -> httpx2.Response:
    fields = form(questionnaire, answers, member) | more
    return await second.post(desk(review, "/nakijken/antwoorden"), data=fields)


async def test_a_member_prints_every_question_with_the_code_and_looking_changes_nothing(
    stage: Stage, members: list[Member], questionnaire: Questionnaire, client: httpx2.AsyncClient
) -> None:
    before = await contents()
    address = link(stage, members[0])
    assert f'href="{address}/papier"' in (await client.get(address)).text
    page = await client.get(f"{address}/papier")
    assert page.status_code == 200
    assert not page.cookies
    assert members[0].name not in page.text
    said = words(page)
    assert code(members[0]) in said
    places = [said.index(f"{number}. ") for number in range(1, len(questionnaire.questions) + 1)]
    assert places == sorted(places)
    for question in questionnaire.questions:
        assert question.text.partition("? ")[0] in said
        assert all(option.label in said for option in (*question.options, *question.items, *question.directions))
    english = words(await client.get(f"{address}/papier?taal=en"))
    assert "Send back only the pages with questions." in english
    assert await contents() == before


async def test_the_printed_form_says_in_words_when_a_question_is_asked(
    stage: Stage, members: list[Member], routed: Questionnaire, client: httpx2.AsyncClient
) -> None:
    number = next(place for place, one in enumerate(routed.questions, 1) if one.is_vote)
    said = words(await client.get(f"{link(stage, members[0])}/papier"))
    assert f"Alleen als u bij vraag {number} koos: ‘{routed.vote.label('tegen')}’." in said


async def test_the_form_says_where_to_send_it(
    app: Starlette, stage: Stage, members: list[Member], client: httpx2.AsyncClient
) -> None:
    address = f"{link(stage, members[0])}/papier"
    assert "Stuur hem naar het gemeentehuis" in words(await client.get(address))
    app.state.settings = replace(app.state.settings, contact_address="Antwoordnummer 1, 3500 VB Voorbeeld")
    assert "Stuur het formulier in een envelop naar: Antwoordnummer 1, 3500 VB Voorbeeld." in words(
        await client.get(address)
    )


async def test_the_form_is_printed_only_by_who_can_still_answer(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, client: httpx2.AsyncClient
) -> None:
    done, other = members[:2]
    await stage.answer(done, answers_to(questionnaire, 1))
    refused = await client.get(f"{link(stage, done)}/papier?taal=en")
    assert refused.headers["location"] == f"{link(stage, done)}?taal=en"
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC))
    assert (await client.get(f"{link(stage, other)}/papier")).headers["location"] == link(stage, other)
    assert (await client.get(f"{link(stage, other)}x/papier")).status_code == 404


async def test_the_clerk_prints_a_form_by_its_code_without_a_name(
    review: Review, members: list[Member], clerk: httpx2.AsyncClient
) -> None:
    page = await clerk.post(desk(review, "/formulier"), data={"code": code(members[0]).lower(), "language": "en"})
    assert page.status_code == 200
    assert code(members[0]) in page.text
    assert members[0].name not in html.unescape(page.text)
    assert "How it works" in page.text
    unknown = await clerk.post(desk(review, "/formulier"), data={"code": "K7QF", "language": "nl"})
    assert (unknown.status_code, errors(unknown)) == (422, [sentence("paper.unknown_code")])
    no_language = await clerk.post(desk(review, "/formulier"), data={"code": code(members[0]), "language": "xx"})
    assert (no_language.status_code, errors(no_language)) == (422, [f"In welke taal? – {sentence('form.choice')}"])


@pytest.mark.parametrize("channel", ["paper", "phone"])
async def test_what_the_clerk_types_is_the_ballot_of_the_member(
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    stage: Stage,
    channel: str,
) -> None:
    member, answers = members[0], answers_to(questionnaire, 1, WORDS)
    asked_for = await clerk.post(desk(review), data={"code": f" {code(member).lower()} ", "channel": channel})
    assert asked_for.status_code == 200
    assert member.name not in html.unescape(asked_for.text)
    done = await enter(clerk, review, questionnaire, member, answers, channel)
    assert done.headers["location"] == desk(review, "/opgeslagen")
    assert await stored(member, questionnaire) == answers
    member = await Member.get(id=member.id)
    assert (member.participated, member.channel) == (True, channel)
    ballot = await Ballot.get()
    assert (ballot.version, ballot.area, ballot.age) == (str(questionnaire.version), member.area, member.age)
    entry = await PaperEntry.get()
    assert (entry.entered_by_id, entry.sample) == (stage.clerk.id, channel == "paper")


async def test_a_code_counts_once(
    review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    first, other = answers_to(questionnaire, 1), answers_to(questionnaire, 2)
    await enter(clerk, review, questionnaire, members[0], first)
    for again in (
        await enter(clerk, review, questionnaire, members[0], other, "phone"),
        await clerk.post(desk(review), data={"code": code(members[0]), "channel": "paper"}),
    ):
        assert (again.status_code, errors(again)) == (422, [sentence("paper.already")])
    assert await stored(members[0], questionnaire) == first
    assert await PaperEntry.all().count() == await Ballot.all().count() == 1


async def test_who_answered_by_the_link_first_is_not_replaced(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    first = answers_to(questionnaire, 1)
    await stage.answer(members[0], first)
    refused = await enter(clerk, review, questionnaire, members[0], answers_to(questionnaire, 2))
    assert errors(refused) == [sentence("paper.already")]
    assert await stored(members[0], questionnaire) == first
    assert (await Member.get(id=members[0].id)).channel == "web"
    assert not await PaperEntry.all().exists()


async def test_what_was_filled_in_by_the_link_and_not_handed_in_is_replaced(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    await stage.answer(members[0], answers_to(questionnaire, 1, WORDS), hand_in=False)
    vote = {"q09_stem": "blanco"}
    assert (await enter(clerk, review, questionnaire, members[0], vote)).status_code == 303
    filled = await filled_in(await keys_of(members[0]), questionnaire)
    assert filled.draft == filled.answers == vote
    assert not await Written.all().exists()


async def test_after_paper_the_link_says_so_and_a_visit_under_way_ends_with_a_clear_page(
    stage: Stage,
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    client: httpx2.AsyncClient,
) -> None:
    address = link(stage, members[0])
    await client.post(address)
    await client.post("/mening/vraag/q09_stem", data={"answer": "voor"})
    answers = answers_to(questionnaire, 2)
    await enter(clerk, review, questionnaire, members[0], answers)

    for response in (
        await client.get("/mening"),
        await client.get("/mening/controle"),
        await client.get("/mening/vraag/q09_stem"),
        await client.post("/mening/vraag/q09_stem", data={"answer": "tegen"}),
        await client.post("/mening/versturen"),
        await client.post("/mening/laat-zien"),
        await client.get("/mening/dank"),
    ):
        assert response.status_code == 409
        assert "Uw antwoord was er al" in response.text
    start = await client.get(address)
    assert "Uw antwoord is binnen, op papier" in start.text
    assert "<button" not in start.text
    assert (await client.post(address)).headers["location"] == address
    left = await client.post("/mening/weg")
    assert left.headers["location"] == "/mening/tot-ziens"
    assert await stored(members[0], questionnaire) == answers


async def test_when_paper_telephone_and_link_come_at_the_same_moment_one_of_them_counts(
    stage: Stage,
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    open_browser: OpenBrowser,
) -> None:
    on_paper, by_link = {"q09_stem": "voor"}, {"q09_stem": "tegen"}
    for member in members[:6]:
        browser = open_browser()
        await browser.post(link(stage, member))
        await browser.post("/mening/vraag/q09_stem", data={"answer": "tegen"})
        responses = await asyncio.gather(
            enter(clerk, review, questionnaire, member, on_paper),
            enter(clerk, review, questionnaire, member, on_paper, "phone"),
            browser.post("/mening/versturen"),
        )
        assert [response.status_code for response in responses].count(303) == 1
        assert max(response.status_code for response in responses) < 500
        channel = (await Member.get(id=member.id)).channel
        assert await stored(member, questionnaire) == (by_link if channel == "web" else on_paper)
        assert await PaperEntry.filter(member=member).count() == (channel != "web")
    assert await Ballot.all().count() == 6


async def test_of_two_units_of_work_at_the_same_moment_the_second_changes_nothing(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire
) -> None:
    on_paper, by_link = {"q09_stem": "voor"}, {"q09_stem": "tegen"}
    first = set()
    for place, member in enumerate(members[:10]):
        await stage.answer(member, by_link, hand_in=False)
        units = [
            paper.enter(member, questionnaire, on_paper, Channel.PAPER, stage.clerk),
            record_ballot(member, await keys_of(member), questionnaire),
        ]
        if place % 2:
            units.reverse()
        done = await asyncio.gather(*(stage.database.write(unit) for unit in units), return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["NoneType", "Refused"]
        channel = (await Member.get(id=member.id)).channel
        first.add(channel)
        assert await stored(member, questionnaire) == (by_link if channel == "web" else on_paper)
        assert await PaperEntry.filter(member=member).count() == (channel == "paper")
    assert first == {"web", "paper"}


@pytest.mark.parametrize("typed", ["", "K7QF-2M9D-8XPT-4VCA", "K7QF", "' OR 1=1 --", "é" * 16, "1" * 5000])
async def test_a_code_that_is_nobodys_is_refused_with_a_sentence(
    review: Review, clerk: httpx2.AsyncClient, typed: str
) -> None:
    before = await contents()
    for place in ("", "/antwoorden", "/nakijken", "/nakijken/antwoorden"):
        page = await clerk.post(desk(review, place), data={"code": typed, "channel": "paper"})
        assert page.status_code == 422
        assert len(errors(page)) == 1
        assert errors(page)[0] in (
            sentence("paper.unknown_code"),
            sentence("form.too_long", most=300, length=len(typed)),
        )
    assert await contents() == before


async def test_a_code_of_another_review_and_a_way_that_does_not_exist_are_refused(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    other = await stage.review(State.OPEN)
    stranger = (await stage.members(other))[0]
    refused = await enter(clerk, review, questionnaire, stranger, {"q09_stem": "voor"})
    assert errors(refused) == [sentence("paper.unknown_code")]
    for channel in ("web", "", "fax"):
        refused = await enter(clerk, review, questionnaire, members[0], {"q09_stem": "voor"}, channel)
        assert errors(refused) == [f"Hoe komt het antwoord binnen? – {sentence('form.choice')}"]
    assert not await Ballot.all().exists()


async def test_many_wrong_codes_of_one_of_the_staff_are_held_up_and_a_right_code_is_not(
    review: Review, members: list[Member], clerk: httpx2.AsyncClient, second: httpx2.AsyncClient
) -> None:
    wrong, right = {"code": "K7QF", "channel": "paper"}, {"code": code(members[0]), "channel": "paper"}
    places = ["", "/formulier", "/nakijken"]
    statuses = [(await clerk.post(desk(review, places[n % 3]), data=wrong)).status_code for n in range(MOST + 1)]
    assert set(statuses) == {422}
    held_up = await clerk.post(desk(review), data=wrong)
    assert held_up.status_code == 429
    assert held_up.headers["retry-after"]
    assert errors(held_up) == [sentence("paper.unknown_code")]
    assert (await clerk.post(desk(review), data=right)).status_code == 200
    assert (await second.post(desk(review), data=wrong)).status_code == 422


async def test_what_cannot_be_right_comes_back_with_a_sentence_at_each_and_everything_that_was_typed(
    review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    before = await contents()
    fields = form(questionnaire, {"q10_reden": WORDS, "q03_grondwaarden": {"inkomen": "1"}}, members[0]) | {
        "q04_gevolgen-answer": ["geld", "werk"],
        "q04_gevolgen-answer_geld": "1",
        "q11_cijfer-answer": "11",
        "q12_indicator-answer": ["i1", "i2", "i3"],
    }
    page = await clerk.post(desk(review, "/antwoorden"), data=fields)
    assert page.status_code == 422
    said = errors(page)
    assert [one.partition(":")[0] for one in said] == ["Vraag 4", "Vraag 9", "Vraag 11", "Vraag 12"]
    assert said[1] == f"Vraag 9: {sentence('paper.required')}"
    assert said[3] == f"Vraag 12: {sentence('answers.too_many', length=3, most=2)}"
    for target in re.findall(r'href="#([^"]+)"', re.search(r'id="errors".*?</div>', page.text, re.DOTALL)[0]):  # type: ignore[index]
        assert page.text.count(f'id="{target}"') == 1
    assert WORDS in words(page)
    for name, value in (
        ("q03_grondwaarden-answer_inkomen", "1"),
        ("q04_gevolgen-answer", "werk"),
        ("q04_gevolgen-answer_geld", "1"),
        ("q12_indicator-answer", "i3"),
    ):
        assert re.search(rf'name="{name}" value="{value}" checked', page.text), name
    assert await contents() == before


async def test_answers_to_questions_that_are_not_asked_are_left_out_after_it_was_said(
    review: Review, members: list[Member], routed: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    last = routed.questions[-1].id
    answers = {"q09_stem": "voor", "q10_reden": WORDS, last: "3"}
    told = await enter(clerk, review, routed, members[0], answers)
    assert told.status_code == 422
    assert errors(told) == [f"Vraag {len(routed.questions)}: {sentence('paper.left_out')}"]
    assert f'name="left_out" value="{last}"' in told.text
    assert not await Ballot.all().exists()

    for otherwise in ("", "x" * 5000):
        fields = form(routed, answers, members[0]) | {"left_out": otherwise}
        assert (await clerk.post(desk(review, "/antwoorden"), data=fields)).status_code == 422
    changed = form(routed, answers | {"q09_stem": "tegen"}, members[0]) | {"left_out": last}
    other = await clerk.post(desk(review, "/antwoorden"), data=changed)
    assert other.status_code == 303, "now the question is asked, and nothing is left out"
    assert await stored(members[0], routed) == answers | {"q09_stem": "tegen"}
    fields = form(routed, answers, members[1]) | {"left_out": last}
    done = await clerk.post(desk(review, "/antwoorden"), data=fields)
    assert done.status_code == 303
    assert await stored(members[1], routed) == {"q09_stem": "voor", "q10_reden": WORDS}


async def test_what_must_be_answered_must_be_so_only_by_who_is_asked(
    stage: Stage, review: Review, members: list[Member], routed: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    data = (await Review.get(id=review.id)).questionnaire
    data["questions"][-1]["required"] = True
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    missing = await enter(clerk, review, routed, members[0], {"q09_stem": "tegen"})
    assert errors(missing) == [f"Vraag {len(routed.questions)}: {sentence('paper.required')}"]
    for member, answers in (
        (members[0], {"q09_stem": "tegen", routed.questions[-1].id: "3"}),
        (members[1], {"q09_stem": "voor"}),
    ):
        assert (await enter(clerk, review, routed, member, answers)).status_code == 303
    assert await Ballot.filter(answers__isnull=False).count() == 2


async def test_of_the_last_day_can_be_typed_in_for_half_an_hour_and_then_no_more(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - GRACE + timedelta(minutes=1))
    assert "De vragenlijst is gesloten" in (await clerk.get(desk(review))).text
    assert (await enter(clerk, review, questionnaire, members[0], {"q09_stem": "voor"})).status_code == 303
    await stage.pass_closing_date(review)
    before = await enter(clerk, review, questionnaire, members[1], {"q09_stem": "voor"})
    await stage.database.write(close_review(review, "test"))
    after = await enter(clerk, review, questionnaire, members[1], {"q09_stem": "voor"})
    for refused in (before, after):
        assert refused.status_code == 409
        assert sentence("paper.not_open") in words(refused)


async def known_secret(review_id: int) -> None:
    await ReviewSecret.filter(review_id=review_id).update(secret=b"7" * 32)


async def test_the_first_ten_forms_and_about_one_in_ten_of_the_others_are_checked(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire
) -> None:
    await stage.database.vault.write(known_secret(review.id))
    by_phone, on_paper = members[0], members[1:]
    vote = {"q09_stem": "voor"}
    await stage.database.write(paper.enter(by_phone, questionnaire, vote, Channel.PHONE, stage.clerk))
    for member in on_paper:
        await stage.database.write(paper.enter(member, questionnaire, vote, Channel.PAPER, stage.clerk))
    sampled = [entry.sample for entry in await PaperEntry.all().order_by("id")]
    assert not sampled[0]
    assert all(sampled[1:11])
    assert 0 < sum(sampled[11:]) < len(sampled[11:]) / 3


async def test_a_second_person_who_types_the_same_is_done(
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
    colleague: Staff,
) -> None:
    answers = answers_to(questionnaire, 1, WORDS)
    await enter(clerk, review, questionnaire, members[0], answers)
    listed = await second.get(desk(review, "/nakijken"))
    assert code(members[0]) in listed.text
    assert members[0].name not in html.unescape(listed.text)
    empty = await second.post(desk(review, "/nakijken"), data={"code": code(members[0])})
    assert "checked>" not in empty.text
    assert WORDS not in words(empty)
    otherwise_typed = answers | {"q10_reden": f" {answers['q10_reden'].upper()}. "}
    done = await check(second, review, questionnaire, members[0], otherwise_typed)
    assert done.headers["location"] == desk(review, "/nagekeken")
    entry = await PaperEntry.get()
    assert (entry.checked_by_id, entry.differences, entry.sample) == (colleague.id, 0, False)
    assert code(members[0]) not in (await second.get(desk(review, "/nakijken"))).text
    assert await stored(members[0], questionnaire) == answers
    again = await check(second, review, questionnaire, members[0], answers_to(questionnaire, 5))
    assert errors(again) == [sentence("paper.nothing_to_check")]


async def test_who_typed_it_first_does_not_check_it(
    review: Review, members: list[Member], questionnaire: Questionnaire, clerk: httpx2.AsyncClient
) -> None:
    await enter(clerk, review, questionnaire, members[0], {"q09_stem": "voor"})
    for refused in (
        await clerk.post(desk(review, "/nakijken"), data={"code": code(members[0])}),
        await check(clerk, review, questionnaire, members[0], {"q09_stem": "tegen"}, sure="yes"),
    ):
        assert (refused.status_code, errors(refused)) == (422, [sentence("paper.same_person")])
    assert (await PaperEntry.get()).checked_by_id is None
    assert await stored(members[0], questionnaire) == {"q09_stem": "voor"}


async def test_differences_are_named_without_what_is_stored_and_then_the_paper_counts(
    stage: Stage,
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
    sign_in: SignIn,
) -> None:
    first = {"q09_stem": "voor", "q10_reden": WORDS, "q11_cijfer": 8}
    on_paper = {"q09_stem": "tegen", "q10_reden": WORDS, "q01_duidelijk": "3"}
    await enter(clerk, review, questionnaire, members[0], first)
    page = await check(second, review, questionnaire, members[0], on_paper)
    assert page.status_code == 200
    assert [one.partition(":")[0] for one in errors(page)] == ["Vraag 1", "Vraag 9", "Vraag 11"]
    assert re.findall(r'name="(q\d\d\w+)-answer" value="(\w+)" checked', page.text) == [
        ("q01_duidelijk", "3"),
        ("q09_stem", "tegen"),
    ]
    assert await stored(members[0], questionnaire) == first
    entry = await PaperEntry.get()
    assert (entry.differences, entry.sample) == (3, True)

    for probe in ("voor", "aanpassen"):  # what is stored cannot be found out by trying
        tried = await check(second, review, questionnaire, members[0], {"q09_stem": probe})
        assert errors(tried) == []
    third = await stage.database.write(add_staff("derde@voorbeeld.example", "Guus Griffier", Role.CLERK, "test"))
    refused = await check(await sign_in(third), review, questionnaire, members[0], on_paper, sure="yes")
    assert errors(refused) == [sentence("paper.being_checked")]

    done = await check(second, review, questionnaire, members[0], on_paper, sure="yes")
    assert done.headers["location"] == desk(review, "/nagekeken")
    assert await stored(members[0], questionnaire) == on_paper
    assert (await Member.get(id=members[0].id)).channel == "paper"
    entry = await PaperEntry.get()
    assert (entry.differences, entry.sample) == (3, False)
    refused = await check(second, review, questionnaire, members[0], first, sure="yes")
    assert errors(refused) == [sentence("paper.nothing_to_check")]


async def test_a_form_that_is_typed_in_again_can_be_wrong_too_and_nothing_is_compared_then(
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
) -> None:
    await enter(clerk, review, questionnaire, members[0], {"q09_stem": "voor"})
    page = await check(second, review, questionnaire, members[0], {})
    assert (page.status_code, errors(page)) == (422, [f"Vraag 9: {sentence('paper.required')}"])
    assert (await PaperEntry.get()).checked_by_id is None


async def test_what_came_by_telephone_is_on_no_paper_and_not_checked(
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
) -> None:
    await enter(clerk, review, questionnaire, members[0], {"q09_stem": "voor"}, "phone")
    refused = await second.post(desk(review, "/nakijken"), data={"code": code(members[0])})
    assert errors(refused) == [sentence("paper.nothing_to_check")]


async def test_two_who_compare_at_the_same_moment_take_turns(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, colleague: Staff
) -> None:
    vote = {"q09_stem": "voor"}
    third = await stage.database.write(add_staff("derde@voorbeeld.example", "Guus Griffier", Role.CLERK, "test"))
    await stage.database.write(paper.enter(members[0], questionnaire, vote, Channel.PAPER, stage.clerk))
    units = [paper.compare(members[0], questionnaire, {"q09_stem": "tegen"}, who) for who in (colleague, third)]
    found = await asyncio.gather(*(stage.database.write(unit) for unit in units), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Refused", "tuple"]


async def test_at_closing_only_numbers_are_left(
    stage: Stage,
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
) -> None:
    for place, member in enumerate(members[:5]):
        await enter(clerk, review, questionnaire, member, answers_to(questionnaire, place))
    await enter(clerk, review, questionnaire, members[5], answers_to(questionnaire, 5), "phone")
    for place, member in enumerate(members[6:14], 6):
        await stage.answer(member, answers_to(questionnaire, place))
    await check(second, review, questionnaire, members[0], answers_to(questionnaire, 0))
    await check(second, review, questionnaire, members[1], answers_to(questionnaire, 20))
    await stage.close(review)
    closed = await Review.get(id=review.id)
    assert closed.channels == {"web": 8, "paper": 5, "phone": 1, "checked": 2, "differing": 1}
    assert not await PaperEntry.all().exists()
    assert not await Member.exclude(channel="").exists()
    assert await Ballot.all().count() == 14


async def test_of_what_was_typed_in_nothing_stands_in_the_audit_the_logs_or_on_a_later_page(
    stage: Stage,
    review: Review,
    members: list[Member],
    questionnaire: Questionnaire,
    clerk: httpx2.AsyncClient,
    second: httpx2.AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "panel")
    member = members[0]
    await enter(clerk, review, questionnaire, member, {"q09_stem": "voor", "q10_reden": WORDS})
    await check(second, review, questionnaire, member, {"q09_stem": "tegen", "q10_reden": WORDS})
    await check(second, review, questionnaire, member, {"q09_stem": "tegen", "q10_reden": WORDS}, sure="yes")
    lines = [f"{one.actor} {one.action} {one.object} {one.result}" for one in await AuditEntry.all().order_by("id")]
    typed, again, corrected = lines[-3:]
    assert typed == f"staff {stage.clerk.id} answer typed in review {review.id} ok"
    assert again.endswith(f"answer typed in again review {review.id} ok")
    assert corrected.endswith(f"answer corrected review {review.id} ok")

    places = ["", "/opgeslagen", "/nakijken", "/nagekeken", "/formulier"]
    shown = [(await browser.get(desk(review, place))).text for browser in (clerk, second) for place in places]
    shown += [(await browser.get(f"/bureau/{review.id}")).text for browser in (clerk, second)]
    secrets = [WORDS, "kwartelkoning", member.name, member.email, member.pseudonym, code(member), str(member.code)]
    for text in (*lines, *shown, caplog.text):
        assert not [secret for secret in secrets if secret in html.unescape(text)]
    kept = [where for where, text in texts(await contents()) if "kwartelkoning" in text]
    assert set(kept) == {"main.written.draft", "main.written.answer"}


async def test_only_who_runs_reviews_types_answers_in(
    stage: Stage, review: Review, members: list[Member], questionnaire: Questionnaire, sign_in: SignIn, app: Starlette
) -> None:
    posts = ["", "/antwoorden", "/formulier", "/nakijken", "/nakijken/antwoorden"]
    assert {desk(review, place).replace(str(review.id), "{id}") for place in posts} == {
        route.path_format  # type: ignore[attr-defined]
        for route in app.routes
        if "/papier" in route.path and "POST" in route.methods  # type: ignore[attr-defined]
    }
    for person in (stage.drafter, stage.council):
        browser = await sign_in(person)
        for place in posts:
            fields = form(questionnaire, {"q09_stem": "voor"}, members[0])
            assert (await browser.post(desk(review, place), data=fields)).status_code == 403
        assert desk(review) not in (await browser.get(f"/bureau/{review.id}")).text
    assert not await Ballot.all().exists()


def test_no_name_of_a_field_is_that_of_another_question(questionnaire: Questionnaire) -> None:
    names: dict[str, Question] = {}
    given = answers_to(questionnaire, 1)
    for question in asked(questionnaire, given):
        for name in typed_values(question, given[question.id]):
            assert names.setdefault(f"{question.id}-{name}", question) is question
