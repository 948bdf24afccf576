"""`python -m tests.bench [draw|mail|answers|report ...]`: measure these subjects, or all of them. And on request
`volume`: a hundred thousand invitations; `answers_postgres`: members who answer, on PostgreSQL.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop

from panel.settings import ROOT
from tests.bench.timing import ROUNDS, console

SUBJECTS = ("draw", "mail", "answers", "report")
ON_REQUEST = ("volume", "answers_postgres")


def main(named: list[str]) -> int:
    known = SUBJECTS + ON_REQUEST
    if unknown := [name for name in named if name not in known]:
        console.print(f"No such subject: {', '.join(unknown)}. Choose from: {', '.join(known)}.")
        return 2
    cores, version = os.cpu_count(), sys.version.split()[0]
    console.print(f"Medians of {ROUNDS} rounds after a warm-up (lowest–highest). {cores} cores, Python {version}.\n")
    os.environ["OMP_NUM_THREADS"] = "1"  # as in the process that makes reports
    for name in named or SUBJECTS:
        began = perf_counter()
        var = ROOT / "var"  # where the service keeps its databases, so on the same disk
        var.mkdir(exist_ok=True)
        with TemporaryDirectory(prefix="bench-", dir=var) as folder:
            uvloop.run(import_module(f"tests.bench.{name}").run(Path(folder)))
        console.print(f"{name}: {perf_counter() - began:.0f} seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
