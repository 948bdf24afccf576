from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Decision(StrEnum):
    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"
    OUTSIDE = "outside"


class CouncilReply(Model):
    """What is done with one advice, and why."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="replies")
    advice = fields.CharField(max_length=60)
    decision = fields.CharField(max_length=10)
    reason = fields.TextField()
    replied_at = fields.DatetimeField(auto_now=True)
    replied_by = fields.CharField(max_length=120)

    class Meta:
        table = "council_reply"
        unique_together = (("review", "advice"),)
