from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Kind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    THANKS = "thanks"
    RESULT = "result"
    REPLY = "reply"
    WITHDRAWN = "withdrawn"


class Wave(Model):
    """One kind of mail to the members of one review, sent once."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="waves")
    review_id: int
    kind = fields.CharField(max_length=12)
    number = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "wave"
        unique_together = (("review", "kind", "number"),)
