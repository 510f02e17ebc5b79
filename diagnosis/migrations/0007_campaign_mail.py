from django.db import migrations, models

MAIL_STATES = [
    ("", "nothing to send"), ("invite", "invitation waits to be mailed"), ("remind", "reminder waits to be mailed"),
    ("sending", "being mailed"),
]


class Migration(migrations.Migration):
    dependencies = [("diagnosis", "0006_lists")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="contact",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="who answers questions"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="invitation",
            name="mail_state",
            field=models.CharField(
                blank=True, choices=MAIL_STATES, default="", max_length=8, verbose_name="mail"
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="invitation", index=models.Index(fields=["uscc"], name="invitation_uscc"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("mail_state__in", ("invite", "remind"))), fields=["id"],
                name="invitation_mail_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_state__in", ["", "invite", "remind", "sending"])),
                name="invitation_mail_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_state", ""), models.Q(("email", ""), _negated=True), _connector="OR"),
                name="invitation_mail_has_address",
            ),
        ),
    ]
