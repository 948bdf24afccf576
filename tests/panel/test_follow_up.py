"""Half a year later: the same members are asked again, and both times stand beside each other."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from deliberation.questionnaire import read
from deliberation.sortition.frames.frame import keyed_hash
from deliberation.sortition.same_panel import verify_same_panel
from panel.answers.actions import Keys
from panel.answers.models import Ballot
from panel.audit import AuditEntry
from panel.demo.browser import Page
from panel.draws.same_panel import ask_same_panel
from panel.invitations.actions import opt_out, opt_out_by_mail, receivers
from panel.invitations.links import ANSWER, make_token
from panel.invitations.models import Kind
from panel.invitations.trials import example_letter
from panel.people.exclusions import hash_key
from panel.people.models import Draw, Exclusion, Member, OptOut
from panel.proposals.actions import save_version
from panel.proposals.models import ProposalVersion
from panel.publication.following import indicators_of
from panel.reports.chapters import document
from panel.reports.facts import read_material
from panel.reports.findings import compute
from panel.reports.material import facts_of, input_of_findings
from panel.reports.models import Report
from panel.reports.translation import facts_in_english
from panel.reviews.following import MOST_INDICATORS, months_after
from panel.reviews.models import Review, State, Step
from panel.staff.models import Staff
from panel.web.dutch import format_date, today
from panel.web.messages import Refused, sentence
from tests.panel.stage import Stage, dossier
from tests.panel.test_b1 import ADDRESS, EASY, what_is_hard

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


@pytest.fixture
async def first(stage: Stage) -> Review:
    """A review that was answered more than half a year ago."""
    review = await stage.bring(await stage.draft(await stage.proposal(**EASY)), State.ANSWERED)
    await half_a_year(stage, review)
    return review


async def half_a_year(stage: Stage, review: Review, days: int = 200) -> None:
    await stage.change(Step.filter(review=review, state=State.PUBLISHED), at=datetime.now(UTC) - timedelta(days=days))


async def begin(clerk: httpx2.AsyncClient, first: Review, **changes: str) -> Review:
    address = f"/bureau/{first.id}/vervolg"
    form = Page(await clerk.get(address)).form("/vervolg")
    response = await clerk.post(address, data=form.values | {name: [value] for name, value in changes.items()})
    assert response.status_code == 303, response.text
    return await Review.get(id=int(response.headers["location"].split("/")[-1]))


async def drawn(stage: Stage, clerk: httpx2.AsyncClient, first: Review) -> Review:
    started = await begin(clerk, first, quorum="5")
    await stage.release(started)
    assert (await clerk.post(f"/bureau/{started.id}/zelfde-panel")).status_code == 303
    return await Review.get(id=started.id)


async def test_the_whole_way_from_an_answered_review_to_a_published_follow_up_beside_it(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    desk = (await clerk.get(f"/bureau/{first.id}")).text
    assert f'href="/bureau/{first.id}/vervolg"' in desk
    started = await begin(clerk, first, quorum="5")
    assert (started.state, started.follows_id, started.sample_size) == (State.DRAFT, first.id, 40)
    assert started.title == f"Vervolg: {first.title}"
    await stage.release(started)
    asked = read((await Review.get(id=started.id)).questionnaire)
    ids = [question.id for question in asked.questions]
    indicators, _ = await indicators_of(await Review.get(id=first.id).select_related("version"))
    about = [f"v_indicator_{indicator.key}" for indicator in indicators]
    assert ids == ["q01_duidelijk", *about, "v_ervaring", "q09_stem", "q10_reden", "q11_cijfer"]
    page = await clerk.get(f"/bureau/{started.id}/zelfde-panel")
    assert "40 van de 40 mensen van het eerste panel" in page.text
    assert (await clerk.post(f"/bureau/{started.id}/zelfde-panel")).status_code == 303
    assert (await client.get(f"/t/{started.id}")).status_code == 200
    await stage.bring(started, State.REPORTED)
    now = await Review.get(id=started.id).select_related("version")
    facts = await facts_of(stage.settings, now, datetime.now(UTC))
    before = facts["before"]
    assert before is not None
    assert before["findings"] == (await Report.get(review=first)).findings
    assert before["public_url"].endswith(f"/t/{first.id}")
    assert facts["title"] == now.title
    drawn_first = await facts_of(
        stage.settings, await Review.get(id=first.id).select_related("version"), now.closes_at
    )
    assert facts["draw"] == drawn_first["draw"], "the lot fell the first time only"
    report = document(read_material({"findings": (await Report.get(review=now)).findings, "facts": facts}))
    chapters = {chapter.id: str(chapter.blocks) for chapter in report.chapters}
    assert first.title in chapters["eerder"]
    assert indicators[0].dutch in chapters["resultaat"]
    assert "andere" not in chapters
    await stage.publish(started)
    assert (await Review.get(id=first.id)).state == State.FOLLOWED_UP
    for review in (first, started):
        assert (await client.get(f"/t/{review.id}")).status_code == 200
        assert (await clerk.get(f"/bureau/{review.id}")).status_code == 200
    assert sentence("follow.already") in (await clerk.get(f"/bureau/{first.id}/vervolg")).text
    assert sentence("follow.itself") in (await clerk.get(f"/bureau/{started.id}/vervolg")).text


async def test_who_opted_out_for_ever_or_cannot_be_reached_is_not_asked_and_who_said_not_now_is(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    never, elsewhere, not_now, erased, homeless, *rest = await stage.members(first)
    await stage.database.write(opt_out(stage.settings, never, OptOut.NEVER_AGAIN))
    digest = keyed_hash(elsewhere.pseudonym, hash_key(stage.settings))
    await stage.change(Exclusion.filter(digest=digest), reason="opted_out")  # by way of another review
    await stage.database.write(opt_out(stage.settings, not_now, OptOut.THIS_TIME))
    await stage.change(Member.filter(id=erased.id), name="", email="", address="")
    await stage.change(Member.filter(id=homeless.id), email="", address="")
    review = await drawn(stage, clerk, first)
    members = {member.pseudonym: member for member in await stage.members(review)}
    assert set(members) == {not_now.pseudonym, *(member.pseudonym for member in rest)}
    assert members[not_now.pseudonym].opt_out == OptOut.NO
    assert {member.id for member in await receivers(review, Kind.INVITATION)} == {m.id for m in members.values()}
    draw = await Draw.get(review=review)
    assert draw.record["left_out"] == {"never_again": 2, "unreachable": 1, "erased": 1}
    page = (await client.get(f"/t/{review.id}/loting")).text
    assert "36 van de 40 mensen worden opnieuw gevraagd" in page
    assert f'href="/t/{first.id}/loting"' in page
    records = [(await client.get(f"/t/{one.id}/loting.json")).json() for one in (review, first)]
    assert [check.name for check in verify_same_panel(*records) if check.ok is not True] == ["lot"]
    assert (await client.post(f"/t/{review.id}/loting", data={"code": "V00RBEE1DC0DE000"})).status_code == 422
    await stage.bring(review, State.CLOSED)
    counted = (await input_of_findings(await Review.get(id=review.id)))["outcomes"]
    assert sum(counted.values()) == 40, "who was not asked again did not answer"
    assert (counted["refused"], counted["non_contact"]) == (2, 2)


async def test_whose_mail_came_back_is_asked_by_letter_if_there_is_an_address(stage: Stage, first: Review) -> None:
    one, other, *_ = await stage.members(first)
    await stage.change(Member.filter(id=one.id), address="Dorpsstraat 1, 1234 AB Voorbeeld")
    await stage.change(Member.filter(id=other.id), address="")
    started = await stage.follow(first)
    await stage.database.write(ask_same_panel(stage.settings, started, [one.id, other.id], stage.clerk))
    members = {member.pseudonym: member for member in await stage.members(started)}
    assert members[one.pseudonym].email == ""
    assert other.pseudonym not in members


async def test_nothing_ties_a_member_to_the_first_time(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    review = await drawn(stage, clerk, first)
    before = {member.pseudonym: member for member in await stage.members(first)}
    for member in await stage.members(review):
        old = before[member.pseudonym]
        for name in ("id", "link_id", "code"):
            assert getattr(member, name) != getattr(old, name), name
        assert [member.participated, member.channel, member.proof, member.token] == [False, "", None, None]
        assert (member.area, member.age, member.gender) == (old.area, old.age, old.gender)
        tokens = [make_token(stage.settings, one, ANSWER) for one in (member, old)]
        assert tokens[0] != tokens[1]
    secrets = [Keys(bytes([number]) * 32, 1).ballot for number in (1, 2)]
    assert secrets[0] != secrets[1]
    await stage.bring(review, State.CLOSED)
    assert not await Ballot.filter(key__isnull=False).exists()


async def test_the_invitation_says_that_they_were_asked_before_and_when(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    review = await drawn(stage, clerk, first)
    letter = await example_letter(stage.settings, review, Kind.INVITATION)
    for words in ("Opnieuw uw mening", "Wij vroegen u al eerder", "We asked for your opinion on this plan before"):
        assert words in letter.subject + letter.text
    assert format_date((await Review.get(id=first.id)).closes_at) in letter.text
    assert f"/t/{first.id}" in letter.html
    assert "eerlijk bent geloot" not in letter.text
    assert what_is_hard(ADDRESS.sub("", f"{letter.subject}\n\n{letter.text}")) == []
    ordinary = await example_letter(stage.settings, await Review.get(id=first.id), Kind.INVITATION)
    assert "Wij vroegen u al eerder" not in ordinary.text


async def test_the_start_page_says_so_too_in_both_languages(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    review = await stage.bring(await drawn(stage, clerk, first), State.OPEN)
    [member, *_] = await stage.members(review)
    link = f"/m/{make_token(stage.settings, member, ANSWER)}"
    assert "Wij vragen nu dezelfde mensen opnieuw: 40 van de 40." in (await client.get(link)).text
    assert "Now we ask the same people again: 40 of the 40." in (await client.get(f"{link}?taal=en")).text


@pytest.mark.parametrize("state", [State.OPEN, State.REPORTED, State.PUBLISHED])
async def test_before_the_council_answered_nobody_is_asked_again(
    stage: Stage, clerk: httpx2.AsyncClient, state: State
) -> None:
    review = await stage.review(state)
    page = await clerk.get(f"/bureau/{review.id}/vervolg")
    assert sentence("follow.not_answered") in page.text
    assert not Page(page).has_form("/nothing")
    response = await clerk.post(f"/bureau/{review.id}/vervolg", data={"quorum": "5"})
    assert (response.status_code, sentence("follow.not_answered") in response.text) == (409, True)
    assert await Review.all().count() == 1


async def test_before_half_a_year_it_is_too_early_and_then_the_desk_says_that_it_is_time(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.ANSWERED)
    day = months_after(today(), 6)
    early = await clerk.get(f"/bureau/{review.id}/vervolg")
    assert sentence("follow.too_early", day=format_date(day)) in early.text
    assert (await clerk.post(f"/bureau/{review.id}/vervolg")).status_code == 409
    assert f"opnieuw vragen vanaf {format_date(day)}" in (await clerk.get("/bureau")).text
    due = "Het is tijd om het panel opnieuw te vragen."
    assert due not in (await clerk.get("/bureau")).text
    for days, is_due in ((190, True), (300, True), (380, False)):
        await half_a_year(stage, review, days)
        assert (due in (await clerk.get("/bureau")).text) == is_due, days
        assert Page(await clerk.get(f"/bureau/{review.id}/vervolg")).form("/vervolg").values["quorum"] == ["5"]
    await stage.follow_up(review)
    await half_a_year(stage, review)
    assert due in (await clerk.get(f"/bureau/{review.id}")).text, "also when it was told what was done"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quorum": "0"}, "form.number"),
        ({"quorum": "41"}, "review.quorum_above_sample"),
        ({"closes_on": "2020-01-01"}, "review.closes_in_the_past"),
        ({"closes_on": ""}, "form.empty"),
        ({"decision_on": "1999-01-01"}, "review.decision_before_judgement"),
    ],
)
async def test_a_wrong_plan_is_refused_and_what_was_typed_comes_back(
    first: Review, clerk: httpx2.AsyncClient, fields: dict[str, str], code: str
) -> None:
    address = f"/bureau/{first.id}/vervolg"
    values = Page(await clerk.get(address)).form("/vervolg").values
    page = await clerk.post(address, data=values | fields)
    assert (page.status_code, sentence(code, low=1, high=100_000) in page.text) == (422, True)
    [(name, typed)] = fields.items()
    assert Page(page).form("/vervolg").values[name] == [typed]
    assert not await Review.filter(follows_id=first.id).exists()


async def test_pressed_twice_there_is_one_follow_up_and_after_a_withdrawal_another(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    started = await begin(clerk, first)
    again = await clerk.post(f"/bureau/{first.id}/vervolg")
    assert (again.status_code, sentence("follow.already") in again.text) == (409, True)
    await stage.withdraw(started)
    assert (await begin(clerk, first)).id != started.id
    assert await AuditEntry.filter(action="follow-up prepared").count() == 2


async def test_a_newer_version_of_the_proposal_can_be_chosen(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    version = await ProposalVersion.get(id=first.version_id).select_related("proposal")
    newer = await stage.database.write(
        save_version(version.proposal, dossier(title="Het plan, beter"), stage.drafter)
    )
    other = await stage.proposal()
    address = f"/bureau/{first.id}/vervolg"
    values = Page(await clerk.get(address)).form("/vervolg").values
    assert values["version"] == [str(version.id)]
    wrong = await clerk.post(address, data=values | {"version": str(other.id)})
    assert (wrong.status_code, sentence("form.choice") in wrong.text) == (422, True)
    started = await begin(clerk, first, version=str(newer.id))
    assert (started.version_id, started.title) == (newer.id, "Vervolg: Het plan, beter")


async def test_a_follow_up_takes_no_file_and_no_lot_and_another_review_no_earlier_panel(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    released = await stage.follow(first)
    with pytest.raises(Refused) as refusal:
        await stage.read_people(released)
    assert refusal.value.code == "follow.same_panel"
    look = await clerk.get(f"/bureau/{released.id}/loting")
    assert look.headers["location"] == f"/bureau/{released.id}/zelfde-panel"
    assert (await clerk.post(f"/bureau/{released.id}/loting", data={"step": "freeze"})).status_code == 409
    ordinary = await stage.review(State.RELEASED)
    for response in (
        await clerk.get(f"/bureau/{ordinary.id}/zelfde-panel"),
        await clerk.post(f"/bureau/{ordinary.id}/zelfde-panel"),
    ):
        assert (response.status_code, sentence("follow.none") in response.text) == (409, True)
    assert not await Draw.filter(review_id__in=[released.id, ordinary.id]).exists()


async def test_with_fewer_people_than_the_quorum_it_does_not_go_on(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    started = await begin(clerk, first, quorum="40")
    await stage.release(started)
    [one, *_] = await stage.members(first)
    await stage.database.write(opt_out(stage.settings, one, OptOut.NEVER_AGAIN))
    page = await clerk.post(f"/bureau/{started.id}/zelfde-panel")
    assert (page.status_code, sentence("follow.too_few", asked=39, quorum=40) in page.text) == (409, True)
    assert (await Review.get(id=started.id)).state == State.RELEASED


def row(key: str, count: int | None) -> dict[str, Any]:
    return {"key": key, "count": count}


@pytest.mark.parametrize(
    ("counts", "expected", "counted"),
    [
        ({"i1": 3, "i2": 9, "i3": None}, ["i2", "i1"], True),
        ({"i1": None, "i2": None, "i3": None}, ["i1", "i2", "i3"], False),
        ({f"i{n}": n for n in range(1, 8)}, ["i7", "i6", "i5", "i4", "i3"], True),
    ],
)
async def test_it_is_about_the_indicators_that_were_chosen_most_of_those_that_are_published(
    stage: Stage, counts: dict[str, int | None], expected: list[str], counted: bool
) -> None:
    review = await stage.review(State.CLOSED)
    table = {"key": "", "rows": [row(key, count) for key, count in counts.items()]}
    findings = {"questions": [{"id": "q12_indicator", "tables": [table]}]}
    await stage.database.write(_keep_findings(review, findings))
    options = {key: [f"Zaak {key}", f"Thing {key}"] for key in counts}
    review.questionnaire = {"questions": [{"id": "q12_indicator", "options": options}]}
    indicators, found = await indicators_of(review)
    assert ([indicator.key for indicator in indicators], found) == (expected, counted)
    assert len(indicators) <= MOST_INDICATORS


async def _keep_findings(review: Review, findings: dict[str, Any]) -> None:
    await Report.create(review=review, findings=findings)


async def test_the_figures_of_a_follow_up_stand_for_the_same_people(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.bring(await drawn(stage, clerk, first), State.CLOSED)
    mine, theirs = [await input_of_findings(await Review.get(id=one.id)) for one in (review, first)]
    assert sum(group["population"] for group in mine["strata"]) == sum(g["population"] for g in theirs["strata"])
    assert sum(group["invited"] for group in mine["strata"]) == 40
    assert compute(mine).participation.answered == 14


def test_months_end_where_the_calendar_does() -> None:
    day = today().replace(year=2027, month=8, day=31)
    assert [str(months_after(day, number)) for number in (6, 12, 4)] == ["2028-02-29", "2028-08-31", "2027-12-31"]


async def test_who_says_never_again_is_not_asked_in_either_and_an_old_mail_does_not_take_that_back(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    review = await drawn(stage, clerk, first)
    one, other, *_ = await stage.members(first)
    await stage.database.write(opt_out(stage.settings, one, OptOut.NEVER_AGAIN))  # with the link of the first time
    again = await Member.get(review=review, pseudonym=other.pseudonym)
    await stage.database.write(opt_out(stage.settings, again, OptOut.NEVER_AGAIN))
    old = await Member.get(id=other.id)
    await stage.database.write(opt_out_by_mail(stage.settings, old))
    asked = {member.pseudonym for member in await receivers(review, Kind.INVITATION)}
    assert not asked & {one.pseudonym, other.pseudonym}
    assert len(asked) == 38
    for member in (one, other):
        digest = keyed_hash(member.pseudonym, hash_key(stage.settings))
        assert (await Exclusion.get(digest=digest)).reason == "opted_out"
    await stage.database.write(opt_out(stage.settings, again, OptOut.NO))
    assert {member.opt_out async for member in Member.filter(pseudonym=other.pseudonym)} == {OptOut.NO.value}


async def test_a_follow_up_is_told_apart_from_the_first_wherever_both_are_named(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    review = await drawn(stage, clerk, first)
    desk = (await clerk.get("/bureau")).text, (await clerk.get(f"/bureau/{review.id}")).text
    assert all("panel klaar" in page and ">geloot<" not in page for page in desk)
    assert "het panel is geloot" not in (await client.get("/")).text
    assert "dezelfde mensen krijgen weer vragen" in (await client.get("/")).text
    await stage.bring(review, State.PUBLISHED)
    for places, marked, word in (
        (("/", "/feed.atom", f"/t/{first.id}"), 1, "Vervolg:"),
        ((f"/t/{review.id}",), 5, "Vervolg:"),  # title, breadcrumb, heading, and twice for programs
        (("/?taal=en", f"/t/{first.id}?taal=en"), 1, "Follow-up:"),
    ):
        for place in places:
            assert (await client.get(place)).text.count(word) == marked, place


async def test_the_english_edition_calls_it_a_follow_up_too(
    stage: Stage, first: Review, clerk: httpx2.AsyncClient
) -> None:
    drawn_now = await stage.bring(await drawn(stage, clerk, first), State.CLOSED)
    review = await Review.get(id=drawn_now.id).select_related("version")
    facts = await facts_of(stage.settings, review, datetime.now(UTC))
    content = review.version.content
    review.version.content = content | {"english": {**(content.get("english") or {}), "title": "A new counter"}}
    assert facts_in_english(facts, review)["title"] == "Follow-up: A new counter"
    review.version.content = content | {"english": {**(content.get("english") or {}), "title": ""}}
    assert facts_in_english(facts, review)["title"] == facts["title"] == review.title
