from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("main", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Pause",
            fields=[
                ("id", fields.IntField(primary_key=True, unique=True, db_index=True)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.IntField()),
                ("reply", fields.CharField(max_length=300)),
            ],
            options={
                "table": "mail_pause",
                "app": "main",
                "pk_attr": "id",
                "table_description": "One row at most: the relay does not serve us, so all mail waits. Workers heed it and pages can show it.",
            },
            bases=["Model"],
        ),
    ]
