"""The list of one's own diagnoses, and where each goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis.content import get_questionnaire
from diagnosis.models import Submission
from tests.factories import make_draft, make_officer, make_owner, make_report, make_submission
from tests.journeys import browser_of, elements, own, page_url, url

pytestmark = pytest.mark.django_db
MINE = "/mine/"


def listed(client: Client) -> set[str]:
    return {submission.reference for submission in client.get(MINE).context["submissions"]}


def test_nothing_yet(client: Client) -> None:
    response = client.get(MINE)
    assert response.status_code == 200
    assert not elements(response).all("ul", **{"class": "rows"})


def test_the_browsers_own_and_nobody_elses() -> None:
    mine, other = make_draft(), make_draft()
    client = browser_of(mine)
    assert listed(client) == {mine.reference}
    html = client.get(MINE).content.decode()
    assert mine.answers["company_name"] in html
    assert other.reference not in html


def test_a_draft_without_a_name_goes_by_its_reference() -> None:
    """Back on the first page leads here, before anything is answered."""
    draft = make_draft()
    draft.answers = {}
    draft.save()
    response = browser_of(draft).get(MINE)
    assert response.status_code == 200
    assert f"<strong>{draft.reference}</strong>" in response.content.decode()


def test_a_person_finds_theirs_in_every_browser() -> None:
    person = make_owner()
    theirs, here, other = make_draft(owner=person), make_draft(), make_draft(owner=make_owner())
    client = Client()
    client.force_login(person)
    own(client, here)
    assert listed(client) == {theirs.reference, here.reference}
    assert client.get(url("diagnosis:resume", theirs)).status_code == 302
    assert client.get(url("diagnosis:resume", other)).status_code == 404


def test_an_officer_is_no_owner() -> None:
    submission = make_submission()
    client = Client()
    client.force_login(make_officer("footwear"))
    assert listed(client) == set()
    assert client.get(url("diagnosis:resume", submission)).status_code == 404


def test_queries_do_not_grow_with_the_rows(django_assert_num_queries: Any) -> None:
    counts = []
    for rows in (1, 4):
        client = browser_of(*(make_draft() for _ in range(rows)))
        with django_assert_num_queries(2) as asked:
            client.get(MINE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_draft_goes_on_at_its_first_open_page() -> None:
    draft = make_draft()
    client = browser_of(draft)
    pages = get_questionnaire().pages
    Submission.objects.filter(pk=draft.pk).update(answers={})
    assert client.get(url("diagnosis:resume", draft))["Location"] == page_url(draft, pages[0].id)
    Submission.objects.filter(pk=draft.pk).update(answers=dict.fromkeys(pages[0].questions, "unknown"))
    assert client.get(url("diagnosis:resume", draft))["Location"] == page_url(draft, pages[1].id)


def test_a_complete_draft_goes_on_at_its_review() -> None:
    draft = make_draft()
    Submission.objects.filter(pk=draft.pk).update(answers=dict.fromkeys(get_questionnaire().questions, "unknown"))
    assert browser_of(draft).get(url("diagnosis:resume", draft))["Location"] == url("recommendations:review", draft)


def test_handed_in_goes_on_at_its_result() -> None:
    submission = make_submission()
    make_report(submission)
    response = browser_of(submission).get(url("diagnosis:resume", submission))
    assert response["Location"] == url("recommendations:result", submission)


@pytest.mark.parametrize("reference", ["ABCD-EFGH", "x", "👟", "..%2F", "' OR 1=1"])
def test_unknown_reference(client: Client, reference: str) -> None:
    assert client.get(reverse("diagnosis:resume", args=[reference])).status_code == 404


def test_only_get() -> None:
    draft = make_draft()
    client = browser_of(draft)
    assert client.post(MINE).status_code == client.post(url("diagnosis:resume", draft)).status_code == 405
