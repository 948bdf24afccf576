import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from deliberation.questionnaire import TYPES, read
from panel.audit import AuditEntry, first_broken
from panel.demo.browser import Page
from panel.proposals.questions import default_questions, library
from panel.reports.actions import report_folder, want_report
from panel.reports.models import Build, Report
from panel.reviews.actions import approve, change_plan
from panel.reviews.composing import MOST_QUESTIONS, add_from_library, move
from panel.reviews.models import Review, State
from panel.reviews.own_question import NEEDS
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from tests.panel.stage import Stage, dossier, plan

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
DEFAULT = [question["id"] for question in default_questions()]
MAIN = [question["id"] for question in default_questions() if not question.get("extra")]
EXTRA = DEFAULT[len(MAIN) :]
VOTE = "q09_stem"
# What a clerk types for each kind of question.
TYPED = {
    "nl": "Is er genoeg hulp?",
    "en": "Is there enough help?",
    "options_nl": "Ja\nEen beetje\nNee",
    "options_en": "Yes\nA little\nNo",
    "items_nl": "Op school\nThuis",
    "items_en": "At school\nAt home",
    "most": "2",
}


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.draft()


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


@pytest.fixture
def questions(review: Review) -> str:
    return f"/bureau/{review.id}/vragen"


async def kept(review: Review) -> list[str]:
    """The ids of the questions, as they are now."""
    composed = (await Review.get(id=review.id)).composed
    return [question["id"] for question in composed["questions"]] if composed else DEFAULT


async def entry(review: Review, question_id: str) -> dict[str, Any]:
    composed = (await Review.get(id=review.id)).composed
    found: dict[str, Any] = next(each for each in composed["questions"] if each["id"] == question_id)
    return found


async def add(clerk: httpx2.AsyncClient, questions: str, question_id: str) -> httpx2.Response:
    return await clerk.post(f"{questions}/bibliotheek", data={"question": question_id})


async def add_own(clerk: httpx2.AsyncClient, questions: str, kind: str = "single", **changes: str) -> str:
    """The id that a question of her own got."""
    response = await clerk.post(f"{questions}/eigen/{kind}", data={**TYPED, **changes})
    assert response.status_code == 303, errors_on(response)
    return response.headers["location"].rpartition("#vraag-")[2]


def errors_on(response: httpx2.Response) -> dict[str, str]:
    """Field -> the sentence beside it."""
    tree = LexborHTMLParser(response.text)
    found = tree.css(".utrecht-form-field-error-message")
    return {
        (node.attributes["id"] or "").removeprefix("error-"): node.text().removeprefix("Fout: ").strip()
        for node in found
    }


def text_on(response: httpx2.Response) -> str:
    [main] = LexborHTMLParser(response.text).css("main")
    return " ".join(main.text(separator=" ").split())


async def test_a_question_of_the_library_comes_behind_the_others_and_can_be_moved_and_removed(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    assert (await add(clerk, questions, "wmo_snel")).status_code == 303
    assert await kept(review) == [*MAIN, "wmo_snel", *EXTRA]
    assert (await entry(review, "wmo_snel"))["options"] == library()["questions"][0]["options"]
    for step, expected in (("up", -1), ("up", -2), ("down", -1)):
        await clerk.post(questions, data={"question": "wmo_snel", "do": step})
        assert (await kept(review)).index("wmo_snel") == len(MAIN) + expected
    await clerk.post(f"{questions}/wmo_snel/weg")
    assert await kept(review) == DEFAULT
    assert (await Review.get(id=review.id)).composed is None, "it is the default questionnaire again"


async def test_nothing_moves_past_the_end_nor_between_the_extra_questions_and_the_others(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    for question, step in ((MAIN[0], "up"), (MAIN[-1], "down"), (EXTRA[0], "up"), (EXTRA[-1], "down")):
        assert (await clerk.post(questions, data={"question": question, "do": step})).status_code == 303
    assert await kept(review) == DEFAULT
    assert not await AuditEntry.filter(action="questions changed").exists()


@pytest.mark.parametrize("kind", TYPES)
async def test_a_question_of_her_own_can_be_of_every_kind_and_is_asked_in_both_languages(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str, kind: str
) -> None:
    question_id = await add_own(clerk, questions, kind)
    assert question_id == "eigen_1_is_er_genoeg_hulp"
    await stage.release(review)
    frozen = (await Review.get(id=review.id)).questionnaire
    for language, column in (("nl", 0), ("en", 1)):
        question = read(frozen, "nl" if language == "nl" else "en").question(question_id)
        assert (question.type, question.text) == (kind, TYPED[language])
        labels = [option.label for option in question.options]
        if "options" in NEEDS[kind]:
            assert labels[:3] == TYPED[f"options_{language}"].split("\n")
        if "items" in NEEDS[kind]:
            assert [item.label for item in question.items] == TYPED[f"items_{language}"].split("\n")
        unsure = library()["choices"]["eens"]["x"][column]
        assert (unsure in labels) == (kind not in ("text", "multi_other"))


async def test_her_own_question_can_be_changed_and_keeps_its_id_its_place_and_who_gets_it(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    question_id = await add_own(clerk, questions, "multi_with_direction")
    await clerk.post(f"{questions}/{question_id}/wie", data={VOTE: ["tegen"]})
    form = Page(await clerk.get(f"{questions}/{question_id}/wijzigen")).form("/wijzigen")
    assert {name: form.values[name] for name in ("nl", "options_nl", "options_en", "most")} == {
        name: [TYPED[name]] for name in ("nl", "options_nl", "options_en", "most")
    }
    before = await kept(review)
    response = await clerk.post(f"{questions}/{question_id}/wijzigen", data={**form.values, "nl": ["Is het genoeg?"]})
    assert response.status_code == 303
    changed = await entry(review, question_id)
    assert (changed["nl"], changed["when"], await kept(review)) == ("Is het genoeg?", {VOTE: ["tegen"]}, before)


async def test_a_condition_stays_with_the_choice_it_was_made_for(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    asked = await add_own(clerk, questions)
    why = await add_own(clerk, questions, "text", nl="Waarom?")
    await clerk.post(f"{questions}/{why}/wie", data={asked: ["k1", "k2"]})  # Ja, Een beetje

    async def change(dutch: str, english: str) -> str:
        changed = {**TYPED, "options_nl": dutch, "options_en": english}
        assert (await clerk.post(f"{questions}/{asked}/wijzigen", data=changed)).status_code == 303
        return text_on(await clerk.get(questions))

    page = await change("Misschien\nJa\nEen beetje\nNee", "Maybe\nYes\nA little\nNo")
    assert "koos: ‘Ja’ of ‘Een beetje’." in page
    page = await change("Misschien\nJa zeker\nEen beetje\nNee", "Maybe\nYes\nA little\nNo")
    assert "koos: ‘Ja zeker’ of ‘Een beetje’." in page
    assert "dat er niet meer is" not in page
    page = await change("Misschien\nEen beetje\nNee", "Maybe\nA little\nNo")
    assert "koos: ‘Ja zeker’ (weggehaald) of ‘Een beetje’." in page
    assert "hangt af van een antwoord bij ‘Is er genoeg hulp?’ dat er niet meer is" in page


async def test_only_a_question_of_her_own_can_be_changed(clerk: httpx2.AsyncClient, questions: str) -> None:
    for method in ("GET", "POST"):
        assert (await clerk.request(method, f"{questions}/q01_duidelijk/wijzigen", data=TYPED)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("single", {"nl": "", "en": ""}, {"nl": "form.empty", "en": "form.empty"}),
        ("single", {"nl": "x" * 301}, {"nl": ("form.too_long", {"most": 300, "length": 301})}),
        ("single", {"nl": "Wat {kost} het?"}, {"nl": ("questions.placeholder", {"name": "{kost}"})}),
        ("single", {"nl": "Wat kost {{doel}}?"}, {"nl": "questions.braces"}),
        ("single", {"options_en": "Yes}\nNo\nOr"}, {"options_en": "questions.braces"}),
        (
            "single",
            {"options_nl": f"Ja\n{'x' * 121}\nNee"},
            {"options_nl": ("questions.long_line", {"line": "x" * 30, "length": 121, "most": 120})},
        ),
        ("single", {"options_nl": "", "en": " "}, {"options_nl": "form.empty", "en": "form.empty"}),
        (
            "single",
            {"options_nl": "Ja", "options_en": "Yes"},
            dict.fromkeys(("options_nl", "options_en"), ("questions.lines", {"least": 2, "most": 12})),
        ),
        (
            "likert",
            {"options_nl": "Ja\nweet ik NIET", "options_en": "Yes\nNo idea"},
            {"options_nl": ("questions.lines", {"least": 2, "most": 12})},
        ),
        ("likert", {"options_nl": "Ja\nNee\nja"}, {"options_nl": ("questions.twice", {"line": "ja"})}),
        (
            "single_per_item",
            {"items_en": "At home\nAt school\nAt work"},
            {"items_en": ("questions.other_count", {"english": 3, "dutch": 2})},
        ),
        ("multi_other", {"most": "4"}, {"most": ("form.number", {"low": 1, "high": 3})}),
        ("multi_with_direction", {"most": "twee"}, {"most": ("form.number", {"low": 1, "high": 3})}),
    ],
)
async def test_every_error_stands_at_its_field_and_nothing_that_was_typed_is_lost(
    review: Review,
    clerk: httpx2.AsyncClient,
    questions: str,
    kind: str,
    changes: dict[str, str],
    expected: dict[str, Any],
) -> None:
    sent = {**TYPED, **changes}
    response = await clerk.post(f"{questions}/eigen/{kind}", data=sent)
    assert response.status_code == 422
    said = {
        field: sentence(code) if isinstance(code, str) else sentence(code[0], **code[1])
        for field, code in expected.items()
    }
    assert errors_on(response) == said
    values = Page(response).form(f"/{kind}").values
    assert {name: value[0] for name, value in values.items()} == {name: sent[name] for name in values}
    assert await kept(review) == DEFAULT


async def test_a_question_can_be_for_who_answered_something_before(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    question_id = await add_own(clerk, questions)
    await clerk.post(f"{questions}/{question_id}/wie", data={VOTE: ["tegen", "aanpassen"], "q11_cijfer": ["1", "2"]})
    page = text_on(await clerk.get(questions))
    assert (
        "Alleen voor wie bij vraag ‘Wat moet de gemeenteraad doen met dit plan?’ koos: ‘Het plan eerst veranderen’ "
        "of ‘Het plan niet aannemen’, en bij vraag ‘Welk cijfer geeft u dit plan?’: 1 of 2."
    ) in page
    form = Page(await clerk.get(f"{questions}/{question_id}/wie")).form("/wie")
    assert form.values == {VOTE: ["aanpassen", "tegen"], "q11_cijfer": ["1", "2"]}
    await stage.release(review)
    question = read((await Review.get(id=review.id)).questionnaire).question(question_id)
    [[vote, mark]] = question.when
    assert (vote.question, set(vote.keys), mark.keys) == (VOTE, {"tegen", "aanpassen"}, ("1", "2"))


async def test_a_condition_that_does_not_fit_in_the_form_is_told_and_only_taken_away_knowingly(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    question_id = await add_own(clerk, questions)
    composed = (await Review.get(id=review.id)).composed
    for question in composed["questions"]:
        if question["id"] == question_id:
            question["when"] = [{VOTE: ["tegen"]}, {"q11_cijfer": [1]}]
    await stage.change(Review.filter(id=review.id), composed=composed)
    page = await clerk.get(f"{questions}/{question_id}/wie")
    assert (
        "koos: ‘Het plan niet aannemen’. Of voor wie bij vraag ‘Welk cijfer geeft u dit plan?’ koos: 1."
        in text_on(page)
    )
    form = Page(page).form("/wie")
    assert (form.values, "Voor iedereen" in text_on(page), "Bewaren" in text_on(page)) == ({}, True, False)
    assert (await clerk.post(f"{questions}/{question_id}/wie", data=form.values)).status_code == 303
    assert "when" not in await entry(review, question_id)
    assert "Bewaren" in text_on(await clerk.get(f"{questions}/{question_id}/wie")), "and chosen anew"


async def test_a_condition_on_what_comes_later_is_told_where_it_is_chosen_anew(
    clerk: httpx2.AsyncClient, questions: str
) -> None:
    question_id = await add_own(clerk, questions)
    await clerk.post(f"{questions}/{question_id}/wie", data={"q01_duidelijk": ["1"]})
    for _ in range(len(MAIN)):
        await clerk.post(questions, data={"question": question_id, "do": "up"})
    page = text_on(await clerk.get(f"{questions}/{question_id}/wie"))
    assert "Alleen voor wie bij vraag ‘Is het plan duidelijk voor u?’ koos: ‘Nee, helemaal niet’." in page
    assert "Dus iedereen" not in page
    assert "Voor iedereen" in page


async def test_what_does_not_stand_on_the_page_cannot_be_a_condition(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    question_id = await add_own(clerk, questions)
    invented = {VOTE: ["misschien"], "q05_knel": ["x"], "e1_info": ["3"], "zomaar": ["1"]}
    await clerk.post(f"{questions}/{question_id}/wie", data=invented)
    assert "when" not in await entry(review, question_id)


@pytest.mark.parametrize(
    ("spoil", "code", "facts"),
    [
        ("remove the question it depends on", "fault.when_unknown", {}),
        ("move it before that question", "fault.when_later", {"on": "Is dit plan eerlijk voor iedereen?"}),
        ("ask what excludes each other", "fault.unreachable", {}),
    ],
)
async def test_what_cannot_be_asked_is_told_on_the_page_and_cannot_be_released(
    stage: Stage,
    review: Review,
    clerk: httpx2.AsyncClient,
    questions: str,
    spoil: str,
    code: str,
    facts: dict[str, str],
) -> None:
    await add(clerk, questions, "vertrouwen_eerlijk")
    await add(clerk, questions, "vertrouwen_nodig")
    await clerk.post(f"{questions}/vertrouwen_nodig/wie", data={"vertrouwen_eerlijk": ["1"]})
    if spoil.startswith("remove"):
        await clerk.post(f"{questions}/vertrouwen_eerlijk/weg")
    elif spoil.startswith("move"):
        await clerk.post(questions, data={"question": "vertrouwen_nodig", "do": "up"})
    else:
        await clerk.post(f"{questions}/vertrouwen_eerlijk/wie", data={VOTE: ["voor"]})
        await clerk.post(f"{questions}/vertrouwen_nodig/wie", data={"vertrouwen_eerlijk": ["1"], VOTE: ["tegen"]})
    text = "Wat moet de gemeente doen voor meer vertrouwen?"
    refusal = sentence("review.questionnaire", faults=sentence(code, question=text, **facts))
    for page in (questions, f"/bureau/{review.id}/akkoord"):
        assert refusal in text_on(await clerk.get(page))

    assert "Ja, akkoord" not in text_on(await clerk.get(f"/bureau/{review.id}/akkoord"))
    with pytest.raises(Refused) as refused:
        await stage.database.write(approve(review, stage.drafter))
    assert refused.value.sentence == refusal
    response = await clerk.post(f"/bureau/{review.id}/akkoord")
    assert response.status_code == 409
    assert refusal in text_on(response)
    after = await Review.get(id=review.id)
    approvals = (after.approved_by_drafter_id, after.approved_by_clerk_id)
    assert (after.state, approvals, after.questionnaire) == (State.DRAFT, (None, None), None)


async def test_what_the_proposal_does_not_say_yet_is_told_on_the_page_of_the_questions(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.draft(await stage.proposal(goal="", indicators=()))
    page = text_on(await clerk.get(f"/bureau/{review.id}/vragen"))
    assert sentence("dossier.goal") in page
    assert sentence("dossier.indicators") in page
    assert "Het doel van het plan is: …. Hoe belangrijk" in page


async def test_a_proposal_with_braces_can_be_looked_at_but_not_released(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.draft(await stage.proposal(goal="hulp voor {iedereen}"))
    page = text_on(await clerk.get(f"/bureau/{review.id}/vragen"))
    assert sentence("fault.brace", names="het doel") in page


async def test_braces_around_a_goal_of_one_word_are_told_and_cannot_be_released(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    review = await stage.draft(await stage.proposal(goal="hulp"))
    await add_own(clerk, f"/bureau/{review.id}/vragen", nl="Helpt {doel}?")
    composed = (await Review.get(id=review.id)).composed
    for question in composed["questions"]:
        question["nl"] = question["nl"].replace("Helpt {doel}?", "Helpt {{doel}}?")
    await stage.change(Review.filter(id=review.id), composed=composed)
    page = text_on(await clerk.get(f"/bureau/{review.id}/vragen"))
    assert sentence("fault.not_filled", question="Helpt {…}?", name="{hulp}") in page


async def test_words_that_tell_more_than_the_vote_are_remarked_upon_and_stop_nothing(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    open_question = await add_own(clerk, questions, "text", nl="Waarom?")
    closed = await add_own(clerk, questions, "likert")
    tells = sentence("questions.tells", on="‘Welk cijfer geeft u dit plan?’")

    async def remarked(question_id: str, when: dict[str, list[str]]) -> bool:
        await clerk.post(f"{questions}/{question_id}/wie", data=when)
        [row] = LexborHTMLParser((await clerk.get(questions)).text).css(f"#vraag-{question_id}")
        return tells in row.text()

    assert not await remarked(closed, {"q11_cijfer": ["1"]})
    assert not await remarked(open_question, {})
    assert not await remarked(open_question, {VOTE: ["tegen"]})
    assert await remarked(open_question, {VOTE: ["tegen"], "q11_cijfer": ["1"]})
    other_words = await add_own(clerk, questions, "multi_other", nl="Wat?")
    assert await remarked(other_words, {"q11_cijfer": ["1"]})
    await stage.release(review)
    assert (await Review.get(id=review.id)).state == State.RELEASED


@pytest.mark.parametrize("first", ["drafter", "clerk"])
async def test_every_change_of_the_questions_takes_back_the_approval_that_was_given(
    stage: Stage, clerk: httpx2.AsyncClient, first: str
) -> None:
    changes: list[tuple[str, dict[str, Any]]] = [
        ("/bibliotheek", {"question": "wmo_snel"}),
        ("", {"question": "wmo_snel", "do": "up"}),
        ("/wmo_snel/wie", {VOTE: ["voor"]}),
        ("/eigen/single", TYPED),
        ("/eigen_1_is_er_genoeg_hulp/wijzigen", {**TYPED, "nl": "Helpt dat?"}),
        ("/wmo_snel/weg", {}),
        ("/standaard", {}),
    ]
    review = await stage.draft()
    for address, data in changes:
        await stage.database.write(approve(review, getattr(stage, first)))
        lines = await AuditEntry.filter(object=f"review {review.id}", action="questions changed").count()
        response = await clerk.post(f"/bureau/{review.id}/vragen{address}", data=data)
        assert response.status_code == 303, address
        after = await Review.get(id=review.id)
        assert (after.approved_by_drafter_id, after.approved_by_clerk_id) == (None, None), address
        now = await AuditEntry.filter(object=f"review {review.id}", action="questions changed").count()
        assert now == lines + 1, address
    assert await first_broken() is None


@pytest.mark.parametrize("changed", ["questions", "plan"])
async def test_nobody_approves_what_changed_after_the_page_was_opened(
    stage: Stage, review: Review, sign_in: SignIn, changed: str
) -> None:
    drafter = await sign_in(stage.drafter)
    address = f"/bureau/{review.id}/akkoord"
    opened = Page(await drafter.get(address)).form("/akkoord").values
    if changed == "plan":
        await stage.database.write(change_plan(review, plan(quorum=6), stage.clerk))
    else:
        await stage.database.write(add_from_library(review, "wmo_snel", stage.clerk))
    response = await drafter.post(address, data=opened)
    assert (response.status_code, sentence("review.changed_meanwhile") in response.text) == (409, True)
    assert (await Review.get(id=review.id)).approved_by_drafter_id is None
    again = Page(await drafter.get(address)).form("/akkoord").values
    assert (await drafter.post(address, data=again)).status_code == 303
    assert (await Review.get(id=review.id)).approved_by_drafter_id == stage.drafter.id


async def test_the_same_choice_again_changes_nothing_and_leaves_the_approval(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    await add(clerk, questions, "wmo_snel")
    await stage.database.write(approve(review, stage.drafter))
    await clerk.post(f"{questions}/wmo_snel/wie")
    assert (await add(clerk, questions, "wmo_snel")).status_code == 409
    assert (await Review.get(id=review.id)).approved_by_drafter_id == stage.drafter.id


async def test_the_vote_stays_and_is_for_everyone(review: Review, clerk: httpx2.AsyncClient, questions: str) -> None:
    for address, code in ((f"{VOTE}/weg", "questions.vote_stays"), (f"{VOTE}/wie", "questions.vote_for_all")):
        response = await clerk.post(f"{questions}/{address}", data={"q01_duidelijk": ["1"]})
        assert response.status_code == 409
        assert sentence(code) in response.text
    assert await kept(review) == DEFAULT


async def test_there_are_at_most_twenty_questions_and_the_form_of_her_own_loses_nothing(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    full = sentence("questions.too_many", most=MOST_QUESTIONS)
    for question in library()["questions"][: MOST_QUESTIONS - len(MAIN)]:
        assert (await add(clerk, questions, question["id"])).status_code == 303
    assert full in (await add(clerk, questions, library()["questions"][-1]["id"])).text
    response = await clerk.post(f"{questions}/eigen/single", data=TYPED)
    assert (response.status_code, errors_on(response)) == (422, {"nl": full})
    assert Page(response).form("/single").values["nl"] == [TYPED["nl"]]
    for page in ("bibliotheek", "eigen"):
        assert full in text_on(await clerk.get(f"{questions}/{page}"))
    assert len(await kept(review)) == MOST_QUESTIONS + len(EXTRA)


async def test_what_is_seen_beforehand_is_what_is_frozen(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    await add(clerk, questions, "jeugd_wie_merkt")
    own = await add_own(clerk, questions, "likert", nl="Helpt {doel}?", en="Does {doel} help?")
    seen: dict[tuple[str, str], list[str]] = {}
    for question_id in await kept(review):
        for language in ("nl", "en"):
            response = await clerk.get(f"{questions}/{question_id}?taal={language}")
            tree = LexborHTMLParser(response.text)
            assert not tree.css("main form, main button")
            for optional in tree.css(".samenspraak-optional"):
                optional.decompose()
            shown = tree.css("main div[lang] .samenspraak-choice span, main div[lang] h1")
            seen[question_id, language] = [" ".join(node.text().split()) for node in shown]
    await stage.release(review)
    frozen = (await Review.get(id=review.id)).questionnaire
    for language in ("nl", "en"):
        for question in read(frozen, "nl" if language == "nl" else "en").questions:
            words = seen[question.id, language]
            assert question.text.startswith(words[0])
            labels = [option.label for option in question.options]
            if question.form == "single":
                assert words[1:] == labels
            else:
                assert set(labels) <= set(words)
    assert read(frozen).question(own).text == f"Helpt {dossier().goal}?"


async def test_a_released_questionnaire_has_a_version_that_tells_it_apart(stage: Stage) -> None:
    async def version(*added: str, **changes: Any) -> str:
        review = await stage.draft(await stage.proposal(**changes))
        for question_id in added:
            await stage.database.write(add_from_library(review, question_id, stage.clerk))
        await stage.release(review)
        return read((await Review.get(id=review.id)).questionnaire).version

    plain = await version()
    assert plain == await version()
    others = {await version("wmo_snel"), await version("wmo_snel", "jeugd_snel"), await version(goal="iets anders")}
    assert len(others | {plain}) == 4
    assert all(each.startswith(f"{library()['version']}-") for each in others)


async def test_remarks_about_language_and_time_are_made_and_stop_nothing(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    long = "Vindt u dat " + "heel " * 14 + "goed?"
    assert "Wie langzaam leest, heeft" not in text_on(await clerk.get(questions))
    await add_own(clerk, questions, "text", nl=f"Indien u participeert: hoe? {long}")
    for question in ("jeugd_nodig", "schuld_durven", "uitvoering_mis", "vertrouwen_nodig"):
        await add(clerk, questions, question)
    page = text_on(await clerk.get(questions))
    assert sentence("questions.takes_long", minutes=12, most=10) in page
    assert sentence("questions.hard_word", word="indien", simpler="als") in page
    assert sentence("questions.hard_word", word="participeert", simpler="meedoen") in page
    assert sentence("questions.long_sentence", words=18, most=15, text=long) in page
    await stage.release(review)
    assert (await Review.get(id=review.id)).state == State.RELEASED


async def test_only_the_clerk_changes_the_questions_and_only_of_a_draft(
    stage: Stage, review: Review, sign_in: SignIn, clerk: httpx2.AsyncClient, questions: str
) -> None:
    own = await add_own(clerk, questions)
    before = await kept(review)
    sent = [("", {"question": own, "do": "up"}), ("/bibliotheek", {"question": "wmo_snel"}), ("/standaard", {})]
    sent += [(f"/{own}/{what}", {}) for what in ("weg", "wie", "wijzigen")] + [("/eigen/single", TYPED)]
    for person in (stage.drafter, stage.council):
        browser = await sign_in(person)
        assert (await browser.get(questions)).status_code == 200
        assert (await browser.get(f"{questions}/{own}")).status_code == 200
        assert "Veranderen" not in (await browser.get(questions)).text
        for address, data in sent:
            assert (await browser.post(f"{questions}{address}", data=data)).status_code == 403
    await stage.release(review)
    for address, data in sent:
        response = await clerk.post(f"{questions}{address}", data=data)
        assert (response.status_code, sentence("review.not_draft") in response.text) == (409, True), address
    assert "liggen vast" in text_on(await clerk.get(questions))
    assert await kept(review) == before


async def test_what_is_not_in_the_list_is_refused(clerk: httpx2.AsyncClient, questions: str) -> None:
    assert (await clerk.get(f"{questions}/onbekend")).status_code == 404
    assert (await clerk.get(f"{questions}/eigen/onbekend")).status_code == 404
    assert (await add(clerk, questions, "onbekend")).status_code == 409
    for data in ({"question": "onbekend", "do": "up"}, {"question": VOTE, "do": "omver"}):
        assert (await clerk.post(questions, data=data)).status_code == 409
    for what in ("weg", "wie", "wijzigen"):
        assert (await clerk.post(f"{questions}/onbekend/{what}", data=TYPED)).status_code in (404, 409)


async def test_a_second_question_with_the_same_words_gets_an_id_of_its_own(
    review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    ids = [
        await add_own(clerk, questions, nl=nl)
        for nl in ("Hoe gaat het? 😀", "Hoe gaat het? 😀", "😀", "Één" + "é" * 200)
    ]
    assert ids == ["eigen_1_hoe_gaat_het", "eigen_2_hoe_gaat_het", "eigen_3_vraag", f"eigen_4_een{'e' * 37}"]
    read({"version": "1", "questions": [await entry(review, id_) for id_ in ids] + default_questions()[8:9]})


async def test_two_changes_at_once_are_both_kept(stage: Stage, review: Review) -> None:
    units = [
        add_from_library(review, question, stage.clerk) for question in ("wmo_snel", "jeugd_snel", "schuld_eerder")
    ]
    units.append(move(review, "q01_duidelijk", 1, stage.clerk))
    await asyncio.gather(*(stage.database.write(unit) for unit in units))
    ids = await kept(review)
    assert {"wmo_snel", "jeugd_snel", "schuld_eerder"} <= set(ids)
    assert ids[:2] == ["q02_doel", "q01_duidelijk"]


async def test_a_review_that_left_the_draft_takes_no_change_that_was_on_its_way(stage: Stage, review: Review) -> None:
    await stage.release(review)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(add_from_library(review, "wmo_snel", stage.clerk))
    assert refusal.value.code == "review.not_draft"


async def test_the_choices_keep_their_order_on_every_database(stage: Stage) -> None:
    review = await Review.get(id=(await stage.review(State.RELEASED)).id)
    frozen = {question["id"]: list(question.get("options", {})) for question in review.questionnaire["questions"]}
    for question in default_questions():
        if isinstance(question.get("options"), dict):
            assert frozen[question["id"]] == list(question["options"])


async def test_a_questionnaire_that_was_kept_without_its_order_can_still_be_read(stage: Stage) -> None:
    review = await stage.review(State.RELEASED)
    await stage.change(Review.filter(id=review.id), questionnaire=json.dumps(review.questionnaire))
    assert (await Review.get(id=review.id)).questionnaire == review.questionnaire


async def test_what_the_clerk_added_is_answered_and_stands_in_the_report(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, questions: str
) -> None:
    """One of her own of every kind; one of them only for who is against."""
    ids = [await add_own(clerk, questions, kind, nl=f"Vraag over {kind}?") for kind in TYPES]
    await clerk.post(f"{questions}/{ids[0]}/wie", data={VOTE: ["tegen"]})
    review = await stage.bring(review, State.CLOSED)
    await stage.judge(review)
    await stage.database.write(want_report(review, stage.clerk))

    async def reported() -> bool:
        report = await Report.get(review=review)
        assert report.build != Build.FAILED
        return (await Review.get(id=review.id)).state == State.REPORTED

    await stage.work(reported)
    page = (report_folder(stage.settings, review) / "report.html").read_text()
    for kind in TYPES:
        assert f"Vraag over {kind}?" in page
