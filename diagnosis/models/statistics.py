"""Published figures of groups of firms."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clusters.models import ClusterId
from diagnosis.domain.disclosure import THRESHOLD
from diagnosis.domain.peers import FIGURES
from diagnosis.models.submission import SizeClass


class GroupStatistics(models.Model):
    """One published figure of one group of firms (diagnosis/domain/disclosure.py has the rule).

    Never changed once written: a newer figure is a new row, and the older one stays as a record of
    what was seen. Empty `cluster` or `size_class`: all of them. `firms` (companies), `marks` (handings-in)
    and `values` stand in the same order; they never leave this table.
    """

    figure = models.CharField(max_length=32, choices=[(id, id) for id in FIGURES])
    verified = models.BooleanField()
    cluster = models.CharField(max_length=32, choices=ClusterId.choices, blank=True)
    size_class = models.CharField(max_length=8, choices=SizeClass.choices, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    standing = models.BooleanField(default=True)
    size = models.PositiveIntegerField()
    quartiles = ArrayField(models.FloatField(), size=3)
    firms = ArrayField(models.BigIntegerField())
    marks = ArrayField(models.BigIntegerField())
    values = ArrayField(models.FloatField())

    class Meta:
        indexes = (models.Index(fields=("figure", "size"), name="statistics_figure_size"),)
        constraints = (
            models.UniqueConstraint(
                name="statistics_one_standing", fields=("figure", "verified", "cluster", "size_class"),
                condition=Q(standing=True),
            ),
            models.CheckConstraint(name="statistics_figure_known", condition=Q(figure__in=FIGURES)),
            models.CheckConstraint(name="statistics_enough_firms", condition=Q(size__gte=THRESHOLD)),
            models.CheckConstraint(
                name="statistics_members_complete",
                condition=Q(firms__len=F("size"), marks__len=F("size"), values__len=F("size"), quartiles__len=3),
            ),
        )

    def __str__(self) -> str:
        return f"{self.figure} {self.cluster or '*'} {self.size_class or '*'} {self.published_at:%Y-%m-%d}"
