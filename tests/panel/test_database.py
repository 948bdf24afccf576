import asyncio

import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError

from panel.audit import AuditEntry, first_broken, record
from panel.database import Database
from panel.staff.models import Role, Staff


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
