"""The tables that the migrations make are the ones the models ask for, on the database itself."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tortoise import Model
from tortoise.context import TortoiseContext, require_context
from tortoise.indexes import Index
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from panel.database import MODELS, Database, _config, current, migrate
from panel.people.models import Draw
from panel.settings import Settings

NAMES = ("main", "vault")
COLUMNS_OF_POSTGRES = "SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns"
INDEXES_OF_POSTGRES = """
SELECT i.indisunique AS is_unique, array_agg(a.attname::text ORDER BY array_position(i.indkey, a.attnum)) AS columns
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = $1::regclass GROUP BY i.indexrelid, i.indisunique
"""

OLD_REVIEW = """
INSERT INTO review (id, version_id, state, title, sample_size, quorum, majority_percent, closes_at, report_due,
judgement_on, decision_on, partial, reason, follow_up, created_at) VALUES (7, 1, 'drawn', 'Hulp thuis', 2, 1, 50,
'2026-12-01 12:00:00', '2026-12-08', '2026-12-20', '2027-01-01', 0, '', '', '2026-11-20 12:00:00')
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
    assert len(models) == (1 if name == "vault" else 21)
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


async def test_a_draw_of_the_first_version_is_kept_as_it_was(
    settings: Settings, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--database") != "sqlite":
        pytest.skip("begins with empty files")
    main, vault = (f"sqlite://{settings.var / name}.sqlite3" for name in NAMES)
    old = replace(settings, database_url=main, vault_url=vault)
    config = _config(old, for_migrations=True)
    record = {"method": "samenspraak-draw-1", "strata": [{"stratum": ["Noord"], "population": 9, "invited": 2}]}
    async with TortoiseContext() as context:
        await context.init(config=config)
        connection = context.connections.get("main")
        executor = MigrationExecutor(connection, {"main": config["apps"]["main"]})
        await executor.migrate([MigrationTarget("main", "0002_columns")])
        await connection.execute_script("PRAGMA foreign_keys = OFF")
        await connection.execute_script(OLD_REVIEW)
        row = [1, 7, json.dumps(record), "2026-11-20 12:00:00+00:00"]
        await connection.execute_query("INSERT INTO draw (id, review_id, record, drawn_at) VALUES (?, ?, ?, ?)", row)
    await migrate(old)
    async with Database(old):
        draw = await Draw.get(id=1)
        assert (draw.review_id, draw.number) == (7, 1)
        assert not draw.reason
        assert draw.salt_key is None
        assert draw.frozen == draw.record == record
        assert draw.announced_at == draw.drawn_at
        assert draw.invited == {("Noord",): 2}
        assert (True, ("review_id",)) not in await indexes_of("main", "draw")
