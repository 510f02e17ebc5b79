from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("diagnosis", "0009_end_other_access"),
    ]

    operations = [
        ValidateConstraint(model_name="event", name="event_kind_known"),
    ]
