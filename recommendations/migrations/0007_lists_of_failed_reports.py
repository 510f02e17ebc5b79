from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0006_report_advice")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state", "ready"), _negated=True), fields=["state", "submission"],
                name="report_not_ready",
            ),
        ),
    ]
