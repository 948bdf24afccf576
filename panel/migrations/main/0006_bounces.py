from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('main', '0005_composition')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Bounce',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('digest', fields.CharField(unique=True, max_length=64)),
                ('message_id', fields.IntField()),
                ('review_id', fields.IntField(null=True)),
                ('kind', fields.CharField(max_length=12)),
                ('code', fields.CharField(default='', max_length=12)),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('content', fields.BinaryField(null=True)),
            ],
            options={'table': 'bounce', 'app': 'main', 'indexes': [Index(fields=['review_id', 'kind'])], 'pk_attr': 'id', 'table_description': 'A mail that came in about a message of ours.'},
            bases=['Model'],
        ),
    ]
