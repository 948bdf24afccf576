"""Who comes back, who is late, who shares a screen, and whose route through the questions changes."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from deliberation.questionnaire import read
from panel.answers import visits
from panel.answers.actions import filled_in, keys_of
from panel.answers.models import Ballot, Written
from panel.answers.vault import destroy_secret
from panel.arguments.models import Statement
from panel.invitations.links import ANSWER, make_token
from panel.people.models import Member
from panel.reviews.models import GRACE, Review, State
from panel.web.messages import sentence
from tests.panel.contents import contents, texts
from tests.panel.stage import Stage

OpenBrowser = Callable[[], httpx2.AsyncClient]
VOTE, REASON = "/mening/vraag/q09_stem", "/mening/vraag/q10_reden"
CHECK, RECEIPT = "/mening/controle", "/mening/dank"


async def hand_in(browser: httpx2.AsyncClient, vote: str = "tegen") -> None:
    await browser.post(VOTE, data={"answer": vote})
    assert (await browser.post("/mening/versturen")).headers["location"] == RECEIPT


def words(page: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(page.text))


async def test_an_answer_that_is_in_is_shown_only_to_who_asks_for_it(
    browser: httpx2.AsyncClient, link: str, open_browser: OpenBrowser
) -> None:
    await hand_in(browser)
    for place in (CHECK, VOTE, REASON):
        hidden = await browser.get(place)
        assert (hidden.status_code, hidden.headers["location"], hidden.text) == (303, RECEIPT, "")
    receipt = await browser.get(RECEIPT)
    assert "Het plan niet aannemen" not in receipt.text
    assert (await browser.post("/mening/laat-zien")).headers["location"] == CHECK
    assert "Het plan niet aannemen" in (await browser.get(CHECK)).text

    start = await open_browser().get(link)
    assert "Uw antwoord is binnen" in start.text
    assert "Het plan niet aannemen" not in start.text
    other = open_browser()
    assert (await other.post(link)).headers["location"] == CHECK
    assert "Het plan niet aannemen" in (await other.get(CHECK)).text


async def test_an_answer_that_is_in_goes_out_of_sight_again(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hand_in(browser)
    await browser.post("/mening/laat-zien")
    later = datetime.now(UTC).timestamp() + visits.SHOWN_SECONDS
    monkeypatch.setattr(visits, "time", lambda: later)
    assert (await browser.get(CHECK)).headers["location"] == RECEIPT
    changed = await browser.post(VOTE, data={"answer": "voor", "go": "next"})
    assert (changed.status_code, (await Ballot.get()).draft) == (303, {"q09_stem": "voor"}), "nothing typed is lost"
    assert "Nog niet alles is verstuurd" in (await browser.get(RECEIPT)).text


async def test_an_answer_stays_in_sight_of_who_is_still_changing_it(
    browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC).timestamp()
    monkeypatch.setattr(visits, "time", lambda: moment)
    await hand_in(browser)
    await browser.post("/mening/laat-zien")
    for go, status in (("next", 303), ("stay", 200), ("next", 303)):
        moment += visits.SHOWN_SECONDS - 60
        assert (await browser.post(REASON, data={"answer": "Te duur.", "go": go})).status_code == status
    moment += visits.SHOWN_SECONDS - 60
    assert (await browser.get(CHECK)).status_code == 200
    moment += 60
    assert (await browser.get(CHECK)).headers["location"] == RECEIPT, "reading on does not keep it there"
    await browser.post(REASON, data={"answer": "Te laat."})
    assert (await browser.get(CHECK)).headers["location"] == RECEIPT, "nor does it come back by itself"


async def test_what_an_answer_out_of_sight_still_misses_is_told_without_showing_it(
    stage: Stage, review: Review, browser: httpx2.AsyncClient
) -> None:
    data: dict[str, Any] = (await routed(stage, review)).questionnaire
    next(entry for entry in data["questions"] if entry["id"] == "q10_reden")["required"] = True
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    await hand_in(browser, "voor")
    await browser.post(VOTE, data={"answer": "tegen"})
    assert (await browser.post("/mening/versturen")).headers["location"] == RECEIPT
    told = words(await browser.get(RECEIPT))
    assert "Nog niet alles is verstuurd" in told
    assert "Het plan niet aannemen" not in told
    await browser.post("/mening/laat-zien")
    assert "Er mist nog één antwoord" in words(await browser.get(CHECK))
    assert (await Ballot.get()).answers == {"q09_stem": "voor"}


async def test_who_began_before_the_closing_moment_can_finish_and_nobody_else_begins(
    stage: Stage, review: Review, browser: httpx2.AsyncClient, link: str, open_browser: OpenBrowser
) -> None:
    await browser.post(VOTE, data={"answer": "voor"})
    assert f'href="{link}/papier' in (await browser.get(link)).text
    late = f"/m/{make_token(stage.settings, (await stage.members(review))[1], ANSWER)}"
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - timedelta(seconds=1))

    closed = await open_browser().get(late)
    assert "Deze vragenlijst is gesloten" in closed.text
    assert (await open_browser().post(late)).headers["location"] == late
    assert "Begin" not in (await open_browser().get(late)).text
    elsewhere = open_browser()
    began = (await elsewhere.get(link)).text
    assert ("op papier" in began, "/papier" in began, "Hebt u een vraag?" in began) == (False, False, True)
    assert (await elsewhere.post(link)).headers["location"] == "/mening"
    await hand_in(browser, "tegen")
    assert (await Ballot.get()).answers == {"q09_stem": "tegen"}


async def test_after_the_grace_nobody_gets_in_even_when_no_worker_closed_the_ballot_box(
    stage: Stage, review: Review, browser: httpx2.AsyncClient, link: str, open_browser: OpenBrowser
) -> None:
    await hand_in(browser, "voor")
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - GRACE - timedelta(seconds=1))
    for method, address in (("GET", CHECK), ("POST", VOTE), ("POST", "/mening/versturen")):
        closed = await browser.request(method, address, data={"answer": "tegen"})
        assert (closed.status_code, "Deze vragenlijst is gesloten" in closed.text) == (403, True)
    assert "Deze vragenlijst is gesloten" in (await open_browser().get(link)).text
    assert (await open_browser().post(link)).headers["location"] == link
    assert (await Ballot.get()).draft == {"q09_stem": "voor"}


async def test_who_is_answering_when_a_review_is_withdrawn_hears_why(
    stage: Stage, review: Review, browser: httpx2.AsyncClient
) -> None:
    await browser.post(VOTE, data={"answer": "voor"})
    await stage.withdraw(review)
    stopped = await browser.post(VOTE, data={"answer": "tegen"})
    assert (stopped.status_code, "Het voorstel is van tafel." in stopped.text) == (403, True)


async def test_when_nobody_began_a_late_link_leads_to_the_page_that_says_it_is_closed(
    stage: Stage, review: Review, client: httpx2.AsyncClient, link: str
) -> None:
    await stage.database.vault.write(destroy_secret(review.id))
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - timedelta(seconds=1))
    closed = await client.get(link)
    assert (closed.status_code, "Deze vragenlijst is gesloten" in closed.text) == (200, True)


async def test_the_ballot_box_closes_by_itself_after_the_grace(stage: Stage, review: Review) -> None:
    await stage.change(Review.filter(id=review.id), closes_at=datetime.now(UTC) - GRACE + timedelta(seconds=1.5))
    began = datetime.now(UTC)

    async def closed() -> bool:
        return (await Review.get(id=review.id)).state == State.CLOSED

    assert not await closed()
    await stage.work(closed)
    assert datetime.now(UTC) - began > timedelta(seconds=1.4)


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("Mail mij op jan@voorbeeld.nl.", "een e-mailadres"),
        ("Bel 06-12345678.", "een telefoonnummer"),
        ("Mijn nummer is 111222333.", "een burgerservicenummer (BSN)"),
        ("Vraag mevrouw De Vries van Dorpsstraat 12.", "een naam of een adres"),
    ],
)
async def test_personal_data_in_a_text_get_a_remark_and_stop_nobody(
    browser: httpx2.AsyncClient, typed: str, what: str
) -> None:
    remark = sentence("answers.remark", what=what)
    page = await browser.post(REASON, data={"answer": typed, "go": "next"})
    assert page.status_code == 200
    assert remark in words(page)
    assert typed in words(page)
    assert (await Written.get()).draft == typed, "it was kept before anything was said"
    assert (await browser.post(REASON, data={"answer": typed, "go": "keep"})).status_code == 303
    assert remark in words(await browser.get(CHECK))
    assert (await browser.post(REASON, data={"answer": "Te duur.", "go": "next"})).status_code == 303
    assert "herkent niemand" not in words(await browser.get(CHECK))


async def test_a_script_keeps_what_is_typed_meanwhile_and_hears_what_a_person_would(
    browser: httpx2.AsyncClient,
) -> None:
    kept = await browser.post(REASON, data={"answer": "Nog bezig", "go": "stay"})
    assert (kept.status_code, kept.text) == (200, "")
    assert kept.headers["content-type"].startswith("text/plain")
    told = await browser.post(REASON, data={"answer": "Bel 06-12345678", "go": "stay"})
    assert told.text == sentence("answers.remark", what="een telefoonnummer")
    too_long = await browser.post(REASON, data={"answer": "x" * 1_001, "go": "stay"})
    assert (too_long.status_code, too_long.text) == (422, sentence("answers.too_long", length=1_001, most=1_000))
    assert (await Written.get()).draft == "Bel 06-12345678"


async def test_a_script_runs_only_where_somebody_types(browser: httpx2.AsyncClient) -> None:
    for place, with_script in ((REASON, True), ("/mening/vraag/q12_indicator", True), (VOTE, False), (CHECK, False)):
        page = await browser.get(place)
        assert ("script-src 'self'" in page.headers["Content-Security-Policy"]) is with_script
        assert ("<script" in page.text) is with_script


async def test_words_stand_apart_from_the_ballot_while_the_review_is_open(
    stage: Stage, member: Member, browser: httpx2.AsyncClient
) -> None:
    await browser.post(REASON, data={"answer": "Dit is wat ik vind."})
    await browser.post("/mening/vraag/q12_indicator", data={"answer": "i1", "other": "Tel de buren."})
    await hand_in(browser)
    found = await contents()
    places = [place for place, text in texts(found) if "wat ik vind" in text or "Tel de buren" in text]
    assert len(places) == 4, "once as what is filled in, and once as what was handed in"
    assert all("main.written" in place for place in places)
    [ballot] = found["main.ballot"]
    written = found["main.written"]
    assert len({ballot["key"], *(row["key"] for row in written)}) == 3
    assert {name for row in written for name in row} == {"id", "review_id", "key", "question", "draft", "answer"}
    review = await Review.get(id=member.review_id)
    filled = await filled_in(await keys_of(member), read(review.questionnaire))
    assert filled.answers == {
        "q09_stem": "tegen",
        "q10_reden": "Dit is wat ik vind.",
        "q12_indicator": {"chosen": ["i1"], "other": "Tel de buren."},
    }
    assert filled.answers == filled.draft


async def test_words_that_were_taken_back_are_gone(browser: httpx2.AsyncClient) -> None:
    await browser.post(REASON, data={"answer": "Toch maar niet."})
    await browser.post(REASON, data={"answer": ""})
    assert not await Written.all().exists()
    assert (await Ballot.get()).draft == {}


async def routed(stage: Stage, review: Review) -> Review:
    """The reason is asked only of who is against, or wants changes."""
    data: dict[str, Any] = (await Review.get(id=review.id)).questionnaire
    reason = next(entry for entry in data["questions"] if entry["id"] == "q10_reden")
    reason["when"] = {"q09_stem": ["tegen", "aanpassen"]}
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    return await Review.get(id=review.id)


async def test_a_question_that_is_not_asked_is_passed_by_and_nothing_entered_is_lost(
    stage: Stage, review: Review, member: Member, browser: httpx2.AsyncClient
) -> None:
    review = await routed(stage, review)
    keys, questionnaire = await keys_of(member), read(review.questionnaire)
    mark = "/mening/vraag/q11_cijfer"
    against = await browser.post(VOTE, data={"answer": "tegen", "go": "next"})
    assert against.headers["location"] == REASON
    assert "Vraag 10 van 12" in words(await browser.get(REASON))
    await browser.post(REASON, data={"answer": "Te duur.", "go": "next"})

    in_favour = await browser.post(VOTE, data={"answer": "voor", "go": "next"})
    assert in_favour.headers["location"] == mark
    assert (await browser.get(REASON)).headers["location"] == mark, "also for who comes by another way"
    assert "Vraag 10 van 11" in words(await browser.get(mark))
    back = await browser.post(mark, data={"go": "back"})
    assert back.headers["location"] == VOTE
    assert "Te duur." not in words(await browser.get(CHECK))
    assert (await browser.post("/mening/versturen")).headers["location"] == RECEIPT
    filled = await filled_in(keys, questionnaire)
    assert filled.answers == {"q09_stem": "voor"}

    await browser.post("/mening/laat-zien")
    await browser.post(VOTE, data={"answer": "tegen"})
    assert "Te duur." in words(await browser.get(CHECK))
    await browser.post("/mening/versturen")
    assert (await filled_in(keys, questionnaire)).answers == {"q09_stem": "tegen", "q10_reden": "Te duur."}


async def test_an_answer_that_is_in_does_not_show_in_where_pages_lead(
    stage: Stage, review: Review, browser: httpx2.AsyncClient
) -> None:
    await routed(stage, review)
    mark, seen = "/mening/vraag/q11_cijfer", []
    for vote in ("tegen", "voor"):
        await browser.post("/mening/laat-zien")
        await hand_in(browser, vote)
        wrong = await browser.post(mark, data={"answer": "elf"})
        back = await browser.post(mark, data={"answer": "7", "go": "back"})
        links = re.findall(r"/mening/\w+[^\"]*", (await browser.get("/mening")).text)
        seen.append(
            (wrong.status_code, re.findall(r"Vraag \d+ van \d+", wrong.text), back.headers["location"], links)
        )
    assert seen[0] == seen[1]
    assert (seen[0][0], seen[0][2]) == (422, RECEIPT)


async def test_the_vote_can_be_left_open_to_go_back(browser: httpx2.AsyncClient) -> None:
    before = "/mening/vraag/q08_uitzondering"
    assert (await browser.post(VOTE, data={"go": "back"})).headers["location"] == before
    await browser.post(VOTE, data={"answer": "tegen"})
    assert (await browser.post(VOTE, data={"go": "back"})).headers["location"] == before
    assert (await Ballot.get()).draft == {"q09_stem": "tegen"}
    assert (await browser.post(VOTE, data={"go": "next"})).status_code == 422


async def test_answers_are_read_back_in_the_order_of_the_question(
    browser: httpx2.AsyncClient, review: Review
) -> None:
    questionnaire = read(review.questionnaire)
    values, areas = questionnaire.question("q03_grondwaarden"), questionnaire.question("q04_gevolgen")
    await browser.post(
        f"/mening/vraag/{values.id}", data={f"answer_{item.key}": values.keys[0] for item in values.items}
    )
    chosen = [option for option in areas.options if option.key not in areas.alone][: areas.most]
    directed = {f"answer_{option.key}": areas.directions[0].key for option in chosen}
    await browser.post(f"/mening/vraag/{areas.id}", data={"answer": [option.key for option in chosen], **directed})
    page = words(await browser.get(CHECK))
    for options in (values.items, chosen):
        places = [page.index(f"{option.label}: ") for option in options]
        assert places == sorted(places)
        assert len(places) > 1


async def test_a_review_that_closes_without_its_vault_keeps_the_words_and_no_side(
    stage: Stage, review: Review, member: Member
) -> None:
    await stage.answer(member, {"q09_stem": "voor", "q10_reden": "Goed zo."})
    await stage.database.vault.write(destroy_secret(review.id))
    await stage.close(review)
    assert await Statement.all().values("side", "text") == [{"side": "", "text": "Goed zo."}]
    await stage.report(await Review.get(id=review.id))
