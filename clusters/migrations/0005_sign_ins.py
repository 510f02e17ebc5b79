from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clusters', '0004_deleted_on_request'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='auditevent',
            name='audit_kind_known',
        ),
        migrations.AlterField(
            model_name='auditevent',
            name='kind',
            field=models.CharField(choices=[('file_asked', 'file asked for'), ('file_ready', 'file ready'), ('file_failed', 'file could not be made'), ('file_downloaded', 'file downloaded'), ('list_exported', 'list exported'), ('list_imported', 'list imported'), ('campaign_mailed', 'invitations mailed'), ('dashboard_viewed', 'cluster view opened'), ('signed_in', 'signed in'), ('sign_in_failed', 'wrong password'), ('factor_failed', 'wrong code of the second factor'), ('signed_out', 'signed out'), ('password_changed', 'password changed'), ('factor_changed', 'second factor changed'), ('person_changed', 'person changed'), ('forgotten', 'deleted on request')], max_length=20, verbose_name='what'),
        ),
        AddConstraintNotValid(
            model_name='auditevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['file_asked', 'file_ready', 'file_failed', 'file_downloaded', 'list_exported', 'list_imported', 'campaign_mailed', 'dashboard_viewed', 'signed_in', 'sign_in_failed', 'factor_failed', 'signed_out', 'password_changed', 'factor_changed', 'person_changed', 'forgotten'])), name='audit_kind_known'),
        ),
        # Going back: the older release knows no such entries.
        migrations.RunSQL(
            "",
            "UPDATE clusters_auditevent SET kind = 'person_changed', detail = detail || jsonb_build_object('was', kind) "
            "WHERE kind IN ('signed_in', 'sign_in_failed', 'factor_failed', 'signed_out', 'password_changed', "
            "'factor_changed')",
        ),
    ]
