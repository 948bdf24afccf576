from typing import Any
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from panel.people.models import Member
from panel.reviews.models import Review
from panel.staff.models import Staff


class Ballot(Model):
    """The answers of one member, without a moment, a sequence or an origin. What was written stands apart."""

    # `key` is the only tie to the member; it dies at closing, together with the secret of the review.
    # `draft` is what has been filled in so far, `answers` what was handed in.

    id = fields.UUIDField(primary_key=True, default=uuid4)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="ballots")
    review_id: int
    key = fields.CharField(max_length=64, unique=True, null=True)
    version = fields.CharField(max_length=80, default="", db_default="")  # of the questionnaire
    area = fields.TextField()
    age = fields.CharField(max_length=40)
    gender = fields.CharField(max_length=40)
    draft: Any = fields.JSONField(default=dict)
    answers: Any = fields.JSONField(null=True)

    class Meta:
        table = "ballot"


class Written(Model):
    """What one member wrote at one question, while the review is open. Nothing here says whose it is."""

    # `key` is made from the secret of the review, the member and the question: it does not lead to the ballot either.

    id = fields.UUIDField(primary_key=True, default=uuid4)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="written")
    key = fields.CharField(max_length=64, unique=True)
    question = fields.CharField(max_length=60)
    draft: Any = fields.TextField(null=True)
    answer: Any = fields.TextField(null=True)

    class Meta:
        table = "written"


class PaperEntry(Model):
    """A form that came in on paper, or answers given by telephone: who typed them in, and who did so again."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="paper_entries")
    member: fields.OneToOneRelation[Member] = fields.OneToOneField("main.Member", related_name="paper_entry")
    entered_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("main.Staff", related_name="entered")
    entered_on = fields.DateField()
    sample = fields.BooleanField()  # to be typed in again by somebody else
    checked_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "main.Staff", null=True, related_name="entered_again"
    )
    differences = fields.IntField(null=True)  # questions that the second typing found otherwise
    review_id: int
    member_id: int
    entered_by_id: int
    checked_by_id: int | None

    class Meta:
        table = "paper_entry"
