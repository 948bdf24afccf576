import asyncio
import os
import sys
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError

from panel.audit import AuditEntry, first_broken, record
from panel.database import Database, brief, rows
from panel.people.models import Exclusion
from panel.settings import PREFIX, Settings
from panel.staff.models import Role, Staff
from panel.web.dutch import today


async def hire(email: str) -> Staff:
    return await Staff.create(email=email, name="Sam", role=Role.CLERK)


async def test_what_a_unit_of_work_wrote_can_be_read_afterwards(database: Database) -> None:
    await database.write(hire("a@voorbeeld.example"))
    assert await Staff.filter(email="a@voorbeeld.example").exists()


async def test_outside_a_unit_of_work_nothing_can_be_written(database: Database) -> None:
    with pytest.raises((OperationalError, TransactionManagementError)):
        await hire("a@voorbeeld.example")


async def test_a_unit_that_fails_leaves_nothing_and_does_not_hurt_those_beside_it(database: Database) -> None:
    async def hire_and_fail() -> None:
        await hire("fails@voorbeeld.example")
        raise ValueError("no")

    units = [database.write(hire(f"{n}@voorbeeld.example")) for n in range(20)]
    *hired, failed = await asyncio.gather(*units, database.write(hire_and_fail()), return_exceptions=True)
    assert isinstance(failed, ValueError)
    assert all(isinstance(staff, Staff) for staff in hired)
    assert await Staff.all().count() == 20


async def test_a_request_that_is_cancelled_does_not_cancel_its_unit_of_work(database: Database) -> None:
    waiting = asyncio.ensure_future(database.write(hire("a@voorbeeld.example")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await database.write(hire("b@voorbeeld.example"))
    async with asyncio.timeout(5):
        while not await Staff.filter(email="a@voorbeeld.example").exists():
            await asyncio.sleep(0.01)


async def test_the_audit_log_holds_under_many_writers_and_shows_a_changed_row(database: Database) -> None:
    await asyncio.gather(*(database.write(record("sam", "tested", f"thing {n}")) for n in range(50)))
    assert await first_broken() is None

    async def forge() -> None:
        await AuditEntry.filter(object="thing 7").update(result="nothing happened")

    forged = await AuditEntry.get(object="thing 7")
    await database.write(forge())
    assert await first_broken() == forged.id


@brief
async def count_brief(fails: bool) -> int:
    await rows("INSERT INTO exclusion (digest, reason, since) VALUES ($1, 'drawn', $2)", str(uuid4()), today())
    if fails:
        raise ValueError("no")
    [row] = await rows("SELECT count(*) AS number FROM exclusion")
    return int(row["number"])


async def test_brief_units_share_a_commit_and_one_that_fails_leaves_nothing(database: Database) -> None:
    units = [database.write(count_brief(fails=number == 3)) for number in range(8)]
    counted = await asyncio.gather(*units, return_exceptions=True)
    assert isinstance(counted[3], ValueError)
    assert await Exclusion.all().count() == 7
    [failed] = await asyncio.gather(database.write(count_brief(fails=True)), return_exceptions=True)
    assert isinstance(failed, ValueError)
    assert await database.write(count_brief(fails=False)) == 8


async def test_what_is_read_past_the_models_cannot_write_outside_a_unit_of_work(database: Database) -> None:
    with pytest.raises((OperationalError, asyncpg.PostgresError)):
        await count_brief(fails=False)


WRITING = """
import asyncio
from panel.database import Database
from panel.settings import read_settings
from tests.panel.test_database import count_brief

async def main():
    async with Database(read_settings()) as database:
        for _ in range(50):
            await database.write(count_brief(fails=False))

asyncio.run(main())
"""


async def test_processes_that_share_a_database_take_turns(database: Database, settings: Settings) -> None:
    names = ("secret_key", "var", "database_url", "vault_url")
    own = {f"{PREFIX}{name.upper()}": str(getattr(settings, name)) for name in names}
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITING, env={**os.environ, **own})
        for _ in range(2)
    ]
    for _ in range(50):
        await database.write(count_brief(fails=False))
    assert [await other.wait() for other in others] == [0, 0]
    assert await Exclusion.all().count() == 150
