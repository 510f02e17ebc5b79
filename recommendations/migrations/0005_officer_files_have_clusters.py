from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recommendations', '0004_officer_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='officerfile',
            name='officerfile_ready_has_file',
        ),
        migrations.AddConstraint(
            model_name='officerfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('ready_at__isnull', False), ('state', 'ready'), ('size__gt', 0), ('size__isnull', False), models.Q(('name', ''), _negated=True), models.Q(('file_name', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), models.Q(models.Q(('state', 'ready'), _negated=True), ('ready_at__isnull', True), ('size__isnull', True)), _connector='OR'), name='officerfile_ready_has_file'),
        ),
        migrations.AddConstraint(
            model_name='officerfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('clusters', []), _negated=True), ('clusters__contained_by', ['textiles_garments', 'footwear', 'petrochemicals', 'machinery', 'building_materials_home', 'food_beverages', 'crafts', 'paper_printing', 'electronics'])), name='officerfile_has_clusters'),
        ),
    ]
