import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnosis', '0007_campaign_mail'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClusterFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cluster', models.CharField(choices=[('textiles_garments', 'Textiles and garments'), ('footwear', 'Footwear'), ('petrochemicals', 'Petrochemicals'), ('machinery', 'Machinery and equipment'), ('building_materials_home', 'Building materials and home'), ('food_beverages', 'Food and beverages'), ('crafts', 'Crafts'), ('paper_printing', 'Paper and printing'), ('electronics', 'Electronics')], max_length=32)),
                ('verified', models.BooleanField()),
                ('as_of', models.DateTimeField()),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('standing', models.BooleanField(default=True)),
                ('firms', models.PositiveIntegerField()),
                ('counts', models.JSONField()),
            ],
            options={
                'ordering': ('cluster', 'verified', '-as_of', '-pk'),
                'indexes': [models.Index(fields=['cluster', 'verified', '-as_of'], name='cluster_figures_as_of')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('standing', True)), fields=('cluster', 'verified'), name='cluster_figures_one_standing'), models.CheckConstraint(condition=models.Q(('firms__gte', 5)), name='cluster_figures_enough_firms'), models.CheckConstraint(condition=models.Q(('cluster__in', ['textiles_garments', 'footwear', 'petrochemicals', 'machinery', 'building_materials_home', 'food_beverages', 'crafts', 'paper_printing', 'electronics'])), name='cluster_figures_cluster_known'), models.CheckConstraint(condition=models.Q(('as_of__lte', models.F('published_at'))), name='cluster_figures_in_time')],
            },
        ),
        migrations.CreateModel(
            name='DiagnosisFacts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField()),
                ('verified', models.BooleanField()),
                ('levels', models.BigIntegerField(default=0)),
                ('cluster', models.CharField(choices=[('textiles_garments', 'Textiles and garments'), ('footwear', 'Footwear'), ('petrochemicals', 'Petrochemicals'), ('machinery', 'Machinery and equipment'), ('building_materials_home', 'Building materials and home'), ('food_beverages', 'Food and beverages'), ('crafts', 'Crafts'), ('paper_printing', 'Paper and printing'), ('electronics', 'Electronics')], max_length=32)),
                ('type', models.CharField(choices=[('not_started', 'Not started'), ('single_point', 'Single-point'), ('full_process', 'Full-process')], max_length=12)),
                ('stage', models.PositiveSmallIntegerField()),
                ('scale', models.CharField(max_length=8)),
                ('tier', models.CharField(max_length=8)),
                ('need', models.CharField(blank=True, max_length=32)),
                ('traits', models.BigIntegerField()),
                ('production_efficiency', models.FloatField(null=True)),
                ('operating_cost', models.FloatField(null=True)),
                ('defect_rate', models.FloatField(null=True)),
                ('delivery_cycle', models.FloatField(null=True)),
                ('chosen', models.BooleanField(default=False)),
                ('counted', models.BooleanField(default=False)),
                ('counted_scale', models.BooleanField(default=False)),
                ('counted_tier', models.BooleanField(default=False)),
                ('counted_type', models.BooleanField(default=False)),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnosis.company')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnosis.submission')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('chosen', models.F('counted')), _negated=True), fields=['cluster', 'verified'], name='facts_not_yet_counted'), models.Index(condition=models.Q(('chosen', models.F('counted_scale')), _negated=True), fields=['cluster', 'verified'], name='facts_not_yet_counted_scale'), models.Index(condition=models.Q(('chosen', models.F('counted_tier')), _negated=True), fields=['cluster', 'verified'], name='facts_not_yet_counted_tier'), models.Index(condition=models.Q(('chosen', models.F('counted_type')), _negated=True), fields=['cluster', 'verified'], name='facts_not_yet_counted_type')],
                'constraints': [models.UniqueConstraint(fields=('submission', 'revision', 'verified', 'levels'), name='facts_once'), models.CheckConstraint(condition=models.Q(('scale__in', ('above', 'below', 'unknown'))), name='facts_scale_known'), models.CheckConstraint(condition=models.Q(('tier__in', ('leaders', 'tail', 'unknown'))), name='facts_tier_known'), models.CheckConstraint(condition=models.Q(('stage__range', (0, 5))), name='facts_stage_range')],
            },
        ),
    ]
