"""The page that takes a municipality's file, the columns it remembers, and the page that shows who are in it."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from panel.people.models import ColumnMapping, Frame, Person
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.messages import sentence
from tests.panel.contents import contents
from tests.panel.stage import Stage

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
ODD = "pasnr;stuk;post;sekse;jaren"
CBS = (
    '\ufeff"Regiocode (gemeente, wijk, buurt) (code)";"Aantal inwoners"\r\n'
    '"WK036301  ";"      40"\r\n"WK036302  ";"      60"\r\n"BU03630101";"       5"\r\n'
).encode()


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.RELEASED)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def send(
    clerk: httpx2.AsyncClient, review: Review, content: bytes, page: str = "bestand", **columns: str
) -> httpx2.Response:
    return await clerk.post(
        f"/bureau/{review.id}/{page}", files={"file": ("bestand.csv", content, "text/csv")}, data=columns
    )


def odd_file(number: int = 12, area: str = "WK036301", header: str = ODD) -> bytes:
    rows = (f"P{n};{area};p{n}@inwoner.example;{'MVX'[n % 3]};{20 + n}" for n in range(number))
    return "\n".join((header, *rows)).encode()


NAMED = {"column_id": "pasnr", "column_area": "stuk", "column_email": "post", "column_gender": "sekse",
         "column_age_class": "jaren"}  # fmt: skip


async def test_a_file_with_unknown_columns_shows_their_names_to_choose_from(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    before = await contents()
    page = await send(clerk, review, odd_file())
    assert page.status_code == 422
    assert "geen kolom met een eigen nummer" in page.text
    for name in ODD.split(";"):
        assert page.text.count(f'<option value="{name}"') == 20
    assert "Kies hetzelfde bestand nog een keer" in page.text
    assert "P1;" not in page.text
    assert await contents() == before
    assert (await send(clerk, review, odd_file(), chosen="ja", **NAMED)).status_code == 303
    assert await Person.filter(area="WK036301").count() == 12


async def test_of_a_file_with_very_many_columns_the_names_are_typed(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    header = ";".join((ODD, *(f"kolom {n}" for n in range(2_000))))
    page = await send(clerk, review, odd_file(header=header))
    assert (page.status_code, "<option" in page.text, 'name="column_id"' in page.text) == (422, False, True)
    assert len(page.content) < 100_000


async def test_a_wrong_choice_keeps_the_other_choices(clerk: httpx2.AsyncClient, review: Review) -> None:
    page = await send(
        clerk, review, odd_file(), chosen="ja", **{**NAMED, "column_name": "pasnr"}, supplier="Leverdat"
    )
    assert (page.status_code, "twee keer gekozen" in page.text) == (422, True)
    assert page.text.count('<option value="pasnr" selected>') == 2
    assert 'value="Leverdat"' in page.text


async def test_columns_named_by_hand_are_used_again_for_the_next_file_of_that_make(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    assert (await send(clerk, review, odd_file(), **NAMED, supplier="Leverdat")).status_code == 303
    page = (await clerk.get(f"/bureau/{review.id}/bestand")).text
    assert "eerder ingelezen" not in page
    assert "e-mailadres: kolom ‘post’" in page

    other = await stage.review(State.RELEASED)
    moved = odd_file(8, header=ODD.upper())
    assert (await send(clerk, other, moved)).status_code == 303
    stored = await Frame.get(review=other)
    assert (stored.accepted, stored.columns["remembered"]) == (8, True)
    page = (await clerk.get(f"/bureau/{other.id}/bestand")).text
    assert "eerder ingelezen (leverancier: Leverdat)" in page
    assert "e-mailadres: kolom ‘POST’" in page
    assert await ColumnMapping.all().count() == 1

    unlike = odd_file(header=ODD.replace("jaren", "oud"))
    assert (await send(clerk, other, unlike)).status_code == 422


async def test_a_later_choice_by_hand_replaces_what_was_remembered(clerk: httpx2.AsyncClient, review: Review) -> None:
    await send(clerk, review, odd_file(), **NAMED)
    await send(clerk, review, odd_file(), chosen="ja", column_id="pasnr", column_email="post", column_language="stuk")
    assert (await Frame.get(review=review)).accepted == 12
    await send(clerk, review, odd_file())
    assert (await Frame.get(review=review)).columns["mapping"] == {
        "id": "pasnr", "email": "post", "language": "stuk"
    }  # fmt: skip


async def test_columns_of_a_file_that_could_not_be_read_are_not_remembered(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    assert (await send(clerk, review, odd_file(), column_id="pasnr", column_name="stuk")).status_code == 422
    assert not await ColumnMapping.exists()


async def test_a_column_named_by_hand_takes_the_place_of_a_guess(clerk: httpx2.AsyncClient, review: Review) -> None:
    content = odd_file(header="nr;pas;mail;geslacht;leeftijd")
    assert (await send(clerk, review, content, column_name="nr", column_id="pas")).status_code == 303
    stored = await Frame.get(review=review)
    assert stored.columns["mapping"]["id"] == "pas"
    assert (stored.accepted, stored.refused_count) == (1, 11)


async def quality_page(clerk: httpx2.AsyncClient, review: Review) -> str:
    response = await clerk.get(f"/bureau/{review.id}/bestand/kwaliteit")
    assert response.status_code == 200
    return response.text


async def test_the_quality_page_counts_the_people_who_were_stored(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    assert "Lees eerst het bestand in" in await quality_page(clerk, review)
    await stage.read_people(review)
    frame = await Frame.get(review=review)
    page = await quality_page(clerk, review)
    assert f"{frame.accepted}</dd>" in page
    for caption in ("Mensen per leeftijd en geslacht", "Adressen naar het aantal mensen", "Mensen per gebied"):
        assert caption in page
    assert 'role="img" aria-label="Bevolkingsopbouw' in page
    for area in ("Noord", "Zuid"):
        number = await Person.filter(frame=frame, area=area).count()
        assert f"{area}</th>" in page
        assert f'data-label="In het bestand">{number}</td>' in page
    assert f"/bureau/{review.id}/bestand/kwaliteit" in (await clerk.get(f"/bureau/{review.id}/bestand")).text


async def test_figures_of_statistics_netherlands_stand_beside_the_people_and_stay(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    await send(clerk, review, odd_file(20), **NAMED)
    assert (await send(clerk, review, CBS, "bestand/kwaliteit")).status_code == 303
    for _ in range(2):
        page = await quality_page(clerk, review)
        assert "Vergeleken met de kolom ‘Aantal inwoners’" in page
        assert 'data-label="Per inwoner">0,50</td>' in page
        assert "niemand staat in het bestand: WK036302." in page
        assert "20,0 %" in page
        await send(clerk, review, odd_file(20), **NAMED)  # another file of the same town


async def test_figures_that_cannot_be_read_are_answered_with_a_sentence(
    stage: Stage, clerk: httpx2.AsyncClient, review: Review
) -> None:
    page = await send(clerk, review, CBS, "bestand/kwaliteit")
    assert (page.status_code, sentence("people.no_frame") in page.text) == (422, True)
    await stage.read_people(review)
    before = await contents()
    for content, words in (
        (b"", "Kies eerst een bestand"),
        (b"naam;aantal\nOost;5\n", "geen kolom met codes van het CBS"),
        (b"PK\x03\x04", "Excel"),
    ):
        page = await send(clerk, review, content, "bestand/kwaliteit")
        assert (page.status_code, words in page.text) == (422, True), words
    assert await contents() == before


async def test_after_closing_there_are_no_people_left_to_count(stage: Stage, clerk: httpx2.AsyncClient) -> None:
    review = await stage.review(State.CLOSED)
    assert "zijn gewist" in await quality_page(clerk, review)
    page = await send(clerk, review, CBS, "bestand/kwaliteit")
    assert (page.status_code, sentence("people.no_frame") in page.text) == (422, True)


async def test_a_file_in_which_nobody_can_be_drawn_is_said_so(clerk: httpx2.AsyncClient, review: Review) -> None:
    await send(clerk, review, b"id;email;leeftijd\n1;a@b.example;12\n")
    assert "Er is niemand die kan worden geloot" in await quality_page(clerk, review)
