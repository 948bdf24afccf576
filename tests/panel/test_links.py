"""The two links in every mail: to answer, and not to be asked."""

from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from panel.demo.browser import Page
from panel.invitations.links import ANSWER, OPT_OUT, make_token, member_of_token
from panel.people.exclusions import DRAWN, OPTED_OUT
from panel.people.models import Exclusion, Member, OptOut
from panel.reviews.models import Review, State
from tests.panel.contents import contents
from tests.panel.stage import Stage
from tests.panel.test_answers import ANOTHER_SITE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
URL_ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def opt_out(stage: Stage, member: Member) -> str:
    return f"/u/{make_token(stage.settings, member, OPT_OUT)}"


async def choice_of(member: Member) -> str:
    return (await Member.get(id=member.id)).opt_out


def same_but_for_the_address(page: httpx2.Response) -> tuple[int, str, list[str]]:
    return page.status_code, page.text, sorted(page.headers)


async def test_wrong_altered_revoked_and_foreign_links_look_the_same(
    stage: Stage, client: httpx2.AsyncClient, member: Member
) -> None:
    answer, opt_out = (make_token(stage.settings, member, purpose) for purpose in (ANSWER, OPT_OUT))
    assert (await client.get(f"/m/{answer}")).status_code == (await client.get(f"/u/{opt_out}")).status_code == 200
    other_secret = replace(stage.settings, secret_key="the secret of another installation")
    foreign = make_token(other_secret, member, ANSWER)
    unknown = make_token(stage.settings, Member(link_id="niemand", link_version=1), ANSWER)
    tokens = [
        answer[:-1],
        answer + "a",
        answer.swapcase(),
        member.link_id,
        foreign,
        unknown,
        opt_out,
        "x",
        "a" * 3000,
    ]
    wrong = [f"/m/{token}" for token in (*tokens, "%00", f"{member.link_id}%00.x", "%F0%9F%98%80", "'--")]
    await stage.change(Member.filter(id=member.id), link_version=2)
    wrong += [f"/m/{answer}", f"/u/{opt_out}", f"/u/{answer}", "/u/x"]
    before = await contents()
    pages = [await client.get(address) for address in wrong]
    pages += [await client.post(address, data={"choice": "never_again"}) for address in wrong]
    assert {same_but_for_the_address(page)[0] for page in pages} == {404, 429}  # which after many, see test_failures
    assert len({page.text for page in pages}) == 1
    assert "Deze pagina is er niet" in pages[0].text
    assert await contents() == before


async def test_a_link_for_one_purpose_serves_no_other(stage: Stage, member: Member) -> None:
    for made, used in ((ANSWER, OPT_OUT), (OPT_OUT, ANSWER)):
        token = make_token(stage.settings, member, made)
        assert await member_of_token(stage.settings, token, used) is None
        assert await member_of_token(stage.settings, token, made) == member


async def test_opting_out_on_the_page_can_be_taken_back(
    client: httpx2.AsyncClient, member: Member, opt_out: str
) -> None:
    assert "Wilt u niet meedoen?" in (await client.get(opt_out)).text
    for choice, heading in (
        ("this_time", "U doet niet mee"),
        ("no", "U doet mee"),
        ("never_again", "wij loten u niet opnieuw"),
    ):
        done = await client.post(opt_out, data={"choice": choice})
        assert done.headers["location"].partition("?")[0] == opt_out
        assert heading in (await client.get(done.headers["location"])).text
        assert await choice_of(member) == choice


async def test_afterwards_the_choice_is_about_mail_and_not_about_taking_part(
    stage: Stage, client: httpx2.AsyncClient, member: Member, opt_out: str
) -> None:
    await stage.withdraw(await Review.get(id=member.review_id))
    page = (await client.get(opt_out)).text
    assert ("Stuur mij bericht als er nieuws is." in page, "Ik doe mee." in page) == (True, False)
    done = await client.post(opt_out, data={"choice": "this_time"})
    assert "U bent afgemeld" in (await client.get(done.headers["location"])).text


@pytest.mark.parametrize("participated", [True, False])
async def test_who_opts_out_reads_that_no_mail_comes_and_that_an_answer_still_counts(
    stage: Stage, client: httpx2.AsyncClient, member: Member, opt_out: str, participated: bool
) -> None:
    await stage.change(Member.filter(id=member.id), participated=participated)
    await client.post(opt_out, data={"choice": "this_time"})
    page = (await client.get(opt_out)).text
    assert "U krijgt hierover geen e-mail meer." in page
    assert ("Uw antwoord was al binnen. Dat blijft meetellen." in page) == participated


async def test_who_never_wants_to_be_asked_is_known_by_a_hash_and_who_changes_their_mind_is_not(
    client: httpx2.AsyncClient, member: Member, opt_out: str
) -> None:
    opted_out = Exclusion.filter(reason=OPTED_OUT)
    await client.post(opt_out, data={"choice": "never_again"})
    [excluded] = await opted_out
    assert member.pseudonym not in excluded.digest
    await client.post(opt_out, data={"choice": "no"})
    assert not await opted_out.exists()
    assert (await Exclusion.get(digest=excluded.digest)).reason == DRAWN


async def test_a_mail_program_opts_out_in_one_click(client: httpx2.AsyncClient, member: Member, opt_out: str) -> None:
    """RFC 8058: a POST without cookies, with this one field, is enough, and is answered without redirect."""
    done = await client.post(opt_out, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert await choice_of(member) == OptOut.THIS_TIME


async def test_one_click_works_as_multipart_too(client: httpx2.AsyncClient, member: Member, opt_out: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await client.post(opt_out, content=body, headers=headers)).status_code == 200
    assert await choice_of(member) == OptOut.THIS_TIME


async def test_one_click_does_not_weaken_never_again(
    client: httpx2.AsyncClient, member: Member, opt_out: str
) -> None:
    await client.post(opt_out, data={"choice": "never_again"})
    assert (await client.post(opt_out, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    assert await choice_of(member) == OptOut.NEVER_AGAIN
    assert await Exclusion.filter(reason=OPTED_OUT).count() == 1


@pytest.mark.parametrize("headers", ANOTHER_SITE, ids=str)
async def test_one_click_comes_from_wherever_the_mail_program_is_and_nothing_else_does(
    open_browser: Callable[[], httpx2.AsyncClient], member: Member, opt_out: str, headers: dict[str, str]
) -> None:
    provider = open_browser()
    for fields in ({"choice": "never_again"}, {**ONE_CLICK, "choice": "never_again"}, {}):
        assert (await provider.post(opt_out, data=fields, headers=headers)).status_code == 403
    assert await choice_of(member) == OptOut.NO
    done = await provider.post(opt_out, content="List-Unsubscribe=One-Click", headers={**URL_ENCODED, **headers})
    assert done.status_code == 200
    assert not provider.cookies
    assert await choice_of(member) == OptOut.THIS_TIME


@pytest.mark.parametrize(
    "fields", [{}, {"choice": "maybe"}, {"choice": ""}, {"List-Unsubscribe": "x"}, {**ONE_CLICK, "choice": ""}]
)
async def test_a_form_without_a_choice_changes_nothing_and_says_so(
    client: httpx2.AsyncClient, member: Member, opt_out: str, fields: dict[str, str]
) -> None:
    before = await contents()
    refused = await client.post(opt_out, data=fields)
    assert refused.status_code == 422
    assert refused.text.count("Kies een van de mogelijkheden") == 2, "above the form and at the field"
    assert await contents() == before


@pytest.mark.parametrize("now", list(OptOut))
async def test_whoever_sends_the_form_as_it_stands_or_with_its_first_choice_changes_nothing(
    client: httpx2.AsyncClient, member: Member, opt_out: str, now: OptOut
) -> None:
    await client.post(opt_out, data={"choice": now})
    before = await contents()
    form = Page(await client.get(opt_out)).form()
    assert not form.values
    assert form.choices == {"choice": [now, *(choice for choice in OptOut if choice != now)]}
    assert (await client.post(opt_out, data=form.values)).status_code == 422
    assert (await client.post(opt_out, data={"choice": form.choices["choice"][0]})).status_code == 303
    assert await contents() == before


async def test_who_opted_out_can_still_answer_with_the_link(
    stage: Stage, client: httpx2.AsyncClient, member: Member, opt_out: str
) -> None:
    await client.post(opt_out, data={"choice": "this_time"})
    assert (await client.post(f"/m/{make_token(stage.settings, member, ANSWER)}")).headers["location"] == "/mening"


async def test_before_opening_and_after_closing_a_link_says_how_it_stands(
    stage: Stage, open_browser: Callable[[], httpx2.AsyncClient]
) -> None:
    for state, words in ((State.DRAWN, "Nog even geduld"), (State.CLOSED, "Deze vragenlijst is gesloten")):
        review = await stage.review(state)
        [member, *_] = await stage.members(review)
        browser = open_browser()
        link = f"/m/{make_token(stage.settings, member, ANSWER)}"
        assert words in (await browser.get(link)).text
        assert (await browser.post(link)).headers["location"] == link
        assert not browser.cookies
