from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('main', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ColumnMapping',
            fields=[
                ('fingerprint', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('supplier', fields.CharField(default='', max_length=200)),
                ('mapping', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('used_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={'table': 'column_mapping', 'app': 'main', 'pk_attr': 'fingerprint', 'table_description': 'Columns that somebody named by hand, for the next file with the same column names.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Frame',
            name='area_figures',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Frame',
            name='columns',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
