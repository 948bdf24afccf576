import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from math import floor
from typing import Any

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from deliberation.reading import judge
from panel.audit import AuditEntry
from panel.demo.browser import Page
from panel.demo.proposal import read_proposal
from panel.invitations.links import ANSWER, make_token
from panel.people.models import Member
from panel.proposals.actions import newest_version, save_version
from panel.proposals.form import CLAIM_LENGTHS, ENGLISH_TEXTS, LENGTHS, MOST_CLAIMS
from panel.proposals.level import levels
from panel.proposals.models import Proposal, ProposalVersion
from panel.reports.material import facts_of
from panel.reviews.actions import approve
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from tests.panel.contents import row
from tests.panel.stage import Stage, dossier, plan

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
NEW = "/bureau/voorstellen/nieuw"
WHY = ("why_this", "why_so", "works", "better")


@pytest.fixture
async def browser(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.drafter)


def filled_in(**changes: Any) -> dict[str, Any]:
    return {**read_proposal(None), **changes}


async def test_a_proposal_that_lacks_something_cannot_be_released_and_the_sentence_names_it(stage: Stage) -> None:
    for lacks in (*WHY, "question", "summary", "text", "goal", "values", "indicators"):
        version = await stage.proposal(**{lacks: type(getattr(dossier(), lacks))()})
        review = await stage.draft(version)
        for staff in (stage.drafter, stage.clerk):
            with pytest.raises(Refused) as refusal:
                await stage.database.write(approve(review, staff))
            assert sentence(f"dossier.{lacks}") in refusal.value.sentence
        after = await Review.get(id=review.id)
        approvals = (after.approved_by_drafter_id, after.approved_by_clerk_id)
        assert (after.state, approvals) == (State.DRAFT, (None, None))


async def test_everything_that_lacks_is_named_at_once_to_who_writes_prepares_and_approves(
    stage: Stage, browser: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    saved = await browser.post(NEW, data={"title": "Alleen een titel", "kind": "overig"})
    clerk = await sign_in(stage.clerk)
    review = await stage.draft(await ProposalVersion.get())
    pages = [
        await browser.get(saved.headers["location"]),
        await clerk.get(f"{saved.headers['location']}/tweede-mening"),
        await clerk.post(f"/bureau/{review.id}/akkoord"),
    ]
    for page in pages:
        for code in (*WHY, "question", "summary", "goal"):
            assert sentence(f"dossier.{code}") in page.text


async def test_who_cannot_prepare_reads_what_comes_next_once_the_proposal_is_complete(
    stage: Stage, browser: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    said = "Het voorstel is compleet. De griffie kan nu de tweede mening voorbereiden."
    saved = await browser.post(NEW, data=filled_in())
    half = await browser.post(NEW, data={"title": "Alleen een titel", "kind": "overig"})
    assert said in (await browser.get(saved.headers["location"])).text
    assert said not in (await browser.get(half.headers["location"])).text
    assert said not in (await (await sign_in(stage.clerk)).get(saved.headers["location"])).text


async def test_a_summary_of_more_than_400_words_is_too_long_to_release(stage: Stage) -> None:
    assert dossier(summary="woord " * 400).missing() == []
    assert dossier(summary="woord " * 401).missing() == ["summary_too_long"]


async def test_who_writes_reads_what_could_be_easier_and_is_not_stopped(browser: httpx2.AsyncClient) -> None:
    long = "Vindt u dat " + "heel " * 14 + "goed?"
    hard = "De gemeente heeft de verdeling dientengevolge vorige maand veranderd. " * 6
    saved = await browser.post(NEW, data=filled_in(question=long, summary=hard, goal="meer participatie"))
    page = await browser.get(saved.headers["location"])
    [box] = [node for node in LexborHTMLParser(page.text).css(".utrecht-alert") if "makkelijker" in node.text()]
    said = [" ".join(node.text().split()) for node in box.css("strong, li")]
    assert said[:2] == ["De vraag", sentence("questions.long_sentence", words=18, most=15, text=long)]
    score = judge(hard, {}).score
    assert score is not None
    too_hard = sentence("dossier.hard_to_read", score=floor(score))
    therefore = sentence("questions.hard_word", word="dientengevolge", simpler="daardoor")
    assert said[2:5] == ["De samenvatting", too_hard, therefore]
    assert said[5:] == ["Het doel", sentence("questions.hard_word", word="participatie", simpler="meedoen")]
    assert f"De samenvatting krijgt {floor(score)} punten" in page.text
    assert not any(sentence(f"dossier.{name}") in page.text for name in ("question", "summary", "goal"))


def test_no_score_is_below_nothing() -> None:
    assert levels(dossier(summary="verantwoordelijkheidsverdeling " * 40))["summary"].score == 0


async def test_plain_words_get_no_remark_and_a_short_summary_no_score(browser: httpx2.AsyncClient) -> None:
    plain = {"question": "Vindt u dat goed?", "goal": "hulp voor wie dat nodig heeft"}
    for summary, scored in (("Hulp kost minder.", False), ("Wie hulp wil, krijgt die. " * 8, True)):
        saved = await browser.post(NEW, data=filled_in(**plain, summary=summary))
        page = await browser.get(saved.headers["location"])
        assert "Kan het makkelijker?" not in page.text
        assert ("punten voor leesbaarheid" in page.text) == scored


async def test_every_change_is_a_new_version_with_a_digest_that_anyone_can_compute(
    stage: Stage, browser: httpx2.AsyncClient
) -> None:
    first = await browser.post(NEW, data=filled_in(values=["meedoen", "inkomen", "zelf_doen"]))
    [proposal] = await Proposal.all()
    edit = f"/bureau/voorstellen/{proposal.id}/veranderen"
    form = Page(await browser.get(edit)).form("/veranderen")
    assert (await browser.post(edit, data=form.values)).headers["location"] == first.headers["location"]
    assert await ProposalVersion.all().count() == 1, "saving what is already there adds nothing"
    await browser.post(edit, data=form.values | {"goal": "iets nieuws"})
    versions = await ProposalVersion.all().order_by("number")
    assert [version.number for version in versions] == [1, 2]
    for version in versions:
        text = json.dumps(version.content, sort_keys=True, ensure_ascii=False)
        assert version.digest == hashlib.sha256(text.encode()).hexdigest()
        page = await browser.get(f"/bureau/voorstellen/{version.id}")
        assert version.digest in page.text
    assert versions[0].content["goal"] != versions[1].content["goal"] == "iets nieuws"
    assert await AuditEntry.filter(action="proposal saved").count() == 2


async def test_two_who_save_at_once_both_have_a_version(stage: Stage) -> None:
    import asyncio

    version = await stage.proposal()
    await version.fetch_related("proposal")
    goals = [f"doel {number}" for number in range(4)]
    units = (
        stage.database.write(save_version(version.proposal, dossier(goal=goal), stage.drafter)) for goal in goals
    )
    saved = await asyncio.gather(*units)
    assert sorted(version.number for version in saved) == [2, 3, 4, 5]
    newest = await newest_version(version.proposal)
    assert newest is not None
    assert newest.number == 5


ODD_FIELDS: list[tuple[str, Any, str, dict[str, int]]] = [
    ("title", "", "form.empty", {}),
    ("kind", "wet", "form.choice", {}),
    ("values", ["geluk", "inkomen"], "form.choice", {}),
    ("values", ["meedoen", "inkomen", "wonen", "opgroeien"], "form.too_many", {"most": 3}),
    ("laws", ["grondwet", "wmo"], "form.choice", {}),
    ("indicators", "\n".join(f"Teken {number}" for number in range(9)), "form.too_many", {"most": 8}),
    ("indicators", "Kort\n" + "x" * 201, "form.too_long", {"most": 200, "length": 201}),
    ("english_indicators", "One\nTwo", "form.other_number", {"dutch": 4, "english": 2}),
    ("claim_1", "", "claim.empty", {"row": 1}),
    ("source_2", "", "claim.no_source", {"row": 2}),
    ("date_5", "", "claim.no_date", {"row": 5}),
    *(
        ("date_2", odd, "claim.date", {"row": 2})
        for odd in ("gisteren", "31 juni 2026", "2026", "1-1-26", "1/2", "9" * 30)
    ),
    *(
        ("link_3", odd, "claim.link", {"row": 3})
        for odd in (
            "www.voorbeeld.example",
            "javascript:alert(1)",
            "ftp://voorbeeld.example/a",
            "https://",
            "https://voorbeeld",
            "https://bank.example@kwaad.example/",
            "https://voorbeeld.example/a b",
            'https://voorbeeld.example/"onmouseover="x',
            "https://[voorbeeld.example",
            "https://voorbeeld.example:poort/",
        )
    ),
]
ODD_FIELDS += [
    (name, "x" * (most + 1), "form.too_long", {"most": most, "length": most + 1})
    for name, most in (
        *LENGTHS.items(),
        *((f"english_{name}", LENGTHS[name]) for name in ENGLISH_TEXTS),
        *((f"{name}_1", most) for name, most in CLAIM_LENGTHS.items() if name in ("claim", "source")),
    )
]
NOT_ON_THE_FORM = {"wet", "geluk", "grondwet"}


async def test_a_field_that_cannot_be_kept_comes_back_with_everything_that_was_typed(
    browser: httpx2.AsyncClient,
) -> None:
    for field, value, code, facts in ODD_FIELDS:
        sent = filled_in(why_this='Dit <b>typte</b> ik & niemand "anders".') | {field: value}
        page = await browser.post(NEW, data=sent)
        assert page.status_code == 422, field
        tree = LexborHTMLParser(page.text)
        assert sentence(code, **facts) in " ".join(node.text() for node in tree.css(f"#error-{field}")), field
        assert tree.css_first(f"#errors a[href='#field-{field}']"), field
        assert tree.css_first(f"#field-{field}"), field
        back = Page(page).form("/nieuw").values
        for name, typed in sent.items():
            texts = typed if isinstance(typed, list) else [typed]
            if name == "kind" and NOT_ON_THE_FORM & set(texts):
                continue
            expected = sorted(text.strip() for text in texts if text not in NOT_ON_THE_FORM)
            assert sorted(text.strip() for text in back.get(name, [""])) == expected, (field, name)
    assert not await ProposalVersion.all().exists()


ROWS = {f"{name}_{number}" for name in CLAIM_LENGTHS for number in range(1, 12)}


async def test_more_rows_for_facts_come_without_saving_and_with_everything_that_was_typed(
    browser: httpx2.AsyncClient,
) -> None:
    await browser.post(NEW, data=filled_in())
    odd = {"claim_8": "Een los feit", "source_8": "", "link_8": "geen link", "date_8": "ooit", "goal": "x" * 301}
    for address in (NEW, "/bureau/voorstellen/1/veranderen"):
        page = await browser.post(address, data=filled_in(**odd, go="more"))
        assert page.status_code == 200
        back = Page(page).form(address).values
        assert back.keys() >= ROWS, "eight rows were there, now eleven"
        assert "claim_12" not in back
        assert Page(page).form(address).buttons[:2] == [("", ""), ("go", "more")], "Enter saves"
        assert [back[f"{name}_6"] for name in CLAIM_LENGTHS] == [["Een los feit"], [""], ["geen link"], ["ooit"]]
        for name, typed in filled_in(goal=["x" * 301]).items():
            assert sorted(back[name]) == sorted(text.strip() for text in typed), name
    assert await ProposalVersion.all().count() == 1


async def test_there_is_an_end_to_the_rows_but_what_was_typed_is_shown(browser: httpx2.AsyncClient) -> None:
    many = {
        f"{name}_{number}": text
        for number in range(1, MOST_CLAIMS + 2)
        for name, text in {"claim": "Feit", "source": "Bron", "date": "1-2-2026"}.items()
    }
    page = await browser.post(NEW, data=filled_in(**many))
    assert sentence("claim.too_many", most=MOST_CLAIMS) in page.text
    assert Page(page).form("/nieuw").values[f"claim_{MOST_CLAIMS + 1}"] == ["Feit"]
    assert "Nog meer feiten" not in page.text
    del many[f"claim_{MOST_CLAIMS + 1}"], many[f"source_{MOST_CLAIMS + 1}"], many[f"date_{MOST_CLAIMS + 1}"]
    assert (await browser.post(NEW, data=filled_in(**many))).status_code == 303


async def test_what_is_wrong_is_said_at_once_beside_each_field(browser: httpx2.AsyncClient) -> None:
    wrong = {"title": "", "date_1": "ooit", "link_2": "geen link", "english_goal": "x" * 301}
    tree = LexborHTMLParser((await browser.post(NEW, data=filled_in(**wrong))).text)
    assert {link.attributes["href"] for link in tree.css("#errors a")} == {f"#field-{name}" for name in wrong}
    assert all(tree.css_first(f"#error-{name}") for name in wrong)
    said = {str(link.attributes["href"]): link.text() for link in tree.css("#errors a")}
    assert said["#field-title"] == "Hoe heet het? – Vul dit veld in."
    assert said["#field-english_goal"].startswith("Het doel, in het Engels – Deze tekst is te lang")
    assert said["#field-date_1"].startswith("Feit 1: "), "which says itself what it is about"
    [english] = [node for node in tree.css("details") if node.css_first("#error-english_goal")]
    assert "open" in english.attributes


async def test_a_fact_is_shown_with_its_source_and_its_date_to_the_desk_and_to_a_member(
    stage: Stage, browser: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    facts = {
        "claim_6": "Eén <b>feit</b>",
        "source_6": "Het CBS",
        "link_6": "http://cbs.example/a?b=1&c",
        "date_6": "3-2-2026",
    }
    desk = await browser.get((await browser.post(NEW, data=filled_in(**facts))).headers["location"])
    review = await stage.draft(await ProposalVersion.get())
    await stage.bring(review, State.OPEN)
    member = await open_proposal(stage, client, review)
    for page in (desk, member):
        [item] = [node for node in LexborHTMLParser(page.text).css("li") if "Eén <b>feit</b>" in node.text()]
        assert "Bron: Het CBS, 3 februari 2026" in item.text()
        [link] = item.css("a")
        assert link.attributes == {"class": "utrecht-link", "href": "http://cbs.example/a?b=1&c"}
    assert (await ProposalVersion.get()).content["claims"][5]["date"] == "2026-02-03"
    await stage.bring(review, State.CLOSED)
    facts_of_report = (await facts_of(stage.settings, await with_version(review), review.closes_at))["sources"]
    assert facts_of_report[5] == {"claim": "Eén <b>feit</b>", "source": "Het CBS", "date": "2026-02-03"}


async def test_a_member_reads_the_text_per_article(stage: Stage, client: httpx2.AsyncClient) -> None:
    for number in (9, 40):
        text = "Vooraf.\n\n# Hoofdstuk\n\n" + "".join(
            f"## Artikel {n}. Kop {n}\n\nTekst {n}.\n\n" for n in range(number)
        )
        review = await stage.draft(await stage.proposal(text=text))
        await stage.bring(review, State.OPEN)
        tree = LexborHTMLParser((await open_proposal(stage, client, review)).text)
        folded = {node.text(): node.parent for node in tree.css("details > summary")}
        for n in range(number):
            part = folded[f"Artikel {n}. Kop {n}"]
            assert part
            assert f"Tekst {n}." in part.text()
        assert "Hoofdstuk" in [node.text() for node in tree.css("h3")], "a heading without text folds nothing"
        assert ("Alle 40 delen" in folded) == (number == 40), "a long list folds as a whole"


async def test_a_member_who_reads_english_gets_what_is_translated_and_the_rest_is_marked_as_dutch(
    stage: Stage, client: httpx2.AsyncClient
) -> None:
    text = "".join(f"## Artikel {n}\n\nTekst {n}.\n\n" for n in range(40))
    english = replace(dossier().english, monday="")
    review = await stage.draft(await stage.proposal(text=text, english=english))
    await stage.bring(review, State.OPEN)
    await stage.change(Member.filter(review=review), language="en")
    tree = LexborHTMLParser((await open_proposal(stage, client, review)).text)
    assert tree.css("html[lang=en]")
    in_dutch = " ".join(node.text() for node in tree.css("main [lang=nl]"))
    for words in ("Mevrouw Jansen", "Artikel 3", "De wachttijd is nu negen weken.", "Tekst 3."):
        assert words in in_dutch
    for words in (
        english.title,
        "If you get help at home",
        "How soon the plan starts.",
        "All 40 parts",
        "1 October 2026",
    ):
        assert words in tree.css("main")[0].text()
        assert words not in in_dutch


async def open_proposal(stage: Stage, browser: httpx2.AsyncClient, review: Review) -> httpx2.Response:
    [member, *_] = await stage.members(review)
    await browser.post(f"/m/{make_token(stage.settings, member, ANSWER)}")
    return await browser.get("/mening")


async def with_version(review: Review) -> Review:
    return await Review.get(id=review.id).select_related("version")


async def test_what_was_saved_before_there_were_rows_is_still_read_and_kept(
    stage: Stage, browser: httpx2.AsyncClient, client: httpx2.AsyncClient
) -> None:
    version = await stage.proposal(values=("meedoen", "inkomen", "zelf_doen"))
    older = {name: value for name, value in version.content.items() if name not in ("claims", "english")}
    await stage.change(
        ProposalVersion.filter(id=version.id), content=older | {"sources": "Het **jaarverslag**, mei 2026."}
    )
    review = await stage.draft(version)
    await stage.bring(review, State.OPEN)
    for page in (await browser.get(f"/bureau/voorstellen/{version.id}"), await open_proposal(stage, client, review)):
        assert page.status_code == 200
        assert "Het <strong>jaarverslag</strong>, mei 2026." in page.text
    edit = f"/bureau/voorstellen/{version.proposal_id}/veranderen"
    form = Page(await browser.get(edit)).form("/veranderen")
    assert form.values["sources"] == ["Het **jaarverslag**, mei 2026."]
    await browser.post(edit, data=form.values)
    assert await ProposalVersion.all().count() == 1, "saving what is already there adds nothing"
    await browser.post(edit, data=form.values | {"sources": ""})
    assert "Bronnen van vroeger" not in (await browser.get(edit)).text


async def test_markdown_is_shown_without_anything_that_can_do_harm(
    browser: httpx2.AsyncClient, client: httpx2.AsyncClient, stage: Stage
) -> None:
    evil = "Gewoon **vet**.\n\n<script>alert(1)</script>\n\n[klik](javascript:alert(1)) <img src=x onerror=alert(1)>"
    texts = dict.fromkeys((*WHY, "summary", "text", "monday", "fixed", "still_open", "sources"), evil)
    review = await stage.draft(await stage.proposal(title="<i>Titel</i>", question="<i>Vraag</i>?", **texts))
    await stage.bring(review, State.OPEN)
    for page in (await browser.get("/bureau/voorstellen/1"), await client.get(f"/t/{review.id}")):
        assert page.status_code == 200
        tree = LexborHTMLParser(page.text)
        assert "<strong>vet</strong>" in page.text
        assert not tree.css("script, main img[onerror], main i")
        assert not [a for a in tree.css("a") if "javascript" in (a.attributes.get("href") or "")]


async def test_a_proposal_can_be_long(browser: httpx2.AsyncClient) -> None:
    text = "Artikel één. " * 11_000
    saved = await browser.post(NEW, data=filled_in(text=text))
    assert saved.status_code == 303
    assert (await ProposalVersion.get()).content["text"] == text.strip()


DATES = {name: str(day) for name, day in vars(plan()).items()}


ODD_PLANS = [
    ("sample_size", "veel", "form.number"),
    ("sample_size", "0", "form.number"),
    ("sample_size", "100001", "form.number"),
    ("sample_size", "000000100999", "form.number"),
    ("quorum", "-1", "form.number"),
    ("quorum", "41", "review.quorum_above_sample"),
    ("majority_percent", "49", "form.number"),
    ("majority_percent", "100", "form.number"),
    ("closes_on", "31-12-2026", "form.date"),
    ("closes_on", "", "form.empty"),
    ("closes_on", "2026-02-30", "form.date"),
    ("closes_on", "2020-01-01", "review.closes_in_the_past"),
    ("decision_on", "2020-01-01", "review.decision_before_judgement"),
]
LIMITS = {"sample_size": (1, 100_000), "quorum": (1, 100_000), "majority_percent": (50, 99)}


async def test_a_plan_that_cannot_be_comes_back_with_its_sentence_and_what_was_typed(
    stage: Stage, sign_in: SignIn
) -> None:
    clerk, version = await sign_in(stage.clerk), await stage.proposal()
    for field, value, code in ODD_PLANS:
        sent = DATES | {field: value}
        page = await clerk.post(f"/bureau/voorstellen/{version.id}/tweede-mening", data=sent)
        assert page.status_code == 422, (field, value)
        facts = dict(zip(("low", "high"), LIMITS.get(field, ()), strict=False))
        assert sentence(code, **facts) in page.text, (field, value)
        back = Page(page).form("/tweede-mening").values
        assert {name: back[name] for name in sent} == {name: [typed] for name, typed in sent.items()}
    assert not await Review.all().exists()


ODD_STEPS = [
    ("verlengen", {"closes_on": "2020-01-01", "reason": "Meer tijd."}, "review.only_later"),
    ("verlengen", {"closes_on": "x", "reason": "Meer tijd."}, "form.date"),
    ("verlengen", {"closes_on": "2099-01-01", "reason": " "}, "review.no_reason"),
    ("verlengen", {"closes_on": "2099-01-01", "reason": "x" * 2_001}, "form.too_long"),
    ("intrekken", {"reason": ""}, "review.no_reason"),
    ("intrekken", {"reason": "x" * 2_001}, "form.too_long"),
]


async def test_a_step_that_is_refused_comes_back_with_what_was_typed(stage: Stage, sign_in: SignIn) -> None:
    clerk, review = await sign_in(stage.clerk), await stage.review(State.OPEN)
    for step, fields, code in ODD_STEPS:
        page = await clerk.post(f"/bureau/{review.id}/{step}", data=fields)
        assert page.status_code == 422, fields
        assert sentence(code, most=2_000, length=2_001) in page.text, fields
        assert Page(page).form(step).values == {name: [value] for name, value in fields.items()}
    assert row(await Review.get(id=review.id)) == row(review)
