"""`samenspraak analyse`: anyone's survey file in, findings out, or a sentence and nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from panel.cli import main

REFERENCE = Path(__file__).parent / "reference"
PEOPLE = '{"wijk": {"Noord": 400, "Zuid": 600}}'
ROWS = [f"{number},{'Noord' if number % 3 else 'Zuid'},{'ja' if number % 2 else 'nee'}" for number in range(60)]
FILE = "\n".join(["id,wijk,stem", *ROWS])


def run(folder: Path, *options: str, responses: str | bytes = FILE, population: str = PEOPLE) -> Result:
    content = responses.encode() if isinstance(responses, str) else responses
    (folder / "a.csv").write_bytes(content)
    (folder / "p.json").write_text(population)
    fixed = ("--population", str(folder / "p.json"), "--out", str(folder / "f.json"))
    return CliRunner().invoke(main, ["analyse", str(folder / "a.csv"), *fixed, *options])


def findings(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "f.json").read_text())
    return found


def test_the_reference_panel_meets_r(tmp_path: Path) -> None:
    margins = ("--strata", "gebied", "--rake", "leeftijd,gebied,geslacht", "--by", "leeftijd, gebied")
    responses, population = (REFERENCE / name for name in ("respondents.csv", "population.json"))
    result = run(
        tmp_path, "--questions", "vote,likert", *margins, "--invited", str(REFERENCE / "invited.csv"),
        responses=responses.read_bytes(), population=population.read_text(),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found, r = findings(tmp_path), json.loads((REFERENCE / "reference.json").read_text())["panel"]
    vote, likert = found["questions"]
    assert [row["share"] for row in vote["table"]["rows"]] == pytest.approx(r["raked_vote"]["est"], rel=1e-8)
    assert [row["se"] for row in vote["table"]["rows"]] == pytest.approx(r["raked_vote"]["se"], rel=2e-3)  # R `rake`
    assert likert["mean"]["mean"] == pytest.approx(r["raked_likert"]["est"], rel=1e-8)
    assert found["weighting"]["design_effect"] == pytest.approx(r["kish_deff"], rel=1e-8)
    extra = json.loads((REFERENCE / "extra.json").read_text())
    assert found["participation"]["r_indicator"] == pytest.approx(extra["R"], rel=1e-8)
    assert "calibrate" in found["estimator"]
    assert (found["rounded"], found["full"]) == (False, False)


@pytest.mark.parametrize(("options", "digits"), [((), 1), (("--publish",), 0), (("--full",), 1)])
def test_the_terminal_shows_the_shares_that_the_file_holds(
    tmp_path: Path, options: tuple[str, ...], digits: int
) -> None:
    result = run(tmp_path, "--questions", "stem", "--rake", "wijk", "--by", "wijk", *options)
    assert result.exit_code == 0, result.output
    yes = findings(tmp_path)["questions"][0]["table"]["rows"][0]
    share, low, high = (f"{100 * yes[name]:.{digits}f}".replace(".", ",") for name in ("share", "low", "high"))
    assert f"{share} % ({low}–{high})" in result.output
    assert "60 van 60 rijen tellen mee. Gewogen op wijk" in result.output


def test_it_is_said_which_figures_may_be_published(tmp_path: Path) -> None:
    said = {}
    for level in ("", "--publish", "--full"):
        result = run(tmp_path, "--questions", "stem", "--rake", "wijk", *([level] if level else []))
        found = findings(tmp_path)
        said[level] = (found["rounded"], found["full"], "publiceren" in result.output)
        low = found["questions"][0]["table"]["rows"][0]["low"]
        assert (low == round(low, 2)) == found["rounded"]
    assert said == {"": (False, False, True), "--publish": (True, False, False), "--full": (False, True, True)}
    assert "--publish" in run(tmp_path, "--questions", "stem").output


def test_what_hides_nothing_is_not_published(tmp_path: Path) -> None:
    result = run(tmp_path, "--questions", "stem", "--publish", "--full")
    assert (result.exit_code, (tmp_path / "f.json").exists()) == (2, False)
    assert "Kies --publish of --full" in result.output


def test_the_same_file_gives_the_same_bytes_in_any_order_of_rows(tmp_path: Path) -> None:
    options = ("--questions", "stem", "--rake", "wijk", "--by", "wijk")
    run(tmp_path, *options)
    first = (tmp_path / "f.json").read_bytes()
    run(tmp_path, *options, responses="\n".join(["id,wijk,stem", *reversed(ROWS)]))
    assert (tmp_path / "f.json").read_bytes() == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_files_of_other_programs_are_read(tmp_path: Path, encoding: str) -> None:
    text = "\n".join(
        [
            "id;wijk;stem",
            *('1;"Noord";"één, of ""twee"""' for _ in range(20)),
            *["2;Zuid;"] * 9,
            "3;Zuid;NA",
            *["4;Zuid;geen"] * 15,
        ]
    )
    result = run(tmp_path, "--questions", "stem", responses=text.encode(encoding))
    assert result.exit_code == 0, result.output
    rows = findings(tmp_path)["questions"][0]["table"]["rows"]
    assert {row["label"]: row["count"] for row in rows} == {"geen": 15, 'één, of "twee"': 20}
    assert (findings(tmp_path)["rows"], findings(tmp_path)["answered"]) == (45, 35)


def test_markup_emoji_and_text_from_right_to_left_stay_what_they_are(tmp_path: Path) -> None:
    answers = ["[red]<b>vet</b>[/red]", "😀 blij", "مرحبا", "x" * 300]
    text = "\n".join(["wijk,stem", *(f'{"Noord" if n % 2 else "Zuid"},"{answers[n % 4]}"' for n in range(80))])
    result = run(tmp_path, "--questions", "stem", "--rake", "wijk", responses=text)
    assert result.exit_code == 0, result.output
    assert "[red]<b>vet</b>[/red]" in result.output
    assert {row["label"] for row in findings(tmp_path)["questions"][0]["table"]["rows"]} == set(answers)


def test_merged_classes_are_said(tmp_path: Path) -> None:
    people = '{"wijk": {"Noord": 400, "Zuid": 500, "Oost": 100}}'
    result = run(tmp_path, "--questions", "stem", "--rake", "wijk", population=people)
    assert "Samengenomen bij wijk: Zuid, Oost; in een ervan antwoordde niemand." in result.output


def test_invitations_may_be_counts(tmp_path: Path) -> None:
    (tmp_path / "i.json").write_text('{"wijk": {"Noord": 90, "Zuid": 60}}')
    result = run(tmp_path, "--questions", "stem", "--strata", "wijk", "--invited", str(tmp_path / "i.json"))
    assert result.exit_code == 0, result.output
    assert findings(tmp_path)["participation"]["rr2"] == 0.4


@pytest.mark.parametrize(
    ("responses", "population", "options", "sentence"),
    [
        ("", PEOPLE, (), "Het bestand is leeg"),
        ("id,wijk,stem\n", PEOPLE, (), "Onder de kopregel staan geen rijen"),
        ("id,wijk,stem\n1,Noord,ja", PEOPLE, (), "1 van de 1 rijen heeft een antwoord"),
        ("wijk,stem\nNoord,\nZuid,", PEOPLE, (), "0 van de 2 rijen hebben een antwoord"),
        (FILE + "\n99,Zuid,ja,nee,wat", PEOPLE, (), "Rij 62 van a.csv heeft 5 cellen en de kopregel 3"),
        (FILE + "\n99,Zuid", PEOPLE, (), "Rij 62 van a.csv heeft 2 cellen"),
        (FILE, PEOPLE, ("--rake", "buurt"), "Er is geen kolom ‘buurt’. De kolommen zijn: id, wijk, stem."),
        (FILE, PEOPLE, ("--questions", " , "), "Noem de kolommen met de vragen"),
        (FILE, PEOPLE, ("--questions", "id"), "‘id’ heeft 60 verschillende antwoorden"),
        (FILE, PEOPLE, ("--rake", "stem"), "zegt niets over ‘stem’"),
        (FILE, '{"wijk": {"Noord": 400, "Oost": 600}}', ("--rake", "wijk"), "De klasse ‘Zuid’ van ‘wijk’ staat niet"),
        (
            FILE,
            '{"wijk": {"Noord": -4, "Zuid": 6}}',
            ("--rake", "wijk"),
            "het aantal van ‘Noord’ bij ‘wijk’ geen getal",
        ),
        (FILE, '{"wijk": {"Noord": "veel", "Zuid": 6}}', ("--rake", "wijk"), "het aantal van ‘Noord’"),
        (FILE, '{"wijk": {"Noord": true, "Zuid": 6}}', ("--rake", "wijk"), "het aantal van ‘Noord’"),
        (FILE, '{"wijk": {"Noord": NaN, "Zuid": 6}}', ("--rake", "wijk"), "het aantal van ‘Noord’"),
        (FILE, '{"wijk": {"Noord": 0, "Zuid": 0}}', ("--rake", "wijk"), "telt ‘wijk’ samen 0 mensen"),
        (FILE, '{"wijk": [1, 2]}', ("--rake", "wijk"), "p.json is geen JSON met per kolom de klassen"),
        (FILE, "{", ("--rake", "wijk"), "p.json is geen JSON met per kolom de klassen"),
        (FILE, "[" * 5_000, ("--rake", "wijk"), "p.json is geen JSON met per kolom de klassen"),
        ("wijk,stem\n" + "\n".join(f"Noord,{n}" for n in range(5_001)), PEOPLE, (), "meer dan 5.000 verschillende"),
    ],
)
def test_bad_input_gets_a_sentence_and_leaves_no_file(
    tmp_path: Path, responses: str, population: str, options: tuple[str, ...], sentence: str
) -> None:
    asked = () if "--questions" in options else ("--questions", "stem")
    result = run(tmp_path, *asked, *options, responses=responses, population=population)
    assert (result.exit_code, (tmp_path / "f.json").exists()) == (1, False)
    assert sentence in " ".join(result.output.split())
    assert "Traceback" not in result.output
