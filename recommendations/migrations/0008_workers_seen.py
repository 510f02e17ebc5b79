import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0007_lists_of_failed_reports")]

    operations = [
        migrations.CreateModel(
            name="WorkerSeen",
            fields=[
                ("worker", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
