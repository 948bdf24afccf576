"""The tables that the migrations make are the ones the models ask for, on the database itself."""

from collections.abc import Iterator

import pytest
from tortoise import Model
from tortoise.context import require_context
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector

from panel.database import MODELS, Database, _config, current
from panel.settings import Settings

NAMES = ("main", "vault")
COLUMNS_OF_POSTGRES = "SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns"
INDEXES_OF_POSTGRES = """
SELECT i.indisunique AS is_unique, array_agg(a.attname::text ORDER BY array_position(i.indkey, a.attnum)) AS columns
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = $1::regclass GROUP BY i.indexrelid, i.indisunique
"""


def models_of(name: str) -> list[type[Model]]:
    apps = require_context().apps
    assert apps is not None
    return list(apps[name].values())


async def columns_of(name: str, table: str) -> dict[str, bool]:
    """Column -> whether it may be empty."""
    connection = current(name)
    if connection.capabilities.dialect == "sqlite":
        rows = await connection.execute_query_dict('SELECT name, "notnull", pk FROM pragma_table_info(?)', [table])
        return {row["name"]: not row["notnull"] and not row["pk"] for row in rows}
    rows = await connection.execute_query_dict(f"{COLUMNS_OF_POSTGRES} WHERE table_name = $1", [table])
    return {row["name"]: row["nullable"] for row in rows}


async def indexes_of(name: str, table: str) -> set[tuple[bool, tuple[str, ...]]]:
    """Every index: whether it is unique, and its columns in their order."""
    connection = current(name)
    if connection.capabilities.dialect == "postgres":
        rows = await connection.execute_query_dict(INDEXES_OF_POSTGRES, [f'"{table}"'])
        return {(row["is_unique"], tuple(row["columns"])) for row in rows}
    found = set()
    for index in await connection.execute_query_dict("SELECT * FROM pragma_index_list(?)", [table]):
        parts = await connection.execute_query_dict("SELECT name FROM pragma_index_info(?)", [index["name"]])
        found.add((bool(index["unique"]), tuple(part["name"] for part in parts)))
    keys = await connection.execute_query_dict("SELECT name FROM pragma_table_info(?) WHERE pk > 0", [table])
    return found | {(True, tuple(key["name"] for key in keys))}


def asked_indexes(model: type[Model]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    meta = model._meta

    def real(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(meta.fields_map[name].source_field or name for name in names)

    for field in meta.db_fields:
        if meta.fields_map[field].unique:
            yield True, real((field,))
    for names in meta.unique_together:
        yield True, real(tuple(names))
    for index in meta.indexes:
        yield False, real(tuple(index.fields if isinstance(index, Index) else index))


@pytest.mark.parametrize("name", NAMES)
async def test_every_table_has_exactly_the_columns_of_its_model(database: Database, name: str) -> None:
    models = models_of(name)
    assert len(models) == (1 if name == "vault" else 27)
    for model in models:
        asked = {
            field.source_field or key: field.null
            for key, field in model._meta.fields_map.items()
            if key in model._meta.db_fields
        }
        assert await columns_of(name, model._meta.db_table) == asked, model.__name__


@pytest.mark.parametrize("name", NAMES)
async def test_every_unique_constraint_and_index_of_a_model_is_there(database: Database, name: str) -> None:
    for model in models_of(name):
        found = await indexes_of(name, model._meta.db_table)
        assert set(asked_indexes(model)) <= found, model.__name__


def test_every_module_with_models_is_known_to_the_database() -> None:
    from panel.settings import ROOT

    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in (ROOT / "panel").rglob("*.py")
        if "(Model):" in file.read_text()
    }
    assert files == {module for modules in MODELS.values() for module in modules}


@pytest.mark.parametrize("name", NAMES)
async def test_there_is_nothing_left_to_migrate(database: Database, settings: Settings, name: str) -> None:
    apps = require_context().apps
    assert apps is not None
    config = _config(settings, for_migrations=True)["apps"]
    writers = await MigrationAutodetector(apps, {name: config[name]}).changes()
    assert [writer.operations for writer in writers] == []
