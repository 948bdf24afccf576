import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor", fields.CharField(max_length=120)),
                ("action", fields.CharField(max_length=60)),
                ("object", fields.CharField(max_length=120)),
                ("result", fields.CharField(max_length=400)),
                ("origin", fields.CharField(max_length=60)),
                ("previous", fields.CharField(max_length=64)),
                ("digest", fields.CharField(max_length=64)),
            ],
            options={"table": "audit", "app": "main", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Exclusion",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("reason", fields.CharField(max_length=20)),
                ("since", fields.DateField()),
            ],
            options={
                "table": "exclusion",
                "app": "main",
                "pk_attr": "digest",
                "table_description": "A person who may not be drawn, known by a keyed hash only: it outlives erasure and a new import.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=30)),
                ("occasion_id", fields.IntField()),
                ("recipient_id", fields.IntField()),
                ("state", fields.CharField(default="ready", max_length=12)),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reply", fields.CharField(default="", max_length=300)),
                ("changed_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "message",
                "app": "main",
                "unique_together": (("kind", "occasion_id", "recipient_id"),),
                "indexes": [Index(fields=["state", "due_at"])],
                "pk_attr": "id",
                "table_description": "One row per kind, occasion and recipient: the address and the text are looked up when it is sent.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Staff",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("email", fields.CharField(unique=True, max_length=254)),
                ("name", fields.CharField(max_length=120)),
                ("role", fields.CharField(max_length=20)),
                ("active", fields.BooleanField(default=True)),
                ("sign_ins", fields.IntField(default=0)),
            ],
            options={"table": "staff", "app": "main", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Proposal",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="created_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={"table": "proposal", "app": "main", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProposalVersion",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "proposal",
                    fields.ForeignKeyField(
                        "main.Proposal",
                        source_field="proposal_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField()),
                ("content", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("digest", fields.CharField(max_length=64)),
                ("saved_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "saved_by",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="saved_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "proposal_version",
                "app": "main",
                "unique_together": (("proposal", "number"),),
                "pk_attr": "id",
                "table_description": "What a proposal said at one moment. Never changed: a change is a new version.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Review",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "main.ProposalVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("state", fields.CharField(default="draft", max_length=12)),
                ("title", fields.CharField(max_length=300)),
                ("sample_size", fields.IntField()),
                ("quorum", fields.IntField()),
                ("majority_percent", fields.IntField(default=50)),
                (
                    "questionnaire",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("closes_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("report_due", fields.DateField()),
                ("judgement_on", fields.DateField()),
                ("decision_on", fields.DateField()),
                (
                    "approved_by_drafter",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="approved_by_drafter_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="approved_as_drafter",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "approved_by_clerk",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="approved_by_clerk_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="approved_as_clerk",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("reason", fields.TextField(default="", unique=False)),
                ("follow_up", fields.TextField(default="", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "review",
                "app": "main",
                "pk_attr": "id",
                "table_description": "One round of second opinion on one version of one proposal.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ballot",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ballots",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(null=True, unique=True, max_length=64)),
                ("area", fields.CharField(max_length=400)),
                ("age", fields.CharField(max_length=40)),
                ("gender", fields.CharField(max_length=40)),
                (
                    "draft",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "answers",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "ballot",
                "app": "main",
                "pk_attr": "id",
                "table_description": "The answers of one member, without a moment, a sequence or an origin.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CouncilReply",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="replies",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("advice", fields.CharField(max_length=60)),
                ("decision", fields.CharField(max_length=10)),
                ("reason", fields.TextField(unique=False)),
                ("replied_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("replied_by", fields.CharField(max_length=120)),
            ],
            options={
                "table": "council_reply",
                "app": "main",
                "unique_together": (("review", "advice"),),
                "pk_attr": "id",
                "table_description": "What is done with one advice, and why.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Draw",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.OneToOneField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="draw",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("record", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("drawn_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "draw", "app": "main", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Frame",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.OneToOneField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="frame",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("file_name", fields.CharField(max_length=200)),
                ("digest", fields.CharField(max_length=64)),
                ("accepted", fields.IntField()),
                (
                    "excluded",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("refused", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("classes", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("imported_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "frame",
                "app": "main",
                "pk_attr": "id",
                "table_description": "The people who can be drawn for one review, as read from the municipality's file.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("pseudonym", fields.CharField(max_length=80)),
                ("name", fields.CharField(max_length=200)),
                ("email", fields.CharField(max_length=254)),
                ("address", fields.CharField(max_length=300)),
                ("area", fields.CharField(max_length=120)),
                ("age", fields.CharField(max_length=40)),
                ("gender", fields.CharField(max_length=40)),
                ("link_id", fields.CharField(unique=True, max_length=16)),
                ("link_version", fields.IntField(default=1)),
                ("opt_out", fields.CharField(default="no", max_length=12)),
                ("participated", fields.BooleanField(default=False)),
            ],
            options={
                "table": "member",
                "app": "main",
                "unique_together": (("review", "pseudonym"),),
                "pk_attr": "id",
                "table_description": "A drawn person who is asked to take part. Whether they answered is known here, what they answered never.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "frame",
                    fields.ForeignKeyField(
                        "main.Frame",
                        source_field="frame_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("pseudonym", fields.CharField(max_length=80)),
                ("name", fields.CharField(max_length=200)),
                ("email", fields.CharField(max_length=254)),
                ("address", fields.CharField(max_length=300)),
                ("address_key", fields.CharField(null=True, max_length=40)),
                ("area", fields.CharField(max_length=120)),
                ("age", fields.CharField(max_length=40)),
                ("gender", fields.CharField(max_length=40)),
            ],
            options={
                "table": "person",
                "app": "main",
                "unique_together": (("frame", "pseudonym"),),
                "pk_attr": "id",
                "table_description": "Somebody in a frame. The rows are deleted when the review closes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Report",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.OneToOneField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="report",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("build", fields.CharField(default="wanted", max_length=10)),
                ("progress", fields.CharField(default="", max_length=200)),
                (
                    "findings",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("digest", fields.CharField(default="", max_length=64)),
                ("frozen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "report",
                "app": "main",
                "pk_attr": "id",
                "table_description": "The frozen findings of a review, from which every document is made, and how far the making is.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "main.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "staff_session", "app": "main", "pk_attr": "digest"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Statement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="statements",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("question", fields.CharField(max_length=60)),
                ("side", fields.CharField(max_length=30)),
                ("text", fields.TextField(unique=False)),
                (
                    "marks",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("decision", fields.CharField(default="open", max_length=10)),
            ],
            options={
                "table": "statement",
                "app": "main",
                "pk_attr": "id",
                "table_description": "What somebody wrote, loose from the rest of the ballot: only the side of the vote goes with it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Step",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("state", fields.CharField(max_length=12)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("by", fields.CharField(max_length=120)),
            ],
            options={
                "table": "review_step",
                "app": "main",
                "pk_attr": "id",
                "table_description": "When a review reached a state, and who brought it there.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Wave",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "main.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="waves",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=12)),
                ("number", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "wave",
                "app": "main",
                "unique_together": (("review", "kind", "number"),),
                "pk_attr": "id",
                "table_description": "One kind of mail to the members of one review, sent once.",
            },
            bases=["Model"],
        ),
    ]
