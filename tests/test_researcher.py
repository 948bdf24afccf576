"""What a researcher or a journalist types, without the service."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from panel.cli import main
from panel.demo.residents import make_frame
from tests.deliberation.sortition.test_randomness import SIGNATURE

SEED = ("--seed", "0a1b2c3d4e5f")
DATE = ("--date", "2026-11-22")
ROOT = Path(__file__).parents[1]


def samenspraak(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("town") / "kader.csv"
    file.write_bytes(make_frame(1_500, seed=1, areas={"Noord": 2, "Zuid": 1}))
    return file


def drawn(town: Path, folder: Path, *options: str, name: str = "record.json") -> Path:
    out = folder / name
    result = samenspraak(
        "draw", town, "--size", "90", "--strata", "wijk,geslacht", *DATE, *(options or SEED), "--out", out
    )
    assert result.exit_code == 0, result.output
    return out


def part(record: Path) -> dict[str, object]:
    found = json.loads(record.read_text())
    del found["timings"]
    assert isinstance(found, dict)
    return found


def test_a_frame_is_checked_with_counts_and_reasons(town: Path, tmp_path: Path) -> None:
    result = samenspraak("frame", "check", town, *DATE)
    assert result.exit_code == 2
    assert "mensen kunnen worden geloot" in result.output
    assert "geheim adres" in result.output
    assert "Rij 901, kolom postcode" in result.output
    clean = tmp_path / "clean.csv"
    clean.write_text("id;e-mail;leeftijd\na1;a1@example.org;30\n")
    result = samenspraak("frame", "check", clean)
    assert (result.exit_code, result.output.split("\n")[0]) == (0, "1 mens kan worden geloot.")


def test_columns_with_other_names_are_mapped(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("wie;bereik;oud\na1;a1@example.org;30\n")
    (tmp_path / "map.yaml").write_text("id: wie\nemail: bereik\nage_class: oud\n")
    assert samenspraak("frame", "check", tmp_path / "f.csv").exit_code == 2
    assert samenspraak("frame", "check", tmp_path / "f.csv", "--map", tmp_path / "map.yaml").exit_code == 0
    (tmp_path / "map.yaml").write_text("- wie")
    result = samenspraak("frame", "check", tmp_path / "f.csv", "--map", tmp_path / "map.yaml")
    assert "ons veld en hun kolom" in result.output


def test_a_draw_is_verified_with_the_frame(town: Path, tmp_path: Path) -> None:
    record = drawn(town, tmp_path)
    assert len(part(record)["panel"]) == 90  # type: ignore[arg-type]
    result = samenspraak("draw", "verify", record, town)
    assert (result.exit_code, "FOUT" in result.output) == (0, False)
    assert result.output.count("goed") > 10


def test_the_lot_may_be_drand_dice_or_a_lottery(town: Path, tmp_path: Path) -> None:
    lots = [("--drand", f"1000:{SIGNATURE}"), ("--dice", "3 4 1 6"), ("--lottery", "Trekking 12: 3 14 27"), SEED]
    panels = list[tuple[str, ...]]()
    for lot in lots:
        record = drawn(town, tmp_path, *lot)
        assert samenspraak("draw", "verify", record, town).exit_code == 0
        panels.append(tuple(part(record)["panel"]))  # type: ignore[arg-type]
    assert len(set(panels)) == len(lots)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "Give one of --seed, --drand, --dice, --lottery"),
        ((*SEED, "--dice", "3 4"), "Give one of"),
        (("--seed", "xyz"), "hexadecimale"),
        (("--drand", f"1001:{SIGNATURE}"), "hoort niet bij ronde 1001"),
        ((*SEED, "--size", "0"), "moet 1 of meer zijn"),
        ((*SEED, "--size", "5000"), "U wilt 5000 mensen loten"),
        ((*SEED, "--strata", "schoenmaat"), "‘schoenmaat’ kan niet worden verdeeld"),
    ],
)
def test_a_mistake_gets_a_sentence_and_leaves_no_file(
    town: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    result = samenspraak("draw", town, "--size", "90", "--out", tmp_path / "r.json", *options)
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert sentence in " ".join(result.output.split())


def test_the_order_of_rows_and_columns_does_not_matter(town: Path, tmp_path: Path) -> None:
    header, *rows = (line.split(";") for line in town.read_text("utf-8-sig").splitlines())
    dice = random.Random(5)
    order = dice.sample(range(len(header)), len(header))
    dice.shuffle(rows)
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("\n".join(";".join(row[place] for place in order) for row in [header, *rows]))
    assert part(drawn(shuffled, tmp_path, name="a")) == part(drawn(town, tmp_path, name="b"))
    assert samenspraak("draw", "verify", tmp_path / "b", shuffled).exit_code == 0


def test_every_process_makes_the_same_record(town: Path, tmp_path: Path) -> None:
    records = []
    for number in ("1", "2", "3"):
        out = tmp_path / number
        subprocess.run(
            [
                sys.executable,
                "-m",
                "panel",
                "draw",
                town,
                "--size",
                "90",
                "--strata",
                "wijk",
                *SEED,
                *DATE,
                "--out",
                out,
            ],
            env={**os.environ, "PYTHONHASHSEED": number},
            cwd=ROOT,
            check=True,
        )
        records.append(part(out))
    assert records[0] == records[1] == records[2]


def test_any_changed_character_of_the_frame_shows(town: Path, tmp_path: Path) -> None:
    record, dice, text = drawn(town, tmp_path), random.Random(7), town.read_text("utf-8-sig")
    places = [place for place, sign in enumerate(text) if sign.isalnum()]
    for place in dice.sample(places, 12):
        changed = tmp_path / "changed.csv"
        changed.write_text(other_character(text, place))
        result = samenspraak("draw", "verify", record, changed)
        assert (result.exit_code, "FOUT" in result.output) == (1, True), text[place - 20 : place + 20]


def test_any_changed_character_of_the_record_shows(town: Path, tmp_path: Path) -> None:
    record, dice = drawn(town, tmp_path), random.Random(8)
    text = record.read_text()
    end = text.index('"timings"')
    places = [place for place, sign in enumerate(text[:end]) if sign.isalnum()]
    for place in dice.sample(places, 12):
        changed = tmp_path / "changed.json"
        changed.write_text(other_character(text, place))
        assert samenspraak("draw", "verify", changed, town).exit_code == 1, text[place - 20 : place + 20]


def test_what_is_no_record_gets_a_sentence(town: Path, tmp_path: Path) -> None:
    for text in ("", "[]", "{", "{}", '{"method": "x"}'):
        (tmp_path / "r.json").write_text(text)
        result = samenspraak("draw", "verify", tmp_path / "r.json", town)
        assert result.exit_code == 1
        assert "Traceback" not in result.output
        assert isinstance(result.exception, SystemExit)


@pytest.fixture(scope="session")
def volunteers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Ninety people, a third of whom share an address, and targets for a panel of twelve."""
    folder, dice = tmp_path_factory.mktemp("pool"), random.Random(3)
    people, categories = folder / "people.csv", folder / "categories.csv"
    rows = [f"n{i},{'MF'[i % 2]},{dice.choice(('jong', 'oud', 'oud'))},{i // 2 if i < 30 else i}" for i in range(90)]
    people.write_text("\n".join(["id,Gender,Age,address", *rows]))
    categories.write_text(
        "category,feature,min,max,min_flex,max_flex\n"
        "gender,f,6,6,0,12\ngender,m,6,6,0,12\nage,Jong,4,8,0,12\nage,Oud,4,8,0,12\n"
    )
    return people, categories


def selected(files: tuple[Path, Path], folder: Path, *options: str, name: str = "panel.json") -> Path:
    out = folder / name
    options = ("--size", "12", "--address", "address", *SEED, "--panels", "100", *options)
    result = samenspraak("pool", "select", *files, *options, "--out", out)
    assert result.exit_code == 0, result.output
    return out


@pytest.mark.parametrize("method", ["maximin", "leximin", "nash", "goldilocks"])
def test_a_panel_is_selected_and_verified(volunteers: tuple[Path, Path], tmp_path: Path, method: str) -> None:
    record = selected(volunteers, tmp_path, "--method", method, "--alternates", "6")
    made = json.loads(record.read_text())
    assert made["panel"] == made["panels"][made["index"]]
    assert (len(made["panels"]), len(made["panel"]), len(made["alternates"])) == (100, 12, 6)
    assert sum(made["chances"].values()) == pytest.approx(12)
    assert sum(made["chances_rounded"].values()) == pytest.approx(12)
    assert made["smallest"] <= made["largest"]
    result = samenspraak("draw", "verify", record, *volunteers)
    assert (result.exit_code, "FOUT" in result.output) == (0, False), result.output
    alone = samenspraak("draw", "verify", record)
    assert (alone.exit_code, "–" in alone.output) == (0, True)


def test_two_ten_sided_dice_are_the_number_of_the_panel(volunteers: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "p.json"
    options = ("--size", "12", "--dice", "4 7", "--panels", "100", "--out", out)
    assert samenspraak("pool", "select", *volunteers, *options).exit_code == 0
    assert json.loads(out.read_text())["index"] == 47


def test_the_order_of_people_and_columns_does_not_matter(volunteers: tuple[Path, Path], tmp_path: Path) -> None:
    shuffled = []
    for file in volunteers:
        header, *rows = (line.split(",") for line in file.read_text().splitlines())
        order = list(range(len(header)))[::-1]
        rows.reverse()
        copy = tmp_path / file.name
        copy.write_text("\n".join(",".join(row[place] for place in order) for row in [header, *rows]))
        shuffled.append(copy)
    pair = shuffled[0], shuffled[1]
    assert part(selected(pair, tmp_path, "--alternates", "4", name="a")) == part(
        selected(volunteers, tmp_path, "--alternates", "4", name="b")
    )
    assert samenspraak("draw", "verify", tmp_path / "b", *pair).exit_code == 0


def test_every_process_selects_the_same_panel(volunteers: tuple[Path, Path], tmp_path: Path) -> None:
    records = []
    for number in ("1", "2", "3"):
        out = tmp_path / number
        options = ("--size", "12", "--address", "address", "--method", "leximin", "--alternates", "4", *SEED)
        subprocess.run(
            [sys.executable, "-m", "panel", "pool", "select", *volunteers, *options, "--out", out],
            env={**os.environ, "PYTHONHASHSEED": number},
            cwd=ROOT,
            check=True,
        )
        records.append(part(out))
    assert records[0] == records[1] == records[2]


def other_character(text: str, place: int) -> str:
    sign = "x" if text[place].isalpha() and text[place] != "x" else "7" if text[place] != "7" else "8"
    return text[:place] + sign + text[place + 1 :]


def test_any_changed_character_of_record_people_or_targets_shows(
    volunteers: tuple[Path, Path], tmp_path: Path
) -> None:
    record, dice = selected(volunteers, tmp_path, "--alternates", "3"), random.Random(9)
    for number, file in enumerate((record, *volunteers)):
        text = file.read_text()
        end = text.find('"timings"') if number == 0 else len(text)
        places = [place for place, sign in enumerate(text[:end]) if sign.isalnum()]
        for place in dice.sample(places, 8):
            files = [record, *volunteers]
            files[number] = tmp_path / f"changed-{file.name}"
            files[number].write_text(other_character(text, place))
            assert samenspraak("draw", "verify", *files).exit_code == 1, text[max(0, place - 20) : place + 20]


def test_a_repair_says_what_to_change(volunteers: tuple[Path, Path], tmp_path: Path) -> None:
    people, categories = volunteers
    assert samenspraak("pool", "repair", people, categories, "--size", "12").exit_code == 0
    result = samenspraak("pool", "repair", people, categories, "--size", "13")
    assert result.exit_code == 1
    assert "De maxima van ‘gender’ zijn samen 12, minder dan de 13 plaatsen." in result.output
    assert "gender, " in result.output
    assert "6–6 wordt 6–7" in result.output


def test_targets_that_clash_leave_no_file(volunteers: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "p.json"
    result = samenspraak("pool", "select", *volunteers, "--size", "13", *SEED, "--out", out)
    assert (result.exit_code, out.exists()) == (2, False)
    assert "minder dan de 13 plaatsen" in result.output


def test_ctrl_c_leaves_nothing_half(tmp_path: Path) -> None:
    dice = random.Random(1)
    rows = [f"{i},{','.join(dice.choice('abcdef') for _ in range(5))}" for i in range(3_000)]
    (tmp_path / "p.csv").write_text("\n".join(["id,u,v,w,x,y", *rows]))
    targets = [f"{name},{feature},4,8" for name in "uvwxy" for feature in "abcdef"]
    (tmp_path / "c.csv").write_text("\n".join(["category,feature,min,max", *targets]))
    files: list[str | Path] = [
        tmp_path / "p.csv",
        tmp_path / "c.csv",
        "--size",
        "36",
        *SEED,
        "--out",
        tmp_path / "r.json",
    ]
    process = subprocess.Popen([sys.executable, "-m", "panel", "pool", "select", *files], cwd=ROOT, stderr=-1)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2.5)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in words
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.csv", "p.csv"]


def test_the_line_about_a_survey_file_in_the_readme_works(tmp_path: Path) -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(".venv/bin/samenspraak analyse")]
    reference = ROOT / "tests/reference"
    files = {"RESPONSES.csv": reference / "respondents.csv", "MARGINS.json": reference / "population.json"}
    files["findings.json"] = tmp_path / "findings.json"
    result = samenspraak(*(files.get(word, word) for word in line.split()[1:]))
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "findings.json").read_text())
    assert [question["id"] for question in found["questions"]] == ["vote", "likert"]
    assert found["weighting"]["margins"] == ["leeftijd", "gebied", "geslacht"]
    shares = {row["label"]: row["share"] for row in found["questions"][0]["table"]["rows"]}
    assert shares["voor"] == pytest.approx(0.419589978900459, abs=1e-12)  # as R's package survey has it
    assert "278 van 278 rijen tellen mee" in result.output
