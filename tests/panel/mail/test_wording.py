"""What every mail says, in each language, and that it needs nothing but itself to be read."""

import re
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from panel.draws.proof import in_groups
from panel.invitations.letters import write_letter
from panel.invitations.models import LINK, Kind
from panel.mail.letter import Letter
from panel.mail.wording import languages_for, wording
from panel.people.models import Member
from panel.publication.reminding import LATE, SOON
from panel.settings import TEMPLATES
from panel.staff.actions import SIGN_IN
from panel.web import dutch, english
from tests.panel.mail.test_forms import SETTINGS, review_of
from tests.panel.stage import dossier
from tests.panel.test_look import contrast

LANGUAGES = ("nl", "en", "")
PROPOSAL = dossier(title="De titel van het plan", question="Wat vindt u van dit plan?")
ONLY_IN_DUTCH = ("De titel van het plan", "Wat vindt u van dit plan?", "De reden van het college.")
DUTCH_DATES = re.compile("|".join((*dutch.DAYS, "december|januari")))
ENGLISH_DATES = re.compile("|".join((*english.DAYS, "December|January")))
SAYS = {
    Kind.INVITATION: ("U bent geloot", "You were chosen by lot"),
    Kind.REMINDER: ("Meedoen kan nog tot en met dinsdag 1 december", "The last day is Tuesday 1 December"),
    Kind.THANKS: ("Dank u wel dat u meedeed", "Thank you for taking part"),
    Kind.RESULT: ("Het advies van het panel is klaar", "The panel’s advice is ready"),
    Kind.REPLY: ("De raad heeft op elk advies", "The council has answered each part"),
    Kind.WITHDRAWN: ("Uw antwoord is verwijderd", "Your answer has been deleted"),
}
letters = pytest.mark.parametrize(("kind", "language"), [*product(Kind, LANGUAGES)])


def letter(kind: Kind, language: str, **of_member: Any) -> Letter:
    review = review_of(PROPOSAL, kind)
    review.reason = "De reden van het college."
    known = {"name": "Jo Vries", "email": "jo@voorbeeld.example", "link_id": "k3Ty", "code": "K7QF2M9D8XPT4VCA"}
    return write_letter(SETTINGS, kind, Member(**{**known, "language": language, **of_member}), review)


def link_letter(language: str) -> Letter:
    review = review_of(PROPOSAL, Kind.REMINDER)
    link = f"{SETTINGS.base_url}/m/k3Ty.abc"
    facts = {"name": "Jo Vries", "link": link, "review": review, "dossier": PROPOSAL}
    return Letter("Jo Vries", "jo@x.example", *wording(LINK, languages_for(language), SETTINGS, **facts))


def sign_in_letter() -> Letter:
    link = f"{SETTINGS.base_url}/bureau/aanmelden/x"
    return Letter("", "jo@x.example", *wording(SIGN_IN, ["nl"], SETTINGS, name="Jo Vries", link=link))


def everything() -> list[Letter]:
    members = [letter(kind, language) for kind, language in product(Kind, LANGUAGES)]
    return [*members, *map(link_letter, LANGUAGES), sign_in_letter()]


def language_of(node: LexborNode) -> str:
    while "lang" not in node.attributes:
        assert node.parent
        node = node.parent
    return node.attributes["lang"] or ""


def parts(html: str) -> dict[str, LexborNode]:
    return {part.attributes["lang"] or "": part for part in LexborHTMLParser(html).css("main > div")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [Kind.INVITATION, Kind.REMINDER])
def test_the_minutes_are_those_of_the_questionnaire_and_ten_where_it_does_not_say(kind: Kind, language: str) -> None:
    review = review_of(PROPOSAL, kind)
    somebody = Member(name="Jo Vries", email="jo@voorbeeld.example", link_id="k3Ty", language=language)
    for questionnaire, minutes in (({"minutes": 8}, "8"), ({}, "10"), (None, "10")):
        review.questionnaire = questionnaire
        text = write_letter(SETTINGS, kind, somebody, review).text
        assert set(re.findall(r"(\d+) min", text)) == {minutes}


def test_every_letter_to_a_member_is_there_in_both_languages() -> None:
    there = {language: {file.stem for file in (TEMPLATES / "mail" / language).iterdir()} for language in ("nl", "en")}
    assert there["en"] == {*Kind, LINK, "letter"}
    assert there["nl"] == there["en"] | {SIGN_IN, SOON, LATE}  # the council reads Dutch


@letters
def test_a_letter_is_in_the_language_of_the_member_or_in_both(kind: Kind, language: str) -> None:
    made = letter(kind, language)
    in_dutch, in_english = SAYS[kind]
    found = parts(made.html)
    for said in (made.text, " ".join(part.text() for part in found.values())):
        assert (in_dutch in said, in_english in said) == (language != "en", language != "nl")
    assert tuple(found) == languages_for(language)
    assert f'<html lang="{languages_for(language)[0]}">' in made.html


@pytest.mark.parametrize("kind", Kind)
def test_the_subject_and_the_preview_are_english_for_who_reads_english_and_else_dutch(kind: Kind) -> None:
    of = {language: letter(kind, language) for language in LANGUAGES}
    assert of[""].subject == of["nl"].subject != of["en"].subject
    previews = {language: LexborHTMLParser(made.html).css("body > div")[0].text() for language, made in of.items()}
    assert previews[""] == previews["nl"] != previews["en"]


@pytest.mark.parametrize("kind", Kind)
def test_whose_language_is_not_known_reads_at_the_top_that_english_stands_below(kind: Kind) -> None:
    text = letter(kind, "").text
    marks = ["English below.\n\nDag Jo Vries,", "\n--------------------\n", "\nIn English\n\nDear Jo Vries,"]
    places = [text.find(mark) for mark in marks]
    assert places[0] == 0
    assert places == sorted(places)
    assert "English" not in letter(kind, "nl").text


@pytest.mark.parametrize("kind", Kind)
def test_who_reads_english_is_told_in_dutch_how_to_get_it_in_dutch(kind: Kind) -> None:
    made = letter(kind, "en")
    told = "Deze brief is in het Engels. Liever in het Nederlands? Bel 14 030."
    assert made.text.startswith(f"{told}\n\nDear Jo Vries,")
    [node] = [node for node in LexborHTMLParser(made.html).css("p") if node.text() == told]
    assert language_of(node) == "nl"


@letters
def test_dates_are_in_the_language_around_them(kind: Kind, language: str) -> None:
    found = parts(letter(kind, language).html)
    for lang, wrong in (("nl", ENGLISH_DATES), ("en", DUTCH_DATES)):
        assert lang not in found or not wrong.search(found[lang].text())
    if kind is Kind.INVITATION and language == "":
        assert "tot en met dinsdag 1 december." in found["nl"].text()
        assert "The last day is Tuesday 1 December." in found["en"].text()
        assert "Op 1 december 2026 beslist de raad." in found["nl"].text()
        assert "The council decides on 1 December 2026." in found["en"].text()


def test_english_writes_days_and_moments_as_they_are_here() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert english.format_date(date(2026, 11, 20)) == "20 November 2026"
    assert english.format_day(date(2026, 11, 20)) == "Friday 20 November"
    assert (english.format_date(late), english.format_day(late)) == ("2 March 2026", "Monday 2 March")
    assert english.format_moment(late) == "2 March 2026, 00:30"


@pytest.mark.parametrize("made", everything(), ids=lambda made: made.subject)
def test_what_exists_only_in_dutch_is_marked_as_dutch(made: Letter) -> None:
    found = parts(made.html)
    holders = [
        node
        for part in found.values()
        for node in part.css("*")
        if any(words in (node.text(deep=False) or "") for words in ONLY_IN_DUTCH)
    ]
    assert {language_of(node) for node in holders} <= {"nl"}
    if "en" in found and "Wat vindt u" in found["en"].text():
        assert "This is the question, in Dutch:" in found["en"].text()


@letters
def test_each_part_ends_with_who_to_call_and_how_to_stop(kind: Kind, language: str) -> None:
    made = letter(kind, language)
    stop = {"nl": "Meld u hier af:", "en": "Unsubscribe here:"}
    for lang, part in parts(made.html).items():
        assert f"{stop[lang]}{made.unsubscribe_url}" in part.text()
        assert SETTINGS.contact_phone in part.text()
    assert made.text.count(f"\n{made.unsubscribe_url}\n") == len(languages_for(language))


@pytest.mark.parametrize("made", everything(), ids=lambda made: made.subject)
def test_every_address_that_is_linked_can_be_read(made: Letter) -> None:
    links = LexborHTMLParser(made.html).css("main a")
    assert links
    shown = {link.text() for link in links}
    assert {(link.attributes["href"] or "").removeprefix("mailto:") for link in links} <= shown
    assert all(address in made.text for address in shown if "://" in address)


@pytest.mark.parametrize("made", everything(), ids=lambda made: made.subject)
def test_a_mail_fetches_nothing_and_is_never_cut_short(made: Letter) -> None:
    assert not re.search(r"\bsrc=|url\(|@import|<(img|link|script|iframe|video|object)\b", made.html, re.IGNORECASE)
    assert len(made.html.encode()) < 20_000, "at 102 kB Gmail cuts a mail short"


@pytest.mark.parametrize("made", everything(), ids=lambda made: made.subject)
def test_a_screen_reader_finds_one_letterhead_and_no_id_twice(made: Letter) -> None:
    page = LexborHTMLParser(made.html)
    assert [len(page.css(tag)) for tag in ("main", "h1", "title")] == [1, 1, 1]
    assert not page.css("[id]")
    assert {table.attributes.get("role") for table in page.css("table")} <= {"presentation"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_no_name_in_the_file_is_greeted_without_one(language: str) -> None:
    greetings = {"nl": "Dag,", "en": "Dear resident,"}
    text = letter(Kind.INVITATION, language, name="").text
    assert all(f"{greetings[lang]}\n" in text for lang in languages_for(language))
    assert " ," not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_stands_in_the_invitation_only_of_who_has_one(language: str) -> None:
    assert in_groups("K7QF2M9D8XPT4VCA") in letter(Kind.INVITATION, language).text
    assert "/loting" not in letter(Kind.INVITATION, language, code=None).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_escaped_in_html_and_as_it_is_in_plain_text(language: str) -> None:
    made = letter(Kind.THANKS, language, name="<b>O'Brien & Zn")
    assert "<b>O'Brien & Zn," in made.text
    assert "<b>" not in made.html
    assert "&lt;b&gt;O&#39;Brien &amp; Zn," in made.html


def test_every_text_is_readable_on_its_ground_in_light_and_in_dark() -> None:
    html = letter(Kind.INVITATION, "").html
    dark = {name: colours(rule) for name, rule in re.findall(r"\.(\w+) {(.*)}", html)}
    styles = {name: re.findall(rf'class="{name}"[^>]*? style="([^"]*)"', html) for name in dark}
    light = {name: next(filter(lambda made: "color" in made, map(colours, found))) for name, found in styles.items()}
    assert dark.keys() == {"paper", "muted", "link", "button"}
    for theme in (light, dark):
        for words in theme.values():
            ground = words.get("background", theme["paper"]["background"])
            assert contrast(words["color"], ground) >= 6.5


def colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"(?:^|[ ;])(background|color): (#\w{6})", style))
