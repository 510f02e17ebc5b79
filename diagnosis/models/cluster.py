"""What the cluster view is counted from, and what it has published.

DiagnosisFacts: the few facts of one handing-in that statistics read, taken out of its answers by the database
once (diagnosis/cluster_facts.py). ClusterFigures: counts of one cluster, published together and never changed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis.domain.cluster_facts import SCALES, TIERS
from diagnosis.domain.disclosure import THRESHOLD
from diagnosis.models.submission import Company, Submission, TransformationType

COUNTED = ("counted", "counted_scale", "counted_tier", "counted_type")


class DiagnosisFacts(models.Model):
    """One handing-in as statistics see it: a later revision, or other verified levels, is another row.

    `traits` has a bit for each of diagnosis.domain.cluster_facts.TRAITS. `chosen` says that it belongs into the
    figures now, `counted` that it is in those that stand; the breakdowns by scale, size and type may stand
    longer than the rest and have a mark of their own.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    verified = models.BooleanField()
    levels = models.BigIntegerField(default=0)  # marks the verified levels that stand: sum of their ids
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    cluster = models.CharField(max_length=32, choices=ClusterId.choices)
    type = models.CharField(max_length=12, choices=TransformationType.choices)
    stage = models.PositiveSmallIntegerField()
    scale = models.CharField(max_length=8)
    tier = models.CharField(max_length=8)
    need = models.CharField(max_length=32, blank=True)
    traits = models.BigIntegerField()
    production_efficiency = models.FloatField(null=True)
    operating_cost = models.FloatField(null=True)
    defect_rate = models.FloatField(null=True)
    delivery_cycle = models.FloatField(null=True)
    chosen = models.BooleanField(default=False)
    counted = models.BooleanField(default=False)
    counted_scale = models.BooleanField(default=False)
    counted_tier = models.BooleanField(default=False)
    counted_type = models.BooleanField(default=False)

    class Meta:
        indexes = tuple(
            models.Index(fields=("cluster", "verified"), name=f"facts_not_yet_{mark}", condition=~Q(chosen=F(mark)))
            for mark in COUNTED
        )
        constraints = (
            models.UniqueConstraint(name="facts_once", fields=("submission", "revision", "verified", "levels")),
            models.CheckConstraint(name="facts_scale_known", condition=Q(scale__in=SCALES)),
            models.CheckConstraint(name="facts_tier_known", condition=Q(tier__in=TIERS)),
            models.CheckConstraint(name="facts_stage_range", condition=Q(stage__range=(0, 5))),
        )

    def __str__(self) -> str:
        return f"{self.submission_id} · {self.revision}"


class ClusterFigures(models.Model):
    """Counts of one cluster, from self-reported or from verified diagnoses, as published at one time.

    Never changed once written, except that a newer publication ends its standing. `counts` are exact and never
    leave this table: everything shown goes through diagnosis.domain.cluster_view. A publication made later for
    the end of a past quarter has that day as `as_of`.
    """

    cluster = models.CharField(max_length=32, choices=ClusterId.choices)
    verified = models.BooleanField()
    as_of = models.DateTimeField()
    published_at = models.DateTimeField(default=timezone.now)
    standing = models.BooleanField(default=True)
    firms = models.PositiveIntegerField()
    counts = models.JSONField()

    class Meta:
        ordering = ("cluster", "verified", "-as_of", "-pk")
        indexes = (models.Index(fields=("cluster", "verified", "-as_of"), name="cluster_figures_as_of"),)
        constraints = (
            models.UniqueConstraint(
                name="cluster_figures_one_standing", fields=("cluster", "verified"), condition=Q(standing=True)
            ),
            models.CheckConstraint(name="cluster_figures_enough_firms", condition=Q(firms__gte=THRESHOLD)),
            models.CheckConstraint(name="cluster_figures_cluster_known", condition=Q(cluster__in=ClusterId.values)),
            models.CheckConstraint(name="cluster_figures_in_time", condition=Q(as_of__lte=F("published_at"))),
        )

    def __str__(self) -> str:
        return f"{self.cluster} {'verified' if self.verified else 'reported'} {self.as_of:%Y-%m-%d}"
