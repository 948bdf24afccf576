from enum import StrEnum
from typing import Any
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Decision(StrEnum):
    OPEN = "open"
    KEEP = "keep"
    HOLD_BACK = "hold_back"


class Statement(Model):
    """What somebody wrote, loose from the rest of the ballot: only the side of the vote goes with it."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="statements")
    question = fields.CharField(max_length=60)
    side = fields.CharField(max_length=30)
    text = fields.TextField()
    marks: Any = fields.JSONField(default=list)  # kinds of personal data that the text seems to hold
    codes: Any = fields.JSONField(
        default=list, null=True
    )  # of the points it raises; see deliberation.statements.YES_BUTS
    outside = fields.BooleanField(
        default=False, db_default=False
    )  # the mandate of the panel: a signal to the council
    decision = fields.CharField(max_length=10, default=Decision.OPEN.value)

    class Meta:
        table = "statement"
