import csv
import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from panel.reports.data import as_json, codebook_csv, datapackage_json, results_csv, results_json
from panel.reports.facts import read_material
from panel.reports.schema import results_schema
from tests.panel.reports.report_sample import sample

NUMBERS = ("n", "effective_n", "count", "share", "value", "low", "high")
FORMULAS = ("=HYPERLINK(1)", "+1+1", " @SUM(A1)")


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def numbers(value: Any) -> Iterator[float]:
    match value:
        case bool():
            return
        case int() | float():
            yield float(value)
        case dict():
            for inner in value.values():
                yield from numbers(inner)
        case list():
            for inner in value:
                yield from numbers(inner)


@pytest.mark.parametrize("answered", [0, 5, 120, 300])
def test_every_number_of_the_frozen_findings_is_in_the_table(answered: int) -> None:
    document = sample(answered)
    table = lines(results_csv(read_material(document)))

    listed = Counter(float(line[name]) for line in table for name in NUMBERS if line[name])

    assert not Counter(numbers(document["findings"])) - listed
    assert set(numbers(document["facts"]["draw"])) <= set(listed)


def test_a_follow_up_has_what_changed_in_the_table() -> None:
    earlier = sample(200)
    before = {"title": "Eén loket", "closed_on": "2026-01-05", "public_url": "", "findings": earlier["findings"]}

    table = lines(results_csv(read_material(sample(300, before=before))))

    changed = [line for line in table if line["figure"] == "change"]
    assert {line["group"] for line in changed} == {"before", "difference"}
    assert all(float(line["low"]) <= float(line["value"]) <= float(line["high"]) for line in changed)


def test_every_published_figure_of_the_questions_is_in_its_place_in_the_table() -> None:
    document = sample()
    found = {
        (line["question"], line["item"], line["answer"]): line
        for line in lines(results_csv(read_material(document)))
        if line["figure"] == "answer"
    }

    for question in document["findings"]["questions"]:
        for table in question["tables"]:
            for row in table["rows"]:
                line = found[question["id"], table["key"], row["key"]]
                assert line["share"] == ("" if row["share"] is None else str(row["share"]))
                assert line["count"] == ("" if row["count"] is None else str(row["count"]))
                assert line["hidden"] == row["hidden"]
                assert line["n"] == ("" if table["n"] is None else str(table["n"]))


def test_splits_turnout_marks_advices_and_the_verdict_are_in_the_table() -> None:
    found = lines(results_csv(read_material(sample())))

    assert {line["group_by"] for line in found if line["figure"] == "split"} >= {"area", "age", "gender"}
    assert [line["value"] for line in found if line["answer"] == "mean"]
    assert [line["count"] for line in found if (line["figure"], line["answer"]) == ("turnout", "answered")][
        -1
    ] == "300"
    assert [line["value"] for line in found if line["figure"] == "advice"][:2] == ["1", "2"]
    [verdict] = [line for line in found if line["figure"] == "verdict" and not line["item"]]
    assert verdict["share"]


def test_text_that_a_spreadsheet_would_run_is_made_harmless_and_keys_stay_as_they_are() -> None:
    document: dict[str, Any] = sample()
    rows = next(q for q in document["findings"]["questions"] if q["id"] == "q12_indicator")["tables"][0]["rows"]
    for row, start in zip(rows, FORMULAS, strict=False):
        row["label"] = start

    found = lines(results_csv(read_material(document)))

    labels = [line["label"] for line in found if line["question"] == "q12_indicator"]
    assert {f"'{start}" for start in FORMULAS} <= set(labels)
    assert "-1" in {line["answer"] for line in found}


def test_the_codebook_explains_every_key_of_the_table() -> None:
    material = read_material(sample())
    codebook = lines(codebook_csv(material))
    explained = {(line["question"], line["key"]) for line in codebook}
    codes = {(line["part"], line["key"]) for line in codebook if not line["question"]}

    for line in lines(results_csv(material)):
        if line["figure"] in ("answer", "split"):
            assert (line["question"], line["answer"]) in explained
        assert ("figure", line["figure"]) in codes
        assert not line["hidden"] or ("hidden", line["hidden"]) in codes
        assert line["figure"] != "point" or not line["answer"] or ("point", line["answer"]) in codes


def test_the_json_holds_the_findings_as_they_were_frozen() -> None:
    document = sample()

    text = results_json(read_material(document))

    assert json.loads(text) == document
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@pytest.mark.parametrize("answered", [0, 300])
def test_the_json_is_as_its_schema_says_and_the_schema_lets_nothing_else_through(answered: int) -> None:
    schema = json.loads(as_json(results_schema()))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    document = json.loads(results_json(read_material(sample(answered))))

    assert not [error.message for error in validator.iter_errors(document)]
    document["findings"]["verdict"]["share"] = "veel"
    document["findings"]["weighting"]["secret"] = 1
    del document["facts"]["draw"]["seed"]
    assert len(list(validator.iter_errors(document))) == 3


def test_the_data_package_describes_every_column_in_order_with_values_that_fit() -> None:
    material = read_material(sample())
    package = json.loads(datapackage_json(material))
    made = {"results.csv": results_csv(material), "codebook.csv": codebook_csv(material)}

    for resource in package["resources"]:
        columns = resource["schema"]["fields"]
        table = lines(made[resource["path"]])
        assert list(table[0]) == [column["name"] for column in columns]
        assert all(column["description"] for column in columns)
        for column in columns:
            values = {line[column["name"]] for line in table} - {""}
            if column["type"] == "integer":
                assert all(value.lstrip("-").isdigit() for value in values), column
            if column["type"] == "number":
                assert all(isinstance(float(value), float) for value in values), column
            limits = column.get("constraints", {})
            assert values <= set(limits.get("enum", values))
            assert all(0 <= float(value) <= 1 for value in values if "maximum" in limits)
