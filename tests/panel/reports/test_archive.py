"""The zip, the checksums and the folder: whole or not there."""

import hashlib
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from panel.reports.archive import archive, called, checksums, names
from panel.reports.facts import Facts, read_material
from panel.reports.folder import ABANDONED_SECONDS, save
from panel.settings import ROOT
from tests.panel.reports.report_sample import sample

HOSTILE = "<b>Eén & loket</b> \u202eשלום 👩‍👩‍👧 " + "lang " * 60
FILES = {name: f"what is in {name}".encode() for name in names()} | {"metadata/report.pdf.bestand.mdto.xml": b"<x/>"}
DIES = """\
import os, shutil, signal, sys
from pathlib import Path
from panel.reports.folder import save

left = int(sys.argv[2])

def dying(method):
    def counted(*arguments, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return method(*arguments, **named)
    return counted

Path.write_bytes, Path.rename = dying(Path.write_bytes), dying(Path.rename)
shutil.rmtree = dying(shutil.rmtree)
save({"report.html": b"after", "metadata/diwoo.xml": b"after", "report.pdf": b"after"}, Path(sys.argv[1]))
"""


def facts(title: str = "Eén loket") -> Facts:
    return read_material(sample(0, title=title)).facts


def unzipped(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_zip_holds_every_file_under_a_name_of_its_own_and_a_readme_that_tells_what_it_is() -> None:
    inside = unzipped(archive(FILES, facts()))

    assert inside.keys() == {"Leesmij.txt", "checksums.sha256", *(called(name, facts()) for name in FILES)}
    assert all(inside[called(name, facts())] == content for name, content in FILES.items())
    readme = inside["Leesmij.txt"].decode("utf-8-sig")
    assert all(called(name, facts()) in readme and meaning in readme for name, (_, meaning) in names().items())
    assert "20 november 2026" in readme


def test_the_reply_is_to_be_filled_in_until_it_is_there() -> None:
    waiting = facts()
    given = {"advice": 1, "decision": "not", "reason": "Omdat.", "by": "het college", "on": "2027-01-10"}
    answered = read_material(sample(0, replies=[given])).facts

    assert "Reactienota (in te vullen).odt" in unzipped(archive(FILES, waiting))
    assert "Reactienota.odt" in unzipped(archive(FILES, answered))


def test_the_readme_names_only_what_is_there_and_takes_any_title() -> None:
    inside = unzipped(archive({"report.pdf": b"x"}, facts(HOSTILE)))

    readme = inside["Leesmij.txt"].decode("utf-8-sig")
    assert "Rapport.pdf" in readme
    assert "Samenvatting" not in readme
    assert HOSTILE.replace("\u202e", "").strip() in readme


def test_the_checksums_are_those_of_the_files_on_disk_and_in_the_zip(tmp_path: Path) -> None:
    inside = unzipped(archive(FILES, facts()))
    for place, files in (("site", {**FILES, "checksums.sha256": checksums(FILES)}), ("zip", inside)):
        save(files, tmp_path / place)
        lines = [line.split("  ") for line in (tmp_path / place / "checksums.sha256").read_text().splitlines()]
        assert {name for _, name in lines} == {*files} - {"checksums.sha256"}
        for digest, name in lines:
            assert hashlib.sha256((tmp_path / place / name).read_bytes()).hexdigest() == digest


def test_the_same_files_give_the_same_zip_whatever_their_order() -> None:
    assert archive(FILES, facts()) == archive(dict(reversed(FILES.items())), facts())


def test_a_process_that_is_killed_at_any_step_leaves_a_whole_report_or_none(tmp_path: Path) -> None:
    before = {"report.html": b"before", "results.csv": b"before"}
    after = {"report.html": b"after", "metadata/diwoo.xml": b"after", "report.pdf": b"after"}
    found = []
    for step in range(12):
        folder = tmp_path / str(step) / "7"
        save(before, folder)
        arguments = [sys.executable, "-c", DIES, str(folder), str(step)]
        ended = subprocess.run(arguments, cwd=ROOT, check=False).returncode
        found.append(contents(folder) if folder.exists() else {})
        assert found[-1] in (before, after, {}), f"step {step}"
        save(before, folder)
        assert contents(folder) == before, "the next one is whole"
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    assert found[0] == before
    assert found[-1] == after
    assert found.count({}) <= 1, "only in the instant between two renames"


def test_what_a_killed_process_left_behind_is_cleared_away_when_it_is_old(tmp_path: Path) -> None:
    for name, age in ((".7-old", ABANDONED_SECONDS + 60), (".7-new", 0), (".71-old", ABANDONED_SECONDS + 60)):
        left = tmp_path / name
        left.mkdir()
        os.utime(left, (left.stat().st_atime, left.stat().st_mtime - age))

    save({"report.html": b"x"}, tmp_path / "7")

    assert {path.name for path in tmp_path.iterdir()} == {"7", ".7-new", ".71-old"}


def test_when_the_new_folder_cannot_take_its_place_the_old_one_gets_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "7"
    save({"report.html": b"before"}, folder)
    rename, refused = Path.rename, []

    def busy(path: Path, target: Path) -> Path:
        if path.name.startswith(".7-") and target == folder:
            refused.append(path)
            raise OSError(16, "Device or resource busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(OSError, match="busy"):
        save({"report.html": b"after"}, folder)

    assert refused
    assert contents(tmp_path) == {"7/report.html": b"before"}
