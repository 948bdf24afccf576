"""Members read every page in the language they choose, and in letters they can read."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import yaml
from jinja2 import nodes
from selectolax.lexbor import LexborHTMLParser

from deliberation.questionnaire import Questionnaire
from panel.answers.models import Ballot
from panel.answers.vault import destroy_secret
from panel.invitations.letters import write_letter
from panel.invitations.links import ANSWER, OPT_OUT, make_token
from panel.invitations.models import Kind
from panel.people.models import Channel, Member
from panel.proposals.dossier import English
from panel.reviews.models import Review, State
from panel.settings import TEMPLATES
from panel.web import english, messages
from panel.web.display import DUTCH, ENGLISH
from panel.web.messages import sentence
from panel.web.templating import environment
from tests.panel.contents import contents
from tests.panel.stage import Stage, answers_to

OpenBrowser = Callable[[], httpx2.AsyncClient]
ENGLISH_BROWSER = {"Accept-Language": "en-GB,en;q=0.9"}
FIRST_PAGE_BYTES = 60_000
# Words without which no Dutch sentence gets far, and that no English one has.
DUTCH_WORDS = re.compile(r"\b(het|een|niet|van|voor|wij|uw|dat|wat|zijn|naar|bij|u|ook|kunt)\b", re.IGNORECASE)
PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
# What a form of a member can be refused with; every code that starts so, and what panel/web/forms.py says of a text.
OF_MEMBERS = ("answers.", "link.", "routing.")
OF_FORMS = {"form.empty", "form.too_long", "form.choice"}


@pytest.fixture
async def member(stage: Stage, review: Review) -> Member:
    [member, *_] = await stage.members(review)
    await stage.change(Member.filter(id=member.id), name="Jo Vries")  # no name that is a Dutch word
    return await Member.get(id=member.id)


@pytest.fixture
async def reader(client: httpx2.AsyncClient, link: str) -> httpx2.AsyncClient:
    """A browser in which the member chose English and pressed the button."""
    assert (await client.post(f"{link}?taal=en")).status_code == 303
    return client


def words_of(page: str) -> str:
    """What somebody reads or hears of a page, without what is marked as Dutch."""
    tree = LexborHTMLParser(page)
    for node in tree.css("[lang=nl]:not(html), script"):
        node.decompose()
    heard = [
        str(node.attributes[name])
        for name in ("aria-label", "alt", "data-left", "data-failed")
        for node in tree.css(f"[{name}]")
    ]
    assert tree.root
    return re.sub(r"\s+", " ", " ".join([tree.root.text(separator=" "), *heard]))


def assert_english(page: httpx2.Response, *asked: str) -> None:
    text = words_of(page.text)
    assert LexborHTMLParser(page.text).root.attributes["lang"] == "en"  # type: ignore[union-attr]
    found = [dutch for dutch in DUTCH_TEXTS if dutch.search(text)]
    assert not found, (page.url, found)
    assert not DUTCH_WORDS.findall(text), (page.url, text)
    for expected in asked:
        assert expected in text


def in_text(dutch: str) -> re.Pattern[str]:
    """This text with anything in its places."""
    parts = PLACES.sub("\0", re.sub("<.*?>", "", dutch)).split("\0")
    return re.compile(r"\b" + ".+?".join(map(re.escape, parts)))


DUTCH_TEXTS = [in_text(text) for text, said in english.catalogue().items() if text != said and len(text) > 9]


# The catalogue


def in_templates() -> Iterator[str]:
    """Every text that a template asks for in the language of the page."""
    made = environment()
    for name in made.list_templates(extensions=["html"]):
        if name.startswith("reports/"):
            continue  # an edition of a report has a catalogue of its own
        for call in made.parse((TEMPLATES / name).read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("t", "gettext"):
                [text] = call.args
                assert isinstance(text, nodes.Const), f"{name}, line {call.lineno}: a text that nobody can look up"
                yield text.value


def for_members() -> set[str]:
    known = messages.catalogue()
    return {text for code, text in known.items() if code.startswith(OF_MEMBERS) or code in OF_FORMS}


def test_every_text_that_members_read_is_there_in_english_and_none_is_left_over() -> None:
    used = {*in_templates(), *for_members()}
    assert len(used) > 150
    assert used - english.catalogue().keys() == set()
    assert english.catalogue().keys() - used == set()


def test_no_text_has_two_translations() -> None:
    tree: Any = yaml.compose((TEMPLATES / "english.yaml").read_text())
    counted = Counter(key.value for key, _ in tree.value)
    assert [text for text, times in counted.items() if times > 1] == []


def test_every_text_says_the_same_things_in_both_languages() -> None:
    for dutch, said in english.catalogue().items():
        assert said.strip(), dutch
        assert sorted(PLACES.findall(dutch)) == sorted(PLACES.findall(said)), dutch
        assert re.findall("<.*?>", re.sub(r"</?span.*?>", "", said)) == re.findall("<.*?>", dutch), dutch


def test_a_text_without_english_is_an_error_and_facts_are_escaped_in_both_languages() -> None:
    with pytest.raises(KeyError):
        environment(ENGLISH).from_string("{{ t('Dit vertaalde niemand.') }}").render()
    for language, said in ((DUTCH, "Dag &lt;b&gt;,"), (ENGLISH, "Dear &lt;b&gt;,")):
        assert environment(language).from_string("{{ t('Dag %(name)s,', name='<b>') }}").render() == said


# The pages


async def test_every_page_to_answer_is_in_english(reader: httpx2.AsyncClient, questionnaire: Questionnaire) -> None:
    assert_english(await reader.get("/mening"), "The plan in short", "Go to the questions")
    for question in questionnaire.questions:
        assert_english(await reader.get(f"/mening/vraag/{question.id}"), "Next", " of ")
    assert_english(await reader.get("/mening/controle"), "One answer is still missing")
    assert_english(await reader.post("/mening/versturen"), "One answer is still missing")
    await reader.post("/mening/vraag/q09_stem", data={"answer": "voor"})
    assert_english(await reader.get("/mening"), "Go on with the questions")
    assert_english(await reader.get("/mening/controle"), "Look at your answers.", "Adopt the plan")
    await reader.post("/mening/versturen")
    assert_english(await reader.get("/mening/dank"), "We have your answers", "What happens next?")
    await reader.post("/mening/laat-zien")
    assert_english(await reader.get("/mening/controle"), "You can change them until")
    await reader.post("/mening/vraag/q09_stem", data={"answer": "tegen"})
    assert_english(await reader.get("/mening/controle"), "Not sent yet")
    assert_english(await reader.get("/mening/dank"), "Not everything has been sent")


@pytest.mark.parametrize(
    ("question", "fields", "said"),
    [
        ("q09_stem", {}, "Choose what the council should do."),
        ("q09_stem", {"answer": "Voor"}, "We do not know this answer."),
        ("q04_gevolgen", {"answer": ["geld", "werk"], "answer_geld": "1"}, "Choose whether ‘Work, school and free"),
        ("q04_gevolgen", {"answer": ["geen", "geld"]}, "‘Nowhere’ does not go with another answer."),
        ("q05_knel", {"answer": "My neighbours. " * 40}, "Your text is too long: 599 characters."),
    ],
)
async def test_what_is_wrong_with_an_answer_is_said_in_english(
    reader: httpx2.AsyncClient, question: str, fields: dict[str, Any], said: str
) -> None:
    page = await reader.post(f"/mening/vraag/{question}", data=fields)
    assert page.status_code == 422
    assert_english(page, said, "Error:", "Please look at this again")


async def test_a_remark_on_personal_data_is_in_english(reader: httpx2.AsyncClient) -> None:
    page = await reader.post("/mening/vraag/q05_knel", data={"answer": "Call me: 06 12345678", "go": "next"})
    assert_english(page, "Please note: Question", "Does your text hold a telephone number?", "Leave it like this")
    [remark] = LexborHTMLParser(page.text).css("[autofocus]")
    assert "Does your text hold a telephone number?" in remark.text()
    assert (remark.attributes["role"], remark.attributes["tabindex"]) == ("alert", "-1")


async def test_a_dutch_page_is_not_taken_for_an_english_one(client: httpx2.AsyncClient, link: str) -> None:
    page = await client.get(link)
    with pytest.raises(AssertionError):
        assert_english(page)
    page._content = page.content.replace(b'lang="nl"', b'lang="en"')
    with pytest.raises(AssertionError):
        assert_english(page)
    assert len([dutch for dutch in DUTCH_TEXTS if dutch.search(words_of(page.text))]) > 10


async def test_the_door_and_what_lies_beside_it_are_in_english(
    stage: Stage, client: httpx2.AsyncClient, member: Member, link: str
) -> None:
    opt_out = f"/u/{make_token(stage.settings, member, OPT_OUT)}"
    assert_english(await client.get(f"{link}?taal=en"), "Dear Jo Vries,", "Why you?", "Start")
    assert f'href="{opt_out}?taal=en"' in (await client.get(f"{link}?taal=en")).text
    assert_english(await client.get(f"{opt_out}?taal=en"), "Do you not want to take part?")
    assert_english(await client.post(f"{opt_out}?taal=en"), "Choose one of these.")
    for choice, said in (
        ("this_time", "You are not taking part"),
        ("never_again", "again"),
        ("no", "You are taking"),
    ):
        done = await client.post(f"{opt_out}?taal=en", data={"choice": choice})
        assert_english(await client.get(done.headers["location"]), said)
    assert_english(await client.get("/link?taal=en"), "Have you lost your link?")
    assert_english(await client.post("/link?taal=en", data={"email": "x"}), "This is not an e-mail address.")
    asked = await client.post("/link?taal=en", data={"email": "jo@voorbeeld.example"})
    assert_english(await client.get(asked.headers["location"]), "Look in your e-mail")
    assert_english(await client.get(f"{link}/papier?taal=en"), "Put a cross in the box", "Adopt the plan")
    await stage.change(Member.filter(id=member.id), participated=True, channel=Channel.PAPER)
    assert_english(await client.get(f"{link}?taal=en"), "answers, on paper")
    for place in ("/privacy", "/toegankelijkheid", "/contact", "/mening/tot-ziens"):
        assert_english(await client.get(f"{place}?taal=en"))


async def test_pages_that_cannot_be_shown_are_in_english(
    stage: Stage, client: httpx2.AsyncClient, review: Review, link: str
) -> None:
    wrong = await client.get("/m/verzonnen.link?taal=en")
    assert wrong.status_code == 404
    assert_english(wrong, "This page does not exist")
    assert_english(await client.get("/mening", headers=ENGLISH_BROWSER), "Open your link again")
    await stage.close(review)
    assert_english(await client.get(f"{link}?taal=en"), "This questionnaire is closed")
    other = await stage.review(State.DRAWN)
    [member, *_] = await stage.members(other)
    link = f"/m/{make_token(stage.settings, member, ANSWER)}?taal=en"
    assert_english(await client.get(link), "Please wait a little longer")
    await stage.withdraw(other)
    assert_english(await client.get(link), "This second opinion has stopped")


async def test_what_nobody_translated_is_marked_as_dutch_and_said_to_be(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    review = await stage.draft(await stage.proposal(english=English()))
    await stage.bring(review, State.OPEN)
    [member, *_] = await stage.members(review)
    await stage.change(Member.filter(id=member.id), name="Jo Vries")
    link = f"/m/{make_token(stage.settings, member, ANSWER)}?taal=en"
    assert_english(await client.get(link), "The plan itself is only in Dutch.")
    assert_english(await client.get(link.replace("?", "/papier?")), "Questionnaire on paper")
    await client.post(link)
    assert_english(await client.get("/mening"), "The plan is only in Dutch. The questions are in English.")
    for question in ("q02_doel", "q12_indicator"):
        assert_english(await client.get(f"/mening/vraag/{question}"))
    await client.post("/mening/vraag/q12_indicator", data={"answer": ["i1"]})
    assert_english(await client.get("/mening/controle"))


# The choice


@pytest.mark.parametrize(
    ("known", "browser", "shown"),
    [
        ("", "", "nl"),
        ("", "nl-NL,nl;q=0.9,en;q=0.5", "nl"),
        ("", "en-GB,en;q=0.9,nl;q=0.5", "nl"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "tr,en;q=0.5", "nl"),
        ("en", "nl-NL", "en"),
        ("nl", "en-GB", "nl"),
    ],
)
async def test_a_page_is_in_the_language_of_the_member_or_else_of_a_browser_that_knows_no_dutch(
    stage: Stage, client: httpx2.AsyncClient, member: Member, link: str, known: str, browser: str, shown: str
) -> None:
    await stage.change(Member.filter(id=member.id), language=known)
    page = await client.get(link, headers={"Accept-Language": browser})
    assert f'<html lang="{shown}"' in page.text
    for chosen in ("nl", "en"):
        page = await client.get(f"{link}?taal={chosen}", headers={"Accept-Language": browser})
        assert f'<html lang="{chosen}"' in page.text


async def test_only_what_was_chosen_is_kept_and_only_by_a_press(
    stage: Stage, client: httpx2.AsyncClient, member: Member, link: str
) -> None:
    before = await contents()
    for asked in ("en", "nl", "xx", "../x", "%00"):
        page = await client.get(f"{link}?taal={asked}&groot=1")
        assert page.status_code == 200
        assert not client.cookies
    assert await contents() == before
    await client.post(link, headers=ENGLISH_BROWSER)
    assert (await Member.get(id=member.id)).language == "", "what a browser prefers is nobody's choice"
    assert [*client.cookies] == ["mening"]
    await client.post(f"{link}?taal=en")
    assert (await Member.get(id=member.id)).language == "en"


async def test_mail_follows_the_language_that_was_chosen(
    stage: Stage, reader: httpx2.AsyncClient, review: Review, member: Member
) -> None:
    async def reminder() -> str:
        known = await Review.get(id=review.id).select_related("version")
        return write_letter(stage.settings, Kind.REMINDER, await Member.get(id=member.id), known).text

    assert "Dear Jo Vries," in await reminder()
    assert "Dag Jo Vries," not in await reminder()
    await reader.post("/mening/weergave", data={"taal": "nl", "terug": "/mening"})
    assert "Dag Jo Vries," in await reminder()
    assert "Dear" not in await reminder()


async def test_a_member_changes_the_language_on_the_way_and_keeps_what_was_filled_in(
    reader: httpx2.AsyncClient, member: Member, questionnaire: Questionnaire
) -> None:
    for question, answer in answers_to(questionnaire, 3).items():
        if isinstance(answer, str | int):
            await reader.post(f"/mening/vraag/{question}", data={"answer": str(answer)})
    before = (await Ballot.get()).draft
    assert len(before) > 8
    here = "/mening/vraag/q01_duidelijk"
    page = (await reader.get(here)).text
    assert f'name="terug" value="{here}"' in page
    for language, said in (("nl", "Is het plan duidelijk voor u?"), ("en", "Is the plan clear to you?")):
        changed = await reader.post("/mening/weergave", data={"taal": language, "terug": here})
        assert changed.headers["location"] == here
        page = (await reader.get(here)).text
        assert said in page
        assert re.search(rf'<input[^>]*value="{before["q01_duidelijk"]}"[^>]*checked', page)
        assert (await Member.get(id=member.id)).language == language
    assert (await Ballot.get()).draft == before


@pytest.mark.parametrize(
    ("place", "leads_to"),
    [
        ("/mening", "/mening"),
        ("/mening/dank", "/mening/dank"),
        ("/mening/versturen", "/mening/controle"),  # which cannot be looked at
        ("//kwaad.example/mening", "/mening/controle"),
        ("https://kwaad.example/mening", "/mening/controle"),
        ("/mening/vraag/../../bureau", "/mening/controle"),
        ("", "/mening/controle"),
    ],
)
async def test_after_the_change_a_member_is_where_they_were_and_nowhere_else(
    reader: httpx2.AsyncClient, place: str, leads_to: str
) -> None:
    changed = await reader.post("/mening/weergave", data={"letters": "groot", "terug": place})
    assert (changed.status_code, changed.headers["location"]) == (303, leads_to)


async def test_a_machine_that_sends_the_form_as_it_stands_changes_nothing(reader: httpx2.AsyncClient) -> None:
    before = await contents(), dict(reader.cookies)
    for fields in ({}, {"terug": "/mening"}, {"taal": "xx", "letters": "reuzen", "terug": "/mening"}):
        assert (await reader.post("/mening/weergave", data=fields)).status_code == 303
    assert (await contents(), dict(reader.cookies)) == before


async def test_without_start_nothing_can_be_changed(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/mening/weergave", data={"taal": "en"})).status_code == 403
    assert not client.cookies


# Large print


async def test_large_print_is_chosen_before_start_and_after_it_and_is_left_with_the_device(
    client: httpx2.AsyncClient, member: Member, link: str
) -> None:
    assert "large.css" not in (await client.get(link)).text
    assert 'href="?groot=1"' in (await client.get(link)).text
    assert "large.css" in (await client.get(f"{link}?groot=1")).text
    await client.post(f"{link}?groot=1")
    assert (await Member.get(id=member.id)).language == "", "larger letters say nothing about a language"
    assert "large.css" in (await client.get("/mening")).text
    await client.post("/mening/weergave", data={"letters": "gewoon", "terug": "/mening"})
    assert "large.css" not in (await client.get("/mening")).text
    await client.post("/mening/weergave", data={"letters": "groot", "terug": "/mening"})
    assert "large.css" in (await client.get("/mening/vraag/q01_duidelijk")).text
    left = await client.post("/mening/weg")
    assert not client.cookies
    assert "large.css" in (await client.get(left.headers["location"])).text


async def test_who_leaves_reads_goodbye_in_their_language(reader: httpx2.AsyncClient) -> None:
    left = await reader.post("/mening/weg")
    assert not reader.cookies
    assert_english(await reader.get(left.headers["location"]), "Goodbye")


async def test_a_visit_that_ended_is_told_so_in_the_language_that_was_chosen(reader: httpx2.AsyncClient) -> None:
    reader.cookies.delete("mening")
    assert_english(await reader.get("/mening/vraag/q01_duidelijk"), "Open your link again")


async def test_who_is_busy_when_a_review_closes_is_told_so_in_the_language_that_was_chosen(
    reader: httpx2.AsyncClient, stage: Stage, review: Review
) -> None:
    await stage.close(review)
    assert_english(await reader.get("/mening/vraag/q01_duidelijk"), "This questionnaire is closed")


async def test_a_refusal_before_start_and_the_end_of_a_visit_are_told_in_the_language_that_is_known_of_the_member(
    stage: Stage, client: httpx2.AsyncClient, review: Review, member: Member, link: str
) -> None:
    await stage.change(Member.filter(id=member.id), language="en")
    await client.post(link)
    client.cookies.delete("weergave")
    await stage.answer((await stage.members(review))[1], {"q09_stem": "voor"})
    await stage.database.vault.write(destroy_secret(review.id))
    refused = await client.post(link)
    assert refused.status_code == 409
    assert_english(refused, sentence("answers.secret_lost", ENGLISH))
    await stage.withdraw(review)
    assert_english(await client.get("/mening"), "This second opinion has stopped")


async def test_the_first_page_with_its_styles_is_small_in_each_language_and_in_large_print(
    client: httpx2.AsyncClient, link: str
) -> None:
    for wish in ("taal=nl", "taal=en", "taal=en&groot=1"):
        page = await client.get(f"{link}?{wish}")
        styles = [str(node.attributes["href"]) for node in LexborHTMLParser(page.text).css("link[rel=stylesheet]")]
        loaded = [page.content, *[(await client.get(style)).content for style in styles]]
        assert len(styles) == 1 + ("groot" in wish)
        assert sum(map(len, loaded)) < FIRST_PAGE_BYTES


def test_large_print_and_print_are_small_and_fetch_nothing() -> None:
    for name, most in (("large.css", 500), ("print.css", 4_000)):
        style = (TEMPLATES / "static" / name).read_text()
        assert len(style.encode()) < most
        assert "url(" not in style
        assert "@import" not in style


def test_a_refusal_is_said_in_english_with_its_facts() -> None:
    assert messages.Refused("form.too_long", "title", length=9, most=5).said_in(ENGLISH) == {
        "title": "This text is too long: 9 characters. Use at most 5."
    }
    assert sentence("answers.required", question="Ja?") == "Geef nog antwoord op: Ja?"
