from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("clusters", "0005_sign_ins"),
    ]

    operations = [
        ValidateConstraint(model_name="auditevent", name="audit_kind_known"),
    ]
