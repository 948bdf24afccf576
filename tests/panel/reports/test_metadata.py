"""What registers want to know of a report. Validity against their schemas was measured: see docs/documents.md."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from panel.reports.archive import names
from panel.reports.facts import read_material
from panel.reports.metadata import metadata
from tests.panel.reports.report_sample import sample
from tests.panel.reports.xml_tree import Element, tree

MDTO = "{https://www.nationaalarchief.nl/mdto}"
DIWOO = "{https://standaarden.overheid.nl/diwoo/metadata/}"
TOOI = "https://identifier.overheid.nl/tooi/id/gemeente/gm0344"
HOSTILE = "<b>&amp;]]> \u202eשלום 👩‍👩‍👧 \x00\ufffe " + "x" * 300
FILES = {name: f"what is in {name}".encode() for name in names() if "/" not in name}


def made(**changes: Any) -> dict[str, bytes]:
    return metadata(FILES, read_material(sample(0, **changes)).facts)


def texts(element: Element, name: str) -> list[str]:
    return [found.text or "" for found in element.iter(name)]


def test_the_woo_index_gets_all_that_it_must_have() -> None:
    document = tree(made()["metadata/diwoo.xml"])

    assert document.tag == f"{DIWOO}Document"
    [diwoo] = document
    publisher = diwoo.find(f"{DIWOO}publisher")
    assert publisher is not None
    assert (publisher.text, publisher.get("resource")) == ("gemeente Voorbeeld", TOOI)
    assert texts(diwoo, f"{DIWOO}officieleTitel") == ["Tweede mening: Eén loket voor zorg, werk en geld"]
    assert texts(diwoo, f"{DIWOO}informatiecategorie") == ["onderzoeksrapporten"]
    assert texts(diwoo, f"{DIWOO}soortHandeling") == ["vaststelling"]
    assert texts(diwoo, f"{DIWOO}atTime") == ["2026-11-20T12:00:00"]
    assert len(texts(diwoo, f"{DIWOO}relation")) == len(FILES) - 1


def test_the_archive_gets_every_file_with_its_size_and_checksum() -> None:
    found = made()
    whole = tree(found["metadata/mdto.xml"])

    represented = [reference[0].text for reference in whole.iter(f"{MDTO}heeftRepresentatie")]
    assert sorted(filter(None, represented)) == sorted(FILES)
    for needed in ("identificatie", "naam", "waardering", "archiefvormer", "beperkingGebruik"):
        assert list(whole.iter(f"{MDTO}{needed}")), needed
    for name, content in FILES.items():
        file = tree(found[f"metadata/{name}.bestand.mdto.xml"])
        assert texts(file, f"{MDTO}naam") == [name]
        assert texts(file, f"{MDTO}omvang") == [str(len(content))]
        assert texts(file, f"{MDTO}checksumWaarde") == [hashlib.sha256(content).hexdigest()]
        assert texts(file, f"{MDTO}URLBestand") == [f"https://tweedemening.voorbeeld.example/ronde/1/{name}"]


def test_the_council_finds_the_report_and_long_titles_fit() -> None:
    [report, *_] = found = json.loads(made(title="Eén loket " * 30)["metadata/ori.json"])["results"]

    assert report["link"].endswith("/report.pdf")
    assert report["gemeente"] == {"gemeentecode": "0344", "gemeentenaam": "gemeente Voorbeeld"}
    assert {one["informatieobjecttype"] for one in found} == {"ingekomen_stuk"}
    assert {len(one["titel"]) for one in found} == {200}
    assert all(len(one["id"]) <= 40 for one in found)


def test_the_data_portal_gets_a_dataset_with_files_that_can_be_checked() -> None:
    dataset = json.loads(made()["metadata/dcat.jsonld"])

    for needed in ("title", "description", "identifier", "accessRights", "creator", "publisher"):
        assert dataset[f"dct:{needed}"], needed
    assert dataset["dct:publisher"]["@id"] == TOOI
    assert dataset["dcat:theme"]
    assert dataset["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:griffie@voorbeeld.example"}
    for file in dataset["dcat:distribution"]:
        name = Path(file["dcat:downloadURL"]["@id"]).name
        assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(FILES[name]).hexdigest()
        assert file["dcat:byteSize"]["@value"] == str(len(FILES[name]))
        assert file["dct:license"]["@id"].startswith("http://creativecommons.org/publicdomain/zero/")


@pytest.mark.parametrize("code", ["", "gm0344"])
def test_whatever_people_typed_is_text_and_a_municipality_without_a_code_has_its_name(code: str) -> None:
    changes = {"title": HOSTILE, "question": HOSTILE, "council_name": HOSTILE}
    found = made(**changes, organisation={"code": code, "email": "griffie@voorbeeld.example"})

    told = "".join(tree(found["metadata/diwoo.xml"]).itertext())
    assert "Tweede mening: <b>&amp;]]> שלום 👩‍👩‍👧" in told
    assert not {"\u202e", "\x00", "\ufffe"} & set(told)
    assert all(json.loads(content) for name, content in found.items() if name.endswith(("ori.json", ".jsonld")))
    assert all((TOOI in content.decode()) == bool(code) for name, content in found.items() if "dcat" in name)
    assert found == made(**changes, organisation={"code": code, "email": "griffie@voorbeeld.example"})
