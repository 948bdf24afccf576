from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Build(StrEnum):
    WANTED = "wanted"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


class Report(Model):
    """The frozen findings of a review, from which every document is made, and how far the making is.

    `progress`: what is being made, or why that failed; once it is ready: which items of its method say nothing.
    """

    id = fields.IntField(primary_key=True)
    review: fields.OneToOneRelation[Review] = fields.OneToOneField("main.Review", related_name="report")
    build = fields.CharField(max_length=10, default=Build.WANTED.value)
    progress = fields.CharField(max_length=200, default="")
    findings: Any = fields.JSONField(null=True)
    digest = fields.CharField(max_length=64, default="")
    english = fields.BooleanField(default=False, db_default=False)  # an edition in English beside the Dutch one
    frozen_at = fields.DatetimeField(null=True)

    class Meta:
        table = "report"
