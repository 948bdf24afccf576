"""The public site: what visitors, search engines and feed readers get, and what they may keep."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.proposals.dossier import English
from panel.publication.models import CouncilReply
from panel.reports.models import Report
from panel.reviews.models import Review, State
from panel.settings import Settings, SettingsError
from panel.staff.models import Staff
from panel.web.dutch import today
from tests.panel.stage import Stage
from tests.panel.test_language import assert_english

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
OpenBrowser = Callable[[], httpx2.AsyncClient]
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ODD = "Moeten </script><b>wij</b> 😀 dit & ‘dat’ doen? \u200f" + "הצעה " * 20 + "x\x0b" + "heel " * 25
ENGLISH_ODD = English(title="Plan", question="Should we do this?", summary="Less.")
PAGES = ("/", "/t/{id}", "/toegankelijkheid", "/privacy", "/contact")
MACHINES = ("/feed.atom", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt")


def read_xml(page: httpx2.Response) -> ElementTree.Element:
    return ElementTree.fromstring(page.content)  # noqa: S314 - our own


async def odd(stage: Stage, state: State) -> Review:
    """With a title and a question of 300 characters: markup, emoji, right to left, and what XML cannot hold."""
    version = await stage.proposal(title=ODD[:300], question=ODD[:300], english=ENGLISH_ODD)
    return await stage.bring(await stage.draft(version), state)


async def test_a_page_and_a_file_are_not_sent_again_to_who_has_them(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.PUBLISHED)
    places = [*PAGES, *MACHINES, "/t/{id}/report.pdf", "/t/{id}/vote.svg", "/t/{id}/metadata/diwoo.xml"]
    for place in places:
        address = place.format(id=review.id)
        first = await client.get(address)
        assert first.status_code == 200, address
        assert first.headers["Cache-Control"] == "public, max-age=300"
        known = {"If-None-Match": f'"other", W/{first.headers["ETag"]}'}
        again = await client.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b""), address
        assert again.headers["ETag"] == first.headers["ETag"]
        assert (await client.get(address, headers={"If-None-Match": '"other"'})).content == first.content
        head = await client.head(address)
        assert (head.status_code, head.headers["ETag"]) == (200, first.headers["ETag"])
        assert not head.content
    for address in (f"/t/{review.id}/loting", f"/t/{review.id}/loting.json", f"/t/{review.id}/loting/1.json"):
        first = await client.get(address)
        known = {"If-None-Match": first.headers["ETag"]}
        assert (first.status_code, (await client.get(address, headers=known)).status_code) == (200, 304), address
    dated = await client.get(f"/t/{review.id}/report.pdf")
    since = {"If-Modified-Since": dated.headers["Last-Modified"]}
    assert (await client.get(f"/t/{review.id}/report.pdf", headers=since)).status_code == 304
    part = await client.get(f"/t/{review.id}/report.pdf", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, dated.content[:4])


async def test_what_changes_is_sent_again(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.PUBLISHED)
    before = {place: (await client.get(place)).headers["ETag"] for place in ("/", f"/t/{review.id}", "/feed.atom")}
    await stage.bring(review, State.ANSWERED)
    for place, tag in before.items():
        assert (await client.get(place, headers={"If-None-Match": tag})).status_code == 200, place


async def test_a_visitor_a_member_and_the_staff_see_the_same_public_page_and_only_a_visitor_may_keep_it(
    stage: Stage, open_browser: OpenBrowser, sign_in: SignIn
) -> None:
    for state in (State.OPEN, State.PUBLISHED, State.FOLLOWED_UP):
        review = await stage.review(state)
        visitor, clerk = open_browser(), await sign_in(stage.clerk)
        for place in PAGES:
            address = place.format(id=review.id)
            seen, at_work = await visitor.get(address), await clerk.get(address)
            assert at_work.text == seen.text, address
            assert "set-cookie" not in {*seen.headers, *at_work.headers}
            assert seen.headers["Vary"] == "Accept-Language, Cookie"
            assert at_work.headers["Cache-Control"] == "private, no-cache"
            for person in (stage.clerk, stage.drafter, stage.council):
                assert person.name not in seen.text
                assert person.email not in seen.text


async def test_pages_of_members_and_of_the_desk_are_never_kept(
    stage: Stage, client: httpx2.AsyncClient, link: str, review: Review, sign_in: SignIn
) -> None:
    await client.post(link)
    clerk = await sign_in(stage.clerk)
    private = [await client.get(place) for place in (link, "/mening", "/mening/controle", "/link")]
    private += [await clerk.get(place) for place in ("/bureau", f"/bureau/{review.id}")]
    private.append(await client.get("/t/9999"))
    assert {page.headers["Cache-Control"] for page in private} == {"no-store"}
    assert not any("etag" in page.headers for page in private)


async def test_a_file_has_the_name_that_a_clerk_would_give_it(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.PUBLISHED)
    for name, called in (
        ("report.pdf", "rapport.pdf"),
        ("tweede-mening.zip", "tweede-mening.zip"),
        ("metadata/diwoo.xml", "diwoo.xml"),
    ):
        page = await client.get(f"/t/{review.id}/{name}")
        assert page.headers["Content-Disposition"] == f'inline; filename="tweede-mening-{review.id}-{called}"'


async def test_nothing_but_metadata_is_in_the_folder_of_metadata(stage: Stage, client: httpx2.AsyncClient) -> None:
    review, reported = await stage.review(State.PUBLISHED), await stage.review(State.REPORTED)
    for name in ("..%2F..%2Fsecret-key", "%2e%2e", "unknown.xml", "a%00.json", "report.pdf", "x.py"):
        assert (await client.get(f"/t/{review.id}/metadata/{name}")).status_code in (404, 307), name
    assert (await client.get(f"/t/{reported.id}/metadata/diwoo.xml")).status_code == 404


async def test_the_feed_is_valid_atom_whatever_people_typed(stage: Stage, client: httpx2.AsyncClient) -> None:
    empty = read_xml(await client.get("/feed.atom"))
    assert empty.find(f"{ATOM}entry") is None
    review, hidden = await odd(stage, State.PUBLISHED), await stage.review(State.REPORTED)
    page = await client.get("/feed.atom")
    assert page.headers["Content-Type"].startswith("application/atom+xml")
    feed = read_xml(page)
    [entry] = feed.findall(f"{ATOM}entry")
    told = {child.tag.removeprefix(ATOM): child for child in entry}
    assert {"id", "title", "updated", "published", "summary", "link"} == told.keys()
    assert told["title"].text == ODD[:300].replace("\x0b", "")
    assert told["id"].text == told["link"].get("href") == f"http://localhost/t/{review.id}"
    published, updated = (datetime.fromisoformat(told[name].text or "") for name in ("published", "updated"))
    assert published <= updated <= datetime.now(UTC)
    assert feed.findtext(f"{ATOM}updated") == told["updated"].text
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert f"/t/{hidden.id}" not in page.text
    assert "Griet" not in page.text


async def test_the_entry_of_a_review_keeps_its_id_and_is_renewed_by_the_reply(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    async def entry() -> tuple[str | None, ...]:
        found = read_xml(await client.get("/feed.atom")).find(f"{ATOM}entry")
        assert found is not None
        return tuple(found.findtext(f"{ATOM}{name}") for name in ("id", "published", "updated", "summary"))

    review = await stage.review(State.PUBLISHED)
    earlier = datetime.now(UTC) - timedelta(days=3)
    await stage.change(review.steps.filter(state=State.PUBLISHED), at=earlier)
    before = await entry()
    await stage.bring(review, State.ANSWERED)
    after = await entry()
    assert before[:2] == after[:2]
    assert (before[2] or "") < (after[2] or "")
    assert before[3] != after[3]


async def test_the_map_of_the_site_has_every_public_page_and_no_other(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    reviews = {state: await stage.review(state) for state in State}
    tree = read_xml(await client.get("/sitemap.xml"))
    places = [(place.text or "").removeprefix("http://localhost") for place in tree.iter(f"{MAP}loc")]
    shown = [f"/t/{review.id}" for state, review in reviews.items() if state in set(State) - {"draft", "withdrawn"}]
    answers = {place: (await client.get(place)).status_code for place in places}
    assert set(answers.values()) == {200}
    listed = [place for place in shown if (await client.get(place)).status_code == 200]
    assert sorted(places) == sorted(["/", "/toegankelijkheid", "/privacy", "/contact", *listed])
    robots = (await client.get("/robots.txt")).text
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    closed = [line.removeprefix("Disallow: ") for line in robots.splitlines() if line.startswith("Disallow: ")]
    assert not [place for place in places if place.startswith(tuple(closed))]
    assert {"/m/", "/mening", "/bureau"} <= {*closed}


async def test_security_txt_says_whom_to_tell_and_is_never_out_of_date(client: httpx2.AsyncClient) -> None:
    page = await client.get("/.well-known/security.txt")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in page.text.splitlines())
    assert {"Contact", "Expires", "Preferred-Languages", "Canonical"} == told.keys()
    assert told["Contact"].startswith("mailto:")
    assert told["Canonical"] == "http://localhost/.well-known/security.txt"
    ahead = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < ahead < timedelta(days=365)


def test_the_contact_for_security_is_an_address_that_can_be_used() -> None:
    with pytest.raises(SettingsError, match="mailto:"):
        Settings(secret_key="s" * 40, security_contact="security@voorbeeld.example")


async def test_structured_data_says_what_the_page_says_and_cannot_break_out_of_it(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await odd(stage, State.PUBLISHED)
    page = LexborHTMLParser((await client.get(f"/t/{review.id}")).text)
    [script] = page.css("script")
    assert script.attributes == {"type": "application/ld+json"}
    report, data = json.loads(script.text())["@graph"]
    assert report["@type"] == "Report"
    assert report["name"].startswith("Moeten </script><b>wij</b> 😀")
    assert data["@type"] == "Dataset"
    files = [one["contentUrl"] for one in (*report["encoding"], *data["distribution"])]
    assert len(files) >= 4
    assert {(await client.get(address)).status_code for address in files} == {200}
    assert page.css("b") == []
    unpublished = await stage.review(State.OPEN)
    assert "ld+json" not in (await client.get(f"/t/{unpublished.id}")).text


async def test_every_public_page_is_there_in_english_and_says_where_the_other_language_is(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    english = English(title="Help at home", question="Do you agree?", summary="Help costs less.")
    for state in (State.RELEASED, State.DRAWN, State.OPEN, State.CLOSED, State.PUBLISHED, State.FOLLOWED_UP):
        review = await stage.draft(await stage.proposal(english=english))
        await stage.bring(review, state)
        if state == State.RELEASED:
            await stage.read_people(review)
            await stage.freeze(review)
        assert_english(await client.get(f"/t/{review.id}?taal=en"), "Do you agree?", "What it is about")
    assert_english(await client.get("/?taal=en"), "the panel is answering", "Do you agree?")
    for place in ("/", f"/t/{review.id}"):
        page = LexborHTMLParser((await client.get(place, headers={"Accept-Language": "en"})).text)
        assert page.root
        assert page.root.attributes["lang"] == "en"
        others = {str(link.attributes["hreflang"]): link.attributes["href"] for link in page.css("link[hreflang]")}
        assert others == {lang: f"http://localhost{place}?taal={lang}" for lang in ("nl", "en")}
        [feed] = page.css('link[type="application/atom+xml"]')
        assert (await client.get(str(feed.attributes["href"]))).status_code == 200
        for lang in ("nl", "en"):
            assert f'<html lang="{lang}"' in (await client.get(f"{place}?taal={lang}")).text
    chosen = LexborHTMLParser((await client.get("/?taal=en")).text)
    assert chosen.css_first(f'a[href="/t/{review.id}?taal=en"]'), "the language goes along"


async def test_the_page_says_by_when_the_council_answers_and_that_it_is_late(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.PUBLISHED)
    for address in ("/", f"/t/{review.id}"):
        assert "De raad antwoordt uiterlijk op" in (await client.get(address)).text
    await stage.change(Review.filter(id=review.id), reply_due=today())
    assert "had uiterlijk" not in (await client.get(f"/t/{review.id}")).text, "the day itself is in time"
    await stage.change(Review.filter(id=review.id), reply_due=today() - timedelta(days=1))
    assert "moeten antwoorden. Dat is nog niet gebeurd." in (await client.get(f"/t/{review.id}")).text
    assert "De raad had uiterlijk op" in (await client.get("/")).text
    assert "That has not happened yet." in (await client.get(f"/t/{review.id}?taal=en")).text
    await stage.reply(review)
    for address in ("/", f"/t/{review.id}"):
        assert "had uiterlijk" not in (await client.get(address)).text


async def test_a_review_and_its_follow_up_lead_to_each_other_and_show_both_figures(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    first, second = await stage.review(State.PUBLISHED), await stage.review(State.OPEN)
    await stage.change(Review.filter(id=second.id), follows_id=first.id)
    assert f'href="/t/{second.id}"' in (await client.get(f"/t/{first.id}")).text
    assert f'href="/t/{first.id}"' in (await client.get(f"/t/{second.id}")).text
    assert "Eerst en nu" not in (await client.get(f"/t/{second.id}")).text
    await stage.bring(second, State.PUBLISHED)
    for review, share in ((first, 0.3), (second, 0.7)):
        findings = (await Report.get(review=review)).findings
        [vote] = [question for question in findings["questions"] if question["is_vote"]]
        row = vote["tables"][0]["rows"][0]
        row |= {"count": 60, "share": share, "low": share - 0.1, "high": share + 0.1, "hidden": ""}
        await stage.change(Report.filter(review=review), findings=findings)
    page = LexborHTMLParser((await client.get(f"/t/{second.id}")).text)
    [line] = [row.text(separator="|") for row in page.css("tr") if "30" in row.text() and "70" in row.text()]
    assert "hoger" in line
    assert "certain" not in line
    assert_english(await client.get(f"/t/{second.id}?taal=en"), "Then and now", "higher")


async def test_who_answered_for_the_council_is_not_named_in_public(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.review(State.ANSWERED)
    assert (await CouncilReply.filter(review=review).first()) is not None
    page = (await client.get(f"/t/{review.id}")).text
    assert "Een deel kan nu." in page
    assert "Rana" not in page


async def test_the_page_tells_what_was_said_most_what_lies_outside_the_mandate_and_what_a_minority_thinks(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.review(State.PUBLISHED)
    findings = (await Report.get(review=review)).findings
    [said] = [one for one in findings["statements"] if one["question"] == "q10_reden"]
    counts = {"privacy": 4, "Buurthuis": 21, "money": 30, "law": 12, "": 3}
    said["texts"] = 60
    said["tallies"] = [{"code": code, "texts": texts, "hidden": ""} for code, texts in counts.items()]
    findings["outside"] = {"texts": 11, "of": 71, "hidden": "", "quotes": []}
    minority = {"rule": "share", "options": ["tegen"], "share": 0.31, "low": 0.25, "high": 0.37, "hidden": ""}
    findings["minority"] = {**minority, "groups": [], "quotes": []}
    await stage.change(Report.filter(review=review), findings=findings)
    page = LexborHTMLParser((await client.get(f"/t/{review.id}")).text)
    points = [item.text() for item in page.css("main li") if "van de 60 teksten" in item.text()]
    assert [point.partition(":")[0] for point in points] == ["geld", "Buurthuis", "de wet"]
    text = page.css_first("main").text()  # type: ignore[union-attr]
    assert "In 11 van de 71 teksten" in text
    assert "31\u00a0% van de mensen met een mening koos iets anders" in text
    assert page.css_first('a[href$="report.html#minderheid"]')
    assert page.css_first('a[href$="report.html#signalen"]')
    english = await client.get(f"/t/{review.id}?taal=en")
    assert_english(english, "30 of 60 texts", "11 of 71 texts", "31% of the people with an opinion")
    assert "Buurthuis" in english.text
