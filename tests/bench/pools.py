"""Fair chances for pools of 500 to 100,000 volunteers, beside sortition-algorithms where it finishes."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.progress import track
from rich.table import Table

from panel.settings import ROOT
from tests.bench.timing import console
from tests.deliberation.sortition.volunteers.made_pools import MadePool, make_pool
from tests.deliberation.sortition.volunteers.test_known_optima import KNOWN

PEER = Path(os.environ.get("SAMENSPRAAK_PEER", ROOT / "var/peer/bin/python"))
PATIENCE = 300  # seconds for the peer; it needs hours for large pools
CHILD, ADDRESS = ROOT / "tests/bench/child.py", ("--address", "address")
OTHERS = [
    *((people, 110, "maximin", True) for people in (500, 2_000, 10_000)),
    *((500, 30, method, False) for method in ("leximin", "nash", "goldilocks")),
    *((2_000, 110, method, False) for method in ("leximin", "nash", "goldilocks")),
]


def measure(folder: Path) -> None:
    """One run each, from the start of a process to its end: reading, chances, all panels, lot and record."""
    table = Table("people, seats", title="A panel from volunteers", title_justify="left", title_style="bold")
    headings = "method", "smallest chance", "gap", "chances", "whole process", "CPU", "memory", "peer", "ratio"
    for heading in headings:
        table.add_column(heading, justify="right")
    if not PEER.exists():
        console.print(
            "sortition-algorithms is not there to compare with. Install it apart:\n"
            "python3 -m venv var/peer && var/peer/bin/pip install sortition-algorithms==0.12.15"
        )
    known = [(people, seats, "maximin", False) for people, seats in KNOWN]
    for people, seats, method, one_per_address in track(known + OTHERS, "Pools", console=console, transient=True):
        files = _write(make_pool(people, seats), folder)
        cost, record = _ours(files, seats, method, one_per_address, folder)
        theirs = _theirs(files, seats, one_per_address) if method == "maximin" and people <= 500 else None
        chances = record["timings"]["chances"]
        table.add_row(
            f"{people:,}, {seats}" + (", one per address" if one_per_address else ""),
            method,
            f"{record['smallest']:.6g}",
            f"{abs(record['gap']):.0e}",
            f"{chances:.2f} s",
            f"{cost['wall']:.1f} s",
            f"{cost['cpu']:.1f} s",
            f"{cost['memory'] / 2**20:.0f} MB",
            "" if theirs is None else f"{theirs:.1f} s",
            "" if theirs is None else f"{chances / theirs:.3f}",
        )
    console.print(table)


def _write(made: MadePool, folder: Path) -> tuple[Path, Path]:
    people, categories = folder / "people.csv", folder / "categories.csv"
    with people.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "address", *next(iter(made.people.values()))])
        rows.writerows([id_, made.homes[id_], *features.values()] for id_, features in made.people.items())
    with categories.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["category", "feature", "min", "max"])
        rows.writerows([target.category, target.feature, target.minimum, target.maximum] for target in made.targets)
    return people, categories


def _ours(
    files: tuple[Path, Path], seats: int, method: str, one_per_address: bool, folder: Path
) -> tuple[dict[str, float], dict[str, Any]]:
    out = folder / "record.json"
    options: list[str | Path] = ["--size", str(seats), "--method", method, "--seed", "0a0b", "--out", out]
    command = [
        sys.executable,
        "-m",
        "panel",
        "pool",
        "select",
        *files,
        *options,
        *(ADDRESS if one_per_address else ()),
    ]
    taken = subprocess.run([sys.executable, CHILD, *command], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(taken.stdout), json.loads(out.read_text())


def _theirs(files: tuple[Path, Path], seats: int, one_per_address: bool) -> float | None:
    """Seconds of a clock for the selection alone; None when it is not there or not ready in time."""
    if not PEER.exists():
        return None
    command: list[str | Path] = [
        PEER,
        ROOT / "tests/bench/peer_pool.py",
        *files,
        str(seats),
        str(int(one_per_address)),
    ]
    began = perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return perf_counter() - began
    return float(json.loads(done.stdout.splitlines()[-1])["wall"])
