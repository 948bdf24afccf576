from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='ReviewSecret',
            fields=[
                ('review_id', fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('secret', fields.BinaryField()),
            ],
            options={'table': 'review_secret', 'app': 'vault', 'pk_attr': 'review_id'},
            bases=['Model'],
        ),
    ]
