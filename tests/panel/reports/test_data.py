import csv
import json
from io import StringIO
from typing import Any

from panel.reports.data import codebook_csv, results_csv, results_json
from panel.reports.facts import read_material
from tests.panel.reports.report_sample import sample


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_every_published_figure_of_the_questions_is_in_the_table() -> None:
    document = sample()
    found = {
        (line["question"], line["item"], line["answer"]): line
        for line in lines(results_csv(read_material(document)))
        if not line["group_by"]
    }

    for question in document["findings"]["questions"]:
        for table in question["tables"]:
            for row in table["rows"]:
                line = found[question["id"], table["key"], row["key"]]
                assert line["share"] == ("" if row["share"] is None else str(row["share"]))
                assert line["count"] == ("" if row["count"] is None else str(row["count"]))
                assert line["hidden"] == row["hidden"]
                assert line["n"] == ("" if table["n"] is None else str(table["n"]))


def test_splits_turnout_and_marks_are_in_the_table() -> None:
    found = lines(results_csv(read_material(sample())))

    assert {line["group_by"] for line in found} >= {"area", "age", "gender"}
    assert [line["value"] for line in found if line["answer"] == "mean"]
    assert [line["count"] for line in found if (line["question"], line["answer"]) == ("turnout", "answered")][
        -1
    ] == "300"


def test_text_that_a_spreadsheet_would_run_is_made_harmless_and_keys_stay_as_they_are() -> None:
    document: dict[str, Any] = sample()
    rows = next(q for q in document["findings"]["questions"] if q["id"] == "q12_indicator")["tables"][0]["rows"]
    for row, start in zip(rows, ("=HYPERLINK(1)", "+1+1", " @SUM(A1)"), strict=False):
        row["label"] = start

    found = lines(results_csv(read_material(document)))

    labels = [line["label"] for line in found if line["question"] == "q12_indicator"]
    assert {"'=HYPERLINK(1)", "'+1+1", "' @SUM(A1)"} <= set(labels)
    assert "-1" in {line["answer"] for line in found}


def test_the_codebook_explains_every_key_of_the_table() -> None:
    material = read_material(sample())
    explained = {(line["question"], line["key"]) for line in lines(codebook_csv(material))}

    for line in lines(results_csv(material)):
        if (
            line["question"].startswith(("q", "e"))
            and not line["group_by"]
            and line["answer"] not in (*("mean", "sd", "median", "texts"),)
        ):
            assert (line["question"], line["answer"]) in explained


def test_the_json_holds_the_findings_as_they_were_frozen() -> None:
    document = sample()

    text = results_json(read_material(document))

    assert json.loads(text) == document
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
