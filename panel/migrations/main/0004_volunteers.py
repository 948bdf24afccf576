from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('main', '0003_draws')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Search',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('review', fields.OneToOneField('main.Review', source_field='review_id', db_constraint=True, to_field='id', related_name='search', on_delete=OnDelete.CASCADE)),
                ('frame_id', fields.IntField()),
                ('wish', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('share', fields.FloatField(default=0.0)),
                ('trouble', fields.TextField(default='', unique=False)),
                ('touched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'search', 'app': 'main', 'pk_attr': 'id', 'table_description': 'The search for the fairest chances of volunteers, done by the worker before their draw can be frozen.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ColumnMapping',
            name='extra',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Frame',
            name='extra',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Frame',
            name='targets',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Frame',
            name='volunteers',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Member',
            name='dropped_out',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Member',
            name='token',
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AddField(
            model_name='Person',
            name='features',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
