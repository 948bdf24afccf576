import json
from dataclasses import asdict
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from panel.reports import build
from panel.reports.facts import EMPTY_ITEM
from panel.reports.folder import save
from panel.reports.pdf import PdfError
from tests.deliberation.example import example_findings, example_input
from tests.panel.reports.report_sample import questionnaire, sample
from tests.panel.reports.xml_tree import tree

EDITION = {"report.html", "report.pdf", "summary.html", "summary.pdf"}
DATA = {"results.csv", "results.json", "results.schema.json", "codebook.csv", "datapackage.json"}
DESCRIBED = EDITION | DATA | {"vote.svg", "reply.odt", "reply.csv"}
METADATA = {"diwoo.xml", "mdto.xml", "ori.json", "dcat.jsonld"}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def run(document: Any, *arguments: str) -> tuple[int, str]:
    target = StringIO()
    return build.main(list(arguments), StringIO(json.dumps(document)), target), target.getvalue()


def test_a_build_writes_every_document_and_says_how_far_it_is(tmp_path: Path) -> None:
    code, told = run(sample(), str(tmp_path / "reports" / "7"))

    assert code == 0
    apart = {f"metadata/{name}" for name in METADATA | {f"{name}.bestand.mdto.xml" for name in DESCRIBED}}
    made = contents(tmp_path / "reports" / "7")
    assert set(made) == DESCRIBED | apart | {"checksums.sha256", "tweede-mening.zip"}
    steps = told.splitlines()
    assert steps[0] == f"1/{len(steps)} rapport"
    assert steps[-1] == f"{len(steps)}/{len(steps)} bewaren"
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["7"]


def test_building_again_gives_the_same_bytes_and_takes_the_place_of_what_stood_there(tmp_path: Path) -> None:
    folder = tmp_path / "7"
    run(sample(120), str(folder))
    first = contents(folder)
    (folder / "stale.txt").write_text("of an older build")

    run(sample(120), str(folder))

    assert contents(folder) == first
    assert [path.name for path in tmp_path.iterdir()] == ["7"]


def test_an_edition_in_english_stands_beside_the_dutch_one_and_changes_nothing_in_it(tmp_path: Path) -> None:
    document = sample(0)
    run(document, str(tmp_path / "nl"))
    english = {**document["facts"], "language": "en", "title": "One desk for all"}

    code, _ = run({**document, "english": english}, str(tmp_path / "en"))

    assert code == 0
    dutch, both = contents(tmp_path / "nl"), contents(tmp_path / "en")
    apart = {name.replace(".", ".en.") for name in EDITION | {"vote.svg"}}
    assert apart <= both.keys()
    assert all(both[name] == dutch[name] for name in EDITION | DATA)
    assert b'lang="en"' in both["report.en.html"]
    assert b"One desk for all" in both["summary.en.html"]
    assert "metadata/report.en.pdf.bestand.mdto.xml" in both


def test_what_people_typed_cannot_break_a_single_document(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> #let $x$ \u202eשלום 👩‍👩‍👧 \x00\ufffe " + "langetitel" * 25
    changes = {"title": hostile, "question": hostile, "goal": hostile, "summary": hostile, "contact": hostile}

    code, _ = run(sample(60, **changes), str(tmp_path / "7"))

    assert code == 0
    made = contents(tmp_path / "7")
    assert b"<script>alert" not in made["report.html"] + made["summary.html"]
    for name, content in made.items():
        if name.endswith((".json", ".jsonld")):
            json.loads(content)
        elif name.endswith((".xml", ".svg")):
            tree(content)


def test_items_of_the_method_that_say_nothing_are_told_at_the_end(tmp_path: Path) -> None:
    _, told = run(sample(0, run_by=" "), str(tmp_path / "7"))

    assert [line for line in told.splitlines() if line.startswith(EMPTY_ITEM)] == [
        f"{EMPTY_ITEM}2. Wie het vroeg en wie het deed"
    ]
    assert (tmp_path / "7" / "report.html").exists()


def test_a_crash_leaves_what_stood_there_and_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "7"
    folder.mkdir()
    (folder / "report.html").write_text("the report of before")

    def fail(*_: object) -> bytes:
        raise PdfError("no PDF today")

    monkeypatch.setattr(build, "render_pdf", fail)

    code, _ = run(sample(0), str(folder))

    assert code == 1
    assert "no PDF today" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["7"]
    assert [path.name for path in folder.iterdir()] == ["report.html"]


def test_a_full_disk_while_writing_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "7"
    save({"report.html": b"before"}, folder)

    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device", str(path), len(content))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        save({"report.html": b"after"}, folder)

    assert (folder / "report.html").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["7"]


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({}, "the input has no findings"),
        ({"findings": {}, "facts": {}}, "facts.language is missing"),
    ],
)
def test_an_input_that_is_not_whole_is_refused_with_the_reason(
    tmp_path: Path, broken: Any, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = run(broken, str(tmp_path / "7"))

    assert code == 1
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_findings_that_lack_a_figure_are_refused_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = sample(0)
    del document["findings"]["verdict"]["status"]

    assert run(document, str(tmp_path / "7"))[0] == 1
    assert "findings.verdict" in capsys.readouterr().err


def test_the_findings_come_out_of_the_process_as_the_method_makes_them() -> None:
    arguments = example_input(60)
    document = {
        "questionnaire": questionnaire(),
        "ballots": [asdict(ballot) for ballot in arguments["ballots"]],
        "strata": [asdict(stratum) for stratum in arguments["strata"]],
        "variables": [asdict(variable) for variable in arguments["variables"]],
        "merges": [asdict(merge) for merge in arguments["merges"]],
        "outcomes": asdict(arguments["outcomes"]),
        "statements": [asdict(statement) for statement in arguments["statements"]],
        "conditions": {"quorum": 100, "majority": str(Fraction(1, 2))},
        "quote_seed": arguments["quote_seed"],
    }

    code, printed = run(document, "--findings")

    assert code == 0
    assert json.loads(printed) == json.loads(json.dumps(asdict(example_findings(60))))


def test_findings_without_ballots_are_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run({"conditions": {"majority": "1/2"}, "variables": []}, "--findings")

    assert code == 1
    assert "questionnaire" in capsys.readouterr().err
