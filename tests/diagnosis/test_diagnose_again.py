"""Diagnosing the same firm again: what is copied, what is not, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clusters.content import get_places
from clusters.models import ClusterId
from diagnosis.actions import start
from diagnosis.content import get_questionnaire
from diagnosis.domain.carry_over import carried_over
from diagnosis.models import Event, EventKind, State, Submission
from tests.factories import make_answers, make_draft, make_owner, make_submission
from tests.journeys import browser_of, elements, url

PROFILE = {question.id for question in get_questionnaire().group("profile")}
HOME = get_places().cluster_of_subsector


def carried(stored: dict[str, Any], **options: Any) -> dict[str, Any]:
    return carried_over(stored, get_questionnaire(), HOME, **options).to_json()


def at(submission: Submission) -> str:
    return url("diagnosis:again", submission)


# Which answers still hold -----------------------------------------------------------------------------


def test_valid_answers_are_carried_over_as_they_are() -> None:
    stored = make_answers()
    assert carried(stored) == stored


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("retired_question", 2), ("marketing", 9), ("marketing", "2"), ("marketing", True), ("marketing", None),
        ("marketing", "not_applicable"), ("network", ["floor_control", "gone"]), ("network", "floor_control"),
        ("employees", -1), ("employees", "many"), ("county", "atlantis"), ("uscc", "91350582MA2XXXXX00"),
        ("wishes", "one"), ("company_name", ""),
    ],
)
def test_what_the_questionnaire_no_longer_takes_is_left_out(id: str, value: Any) -> None:
    stored = {**make_answers(), id: value}
    assert carried(stored) == {key: kept for key, kept in stored.items() if key != id}


def test_special_answers_stay() -> None:
    stored = {"quality": "unknown", "product_design": "not_applicable", "network": []}
    assert carried(stored) == stored


def test_a_sub_sector_of_another_cluster_is_left_out() -> None:
    (foreign, *_) = [id for id, home in HOME.items() if home != ClusterId.FOOTWEAR]
    assert carried({"cluster": "footwear", "subsector": foreign}) == {"cluster": "footwear"}


def test_one_group_alone() -> None:
    assert carried(make_answers(), group="profile").keys() <= PROFILE


# Starting ---------------------------------------------------------------------------------------------


@pytest.fixture
def submission(db: None) -> Submission:
    return make_submission()


@pytest.fixture
def owner(submission: Submission) -> Client:
    return browser_of(submission)


def newest() -> Submission:
    return Submission.objects.order_by("-pk")[0]


def test_the_page_offers_both_ways(submission: Submission, owner: Client) -> None:
    response = owner.get(at(submission))
    assert response.status_code == 200
    assert [button["value"] for button in elements(response).all("button", name="copy")] == ["answers", "facts"]
    assert Submission.objects.count() == 1


def test_from_the_last_answers(submission: Submission, owner: Client) -> None:
    response = owner.post(at(submission), {"copy": "answers"})
    draft = newest()
    assert response["Location"] == url("diagnosis:page", draft, get_questionnaire().pages[0].id)
    assert (draft.state, draft.previous, draft.answers) == (State.DRAFT, submission, submission.answers)
    assert draft.verdict is None and draft.company is None
    assert Event.objects.filter(submission=draft, kind=EventKind.STARTED).count() == 1
    assert owner.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("data", [{"copy": "facts"}, {}, {"copy": "everything"}])
def test_from_the_facts_alone(submission: Submission, owner: Client, data: dict[str, str]) -> None:
    owner.post(at(submission), data)
    draft = newest()
    assert draft.previous == submission
    assert draft.answers == {id: value for id, value in submission.answers.items() if id in PROFILE}


def test_answers_that_no_longer_hold_are_not_copied(submission: Submission, owner: Client) -> None:
    gone = {"retired_question": 3, "marketing": 9}
    Submission.objects.filter(pk=submission.pk).update(answers={**submission.answers, **gone})
    owner.post(at(submission), {"copy": "answers"})
    assert newest().answers == {id: value for id, value in submission.answers.items() if id not in gone}


def test_the_earlier_diagnosis_stays_as_it_is(submission: Submission, owner: Client) -> None:
    before = Submission.objects.values().get(pk=submission.pk)
    owner.post(at(submission), {"copy": "answers"})
    draft = newest()
    draft.answers["marketing"] = 4
    draft.save()
    assert Submission.objects.values().get(pk=submission.pk) == before


@pytest.mark.django_db
def test_a_signed_in_owner_owns_the_new_one_too() -> None:
    person = make_owner()
    submission = make_submission(owner=person)
    client = Client()
    client.force_login(person)
    client.post(at(submission), {"copy": "answers"})
    assert newest().owner == person


def test_my_diagnoses_lead_there_for_handed_in_ones_only(submission: Submission) -> None:
    draft = make_draft()
    page = elements(browser_of(submission, draft).get("/mine/"))
    links = [link["href"] for link in page.all("a")]
    assert at(submission) in links
    assert at(draft) not in links


# Refusals ---------------------------------------------------------------------------------------------


def test_nobody_else(submission: Submission) -> None:
    stranger = browser_of(make_draft())
    assert stranger.get(at(submission)).status_code == 404
    assert stranger.post(at(submission), {"copy": "answers"}).status_code == 404
    assert not Submission.objects.exclude(previous=None).exists()


@pytest.mark.django_db
def test_not_after_a_draft() -> None:
    draft = make_draft()
    client = browser_of(draft)
    assert client.get(at(draft)).status_code == 404
    assert client.post(at(draft), {"copy": "answers"}).status_code == 404
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method(submission: Submission, owner: Client, method: str) -> None:
    assert getattr(owner, method)(at(submission)).status_code == 405


def test_starting_without_an_earlier_one_copies_nothing(db: None) -> None:
    assert start(language="en", by=None).answers == {}
    assert start(language="en", by=None, all_answers=True).answers == {}


def test_queries_are_few(submission: Submission, owner: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(18):  # half of them count the try (clusters/limits.py)
        owner.post(at(submission), {"copy": "answers"})
