"""Leaving nothing on disk of rows that were deleted or overwritten."""

import asyncio
import logging

from tortoise.backends.base.client import BaseDBAsyncClient

log = logging.getLogger(__name__)
TRUNCATE_TRIES = 100
# Tables of which rows die for a reason. PostgreSQL would keep samples of every column beside them, to plan with.
NEVER_SAMPLED = {
    "main": ("ballot", "written", "paper_entry", "person", "draw", "link_request", "bounce"),
    "vault": ("review_secret",),
}
SAMPLED_COLUMNS = """
SELECT attname AS name FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND coalesce(attstattarget, -1) <> 0
"""
OLDER_TRANSACTIONS = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (age(backend_xmin) >= age($1::xid) OR age(backend_xid) >= age($1::xid))
"""


async def truncate_journal(client: BaseDBAsyncClient) -> None:
    """Tries for a while: another process that reads at this moment keeps the journal in use."""
    for _ in range(TRUNCATE_TRIES):
        _, rows = await client.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
        if not rows[0]["busy"]:
            return
        await asyncio.sleep(0.1)
    log.warning("the journal could not be cleared: another process keeps the database busy")


async def rewrite(client: BaseDBAsyncClient, tables: tuple[str, ...]) -> None:
    """Tries for a while: dead rows stay as long as a transaction that began before they died may still read them."""
    [now] = await client.execute_query_dict("SELECT pg_current_xact_id()::xid AS id")
    for _ in range(TRUNCATE_TRIES):
        if not await client.execute_query_dict(OLDER_TRANSACTIONS, [now["id"]]):
            break
        await asyncio.sleep(0.1)
    else:
        log.warning("dead rows may be left: another process keeps a transaction open")
    for table in tables:
        await client.execute_query(f'VACUUM FULL "{table}"')


async def sample_nothing(client: BaseDBAsyncClient, tables: tuple[str, ...]) -> None:
    """Rewriting a table leaves its statistics, and those hold values: keys, names, what somebody wrote."""
    for table in tables:
        for column in await client.execute_query_dict(SAMPLED_COLUMNS, [table]):
            await client.execute_query(f'ALTER TABLE "{table}" ALTER COLUMN "{column["name"]}" SET STATISTICS 0')
