"""The filters of the officers' list, with what only the reports know."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy

from diagnosis.list_filters import FILTERS as OF_DIAGNOSIS
from diagnosis.list_filters import Filter
from recommendations.models import ReportState

REPORT_FILTER: Final = Filter(
    id="report", label=gettext_lazy("report"), choices=lambda viewer: list(ReportState.choices),
    q=lambda value, viewer: Q(report__state=value),
)
FILTERS: Final = (*OF_DIAGNOSIS, REPORT_FILTER)
