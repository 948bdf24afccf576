"""Everything that both databases hold, to compare or to search."""

from collections.abc import Iterator
from typing import Any

from pypika_tortoise.queries import Query
from tortoise import Model

from panel.database import current

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
}
Contents = dict[str, list[dict[str, Any]]]


async def contents() -> Contents:
    """Every row of every table of `main` and `vault`."""
    return {
        f"{name}.{table}": [
            dict(row) for row in await current(name).execute_query_dict(str(Query.from_(table).select("*")))
        ]
        for name in ("main", "vault")
        for table in await tables_of(name)
    }


async def tables_of(name: str) -> list[str]:
    connection = current(name)
    rows = await connection.execute_query_dict(TABLES[connection.capabilities.dialect])
    return sorted(row["name"] for row in rows)


def row(kept: Model) -> dict[str, Any]:
    """What this object has for every column of its table."""
    return {column: getattr(kept, column) for column in kept._meta.db_fields}


def texts(found: Contents) -> Iterator[tuple[str, str]]:
    """Every value as text, with the table and the column where it stands."""
    for table, rows in found.items():
        for row in rows:
            for column, value in row.items():
                yield f"{table}.{column}", str(value)
