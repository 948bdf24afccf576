from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("main", "0006_bounces")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LinkRequest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("address", fields.CharField(max_length=254)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "link_request",
                "app": "main",
                "pk_attr": "id",
                "table_description": "Somebody asked for the personal link of an address. The row is gone as soon as the worker has looked.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Rate",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ("next_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mail_rate",
                "app": "main",
                "pk_attr": "key",
                "table_description": 'When the next message may go: to the relay (key "relay"), or to a domain (key: a keyed hash of it).',
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Trial",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trials",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=12)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trials",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "trial",
                "app": "main",
                "pk_attr": "id",
                "table_description": "A mail of one kind, sent to the clerk before members get it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Member",
            name="language",
            field=fields.CharField(default="", db_default="", max_length=2),
        ),
        ops.AddField(
            model_name="Person",
            name="language",
            field=fields.CharField(default="", db_default="", max_length=2),
        ),
    ]
