"""Selects a panel with sortition-algorithms, which is installed apart and for measuring only; prints what it took.

Run by the Python of that installation: PEOPLE.csv CATEGORIES.csv SIZE ONE_PER_ADDRESS(0|1).
"""

import csv
import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from time import perf_counter, process_time

import sortition_algorithms as peer


def table(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def main(people_file: str, categories_file: str, size: int, one_per_address: bool) -> None:
    rows = table(people_file)
    targets = [
        {"feature": row["category"], "value": row["feature"], "min": row["min"], "max": row["max"]}
        for row in table(categories_file)
    ]
    features, _, _ = peer.read_in_features(["feature", "value", "min", "max"], targets, size)
    settings = peer.Settings(
        id_column="id",
        columns_to_keep=["address"],
        check_same_address=one_per_address,
        check_same_address_columns=["address"] if one_per_address else [],
        selection_algorithm="maximin",
        random_number_seed=1,
    )
    people, _ = peer.read_in_people(list(rows[0]), rows, features, settings)
    wall, cpu = perf_counter(), process_time()
    with redirect_stdout(StringIO()):
        found, _, _ = peer.run_stratification(features, people, size, settings)
    print(json.dumps({"found": found, "wall": perf_counter() - wall, "cpu": process_time() - cpu}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "1")
