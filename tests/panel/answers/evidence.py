"""Everything that somebody has who has the whole installation: both databases, every file, every mail and the log."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pypika_tortoise.queries import Query
from pypika_tortoise.terms import Field

from panel.database import current
from panel.settings import Settings
from tests.panel.contents import tables_of

PLACE, TRANSACTION = "place in the table", "transaction"
SYSTEM_COLUMNS = {"sqlite": {PLACE: "rowid"}, "postgres": {PLACE: "ctid", TRANSACTION: "xmin"}}
Row = dict[str, Any]
STATISTICS = """
SELECT tablename AS table, attname AS column, most_common_vals::text AS common, histogram_bounds::text AS sample
FROM pg_stats WHERE schemaname = 'public'
"""
FILES_OF_POSTGRES = """
SELECT current_setting('data_directory') AS folder, pg_relation_filepath(pg_class.oid) AS file
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'public' OR relname = 'pg_statistic'
OR pg_class.oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""


@dataclass(frozen=True)
class Evidence:
    """`tables`: rows in the order in which they lie there. `files`: name -> bytes. `secrets`: of the environment."""

    tables: dict[str, list[Row]]
    files: dict[str, bytes]
    secrets: list[str] = field(default_factory=list)

    def without_vault(self) -> "Evidence":
        """Of one installation: the main database, with its files."""
        tables = {name: rows for name, rows in self.tables.items() if name.startswith("main.")}
        strangers = {name for name in self.files if name.startswith("vault/")}
        return replace(self, tables=tables, files={n: c for n, c in self.files.items() if n not in strangers})

    def strings(self) -> Iterator[str | bytes]:
        """Every value of every column of every row, and what stands inside JSON."""
        for rows in self.tables.values():
            for row in rows:
                for value in row.values():
                    yield from leaves(value)


def leaves(value: Any) -> Iterator[str | bytes]:
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            yield from leaves(_parsed(value))
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, UUID):
        yield value.hex
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def parsed(row: Row) -> Row:
    """With JSON read: SQLite hands it over as text."""
    return {name: _parsed(value) if str(value)[:1] in ("{", "[") else value for name, value in row.items()}


async def gather(settings: Settings, log: str) -> Evidence:
    tables = {
        f"{name}.{table}": await _rows(name, table) for name in ("main", "vault") for table in await tables_of(name)
    }
    tables |= {f"{name}.statistics": await statistics_of(name) for name in ("main", "vault")}
    files = {f"var/{file.name}": file for file in _below(settings.var)}
    for name, url in (("main", settings.database_url), ("vault", settings.vault_url)):
        files |= {f"{name}/{file.name}": file for file in await _files_of(name, url)}
    by_time = sorted(files, key=lambda name: files[name].stat().st_mtime_ns)
    letters = [name for name in by_time if name.endswith(".eml")]
    found = {name: files[name].read_bytes() for name in by_time if name not in letters}
    # One file holds one letter: which comes before which shows when they stand behind each other.
    for way, names in (("mail in the order of time", letters), ("mail in the order of names", sorted(letters))):
        found[way] = b"".join([files[name].read_bytes() for name in names])
    return Evidence(tables, {**found, "log": log.encode()}, [settings.secret_key])


async def _rows(name: str, table: str) -> list[Row]:
    """In physical order."""
    connection = current(name)
    columns = SYSTEM_COLUMNS[connection.capabilities.dialect]
    query = str(Query.from_(table).select("*").orderby(Field(columns[PLACE])))
    own = ", ".join(f'{column} AS "{name}"' for name, column in columns.items())
    rows = await connection.execute_query_dict(query.replace("SELECT *", f"SELECT {own}, *", 1))
    return [{column: _plain(value) for column, value in dict(row).items()} for row in rows]


async def statistics_of(name: str) -> list[Row]:
    """Values that PostgreSQL noted down to plan with; on disk they are compressed."""
    connection = current(name)
    if connection.capabilities.dialect == "sqlite":
        return []
    return [dict(row) for row in await connection.execute_query_dict(STATISTICS)]


def _plain(value: Any) -> Any:
    """Moments and places (page, number) as numbers."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*", value):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, tuple) and len(value) == 2:
        return value[0] * 1000 + value[1]
    return value


async def files_of(settings: Settings) -> list[Path]:
    """The files of both databases, journals included, and everything in var/."""
    main, vault = await _files_of("main", settings.database_url), await _files_of("vault", settings.vault_url)
    return sorted({*_below(settings.var), *main, *vault})


def _below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def _files_of(name: str, url: str) -> list[Path]:
    if url.startswith("sqlite://"):
        path = Path(url.removeprefix("sqlite://"))
        return list(path.parent.glob(f"{path.name}*"))
    return await _files_of_postgres(name)


async def _files_of_postgres(name: str) -> list[Path]:
    """Of every table of this database and its indexes, and what the server noted down about them.

    Its write-ahead log, shared by all databases, is left out: it is written over as time goes by.
    """
    await current(name).execute_query("CHECKPOINT")
    rows = await current(name).execute_query_dict(FILES_OF_POSTGRES)
    found = [Path(row["folder"], row["file"]) for row in rows]
    return [file for file in found if file.is_file()]
