from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('main', '0002_columns')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Draw',
            options={'table': 'draw', 'app': 'main', 'unique_together': (('review', 'number'),), 'pk_attr': 'id', 'table_description': 'A draw for a review: public before the lot falls, complete after it. One that was put aside stays.'},
        ),
        ops.AlterField(
            model_name='Draw',
            name='drawn_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Draw',
            name='record',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AlterField(
            model_name='Draw',
            name='review',
            field=fields.ForeignKeyField('main.Review', source_field='review_id', db_constraint=True, to_field='id', related_name='draws', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Draw',
            name='announced_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=True),
        ),
        ops.AddField(
            model_name='Draw',
            name='ended_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Draw',
            name='frozen',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Draw',
            name='number',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Draw',
            name='reason',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Draw',
            name='salt_key',
            field=fields.BinaryField(null=True),
        ),
        ops.AlterField(
            model_name='Draw',
            name='announced_at',
            field=fields.DatetimeField(auto_now=False, auto_now_add=True),
        ),
        ops.AlterField(
            model_name='Draw',
            name='frozen',
            field=fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AlterField(
            model_name='Draw',
            name='number',
            field=fields.IntField(),
        ),
        ops.AddConstraint(
            model_name='Draw',
            constraint=UniqueConstraint(fields=('review', 'number'), name=None),
        ),
        ops.AddField(
            model_name='Member',
            name='code',
            field=fields.CharField(null=True, unique=True, max_length=16),
        ),
        ops.AddField(
            model_name='Member',
            name='proof',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
