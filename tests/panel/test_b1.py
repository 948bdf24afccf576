"""All that we write for members is Dutch of level B1, by the check that the desk makes of any questionnaire."""

import re

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from deliberation.filling import fill
from deliberation.questionnaire import Question, read
from deliberation.reading import judge, minutes, text_of, words
from panel.invitations.links import ANSWER, make_token
from panel.invitations.models import Kind
from panel.invitations.trials import example_letter
from panel.proposals.dossier import SUMMARY_WORDS, English
from panel.proposals.questions import default_questions, hard_words, library
from panel.reviews.following import Indicator, questions_for
from panel.reviews.judging import MOST_MINUTES
from panel.reviews.models import State
from panel.web import english
from tests.panel.stage import Stage, dossier

# Terms that cannot be avoided, each with the reason.
ALLOWED = {
    "toegankelijkheid": "the name that the law gives to the statement on accessibility",
}
# What stands for the names in a sentence; any other is a number.
FACTS = {"day": "vrijdag 20 november", "name": "Sam", "decides": "De gemeenteraad"}
NAME = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
# A proposal that is easy to read: what counts is what stands around it.
EASY = {
    **{
        "title": "Hulp wordt goedkoper",
        "question": "Vindt u dat goed?",
        "summary": "Hulp kost minder.",
        "text": "Hulp.",
    },
    **{
        "monday": "Sam betaalt minder.",
        "fixed": "Er is hulp.",
        "still_open": "De prijs.",
        "sources": "",
        "claims": (),
    },
    "english": English(),
}
ADDRESS = re.compile(r"\S+@\S+|https?://\S+")
BLOCK = re.compile(r"<(?:p|li|h\d|div|dt|dd|label|legend|button|summary|td|th|caption|br|details|ul|dl)\b")
WORDS = {word: simpler for word, simpler in hard_words().items() if word not in ALLOWED}


def what_is_hard(text: str) -> list[str]:
    """All that keeps a text from being B1; empty when it is."""
    reading = judge(text, WORDS)
    found = [f"{len(long.split())} words: {long}" for long in reading.long]
    found += [f"{word}: say {simpler}" for word, simpler in reading.hard]
    return [*found, f"score {reading.score:.0f}"] if reading.hard_to_read and reading.score else found


def asked() -> list[Question]:
    """The default questionnaire with a proposal filled in, the library, and what only a follow-up asks."""
    later = questions_for([Indicator("i1", "Minder mensen zeggen hun hulp op", "Fewer people give up their help")])
    of_follow_up = [question for question in later if question["id"].startswith("v_")]
    data = [*default_questions(), *library()["questions"], *of_follow_up]
    return list(read(fill({"version": "1", "questions": data}, dossier().fillings())).questions)


def test_there_are_many_hard_words_and_no_simpler_word_is_hard_itself() -> None:
    avoided = (
        "burgerparticipatie stakeholders uitvraag respondent doelgroep transformatie integraal borgen uitrollen men"
    )
    assert set(avoided.split()) <= set(hard_words())
    assert len(set(hard_words().values())) > 120
    assert [simpler for simpler in hard_words().values() if judge(simpler, hard_words()).hard] == []
    assert [word for word in hard_words() if word != " ".join(words(word.casefold()))] == []


@pytest.mark.parametrize("question", asked(), ids=lambda question: str(question.id))
def test_every_question_is_b1(question: Question) -> None:
    assert what_is_hard(text_of(question)) == []


def test_the_questions_together_are_b1() -> None:
    own = {question["id"] for question in library()["questions"]}
    for some in ([q for q in asked() if q.id in own], [q for q in asked() if q.id not in own]):
        reading = judge("\n\n".join(map(text_of, some)), WORDS)
        assert reading.score is not None
        assert reading.score > 90
        assert reading.b1


def test_the_default_questionnaire_with_the_longest_summary_takes_under_ten_minutes() -> None:
    data = {"version": "1", "questions": default_questions()}
    needed = minutes(read(fill(data, dossier().fillings())), "woord " * SUMMARY_WORDS)
    assert 5 < needed < MOST_MINUTES
    assert len(read(fill(data, dossier().fillings())).main) <= 12


def test_every_text_of_the_pages_of_members_is_b1() -> None:
    texts = [NAME.sub(lambda name: FACTS.get(name[1] or name[2], "12"), text) for text in english.catalogue()]
    assert len(texts) > 150
    found = [hard for text in texts for hard in what_is_hard(text)]
    assert found == [], "\n".join(found)
    assert what_is_hard("\n\n".join(texts)) == []


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_mail_to_members_is_b1(stage: Stage, kind: Kind) -> None:
    review = await stage.bring(await stage.draft(await stage.proposal(**EASY)), State.PUBLISHED)
    letter = await example_letter(stage.settings, review, kind)
    assert len(letter.text.split()) > 40
    assert what_is_hard(ADDRESS.sub("", f"{letter.subject}\n\n{letter.text}")) == []


async def test_every_page_from_start_to_receipt_is_b1(stage: Stage, client: httpx2.AsyncClient) -> None:
    review = await stage.bring(await stage.draft(await stage.proposal(**EASY)), State.OPEN)
    member = (await stage.members(review))[0]
    link = f"/m/{make_token(stage.settings, member, ANSWER)}"
    seen: list[httpx2.Response] = []

    async def look(*addresses: str) -> None:
        seen.extend([await client.get(address) for address in addresses])

    await look("/mening", link, f"{link}/papier")
    await client.post(link)
    questions = [f"/mening/vraag/{question.id}" for question in read(review.questionnaire).questions]
    await look("/mening", *questions, "/mening/controle")
    seen.append(await client.post("/mening/vraag/q09_stem", data={"go": "next"}))
    seen.append(await client.post("/mening/vraag/q04_gevolgen", data={"answer": ["geld", "werk", "geen"]}))
    seen.append(await client.post("/mening/vraag/q05_knel", data={"answer": "Mijn nummer is 06 12345678."}))
    await client.post("/mening/vraag/q09_stem", data={"answer": "voor", "go": "next"})
    await look("/mening/controle")
    await client.post("/mening/versturen")
    await look("/mening/dank", link, "/mening/controle", "/mening/vraag/q09_stem", "/mening/tot-ziens")
    await stage.close(review)
    await look(link, "/mening")

    assert {response.status_code for response in seen} <= {200, 303, 403, 409, 422}
    texts = [_text(response) for response in seen if response.status_code != 303]
    assert sum(len(text.split()) for text in texts) > 1_500
    found = [hard for text in texts for hard in what_is_hard(text)]
    assert found == [], "\n".join(found)


def _text(response: httpx2.Response) -> str:
    """What stands in the page itself, each block apart."""
    main = LexborHTMLParser(response.text).css_first("main")
    assert main is not None
    return LexborHTMLParser(BLOCK.sub(lambda tag: f"<pre>\n\n\n</pre>{tag[0]}", main.html or "")).text()
