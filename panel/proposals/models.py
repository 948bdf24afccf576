from typing import Any

from tortoise import fields
from tortoise.models import Model

from panel.staff.models import Staff


class Proposal(Model):
    id = fields.IntField(primary_key=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    created_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("main.Staff")

    versions: fields.ReverseRelation["ProposalVersion"]

    class Meta:
        table = "proposal"


class ProposalVersion(Model):
    """What a proposal said at one moment. Never changed: a change is a new version."""

    id = fields.IntField(primary_key=True)
    proposal: fields.ForeignKeyRelation[Proposal] = fields.ForeignKeyField("main.Proposal", related_name="versions")
    proposal_id: int
    number = fields.IntField()
    content: Any = fields.JSONField()
    digest = fields.CharField(max_length=64)
    saved_at = fields.DatetimeField(auto_now_add=True)
    saved_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("main.Staff")

    class Meta:
        table = "proposal_version"
        unique_together = (("proposal", "number"),)
