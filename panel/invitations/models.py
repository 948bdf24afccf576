from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from panel.reviews.models import Review
from panel.staff.models import Staff


class Kind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    THANKS = "thanks"
    RESULT = "result"
    REPLY = "reply"
    WITHDRAWN = "withdrawn"


LINK = "link"  # the kind of a mail with the personal link, for whoever asked for it again; its occasion is the hour


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


class Trial(Model):
    """A mail of one kind, sent to the clerk before members get it."""

    id = fields.IntField(primary_key=True)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField("main.Review", related_name="trials")
    review_id: int
    kind = fields.CharField(max_length=12)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("main.Staff", related_name="trials")
    staff_id: int
    asked_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "trial"


class LinkRequest(Model):
    """Somebody asked for the personal link of an address. The row is gone as soon as the worker has looked."""

    id = fields.IntField(primary_key=True)
    address = fields.CharField(max_length=254)
    asked_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "link_request"
