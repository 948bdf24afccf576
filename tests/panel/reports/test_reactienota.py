"""The reply of the executive, to be filled in: a text document and a table."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from panel.reports.facts import read_material
from panel.reports.reactienota import reply_csv, reply_odt
from tests.panel.reports.report_sample import sample
from tests.panel.reports.xml_tree import Element, tree

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
HOSTILE = "<script>&amp;]]> \u202egevaar שלום 👩‍👩‍👧 \x00\ufffe " + "lang " * 60


def parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def body(document: dict[str, Any]) -> Element:
    return tree(parts(reply_odt(read_material(document)))["content.xml"])


def said(element: Element) -> str:
    return "".join(element.itertext())


def answers(document: dict[str, Any], reason: str) -> list[dict[str, Any]]:
    return [
        {"advice": advice["number"], "decision": "partly", "reason": reason, "by": "het college", "on": "2027-01-10"}
        for advice in document["findings"]["advices"]
    ]


def table(element: Element) -> list[list[str]]:
    return [[said(cell) for cell in row.iter(f"{TABLE}table-cell")] for row in element.iter(f"{TABLE}table-row")]


def test_the_document_is_a_package_that_an_office_program_knows_at_once() -> None:
    made = reply_odt(read_material(sample()))

    with ZipFile(BytesIO(made)) as archive:
        first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
    assert made[38:77] == b"application/vnd.oasis.opendocument.text"
    inside = parts(made)
    listed = tree(inside["META-INF/manifest.xml"]).iter(f"{MANIFEST}file-entry")
    entries = {entry.get(f"{MANIFEST}full-path") for entry in listed}
    assert entries == {"/", *inside} - {"mimetype", "META-INF/manifest.xml"}
    for name in ("content.xml", "styles.xml", "meta.xml"):
        assert tree(inside[name]).get(f"{OFFICE}version") == "1.3"


def test_it_has_a_title_a_language_headings_and_a_table_with_headers() -> None:
    inside = parts(reply_odt(read_material(sample())))
    meta, content = tree(inside["meta.xml"]), tree(inside["content.xml"])

    assert [found.text for found in meta.iter(f"{DC}title")] == ["Reactienota: Eén loket voor zorg, werk en geld"]
    assert [found.text for found in meta.iter(f"{DC}language")] == ["nl-NL"]
    assert b'fo:language="nl"' in inside["styles.xml"]
    levels = [int(found.get(f"{TEXT}outline-level", "")) for found in content.iter(f"{TEXT}h")]
    assert levels == [1, 2, 2]
    assert len(list(content.iter(f"{TABLE}table-header-rows"))) == 1
    assert len(list(content.iter(f"{TABLE}table-header-columns"))) == 1
    assert {len(row) for row in table(content)} == {7}
    assert all(said(found) for found in content.iter(f"{TABLE}title"))


def test_every_advice_has_a_row_with_all_that_can_be_done_with_it_and_by_when() -> None:
    document = sample()
    content = body(document)

    rows = table(content)[1:]
    assert [row[0] for row in rows] == [str(advice["number"]) for advice in document["findings"]["advices"]]
    assert all("☐ Overgenomen" in row[3] and "☐ Niet overgenomen" in row[3] for row in rows)
    assert all(row[1] and row[2] and row[4:] == ["", "", ""] for row in rows)
    assert "uiterlijk op 10\u00a0december\u00a02026" in said(content)
    assert "altijd een reden" in said(content)


def test_what_was_answered_stands_in_it() -> None:
    document = sample(0)
    document["facts"]["replies"] = answers(document, "Omdat\nhet moet.")

    rows = table(body(document))[1:]

    assert [row[3:] for row in rows] == [
        ["Voor een deel overgenomen", "Omdathet moet.", "het college", "10\u00a0januari\u00a02027"]
    ] * len(rows)
    assert "Wat vragen wij van u?" not in said(body(document))


def test_whatever_people_typed_is_text_and_the_same_material_gives_the_same_bytes() -> None:
    document = sample(0, title=HOSTILE, question=HOSTILE, contact=HOSTILE, reply_due="")
    document["facts"]["replies"] = answers(document, HOSTILE)
    material = read_material(document)

    made = reply_odt(material)

    told = said(tree(parts(made)["content.xml"]))
    assert told.count("<script>&amp;]]>") == 3 + len(document["facts"]["replies"])
    assert "👩‍👩‍👧" in told
    assert not {"\u202e", "\x00", "\ufffe"} & set(told)
    assert made == reply_odt(material)


@pytest.mark.parametrize("reason", ["", "=HYPERLINK(1)"])
def test_the_table_opens_in_a_dutch_spreadsheet_and_runs_nothing(reason: str) -> None:
    document = sample()
    if reason:
        document["facts"]["replies"] = answers(document, reason)

    text = reply_csv(read_material(document))

    assert text.startswith("\ufeffnummer;advies;")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [int(row["nummer"]) for row in rows] == [advice["number"] for advice in document["findings"]["advices"]]
    assert {row["reden"] for row in rows} == {f"'{reason}" if reason else ""}
    shares = [advice["share"] for advice in document["findings"]["advices"]]
    assert [row["aandeel"] for row in rows] == ["" if share is None else str(share) for share in shares]
