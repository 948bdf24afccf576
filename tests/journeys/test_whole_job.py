"""`samenspraak demo` as a script would call it, at full size, once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENTS = ("report.html", "report.pdf", "results.csv", "results.json", "codebook.csv")
PDFUA, OUTLOUD = Path(sys.executable).with_name("pdfua"), Path(sys.executable).with_name("outloud")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMENSPRAAK_")}
    command = [sys.executable, "-m", "panel", "demo"]
    done = subprocess.run(
        command, env=environment | {"SAMENSPRAAK_VAR": str(var)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Everything adds up" in done.stderr
    return var / "demo"


@pytest.mark.timeout(300)
def test_the_whole_job_ends_with_every_document_and_counts_that_add_up(folder: Path) -> None:
    for name in DOCUMENTS:
        assert (folder / name).stat().st_size > 1000, name
    results = json.loads((folder / "results.json").read_text())
    participation = results["findings"]["participation"]
    assert participation["invited"] == 600
    assert 200 < participation["answered"] < 400
    assert len(results["findings"]["advices"]) > 1


def test_nothing_in_the_log_of_the_service_tells_who_or_what(folder: Path) -> None:
    log = (folder / "service.log").read_text()
    assert "@" not in log
    assert "/m/" not in log
    assert "ERROR" not in log


@pytest.mark.parametrize("checker", [[PDFUA, "check"], [OUTLOUD, "--quiet"]], ids=["pdfua", "outloud"])
def test_the_report_can_be_read_aloud(folder: Path, checker: list[str]) -> None:
    done = subprocess.run([*checker, folder / "report.pdf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
