from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("main", "0007_mail")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PaperEntry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="paper_entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "member",
                    fields.OneToOneField(
                        "main.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="paper_entry",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "entered_by",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="entered_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entered",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("entered_on", fields.DateField()),
                ("sample", fields.BooleanField()),
                (
                    "checked_by",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="checked_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="entered_again",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("differences", fields.IntField(null=True)),
            ],
            options={
                "table": "paper_entry",
                "app": "main",
                "pk_attr": "id",
                "table_description": "A form that came in on paper, or answers given by telephone: who typed them in, and who did so again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Written",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="written",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(unique=True, max_length=64)),
                ("question", fields.CharField(max_length=60)),
                ("draft", fields.TextField(null=True, unique=False)),
                ("answer", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "written",
                "app": "main",
                "pk_attr": "id",
                "table_description": "What one member wrote at one question, while the review is open. Nothing here says whose it is.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="Ballot",
            options={
                "table": "ballot",
                "app": "main",
                "pk_attr": "id",
                "table_description": "The answers of one member, without a moment, a sequence or an origin. What was written stands apart.",
            },
        ),
        ops.AddField(
            model_name="Ballot",
            name="version",
            field=fields.CharField(default="", db_default="", max_length=80),
        ),
        ops.AddField(
            model_name="Member",
            name="channel",
            field=fields.CharField(default="", db_default="", max_length=5),
        ),
        ops.AddField(
            model_name="Review",
            name="channels",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Review",
            name="composed",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
    ]
