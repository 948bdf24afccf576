"""The published figures as open data. The same figures as in the report, with question ids that stay the same."""

import json
from collections.abc import Iterator
from dataclasses import asdict, astuple, fields
from functools import cache
from typing import Any

import yaml

from panel.reports.facts import Material
from panel.reports.results import Line, code_label, lines
from panel.reports.tables import Cell, csv_text
from panel.reports.wording import sentences
from panel.reviews.routing_words import only_if
from panel.settings import TEMPLATES

RESULTS = tuple(field.name for field in fields(Line))
CODEBOOK = ("question", "type", "text", "part", "key", "label", "required", "apart", "asked_of")
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
TYPES: dict[Any, str] = {str: "string", int | None: "integer", float | None: "number"}
WHOLE = ("required", "apart")


def results_csv(material: Material) -> str:
    """A line per published figure: shares between 0 and 1, marks under `value`, in `hidden` why one is missing."""
    return csv_text(RESULTS, map(astuple, lines(material)))


def results_json(material: Material) -> str:
    """The frozen findings and the facts beside them."""
    return as_json({"findings": asdict(material.findings), "facts": material.facts})


def codebook_csv(material: Material) -> str:
    """Every question with its exact words and who was asked it, and every key that an answer to it may have."""
    return csv_text(CODEBOOK, _codes(material))


def datapackage_json(material: Material) -> str:
    """What the columns hold, as a Data Package with a Table Schema (Frictionless Data, version 2)."""
    facts = material.facts
    tables = {"results": {field.name: TYPES[field.type] for field in fields(Line)}}
    tables["codebook"] = {name: "integer" if name in WHOLE else "string" for name in CODEBOOK}
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"tweede-mening-{facts['review_id']}",
        "id": facts["public_url"],
        "title": facts["title"],
        "description": facts["question"],
        "homepage": facts["public_url"],
        "version": material.findings.version,
        "created": f"{facts['frozen_on']}T12:00:00Z",
        "licenses": [{"name": "CC0-1.0", "path": CC0, "title": "CC0 1.0"}],
        "contributors": [{"title": facts["council_name"], "roles": ["publisher"]}],
        "resources": [_resource(name, columns) for name, columns in tables.items()],
    }
    return as_json(package)


def as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _resource(name: str, columns: dict[str, str]) -> dict[str, Any]:
    described = said()[name]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
        "name": name,
        "path": f"{name}.csv",
        "type": "table",
        "title": described["title"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True},
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "missingValues": [""],
            "fields": [
                {"name": column, "type": kind, "description": described[column], **_limits(column)}
                for column, kind in columns.items()
            ],
        },
    }


def _limits(column: str) -> dict[str, Any]:
    if column == "share":
        return {"constraints": {"minimum": 0, "maximum": 1}}
    if column == "figure":
        return {"constraints": {"required": True, "enum": list(said()["figures"])}}
    return {"constraints": {"enum": list(said()["hidden"])}} if column == "hidden" else {}


@cache
def said() -> dict[str, dict[str, str]]:
    """What the columns and the codes in them mean."""
    file = TEMPLATES / "reports" / "datapackage.yaml"
    texts: dict[str, dict[str, str]] = yaml.safe_load(file.read_text("utf-8"))
    return texts


def _codes(material: Material) -> Iterator[tuple[Cell, ...]]:
    for question in material.questionnaire.questions:
        asked_of = only_if(material.questionnaire, question, about_others=True)
        yield (question.id, question.type, question.text, "question", "", "", int(question.required), "", asked_of)
        parts = (("answer", question.options), ("item", question.items), ("direction", question.directions))
        marks = range(question.low, question.high + 1) if question.form == "scale" else ()
        for mark in marks:
            yield (question.id, question.type, question.text, "answer", mark, mark, "", 0, "")
        for part, options in parts:
            for option in options:
                apart = int(option.key in question.apart)
                yield (question.id, question.type, question.text, part, option.key, option.label, "", apart, "")
    for part, labels in _other_codes(material).items():
        for key, label in labels.items():
            yield ("", "", "", part, key, label, "", "", "")


def _other_codes(material: Material) -> dict[str, dict[str, str]]:
    """The codes that belong to no question, by what they are."""
    points = [tally.code for said in material.findings.statements for tally in said.tallies if tally.code]
    own = {"figure": said()["figures"], "hidden": said()["hidden"], "verdict": said()["verdict"]}
    words = {"outcome": sentences()["outcomes"], "excluded": sentences()["excluded"], "way": sentences()["ways"]}
    return {**own, **words, "point": {point: code_label(point) for point in points}}
