import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from panel.proposals.models import ProposalVersion
from panel.staff.models import Staff

GRACE = timedelta(minutes=30)  # after the closing moment, for who has begun


def in_order(value: Any) -> str:
    """JSON within JSON: PostgreSQL sorts the names in an object, and the choices of a question have an order."""
    return json.dumps(json.dumps(value, ensure_ascii=False))


def from_order(stored: str | bytes) -> Any:
    value = json.loads(stored)
    return json.loads(value) if isinstance(value, str) else value  # as it was kept before


def is_over(closes_at: datetime | str) -> bool:
    """Also when no worker came by yet to close it. SQLite keeps a moment as text."""
    return datetime.now(UTC) >= datetime.fromisoformat(str(closes_at)) + GRACE


class State(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    DRAWN = "drawn"
    OPEN = "open"
    CLOSED = "closed"
    REPORTED = "reported"
    PUBLISHED = "published"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed_up"
    WITHDRAWN = "withdrawn"


class Review(Model):
    """One round of second opinion on one version of one proposal."""

    id = fields.IntField(primary_key=True)
    version: fields.ForeignKeyRelation[ProposalVersion] = fields.ForeignKeyField("main.ProposalVersion")
    state = fields.CharField(max_length=12, default=State.DRAFT.value)
    title = fields.CharField(max_length=300)
    sample_size = fields.IntField()
    quorum = fields.IntField()
    majority_percent = fields.IntField(default=50)
    # The questions that the clerk chose (empty: the default), and those filled and frozen at the release.
    composed: Any = fields.JSONField(null=True, encoder=in_order, decoder=from_order)
    questionnaire: Any = fields.JSONField(null=True, encoder=in_order, decoder=from_order)
    closes_at = fields.DatetimeField()
    report_due = fields.DateField()
    judgement_on = fields.DateField()
    decision_on = fields.DateField()
    approved_by_drafter: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "main.Staff", null=True, related_name="approved_as_drafter"
    )
    approved_by_clerk: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "main.Staff", null=True, related_name="approved_as_clerk"
    )
    version_id: int
    approved_by_drafter_id: int | None
    approved_by_clerk_id: int | None
    follows_id: int | None
    partial = fields.IntField(default=0)  # questionnaires that were begun and not handed in, counted at closing
    channels: Any = fields.JSONField(null=True)  # how many answered in which way, counted at closing
    reason = fields.TextField(default="")  # of a withdrawal or of a later closing date
    follow_up = fields.TextField(default="")
    follows: fields.ForeignKeyNullableRelation["Review"] = fields.ForeignKeyField(
        "main.Review", null=True, related_name="followed_by", on_delete=fields.RESTRICT
    )  # the same members were asked then
    own_codes: Any = fields.JSONField(
        default=list, null=True
    )  # points in the texts that the clerk added to the codebook
    reply_due = fields.DateField(null=True)  # when every advice must have its answer
    reply_reminded_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    steps: fields.ReverseRelation["Step"]

    class Meta:
        table = "review"

    @property
    def ends_at(self) -> datetime:
        """When the ballot box closes: who began in time can finish until then."""
        closes_at: datetime = self.closes_at
        return closes_at + GRACE

    @property
    def in_grace(self) -> bool:
        """The closing moment is past; who began in time can finish."""
        closes_at: datetime = self.closes_at
        return closes_at <= datetime.now(UTC) < self.ends_at

    @property
    def is_closing(self) -> bool:
        """The closing moment is past, and the ballot box is not closed yet: nobody new gets in."""
        closes_at: datetime = self.closes_at
        return self.state == State.OPEN and closes_at <= datetime.now(UTC)


class Step(Model):
    """When a review reached a state, and who brought it there."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="steps")
    state = fields.CharField(max_length=12)
    at = fields.DatetimeField(auto_now_add=True)
    by = fields.CharField(max_length=120)

    class Meta:
        table = "review_step"
