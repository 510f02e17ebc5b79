"""Firms for the tests of the cluster view: simulated ones handed in the real way, and plain rows with given facts."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from django.utils import timezone

from clusters.content import get_places
from clusters.models import ClusterId
from diagnosis.content import get_questionnaire
from diagnosis.domain.population import Population
from diagnosis.models import Company, State, Submission
from tests.factories import make_submission, make_uscc

_numbers = count(1)


@cache
def population() -> Population:
    return Population(questionnaire=get_questionnaire(), places=get_places())


def simulated(index: int, cluster: str = ClusterId.FOOTWEAR, *, visit: int = 0, **answers: Any) -> dict[str, Any]:
    """The answers of a simulated firm, moved into a cluster."""
    found = population().firm(2026, index, visit).to_json()
    return {**{id: value for id, value in found.items() if id != "subsector"}, "cluster": str(cluster), **answers}


def hand_in_simulated(
    index: int, *, state: str = State.SUBMITTED, at: datetime | None = None, **fields: Any
) -> Submission:
    answers = simulated(index, **fields)
    answers.setdefault("uscc", make_uscc())
    submission = make_submission(state=state, **answers)
    if at is not None:
        Submission.objects.filter(pk=submission.pk).update(submitted_at=at)
        submission.refresh_from_db()
    return submission


def row(company: Company | None = None, **fields: Any) -> Submission:
    """A handed-in diagnosis of which only what the cluster view reads is filled in."""
    number = next(_numbers)
    if company is None:
        company = Company.objects.create(uscc=f"{number:018d}", name=f"Firm {number}", cluster=ClusterId.FOOTWEAR)
    type_ = fields.get("type", "single_point")
    return Submission.objects.create(**{
        "reference": f"C{number}", "state": State.SUBMITTED, "content_version": "1", "company": company,
        "company_name": company.name, "uscc": company.uscc, "cluster": ClusterId.FOOTWEAR, "size_class": "small",
        "type": type_, "distance": 0 if type_ == "full_process" else 4, "stage": 2, "consent_version": "1",
        "consent_statistics": True, "submitted_at": timezone.now(), "verdict": {}, "answers": {}, **fields,
    })


def rows(number: int, **fields: Any) -> list[Submission]:
    return [row(**fields) for _ in range(number)]
