"""The municipality's file, and the lot."""

import csv
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.table import read_table
from panel.invitations.actions import opt_out
from panel.people.actions import import_frame, language_of_letters, read_rows
from panel.people.exclusions import DRAWN, REST_DAYS
from panel.people.models import Draw, Exclusion, Frame, Member, OptOut, Person
from panel.reviews.models import Review, State
from panel.staff.models import Staff
from panel.web.dutch import today
from panel.web.messages import sentence
from tests.panel.contents import contents
from tests.panel.stage import Stage, frame
from tests.panel.volunteers import EXTRA, volunteers

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
HEADER = "volgnummer;naam;e-mail;straat;huisnummer;postcode;woonplaats;geboortedatum;geslacht;wijk;geheimhouding"
ROW = "{0};Jan Jansen;{0}@inwoner.example;Dorpsweg;{1};3511 AA;Voorbeeld;01-02-1980;M;Noord;N"


@pytest.fixture
async def review(stage: Stage) -> Review:
    return await stage.review(State.RELEASED)


@pytest.fixture
async def clerk(stage: Stage, sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in(stage.clerk)


async def send(clerk: httpx2.AsyncClient, review: Review, content: bytes, **columns: str) -> httpx2.Response:
    return await clerk.post(
        f"/bureau/{review.id}/bestand", files={"file": ("bestand.csv", content, "text/csv")}, data=columns
    )


def rows(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *lines)).encode()


def good_rows(number: int) -> list[str]:
    return [ROW.format(f"A{n}", n) for n in range(1, number + 1)]


def bsn(start: int) -> str:
    """A number that passes the test of eleven of the citizen service number; 9999… are for tests only."""
    digits = f"{99_990_000 + start:08}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
    return f"{digits}{rest}" if rest < 10 else bsn(start + 100)


BROKEN = {
    "empty": (b"", "Kies eerst een bestand"),
    "xlsx": (b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 500, "geen CSV-bestand maar een Excel"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "Excel"),
    "utf-16": (frame(30).decode("utf-8-sig").encode("utf-16"), "UTF-16"),
    "pdf": (b"%PDF-1.7\n" + b"\x00\x01" * 200, "PDF"),
    "no header": (rows(*good_rows(20)[1:], header=good_rows(1)[0]), "lijkt op een gewone rij"),
    "only a header": (rows(), "staan geen rijen"),
    "no id": (rows("Jan;Noord", header="naam;wijk"), "geen kolom met een eigen nummer"),
    "two columns of one name": (rows("1;2", header="id;id"), "meer dan één keer voor"),
    "bsn": (rows(*(f"{bsn(n)};Jan" for n in range(40)), header="id;naam"), "burgerservicenummers (BSN)"),
    "a quote out of place": (rows(*good_rows(3), '"A5;Jan'), "aanhalingsteken"),
}


async def test_a_file_that_cannot_be_read_is_answered_with_a_sentence_and_leaves_nothing(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    before = await contents()
    for name, (content, words) in BROKEN.items():
        page = await send(clerk, review, content)
        assert page.status_code == 422, name
        assert words in page.text, name
    assert await contents() == before


async def test_a_form_without_a_file_is_answered_with_a_sentence(clerk: httpx2.AsyncClient, review: Review) -> None:
    page = await clerk.post(f"/bureau/{review.id}/bestand", data={"column_id": "x"})
    assert (page.status_code, sentence("form.no_file") in page.text) == (422, True)


async def test_columns_with_other_names_can_be_named_and_a_wrong_name_is_refused(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    content = rows(*(f"P{n};Noord;p{n}@inwoner.example" for n in range(1, 13)), header="pasnr;stuk;mail")
    assert "geen kolom met een eigen nummer" in (await send(clerk, review, content)).text
    wrong = await send(clerk, review, content, column_id="pasnummer")
    assert (wrong.status_code, "‘pasnummer’ staat niet in het bestand" in wrong.text) == (422, True)
    assert not await Frame.all().exists()
    assert (await send(clerk, review, content, column_id="pasnr", column_area="stuk")).status_code == 303
    assert {person.area for person in await Person.all()} == {"Noord"}


async def test_refused_rows_are_listed_with_their_number_and_the_rest_is_kept(
    clerk: httpx2.AsyncClient, review: Review
) -> None:
    lines = [*good_rows(3), ROW.format("", 4), ROW.format("A1", 5), ROW.format("A6", 6).replace("3511 AA", "12AB")]
    assert (await send(clerk, review, rows(*lines))).status_code == 303
    page = (await clerk.get(f"/bureau/{review.id}/bestand")).text
    for number in (5, 6, 7):
        assert f"Rij {number}" in page
    stored = await Frame.get(review=review)
    assert (stored.accepted, stored.refused_count) == (3, 3)
    assert await Person.filter(frame=stored).count() == 3


async def test_a_new_file_takes_the_place_of_the_earlier_one(clerk: httpx2.AsyncClient, review: Review) -> None:
    for number in (5, 8):
        assert (await send(clerk, review, rows(*good_rows(number)))).status_code == 303
    assert await Person.all().count() == (await Frame.get(review=review)).accepted == 8


async def test_people_who_work_here_cannot_be_drawn(stage: Stage, clerk: httpx2.AsyncClient, review: Review) -> None:
    lines = [*good_rows(3), ROW.format("A4", 4).replace("A4@inwoner.example", stage.council.email.upper())]
    await send(clerk, review, rows(*lines))
    stored = await Frame.get(review=review)
    assert (stored.accepted, stored.excluded["council_or_staff"]) == (3, 1)
    assert not await Person.filter(email__icontains="council").exists()


async def test_at_most_one_is_drawn_per_address(stage: Stage, review: Review) -> None:
    await stage.draw(review)
    members = await stage.members(review)
    assert len(members) == 40
    homes = Counter(member.address for member in members)
    assert max(homes.values()) == 1


async def test_who_was_drawn_or_wants_no_more_is_left_out_of_the_next_file(stage: Stage, review: Review) -> None:
    content = frame(150)
    await stage.read_people(review, content)
    await stage.draw_from_frame(review)
    members = await stage.members(review)
    leaver = members[0]
    await stage.database.write(opt_out(stage.settings, leaver, OptOut.NEVER_AGAIN))

    second = await stage.review(State.RELEASED)
    await stage.read_people(second, content)
    stored = await Frame.get(review=second)
    assert (stored.excluded["recently_drawn"], stored.excluded["opted_out"]) == (39, 1)
    left = {person.pseudonym async for person in Person.filter(frame=stored)}
    assert not left & {member.pseudonym for member in members}

    a_year_ago = today().replace(year=today().year - 1)
    assert REST_DAYS == 365
    await stage.change(Exclusion.filter(), since=a_year_ago)
    await stage.read_people(second, content)
    stored = await Frame.get(review=second)
    assert "recently_drawn" not in stored.excluded or not stored.excluded["recently_drawn"]
    left = {person.pseudonym async for person in Person.filter(frame=stored)}
    assert leaver.pseudonym not in left, "never again is for good"
    assert members[1].pseudonym in left


async def test_never_again_outlives_the_review_and_holds_for_a_new_file_in_which_the_rest_has_changed(
    stage: Stage, review: Review
) -> None:
    """A person is known by the municipality's own number, not by an e-mail address: that changes, and is shared."""
    content = frame(150)
    await stage.read_people(review, content)
    await stage.draw_from_frame(review)
    leaver, *others = await stage.members(review)
    await stage.database.write(opt_out(stage.settings, leaver, OptOut.NEVER_AGAIN))

    async def erase() -> None:
        await Exclusion.filter(reason=DRAWN).delete()
        for table in (Member, Draw, Frame):
            await table.filter(review_id=review.id).delete()

    await stage.database.write(erase())
    assert (await contents())["main.person"] == (await contents())["main.member"] == []
    kept = repr(await contents())
    assert leaver.email not in kept
    assert leaver.pseudonym not in kept

    header, *people = csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";")
    number, name, email = (header.index(column) for column in ("volgnummer", "naam", "e-mail"))
    for row in people:
        row[email] = row[email].swapcase()
        if row[number] == leaver.pseudonym:
            row[name] = "Anders Anders"
        elif row[number] == others[0].pseudonym:
            row[email] = leaver.email
    second = await stage.review(State.RELEASED)
    await stage.read_people(second, "\n".join(";".join(row) for row in (header, *people)).encode())
    stored = await Frame.get(review=second)
    assert (stored.refused_count, stored.excluded["opted_out"]) == (0, 1)
    left = {person.pseudonym: person.email async for person in Person.filter(frame=stored)}
    assert leaver.pseudonym not in left
    assert left[others[0].pseudonym] == leaver.email


async def test_who_takes_part_after_all_is_left_in_peace_for_a_year_only(stage: Stage, review: Review) -> None:
    await stage.draw(review)
    [member, *_] = await stage.members(review)
    for choice in (OptOut.NEVER_AGAIN, OptOut.NO):
        await stage.database.write(opt_out(stage.settings, member, choice))
    assert {entry.reason for entry in await Exclusion.all()} == {DRAWN}
    assert await Exclusion.all().count() == 40


async def test_people_without_mail_get_a_letter_and_the_clerk_a_line_in_the_log(
    stage: Stage, clerk: httpx2.AsyncClient
) -> None:
    from panel.audit import AuditEntry
    from panel.draws.proof import in_groups
    from panel.invitations.links import personal_link

    review = await stage.review(State.OPEN)
    [member, *_] = await stage.members(review)
    await stage.change(Member.filter(id=member.id), email="")
    answer = await clerk.post(f"/bureau/{review.id}/brieven", data={"who": "no_address"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "naam;adres;link;code;controle van de loting"
    assert next(csv.reader(lines[1:], delimiter=";")) == [
        member.name,
        member.address,
        personal_link(stage.settings, member),
        in_groups(member.code or ""),
        f"http://localhost/t/{review.id}/loting",
    ]
    assert await AuditEntry.filter(action="letters printed").count() == 1


@pytest.mark.parametrize(
    ("cell", "language"),
    [("nl", "nl"), ("Nederlands", "nl"), (" DUTCH ", "nl"), ("nl-NL", "nl"), ("en", "en"), ("Engels", "en"),
     ("English", "en"), ("en_GB", "en"), ("Engels (Verenigd Koninkrijk)", "en"), ("pl", ""), ("Pools", ""),
     ("Nedersaksisch", ""), ("enig", ""), ("", ""), ("-", "")],
)  # fmt: skip
def test_a_letter_is_in_the_language_of_the_file_and_otherwise_in_both(cell: str, language: str) -> None:
    assert language_of_letters(cell) == language


async def test_the_language_of_a_person_goes_with_the_member_and_not_into_the_record(
    stage: Stage, review: Review
) -> None:
    head, *lines = frame().decode().splitlines()
    cells = ("Nederlands", "en", "Klingon", "")
    rows_with = [f"{line};{cells[number % 4]}" for number, line in enumerate(lines)]
    await stage.read_people(review, "\n".join([f"{head};taal", *rows_with]).encode())
    await stage.draw_from_frame(review)
    known = {person.pseudonym: person.language async for person in Person.all()}
    assert set(known.values()) == {"nl", "en", ""}
    members = await stage.members(review)
    assert len(members) == 40
    assert all(member.language == known[member.pseudonym] for member in members)
    draw = await Draw.get(review=review)
    assert not re.search("klingon|taal|language", json.dumps([draw.frozen, draw.record]), re.IGNORECASE)


async def test_the_language_of_a_volunteer_is_kept_beside_the_columns_for_targets(
    stage: Stage, review: Review
) -> None:
    head, *lines = volunteers(20).decode().splitlines()
    table = read_table("\n".join([f"{head};taal", *(f"{line};Engels" for line in lines)]).encode())
    found = await read_rows(stage.settings, table, guess_mapping(table.header), EXTRA)
    await stage.database.write(import_frame(review, "vrijwilligers.csv", found, stage.clerk))
    people = await Person.all()
    assert {person.language for person in people} == {"en"}
    assert {tuple(person.features) for person in people} == {EXTRA}


def test_a_frame_of_the_demonstration_is_read_by_its_usual_names() -> None:
    mapping = guess_mapping(read_table(frame(30)).header)
    assert {"id", "email", "birth_date", "gender", "area", "secrecy"} <= set(mapping)
