"""The pages of members: what they fill in is kept, whole and once, until the ballot box closes."""

import asyncio
import html
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from deliberation.questionnaire import Questionnaire
from panel.answers.actions import filled_in, keys_of, record_ballot, save_answer
from panel.answers.closing import close_review
from panel.answers.models import Ballot, Written
from panel.answers.vault import ReviewSecret, destroy_secret, make_secret
from panel.invitations.links import ANSWER, make_token
from panel.people.models import Member
from panel.reviews.models import Review, State
from panel.web.messages import Refused, catalogue, sentence
from tests.panel.contents import contents
from tests.panel.stage import Stage, answers_to

OpenBrowser = Callable[[], httpx2.AsyncClient]


def address(questionnaire: Questionnaire, question: str) -> str:
    return f"/mening/vraag/{questionnaire.question(question).id}"


def words(page: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(page.text))


async def test_only_the_vote_is_required(browser: httpx2.AsyncClient, questionnaire: Questionnaire) -> None:
    vote = address(questionnaire, "q09_stem")
    refused = await browser.post("/mening/versturen")
    assert refused.status_code == 422
    assert f'href="{vote}?daarna=controle"' in refused.text
    refused = await browser.post(vote, data={"go": "next"})
    assert refused.status_code == 422
    assert sentence("answers.required_vote") in words(refused)
    for question in questionnaire.questions:
        place, fields = address(questionnaire, question.id), {"answer": "blanco"} if question.is_vote else {}
        assert (await browser.post(place, data=fields | {"go": "next"})).status_code == 303
    assert (await browser.post("/mening/versturen")).headers["location"] == "/mening/dank"
    assert (await Ballot.get()).answers == {"q09_stem": "blanco"}


async def test_who_presses_start_and_sends_empty_forms_has_not_begun(
    stage: Stage, review: Review, browser: httpx2.AsyncClient, questionnaire: Questionnaire
) -> None:
    """Machines that look through mail do so: because of them nobody may count as somebody who stopped halfway."""
    before = await contents()
    for question in questionnaire.questions:
        await browser.post(address(questionnaire, question.id))
    assert await contents() == before
    await stage.close(review)
    assert (await Review.get(id=review.id)).partial == 1, "the one who really stopped halfway"


@pytest.mark.parametrize(
    ("question", "fields", "code", "kept"),
    [
        ("q01_duidelijk", {"answer": "9"}, "unknown", ""),
        ("q09_stem", {"answer": "Voor"}, "unknown", ""),
        ("q03_grondwaarden", {"answer_inkomen": "2", "answer_meedoen": "9"}, "unknown", ""),
        ("q04_gevolgen", {"answer": ["geld", "werk"], "answer_geld": "1"}, "direction", 'value="werk"'),
        (
            "q04_gevolgen",
            {"answer": ["geld", "werk", "wonen", "gezin"], **dict.fromkeys(("answer_geld", "answer_werk"), "1")},
            "too_many",
            'value="gezin"',
        ),
        ("q04_gevolgen", {"answer": ["geen", "geld"], "answer_geld": "1"}, "alone", 'value="geen"'),
        ("q04_gevolgen", {"answer": ["iets"]}, "unknown", ""),
        ("q05_knel", {"answer": "Buren. " * 80}, "too_long", "Buren. Buren."),
        ("q11_cijfer", {"answer": "11"}, "unknown", ""),
        ("q11_cijfer", {"answer": "7,5"}, "unknown", ""),
        ("q11_cijfer", {"answer": "٧"}, "unknown", ""),
        ("q12_indicator", {"answer": ["i1", "i2", "i3"]}, "too_many", 'value="i3"'),
        ("q12_indicator", {"answer": ["i1"], "other": "x" * 201}, "too_long", "x" * 201),
    ],
)
async def test_an_answer_that_cannot_be_right_comes_back_with_a_sentence_and_what_was_typed(
    browser: httpx2.AsyncClient,
    questionnaire: Questionnaire,
    question: str,
    fields: dict[str, Any],
    code: str,
    kept: str,
) -> None:
    page = await browser.post(address(questionnaire, question), data=fields | {"go": "next"})
    assert page.status_code == 422
    longest = max(re.split(r"\{\w+\}", catalogue()[f"answers.{code}"]), key=len)
    assert longest in words(page)
    assert "Fout: " in page.text
    assert kept in words(page)
    if kept.startswith("value"):
        assert re.search(rf"<input[^>]*{kept}[^>]*checked", page.text)
    assert not await Ballot.all().exists()


async def test_a_wrong_answer_leaves_the_earlier_one_as_it_was(
    browser: httpx2.AsyncClient, questionnaire: Questionnaire
) -> None:
    mark = address(questionnaire, "q11_cijfer")
    await browser.post(mark, data={"answer": "7"})
    await browser.post(mark, data={"answer": "77"})
    assert (await Ballot.get()).draft == {"q11_cijfer": 7}


async def test_an_answer_can_be_taken_back(browser: httpx2.AsyncClient, questionnaire: Questionnaire) -> None:
    mark = address(questionnaire, "q11_cijfer")
    await browser.post(mark, data={"answer": "7"})
    await browser.post(mark, data={})
    assert (await Ballot.get()).draft == {}


async def test_what_people_write_is_kept_to_the_letter_and_shown_as_text(
    browser: httpx2.AsyncClient, questionnaire: Questionnaire
) -> None:
    typed = "Één «ding» <script>alert('x')</script> & \"meer\" {{ 7*7 }} %s 😀\r\n\r\nTweede\x00 regel"
    stored = typed.replace("\r\n", "\n").replace("\x00", "")
    text = address(questionnaire, "q05_knel")
    assert (await browser.post(text, data={"answer": typed})).status_code == 303
    assert (await Ballot.get()).draft == {}
    assert (await Written.get()).draft == stored
    for place in (text, "/mening/controle"):
        page = await browser.get(place)
        assert "<script>" not in page.text
        assert "49" not in page.text
        assert words(page).count("😀 Tweede regel") == 1


async def test_a_member_goes_on_where_they_were_on_another_device(
    browser: httpx2.AsyncClient, open_browser: OpenBrowser, link: str, questionnaire: Questionnaire
) -> None:
    await browser.post("/mening/vraag/q01_duidelijk", data={"answer": "3"})
    await browser.post("/mening/vraag/q02_doel", data={"answer": "4"})
    phone = open_browser()
    await phone.post(link)
    assert 'href="/mening/vraag/q03_grondwaarden"' in (await phone.get("/mening")).text
    assert re.search(r'<input[^>]*value="3"[^>]*checked', (await phone.get("/mening/vraag/q01_duidelijk")).text)
    await phone.post("/mening/vraag/q03_grondwaarden", data={"answer_inkomen": "2"})
    assert "Ja, veel" in (await browser.get("/mening/controle")).text
    assert await Ballot.all().count() == 1


async def test_an_answer_can_be_changed_until_closing_and_the_last_content_counts(
    stage: Stage, review: Review, browser: httpx2.AsyncClient, link: str, questionnaire: Questionnaire
) -> None:
    vote = address(questionnaire, "q09_stem")
    for choice in ("voor", "tegen"):
        await browser.post(vote, data={"answer": choice})
        assert (await browser.post("/mening/versturen")).headers["location"] == "/mening/dank"
    await browser.post(vote, data={"answer": "aanpassen"})
    assert "Nog niet alles is verstuurd" in (await browser.get("/mening/dank")).text
    assert (await Ballot.get()).answers == {"q09_stem": "tegen"}
    await stage.close(review)
    too_late = await browser.post(vote, data={"answer": "voor"})
    assert too_late.status_code == 403
    assert "Deze vragenlijst is gesloten" in too_late.text
    assert "gesloten" in (await browser.get(link)).text
    assert (await browser.post(link)).headers["location"] == link
    assert (await Ballot.get()).answers == {"q09_stem": "tegen"}
    assert not await ReviewSecret.filter(review_id=review.id).count() > 1


async def test_who_changes_one_answer_from_the_check_is_back_there_and_first_sees_what_is_asked_newly(
    stage: Stage, review: Review, browser: httpx2.AsyncClient
) -> None:
    data = review.questionnaire
    data["questions"][-1]["when"] = {"q09_stem": ["tegen"]}
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    check, vote, newly = "/mening/controle", "/mening/vraag/q09_stem", f"/mening/vraag/{data['questions'][-1]['id']}"
    await browser.post(vote, data={"answer": "voor"})
    assert f'href="{vote}?daarna=controle"' in (await browser.get(check)).text
    page = (await browser.get(f"{vote}?daarna=controle")).text
    assert f'action="{vote}?daarna=controle"' in page
    assert f'href="{check}"' in page
    wrong = await browser.post(f"{vote}?daarna=controle", data={"answer": "anders"})
    assert f'action="{vote}?daarna=controle"' in wrong.text
    changed = await browser.post(f"{vote}?daarna=controle", data={"answer": "aanpassen"})
    assert changed.headers["location"] == check
    routed = await browser.post(f"{vote}?daarna=controle", data={"answer": "tegen"})
    assert routed.headers["location"] == f"{newly}?daarna=controle"
    assert (await browser.post(routed.headers["location"], data={"go": "next"})).headers["location"] == check
    display = await browser.post("/mening/weergave", data={"taal": "en", "terug": f"{vote}?daarna=controle"})
    assert display.headers["location"] == f"{vote}?daarna=controle"


async def test_everything_that_a_changed_answer_opens_is_visited_before_the_check(
    stage: Stage, review: Review, browser: httpx2.AsyncClient
) -> None:
    """Not what was answered before, also when that was in words; and not because of another answer."""
    data = review.questionnaire
    for entry in data["questions"]:
        if entry["id"] in ("q10_reden", "q11_cijfer", "q12_indicator"):
            entry["when"] = {"q09_stem": ["tegen"]}
    data["questions"][-1]["when"] = {"q11_cijfer": ["3"]}
    last = f"/mening/vraag/{data['questions'][-1]['id']}"
    await stage.change(Review.filter(id=review.id), questionnaire=data)
    check = "/mening/controle"
    vote, reason, mark, indicator = (
        f"/mening/vraag/{name}" for name in ("q09_stem", "q10_reden", "q11_cijfer", "q12_indicator")
    )

    async def leads_to(place: str, **fields: str) -> str:
        return (await browser.post(f"{place}?daarna=controle", data=fields)).headers["location"]

    await browser.post(vote, data={"answer": "voor"})
    assert await leads_to(vote, answer="tegen") == f"{reason}?daarna=controle"
    assert await leads_to(reason) == f"{mark}?daarna=controle", "it may be left open"
    assert await leads_to(mark, answer="3") == f"{indicator}?daarna=controle"
    assert await leads_to(indicator, other="Tel de buren.") == f"{last}?daarna=controle"
    assert await leads_to(last) == check
    await browser.post(reason, data={"answer": "Te duur."})
    await browser.post(vote, data={"answer": "voor"})
    assert await leads_to(vote, answer="tegen") == f"{last}?daarna=controle"
    assert await leads_to("/mening/vraag/q01_duidelijk", answer="3") == check


async def test_handing_in_twice_and_in_two_tabs_makes_one_ballot(
    browser: httpx2.AsyncClient, open_browser: OpenBrowser, link: str, questionnaire: Questionnaire
) -> None:
    tab = open_browser()
    await tab.post(link)
    vote = address(questionnaire, "q09_stem")
    await asyncio.gather(*(b.post(vote, data={"answer": "voor"}) for b in (browser, tab, browser, tab)))
    done = await asyncio.gather(*(b.post("/mening/versturen") for b in (browser, tab, browser, tab)))
    assert {page.headers["location"] for page in done} == {"/mening/dank"}
    assert await Ballot.all().count() == 1
    assert await Member.filter(participated=True).count() == 1


async def test_answers_saved_at_the_same_moment_are_all_kept(
    stage: Stage, member: Member, questionnaire: Questionnaire
) -> None:
    keys = await keys_of(member)
    answers = answers_to(questionnaire, 3)
    units = [save_answer(member, keys, questionnaire.question(name), answer) for name, answer in answers.items()]
    await asyncio.gather(*map(stage.database.write, units))
    assert (await filled_in(keys, questionnaire)).draft == answers


async def test_members_who_begin_at_the_same_moment_share_one_secret(stage: Stage) -> None:
    await asyncio.gather(*(stage.database.vault.write(make_secret(77)) for _ in range(12)))
    assert await ReviewSecret.filter(review_id=77).count() == 1


async def test_closing_waits_for_whoever_is_handing_in_and_then_nobody_gets_in(
    stage: Stage, review: Review, member: Member, questionnaire: Questionnaire
) -> None:
    keys, vote = await keys_of(member), questionnaire.vote
    await stage.database.write(save_answer(member, keys, vote, "voor"))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def hand_in_slowly() -> None:
        await record_ballot(member, keys, questionnaire)
        inside.set()
        await go_on.wait()

    await stage.pass_closing_date(review)
    handing_in = asyncio.create_task(stage.database.write(hand_in_slowly()))
    await inside.wait()
    closing = asyncio.create_task(stage.database.write(close_review(review, "test")))
    await asyncio.sleep(0.3)
    assert not closing.done()
    go_on.set()
    await asyncio.gather(handing_in, closing)
    with pytest.raises(Refused, match="gesloten"):
        await stage.database.write(save_answer(member, keys, vote, "tegen"))
    ballot = await Ballot.get()
    assert (ballot.answers, ballot.key) == ({"q09_stem": "voor"}, None)


async def test_who_leaves_a_shared_computer_leaves_nothing_there(browser: httpx2.AsyncClient) -> None:
    await browser.post("/mening/vraag/q01_duidelijk", data={"answer": "3"})
    assert (await browser.post("/mening/weg")).headers["location"] == "/mening/tot-ziens"
    assert not browser.cookies
    assert (await browser.get("/mening/vraag/q01_duidelijk")).status_code == 403
    assert (await Ballot.get()).draft == {"q01_duidelijk": "3"}


async def test_a_cookie_that_was_changed_lets_nobody_in(browser: httpx2.AsyncClient, stage: Stage) -> None:
    [(name, value)] = browser.cookies.items()
    for other in (value[:-2] + "xx", "1 1", "x" + value, ""):
        browser.cookies.clear()
        browser.cookies.set(name, other)
        assert (await browser.get("/mening")).status_code == 403


async def test_a_new_link_ends_the_visits_that_began_with_the_old_one(
    browser: httpx2.AsyncClient, stage: Stage, member: Member
) -> None:
    await stage.change(Member.filter(id=member.id), link_version=2)
    assert (await browser.get("/mening")).status_code == 403


@pytest.mark.parametrize("name", ["q16", "1", "x", "q01_duidelijk ", "%00"])
async def test_a_question_that_does_not_exist_is_not_there(browser: httpx2.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/mening/vraag/{name}")).status_code == 404
    assert (await browser.post(f"/mening/vraag/{name}", data={"answer": "1"})).status_code == 404


async def test_posts_that_are_too_large_are_refused_and_keep_nothing(
    browser: httpx2.AsyncClient, questionnaire: Questionnaire
) -> None:
    text = address(questionnaire, "q05_knel")
    before = await contents()
    one_field = await browser.post(text, data={"answer": "x" * 1_100_000})
    many_fields = await browser.post(text, data={f"answer_{n}": "1" for n in range(2_500)})
    whole = await browser.post(text, data={f"answer_{n}": "x" * 900_000 for n in range(10)})
    files = await browser.post(text, files={"answer": ("a.txt", b"x" * 100)})
    assert (one_field.status_code, many_fields.status_code) == (400, 400)
    assert (whole.status_code, files.status_code) == (413, 400)
    for page in (one_field, many_fields, whole, files):
        assert "Ga terug naar de vorige pagina" in page.text
    assert await contents() == before


def form_data(value: bytes, kind: str) -> dict[str, Any]:
    content = b'--x\r\nContent-Disposition: form-data; name="answer"\r\n\r\n' + value + b"\r\n--x--\r\n"
    return {"content": content, "headers": {"Content-Type": f"multipart/form-data; boundary=x{kind}"}}


async def test_a_form_in_another_encoding_than_utf_8_is_refused_before_it_is_decoded(
    browser: httpx2.AsyncClient, questionnaire: Questionnaire
) -> None:
    text = address(questionnaire, "q05_knel")
    before = await contents()
    for charset in ("punycode", "unicode_escape", "idna", "undefined", '"utf-16"', "utf-8; CHARSET=utf-7"):
        refused = await browser.post(text, **form_data(b"-" + b"aa" * 100_000, f"; charset={charset}"))
        assert refused.status_code == 400, charset
    assert await contents() == before
    for kind in ("", "; charset=utf-8", '; charset="UTF-8"'):
        assert (await browser.post(text, **form_data("één".encode(), kind))).status_code == 303, kind
    assert "één" in (await browser.get(text)).text


ANOTHER_SITE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://kwaad.example"},
    {"Origin": "http://localhost.kwaad.example"},
    {"Origin": "null"},
)
OUR_SITE: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
)


async def test_a_form_that_another_site_sends_is_refused(browser: httpx2.AsyncClient, link: str) -> None:
    before = await contents()
    for headers in ANOTHER_SITE:
        for place in (link, "/mening/vraag/q01_duidelijk", "/mening/versturen", "/bureau/aanmelden", "/"):
            refused = await browser.post(place, data={"answer": "3"}, headers=headers)
            assert refused.status_code == 403, (place, headers)
    assert await contents() == before
    for headers in OUR_SITE:
        assert (
            await browser.post("/mening/vraag/q01_duidelijk", data={"answer": "3"}, headers=headers)
        ).status_code == 303
    assert (await browser.get("/mening", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_pages_of_a_member_are_kept_by_nobody_and_tell_nobody_where_they_led(
    browser: httpx2.AsyncClient, link: str
) -> None:
    for place in (link, "/mening", "/mening/vraag/q01_duidelijk", "/mening/controle", "/bestaat-niet"):
        headers = (await browser.get(place)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]


async def test_when_the_vault_is_lost_nobody_gets_in_and_nobody_can_answer_twice(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.OPEN)
    first, second, *_ = await stage.members(review)
    await stage.answer(first, {"q09_stem": "voor"})
    await stage.database.vault.write(destroy_secret(review.id))
    begun = await client.post(f"/m/{make_token(stage.settings, second, ANSWER)}")
    assert begun.status_code == 409
    assert sentence("answers.secret_lost") in begun.text
    assert not await ReviewSecret.all().exists()
