"""Weighted tables; the findings of a review, and its documents."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from deliberation.figures import Findings
from deliberation.findings import Ballot, find
from tests.bench import tables
from tests.bench.timing import Contender, Cost, compare, console, whole
from tests.deliberation.example import example_input
from tests.panel.reports.report_sample import sample

SIZES = (300, 1_000, 10_000)
ANSWERED = 1_000


async def run(folder: Path) -> None:
    await tables.measure()
    await _memory()
    await _findings()
    await _documents(folder)


async def _memory() -> None:
    most = str(tables.SIZES[-1])
    columns = f"{int(most):,} answers made up, nothing worked out"
    await compare(
        f"{tables.TABLES} tables of {int(most):,} answers, from the start of a process to its end",
        "run",
        [
            Contender(
                "answers made up, weights and tables",
                lambda: _in_a_process(b"", "-m", "tests.bench.tables", most, "tables"),
                beside=(columns,),
            ),
            Contender(columns, lambda: _in_a_process(b"", "-m", "tests.bench.tables", most)),
        ],
    )


async def _findings() -> None:
    contenders = []
    for size in SIZES:
        given = example_input(size)
        found = find(**given)
        naive = f"groupby, {size:,} ballots"
        contenders += [
            Contender(f"find, {size:,} ballots", whole(partial(find, **given)), beside=(naive,)),
            Contender(naive, whole(partial(_group, given["ballots"], found))),
        ]
        made = sum(len(q.tables) for q in found.questions) + sum(len(split.tables) for split in found.splits)
        assert len(_group(given["ballots"], found)) == made
        console.print(f"{size:,} ballots: {made} tables")
    await compare("Findings", "review", contenders)


def _group(ballots: Sequence[Ballot], found: Findings) -> list[pd.Series]:
    """As many weighted tables, of weights that are given: no intervals, and nothing is hidden."""
    vote = next(question.id for question in found.questions if question.is_vote)
    columns = [
        f"{question.id}.{table.key}" if table.key else question.id
        for question in found.questions
        for table in question.tables
    ]
    people = pd.DataFrame([_columns(ballot) for ballot in ballots])
    people = people.reindex(columns=people.columns.union(columns))
    tables = [_shares(people.explode(column), column) for column in columns]
    for split in found.splits:
        groups = islice(people.groupby(split.by), len(split.tables))
        tables += [_shares(group, vote) for _, group in groups]
    return tables


def _columns(ballot: Ballot) -> dict[str, Any]:
    columns: dict[str, Any] = {"weight": 1.0, **ballot.classes}
    for question, answer in ballot.answers.items():
        if not isinstance(answer, dict):
            columns[question] = answer
        elif "chosen" in answer:
            columns[question] = answer["chosen"]
        else:
            columns[question] = list(answer)
            columns |= {f"{question}.{item}": given for item, given in answer.items()}
    return columns


def _shares(people: pd.DataFrame, column: str) -> pd.Series:
    weights = people.groupby(column)["weight"].sum()
    return weights / weights.sum()


async def _documents(folder: Path) -> None:
    document = json.dumps(sample(ANSWERED)).encode()
    build = ("-m", "panel.reports.build", str(folder / "report"))
    load = ("-c", "import pandas, matplotlib.figure, typst")
    beside = "pandas, matplotlib and typst loaded"
    await _in_a_process(document, *build)
    page = (folder / "report/report.html").read_text(encoding="utf-8")
    charts = page.count('class="chart"')
    console.print(f"The report of {ANSWERED:,} ballots has {charts} charts.")
    await compare(
        f"The documents of {ANSWERED:,} ballots, from process to process",
        "report",
        [
            Contender("page, PDF and open data", lambda: _in_a_process(document, *build), beside=(beside,)),
            Contender(beside, lambda: _in_a_process(b"", *load)),
        ],
    )


async def _in_a_process(given: bytes, *command: str) -> Cost:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.child", sys.executable, *command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    printed, _ = await process.communicate(given)
    return Cost(**json.loads(printed))
