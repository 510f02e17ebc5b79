"""The preview: what a programme typed but not stored says to a sample firm or a submission in sight."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from clusters.models import Role
from recommendations.content import get_first_programmes
from recommendations.documents import answers_in_use
from recommendations.domain.policy import assess
from recommendations.first_content import load_first_content
from recommendations.models import PolicyProgramme
from recommendations.programme_preview import preview_of, samples
from tests.factories import make_draft, make_officer, make_submission
from tests.recommendations.programme_entries import sent, typed

pytestmark = pytest.mark.django_db
ADD = "admin:recommendations_policyprogramme_add"
ASKED = {"preview": "1", "preview-sample": "single_point_workshop", "preview-reference": "", "preview-spend": "400000"}
BOUND = "conditions-0-statements-0-bound"


@pytest.fixture
def city_admin(client: Client) -> Client:
    client.force_login(make_officer(role=Role.CITY_ADMIN))
    client.cookies["language"] = "en"
    return client


def about_employees(at_most: int) -> dict[str, Any]:
    """A programme for firms with at most so many people: one sample firm has 68."""
    statement = {"question": "employees", "shown": "employees", "operator": "at_most", "options": None}
    told = {f"conditions-0-statements-0-{name}": value for name, value in statement.items()}
    return typed(**told, **{BOUND: str(at_most)})


def shown(client: Client, data: dict[str, Any], **asked: str) -> Any:
    response = client.post(reverse(ADD), {**data, **ASKED, **asked})
    assert response.status_code == 200
    return response


def test_the_example_files_are_the_sample_firms() -> None:
    names = {path.stem for path in (Path(settings.BASE_DIR) / "examples").glob("*.json")}
    assert samples().keys() == names
    assert len(names) == 4


@pytest.mark.parametrize(("at_most", "verdict", "amount"), [(68, "eligible", "RMB 120,000"), (67, "not_eligible", "")])
def test_a_preview_of_what_is_typed(city_admin: Client, at_most: int, verdict: str, amount: str) -> None:
    response = shown(city_admin, about_employees(at_most))
    preview, page = response.context["preview"], response.content.decode()
    assert (preview.verdict, preview.amount) == (verdict, amount)
    assert preview.lines[0].state == {"eligible": "met", "not_eligible": "failed"}[verdict]
    assert preview.lines[0].answers == (("Employees", "68 people"),)
    assert preview.lines[0].test == f"Employees: at most {at_most} people"
    for words in ("Employees = 68 people", preview.verdict_words, "Example support", "Not verified"):
        assert words in page
    assert not PolicyProgramme.objects.exists()
    assert not LogEntry.objects.exists()


def test_the_spending_stated_decides_the_amount(city_admin: Client) -> None:
    for spend, amount in (("10,000", "RMB 3,000"), ("9999999", "RMB 200,000"), ("0", "RMB 0")):
        response = shown(city_admin, about_employees(68), **{"preview-spend": spend})
        assert response.context["preview"].amount == amount


def test_an_answer_not_known_leaves_it_open(city_admin: Client) -> None:
    submission = make_submission(employees="unknown")
    preview = shown(city_admin, about_employees(10), **{"preview-reference": submission.reference}).context["preview"]
    assert (preview.verdict, preview.amount, preview.lines[0].state) == ("unsure", "", "unknown")


def test_what_the_owner_confirms_stays_open_and_decides_nothing(city_admin: Client) -> None:
    data = typed(**{"conditions-0-tested_by": "confirm", "conditions-0-statements-rows": "0"})
    preview = shown(city_admin, data).context["preview"]
    assert preview.verdict == "eligible"
    assert [(line.state, line.test, line.answers) for line in preview.lines] == [("confirm", "", ())]


def test_a_closed_programme_says_so(city_admin: Client) -> None:
    preview = shown(city_admin, {**about_employees(68), "valid_to": "2026-11-02"}).context["preview"]
    assert preview.verdict == "not_eligible"
    assert preview.closed == ("Expired on 2026-11-02",)
    assert preview.lines[0].state == "met"


def test_a_submission_by_its_reference_is_read_as_the_report_reads_it(city_admin: Client) -> None:
    load_first_content()
    submission, row = make_submission(), PolicyProgramme.objects.get()
    address = reverse("admin:recommendations_policyprogramme_change", args=[row.pk])
    asked = {**ASKED, "preview-reference": f" {submission.reference.lower()} "}
    response = city_admin.post(address, {**sent(row, rate="60"), **asked})
    preview, page = response.context["preview"], response.content.decode()
    assert submission.answers["company_name"] in page
    answers, programme = answers_in_use(submission), get_first_programmes()[0]
    told = preview_of(programme, answers, spend=400_000, today=date(2026, 11, 24))
    assert [line.state for line in preview.lines] == [line.state for line in told.lines]
    found = assess(programme, answers, None, 400_000, date(2026, 11, 24))
    assert len(found.reasons) == len(told.lines)
    row.refresh_from_db()
    assert row.rule["benefit"]["rate"] == "0.5"
    assert 'value="60"' in page


def test_a_submission_out_of_sight_is_none(city_admin: Client) -> None:
    for reference in (make_draft().reference, "ZZZZ-ZZZZ"):
        response = shown(city_admin, about_employees(68), **{"preview-reference": reference})
        assert response.context["preview"] is None
        assert response.context["choice"].errors.keys() == {"reference"}


@pytest.mark.parametrize(("asked", "field"), [
    ({"preview-sample": ""}, "sample"), ({"preview-sample": "../single_point_workshop"}, "sample"),
    ({"preview-spend": ""}, "spend"), ({"preview-spend": "-1"}, "spend"), ({"preview-spend": "much"}, "spend"),
    ({"preview-reference": "x" * 13}, "reference"),
])
def test_a_fault_in_the_choice_stands_at_its_entry(city_admin: Client, asked: dict[str, str], field: str) -> None:
    response = shown(city_admin, about_employees(68), **asked)
    assert response.context["preview"] is None
    assert response.context["choice"].errors.keys() == {field}
    assert "Nothing was stored" not in response.content.decode()  # the programme itself is whole


def test_no_preview_of_a_broken_programme(city_admin: Client) -> None:
    response = shown(city_admin, {**about_employees(68), "rate": ""})
    assert response.context["preview"] is None
    assert "The preview needs a complete programme" in response.content.decode()


def test_every_sample_firm_can_be_looked_at_in_both_languages(city_admin: Client) -> None:
    load_first_content()
    row = PolicyProgramme.objects.get()
    address = reverse("admin:recommendations_policyprogramme_change", args=[row.pk])
    for language in ("en", "zh-hans"):
        city_admin.cookies["language"] = language
        for sample in samples():
            response = city_admin.post(address, {**sent(row), **ASKED, "preview-sample": sample})
            file = json.loads((Path(settings.BASE_DIR) / "examples" / f"{sample}.json").read_text(encoding="utf-8"))
            assert response.context["preview"].firm == file["profile"]["company_name"]
            assert len(response.context["preview"].lines) == 4
