from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0008_cluster_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='event',
            name='event_kind_known',
        ),
        migrations.AddField(
            model_name='submission',
            name='access_round',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('started', 'diagnosis begun'), ('submitted', 'diagnosis handed in'), ('link_made', 'private link made'), ('access_ended', 'other access ended'), ('report_ready', 'report ready'), ('report_failed', 'report failed'), ('report_retried', 'report asked for again'), ('report_downloaded', 'report downloaded'), ('plan_saved', 'own plan saved'), ('plan_ready', 'own plan printed'), ('plan_failed', 'own plan could not be printed'), ('plan_retried', 'own plan asked for again'), ('plan_downloaded', 'own plan downloaded'), ('viewed', 'opened by an officer'), ('state_changed', 'state changed'), ('assigned', 'assigned'), ('commented', 'comment written'), ('comment_withdrawn', 'comment taken back'), ('level_verified', 'level verified'), ('level_withdrawn', 'verified level taken back'), ('evidence_downloaded', 'evidence downloaded'), ('mail_sent', 'mail sent'), ('mail_failed', 'mail could not be sent'), ('invited', 'came by invitation'), ('exported', 'exported')], max_length=20, verbose_name='what'),
        ),
        AddConstraintNotValid(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['started', 'submitted', 'link_made', 'access_ended', 'report_ready', 'report_failed', 'report_retried', 'report_downloaded', 'plan_saved', 'plan_ready', 'plan_failed', 'plan_retried', 'plan_downloaded', 'viewed', 'state_changed', 'assigned', 'commented', 'comment_withdrawn', 'level_verified', 'level_withdrawn', 'evidence_downloaded', 'mail_sent', 'mail_failed', 'invited', 'exported'])), name='event_kind_known'),
        ),
        # Going back: the older release knows no such event.
        migrations.RunSQL(
            "", "UPDATE diagnosis_event SET kind = 'link_made', detail = '{\"ended\": true}' WHERE kind = 'access_ended'"
        ),
    ]
