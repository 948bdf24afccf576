"""Judging what residents wrote: by hand, with points, in parts, and never by a click that was not meant."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from tortoise.queryset import QuerySet

from deliberation.statements import YES_BUTS
from panel.arguments import pages
from panel.arguments.actions import Judgement, moderate
from panel.arguments.codebook import MOST_OWN, yes_buts
from panel.arguments.models import Decision, Statement
from panel.audit import AuditEntry
from panel.demo.browser import Page, Values
from panel.reports.actions import want_report
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import Refused, sentence
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
ODD = (
    "<script>alert('x')</script> & \"aan\" {{ 7 * 7 }}",
    "Goed plan 👍🏽 🏳️‍🌈, echt waar",
    "هذا مهم جدا للجميع",
    "Eerste regel\n\nderde regel",
    " ".join(["lang"] * 2_000),
)


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.CLOSED)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


@pytest.fixture
def address(review: Review) -> str:
    return f"/bureau/{review.id}/teksten"


def unjudged(review: Review) -> QuerySet[Statement]:
    return Statement.filter(review=review, decision=Decision.OPEN)


async def shown(clerk: httpx2.AsyncClient, address: str) -> tuple[Values, list[str]]:
    """The form as it stands there, and the ids of the texts in it."""
    form = Page(await clerk.get(address)).form("/teksten")
    return form.values, form.values["shown"]


async def test_nothing_is_chosen_beforehand_and_a_click_on_save_judges_nothing(
    review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    form = Page(await clerk.get(address)).form("/teksten")
    assert set(form.values) == {"shown", "new_code"}
    assert (await clerk.post(address, data=form.values)).status_code == 303
    assert await unjudged(review).count() == await Statement.filter(review=review).count()
    assert (await AuditEntry.get(action="texts judged")).result == "0 texts"


def test_the_yes_buts_are_those_of_the_method() -> None:
    assert tuple(yes_buts()) == YES_BUTS


async def test_every_text_is_judged_before_the_report_can_be_asked_for(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    texts = await Statement.filter(review=review)
    with pytest.raises(Refused) as refusal:
        await stage.database.write(want_report(review, stage.clerk))
    assert refusal.value.sentence == sentence("arguments.open", count=len(texts))
    odd = {"shown": [str(texts[0].id), "x"], "text_x": "keep", f"text_{texts[0].id}": "burn", "text_": "keep"}
    assert (await clerk.post(address, data=odd)).status_code == 303
    assert await unjudged(review).count() == len(texts)
    values, ids = await shown(clerk, address)
    await clerk.post(address, data=values | {f"text_{id_}": ["hold_back"] for id_ in ids})
    assert not await unjudged(review).exists()
    assert (await clerk.post(f"/bureau/{review.id}/rapport")).status_code == 303


async def test_what_is_chosen_is_kept_also_part_of_it_and_can_be_changed(
    review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    values, [one, other, third, *_] = await shown(clerk, address)
    chosen = {f"text_{one}": ["keep"], f"points_{one}": ["privacy", "money"], f"outside_{other}": ["ja"]}
    response = await clerk.post(address, data=values | chosen | {f"points_{third}": ["burn"]})
    assert response.headers["location"] == f"{address}?bladzijde=1#tekst-{other}", "the next that is not judged"
    stored = {str(text.id): text for text in await Statement.filter(review=review)}
    assert (stored[one].decision, stored[one].codes, stored[one].outside) == ("keep", ["money", "privacy"], False)
    assert (stored[other].decision, stored[other].codes, stored[other].outside) == ("open", [], True)
    assert stored[third].codes == [], "no such point"
    values, _ = await shown(clerk, address)
    assert {name for name in values if name.endswith((one, other))} == {
        f"text_{one}",
        f"points_{one}",
        f"outside_{other}",
    }
    await clerk.post(address, data=values | {f"text_{one}": ["hold_back"], f"points_{one}": []})
    changed = await Statement.get(id=one)
    assert (changed.decision, changed.codes) == ("hold_back", [])
    judged = await AuditEntry.filter(action="texts judged").order_by("id")
    assert [entry.result for entry in judged] == ["2 texts", "1 texts"]


async def test_the_button_for_all_that_is_not_marked_leaves_marked_and_judged_texts_alone(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    [marked, held_back, *rest] = await Statement.filter(review=review)
    await stage.change(Statement.filter(id=marked.id), marks=["name"])
    values, _ = await shown(clerk, address)
    await clerk.post(address, data=values | {"bulk": "keep", f"text_{held_back.id}": ["hold_back"]})
    stored = {text.id: text.decision for text in await Statement.filter(review=review)}
    assert (stored[marked.id], stored[held_back.id]) == ("open", "hold_back")
    assert {stored[text.id] for text in rest} == {"keep"}


async def test_many_texts_stand_on_pages_and_the_next_unjudged_comes_first(
    review: Review, clerk: httpx2.AsyncClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "A_PAGE", 10)
    values, first = await shown(clerk, address)
    _, second = await shown(clerk, f"{address}?bladzijde=2")
    assert len(first) == len(second) == 10
    assert not set(first) & set(second)
    kept = values | {f"text_{id_}": ["keep"] for id_ in first}
    response = await clerk.post(address, data=kept)
    assert response.headers["location"] == f"{address}?bladzijde=2#tekst-{second[0]}"
    assert (await shown(clerk, address))[1] == second
    for number in ("1", "0", "-1", "x", "999999999", "³"):
        _, ids = await shown(clerk, f"{address}?bladzijde={number}")
        assert ids == (first if number == "1" else second), number
    back = Page(await clerk.get(f"{address}?bladzijde=1")).form("/teksten").values
    assert back[f"text_{first[0]}"] == ["keep"]


async def test_own_points_are_added_used_and_removed_while_unused(
    review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    values, [one, *_] = await shown(clerk, address)
    response = await clerk.post(address, data=values | {"new_code": "  te  <veel> regels ", f"text_{one}": ["keep"]})
    assert response.headers["location"] == f"{address}?bladzijde=1#punten"
    assert (await Review.get(id=review.id)).own_codes == ["te <veel> regels"]
    assert (await Statement.get(id=one)).decision == "keep", "nothing that was chosen is lost"
    values, _ = await shown(clerk, address)
    await clerk.post(address, data=values | {f"points_{one}": ["te <veel> regels", "law"]})
    assert (await Statement.get(id=one)).codes == ["law", "te <veel> regels"]
    removal = {"remove": "te <veel> regels"}
    values, _ = await shown(clerk, address)
    page = await clerk.post(address, data=values | removal)
    assert page.status_code == 422
    assert "staat bij 1 teksten" in page.text
    assert (await clerk.post(address, data=values | removal | {f"points_{one}": []})).status_code == 303
    assert (await Review.get(id=review.id)).own_codes == []
    entries = await AuditEntry.filter(action__startswith="point ").order_by("id")
    assert [entry.action for entry in entries] == ["point added", "point removed"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("x" * 41, "form.too_long"),
        ("x" * 301, "form.too_long"),
        ("Geld", "arguments.code_twice"),
        ("MONEY", "arguments.code_twice"),
        ("Eigen  Woord", "arguments.code_twice"),
    ],
)
async def test_a_wrong_point_is_refused_and_what_was_chosen_comes_back(
    review: Review, clerk: httpx2.AsyncClient, address: str, typed: str, code: str
) -> None:
    await clerk.post(address, data={"new_code": "eigen woord"})
    values, [one, *_] = await shown(clerk, address)
    chosen = {f"text_{one}": ["hold_back"], f"points_{one}": ["law"], f"outside_{one}": ["ja"]}
    page = await clerk.post(address, data=values | chosen | {"new_code": typed})
    facts = {"most": 300 if len(typed) > 300 else 40, "length": len(typed), "word": " ".join(typed.split())}
    assert (page.status_code, sentence(code, **facts) in page.text) == (422, True)
    back = Page(page).form("/teksten").values
    assert chosen.items() <= back.items()
    assert back["new_code"] == [typed]
    assert (await Review.get(id=review.id)).own_codes == ["eigen woord"]


async def test_there_are_so_many_own_points_and_no_more(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    await stage.change(Review.filter(id=review.id), own_codes=[f"punt {n}" for n in range(MOST_OWN)])
    page = await clerk.post(address, data={"new_code": "nog een"})
    assert (page.status_code, sentence("arguments.codes_full", most=MOST_OWN) in page.text) == (422, True)


async def test_any_text_is_shown_as_it_was_written(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    texts = (await Statement.filter(review=review))[: len(ODD)]
    for statement, text in zip(texts, ODD, strict=True):
        await stage.change(Statement.filter(id=statement.id), text=text)
    page = Page(await clerk.get(address))
    assert "<script>alert" not in page.html
    for statement, text in zip(texts, ODD, strict=True):
        assert page.text(f"#tekst-{statement.id} blockquote [dir=auto]") == text


async def test_the_frame_of_the_proposal_stands_beside_the_texts(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    version = await stage.proposal(fixed="Het budget & de wet.", still_open="")
    review = await stage.draft(version)
    await stage.bring(review, State.CLOSED)
    page = (await clerk.get(f"/bureau/{review.id}/teksten")).text
    assert "Het budget &amp; de wet." in page
    assert "Daar staat niets over in het voorstel." in page


async def test_texts_of_another_review_cannot_be_judged_here(
    stage: Stage, review: Review, clerk: httpx2.AsyncClient, address: str
) -> None:
    there = await Statement.filter(review=await stage.review(State.CLOSED))
    fields = {"shown": [str(text.id) for text in there]} | {f"text_{text.id}": "keep" for text in there}
    await clerk.post(address, data=fields)
    ids = {str(text.id): Judgement(Decision.KEEP) for text in there}
    await stage.database.write(moderate(review, ids, stage.clerk))
    assert not await Statement.filter(decision=Decision.KEEP).exists()


async def test_after_the_report_is_made_nothing_changes(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    review = await stage.review(State.REPORTED)
    address = f"/bureau/{review.id}/teksten"
    values, [one, *_] = await shown(clerk, address)
    page = await clerk.post(address, data=values | {f"text_{one}": ["hold_back"]})
    assert (page.status_code, sentence("review.not_closed") in page.text) == (409, True)
    assert (await Statement.get(id=one)).decision == "keep"
    assert not Page(await clerk.get(address)).form("/teksten").buttons
