import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0008_cluster_figures'),
        ('recommendations', '0005_officer_files_have_clusters'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportAdvice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('measures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ('grants', models.JSONField()),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnosis.submission')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('submission', 'revision'), name='report_advice_once')],
            },
        ),
    ]
