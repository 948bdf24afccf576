from typing import Any
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Ballot(Model):
    """The answers of one member, without a moment, a sequence or an origin."""

    # `key` is the only tie to the member; it dies at closing, together with the secret of the review.
    # `draft` is what has been filled in so far, `answers` what was handed in.

    id = fields.UUIDField(primary_key=True, default=uuid4)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="ballots")
    review_id: int
    key = fields.CharField(max_length=64, unique=True, null=True)
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)
    draft: Any = fields.JSONField(default=dict)
    answers: Any = fields.JSONField(null=True)

    class Meta:
        table = "ballot"
