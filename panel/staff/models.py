from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class Role(StrEnum):
    CLERK = "clerk"
    DRAFTER = "drafter"
    COUNCIL_MEMBER = "council_member"


class Staff(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=254, unique=True)
    name = fields.CharField(max_length=120)
    role = fields.CharField(max_length=20)
    active = fields.BooleanField(default=True)
    sign_ins = fields.IntField(default=0)  # counts mailed links, so that each works once

    @property
    def role_label(self) -> str:
        return {Role.CLERK: "griffier", Role.DRAFTER: "steller", Role.COUNCIL_MEMBER: "raadslid"}[Role(self.role)]

    class Meta:
        table = "staff"


class Session(Model):
    digest = fields.CharField(max_length=64, primary_key=True)  # of the cookie; the cookie itself is not kept
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("main.Staff", on_delete=fields.CASCADE)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "staff_session"
