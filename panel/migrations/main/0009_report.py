from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("main", "0008_answers")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Report",
            name="english",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Review",
            name="follows",
            field=fields.ForeignKeyField(
                "main.Review",
                source_field="follows_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="followed_by",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Review",
            name="own_codes",
            field=fields.JSONField(
                null=True, default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="Review",
            name="reply_due",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Review",
            name="reply_reminded_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Statement",
            name="codes",
            field=fields.JSONField(
                null=True, default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="Statement",
            name="outside",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
