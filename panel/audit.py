"""The log that cannot be edited unnoticed: every entry carries the hash of the one before it."""

import hashlib
import json
from datetime import UTC, datetime

from tortoise import fields
from tortoise.models import Model

from panel.database import current, dialect

LOCK = 7_301_845  # any number, as long as everyone who appends takes the same lock


class AuditEntry(Model):
    id = fields.IntField(primary_key=True)
    at = fields.DatetimeField()
    actor = fields.CharField(max_length=120)
    action = fields.CharField(max_length=60)
    object = fields.CharField(max_length=120)
    result = fields.CharField(max_length=400)
    origin = fields.CharField(max_length=60)
    previous = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "audit"

    def compute_digest(self) -> str:
        moment = self.at.astimezone(UTC).isoformat()
        facts = [self.previous, moment, self.actor, self.action, self.object, self.result, self.origin]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


async def record(actor: str, action: str, about: str, result: str = "ok", origin: str = "") -> None:
    """Append one line, inside the unit of work whose doing it tells. Never a secret, never an answer."""
    if dialect() == "postgres":
        await current().execute_query(f"SELECT pg_advisory_xact_lock({LOCK})")
    last = await AuditEntry.all().order_by("-id").first()
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor=actor,
        action=action,
        object=about,
        result=result[:400],
        origin=origin,
        previous=last.digest if last else "",
    )
    entry.digest = entry.compute_digest()
    await entry.save()


async def first_broken() -> int | None:
    """The id of the first entry that does not follow from the one before it, or None when the chain holds."""
    previous = ""
    async for entry in AuditEntry.all().order_by("id"):
        if entry.previous != previous or entry.digest != entry.compute_digest():
            return entry.id
        previous = entry.digest
    return None
