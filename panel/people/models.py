from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review


class Frame(Model):
    """The people who can be drawn for one review, as read from the municipality's file."""

    id = fields.IntField(primary_key=True)
    review: fields.OneToOneRelation[Review] = fields.OneToOneField("main.Review", related_name="frame")
    file_name = fields.CharField(max_length=200)
    digest = fields.CharField(max_length=64)
    accepted = fields.IntField()
    excluded: Any = fields.JSONField()  # reason -> number
    refused_count = fields.IntField()
    refused: Any = fields.JSONField()  # the first of them: [{"row", "sentence"}]
    columns: Any = fields.JSONField(null=True)  # how it was read: {"mapping", "remembered", "supplier"}
    area_figures: Any = fields.JSONField(null=True)  # to compare with: {"counts", "column", "households"}
    imported_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "frame"


class ColumnMapping(Model):
    """Columns that somebody named by hand, for the next file with the same column names."""

    fingerprint = fields.CharField(max_length=64, primary_key=True)  # of the names in the header
    supplier = fields.CharField(max_length=200, default="")
    mapping: Any = fields.JSONField()  # our field -> their column
    used_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "column_mapping"


class Person(Model):
    """Somebody in a frame. The rows are deleted when the review closes."""

    id = fields.IntField(primary_key=True)
    frame: fields.ForeignKeyRelation[Frame] = fields.ForeignKeyField("main.Frame", on_delete=fields.CASCADE)
    pseudonym = fields.CharField(max_length=80)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    address = fields.CharField(max_length=300)
    address_key = fields.CharField(max_length=40, null=True)
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)

    class Meta:
        table = "person"
        unique_together = (("frame", "pseudonym"),)


class Draw(Model):
    id = fields.IntField(primary_key=True)
    review: fields.OneToOneRelation[Review] = fields.OneToOneField("main.Review", related_name="draw")
    record: Any = fields.JSONField()
    coarse: Any = fields.JSONField(null=True)  # variable -> class at the draw -> class on the ballots, set at closing
    drawn_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "draw"


class OptOut(StrEnum):
    NO = "no"
    THIS_TIME = "this_time"
    NEVER_AGAIN = "never_again"


class Member(Model):
    """A drawn person who is asked to take part. Whether they answered is known here, what they answered never."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="members")
    review_id: int
    pseudonym = fields.CharField(max_length=80)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    address = fields.CharField(max_length=300)
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)
    link_id = fields.CharField(max_length=16, unique=True)
    link_version = fields.IntField(default=1)
    opt_out = fields.CharField(max_length=12, default=OptOut.NO.value)
    participated = fields.BooleanField(default=False)

    class Meta:
        table = "member"
        unique_together = (("review", "pseudonym"),)


class Exclusion(Model):
    """A person who may not be drawn, known by a keyed hash only: it outlives erasure and a new import."""

    digest = fields.CharField(max_length=64, primary_key=True)
    reason = fields.CharField(max_length=20)  # opted_out, drawn
    since = fields.DateField()

    class Meta:
        table = "exclusion"
