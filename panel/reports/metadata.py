"""What the archive, the Woo index, the council's information system and the data portal want to know of a report.

DiWoo 0.9.8 and MDTO 1.0.1 (XML), Open Raadsinformatie 2.0 (JSON), DCAT-AP-NL 3.0 (JSON-LD). Addresses are those of
the public page, which stay the same; lists of values are TOOI's and those of the standards.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any

import yaml

from panel.reports.archive import called, names
from panel.reports.data import as_json
from panel.reports.facts import Facts
from panel.reports.templating import fill
from panel.settings import TEMPLATES

REGISTER = "https://identifier.overheid.nl/tooi/id/gemeente/"
EU = "http://publications.europa.eu/resource/authority/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/deed.nl"
KEYWORDS = ("tweede mening", "inwonerspanel", "loting", "participatie", "sociaal domein")
OPEN_DATA = {  # and where it is described
    "results.csv": "datapackage.json",
    "codebook.csv": "datapackage.json",
    "results.json": "results.schema.json",
}
FOR_THE_COUNCIL = ("report.pdf", "summary.pdf", "reply.odt")
LONGEST = 200  # of a title in Open Raadsinformatie
DUTCH = {"@id": f"{EU}language/NLD", "@type": "dct:LinguisticSystem"}
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Format:
    """`label` and code at PRONOM, name in the list of the EU (`eu`), media type."""

    label: str
    pronom: str
    eu: str
    media: str


@dataclass(frozen=True)
class File:
    """One file of a report. `title`: what it is, for people."""

    name: str
    title: str
    address: str
    bytes: int
    digest: str
    format: Format


def metadata(files: Mapping[str, bytes], facts: Facts) -> dict[str, bytes]:
    """The metadata of these files of a report, by name; the same bytes for the same files."""
    described = list(_described(files, facts))
    values = {
        "address": facts["public_url"],
        "code": facts["organisation"]["code"],
        "council": facts["council_name"],
        "day": facts["frozen_on"],
        "description": description(facts),
        "files": described,
        "keywords": KEYWORDS,
        "moment": f"{facts['frozen_on']}T12:00:00",
        "name": title(facts),
        "register": REGISTER,
    }
    made = {
        "metadata/diwoo.xml": fill("metadata/diwoo.xml", **values),
        "metadata/mdto.xml": fill("metadata/mdto.xml", **values),
        "metadata/ori.json": as_json(council_information(described, facts)),
        "metadata/dcat.jsonld": as_json(dataset(described, facts)),
    }
    for file in described:
        made[f"metadata/{file.name}.bestand.mdto.xml"] = fill("metadata/mdto_file.xml", **values, file=file)
    return {name: text.encode() for name, text in made.items()}


def title(facts: Facts) -> str:
    return f"Tweede mening: {facts['title']}"


def description(facts: Facts) -> str:
    return f"Advies van een geloot panel van inwoners aan de gemeenteraad. De vraag was: {facts['question']}"


def council_information(files: list[File], facts: Facts) -> dict[str, Any]:
    """What the council reads, as informatieobjecten of Open Raadsinformatie (VNG, 2.0.0-beta.4)."""
    return {"results": [_council_document(file, facts) for file in files if file.name in FOR_THE_COUNCIL]}


def _council_document(file: File, facts: Facts) -> dict[str, Any]:
    name = f"{PurePath(called(file.name, facts)).stem} van de tweede mening: {facts['title']}"
    document: dict[str, Any] = {
        "id": f"tweede-mening-{facts['review_id']}-{PurePath(file.name).stem}",
        "url": f"{facts['public_url']}/metadata/ori.json",
        "auteur": facts["council_name"][:LONGEST],
        "creatiedatum": facts["frozen_on"],
        "informatieobjecttype": "ingekomen_stuk",
        "link": file.address,
        "omschrijving": description(facts),
        "taal": "nld",
        "titel": name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…",
        "versie": "2" if facts["replies"] else "1",
        "vertrouwelijkheidsaanduiding": "OPENBAAR",
    }
    if code := facts["organisation"]["code"]:
        document["gemeente"] = {"gemeentecode": code.removeprefix("gm"), "gemeentenaam": facts["council_name"]}
    return document


def dataset(files: list[File], facts: Facts) -> dict[str, Any]:
    """The open data, as a dataset of DCAT-AP-NL 3.0 with a distribution per file."""
    publisher = _publisher(facts)
    return {
        "@context": CONTEXT,
        "@id": f"{facts['public_url']}#open-data",
        "@type": "dcat:Dataset",
        "dct:title": _dutch(title(facts)),
        "dct:description": _dutch(description(facts)),
        "dct:identifier": facts["public_url"],
        "dct:issued": {"@type": "xsd:date", "@value": facts["frozen_on"]},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": facts["opened_on"]},
            "dcat:endDate": {"@type": "xsd:date", "@value": facts["closed_on"]},
        },
        "dct:accessRights": {"@id": f"{EU}access-right/PUBLIC", "@type": "dct:RightsStatement"},
        "dct:creator": publisher,
        "dct:publisher": publisher,
        "dct:language": DUTCH,
        "dcat:contactPoint": {
            "@type": ["vcard:Kind", "vcard:Organization"],
            "vcard:fn": _dutch(facts["council_name"]),
            "vcard:hasEmail": {"@id": f"mailto:{facts['organisation']['email']}"},
        },
        "dcat:keyword": [_dutch(keyword) for keyword in KEYWORDS],
        "dcat:landingPage": {"@id": facts["public_url"], "@type": "foaf:Document"},
        "foaf:page": {"@id": f"{facts['public_url']}/report.html", "@type": "foaf:Document"},
        "dcat:theme": [{"@id": f"{EU}data-theme/{theme}"} for theme in ("SOCI", "GOVE")],
        "dct:conformsTo": {"@id": "https://datapackage.org/standard/data-package/", "@type": "dct:Standard"},
        "dcat:distribution": [_distribution(file, facts) for file in files if file.name in OPEN_DATA],
    }


def _publisher(facts: Facts) -> dict[str, Any]:
    agent = {"@type": "foaf:Agent", "foaf:name": _dutch(facts["council_name"])}
    code = facts["organisation"]["code"]
    return {"@id": f"{REGISTER}{code}", **agent} if code else agent


def _distribution(file: File, facts: Facts) -> dict[str, Any]:
    return {
        "@id": f"{file.address}#bestand",
        "@type": "dcat:Distribution",
        "dct:title": _dutch(file.title),
        "dct:language": DUTCH,
        "dct:format": {"@id": f"{EU}file-type/{file.format.eu}", "@type": "dct:MediaTypeOrExtent"},
        "dct:conformsTo": {"@id": f"{facts['public_url']}/{OPEN_DATA[file.name]}", "@type": "dct:Standard"},
        "dct:license": {"@id": CC0, "@type": "dct:LicenseDocument"},
        "dcat:accessURL": {"@id": file.address},
        "dcat:downloadURL": {"@id": file.address},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{file.format.media}",
            "@type": "dct:MediaType",
        },
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.digest},
        },
    }


def _dutch(text: str) -> dict[str, str]:
    return {"@language": "nl", "@value": text}


def _described(files: Mapping[str, bytes], facts: Facts) -> Iterator[File]:
    for name, (_, what) in names().items():
        if name in files:
            content = files[name]
            digest = hashlib.sha256(content).hexdigest()
            address = f"{facts['public_url']}/{name}"
            yield File(
                name,
                what.split(". ")[0].rstrip("."),
                address,
                len(content),
                digest,
                _formats()[PurePath(name).suffix],
            )


@cache
def _formats() -> dict[str, Format]:
    listed = yaml.safe_load((TEMPLATES / "reports" / "metadata" / "formats.yaml").read_text("utf-8"))
    return {suffix: Format(**known) for suffix, known in listed.items()}
