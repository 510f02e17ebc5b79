"""Which invitation is in which state, and how many firms of a county or size answered."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis import invitations
from diagnosis.campaigns import (
    Progress,
    Rate,
    counts_by_progress,
    found,
    rates_by_county,
    rates_by_size,
    total,
    with_progress,
)
from diagnosis.invitation_codes import spaced
from diagnosis.models import Campaign, Invitation, SizeClass, State, Submission
from tests.diagnosis.campaign_cast import days_ago, hand_in, make_campaign, make_invitation
from tests.factories import make_submission, make_uscc

pytestmark = pytest.mark.django_db
COUNTIES = ("licheng", "jinjiang", "shishi")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(created_at=days_ago(30))


def rows() -> Any:
    return with_progress(Invitation.objects.all())


def progress_of(invitation: Invitation) -> str:
    return str(rows().get(pk=invitation.pk).progress)


class TestProgress:
    @pytest.mark.parametrize(("times", "expected"), [
        ((), Progress.NOT_INVITED), (("printed_at",), Progress.PRINTED), (("mailed_at", "printed_at"), Progress.MAILED),
        (("mailed_at", "opened_at"), Progress.OPENED), (("opened_at", "stopped_at"), Progress.STOPPED),
    ])
    def test_the_last_that_fits(self, campaign: Campaign, times: tuple[str, ...], expected: Progress) -> None:
        given = {name: days_ago(1) for name in times}
        assert progress_of(make_invitation(campaign, created_at=days_ago(9), **given)) == expected

    def test_begun_and_handed_in_with_the_invitation(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        begun = invitations.begin(invitation=firm, language="en", by=None)
        assert progress_of(firm) == Progress.STARTED
        handed_in = make_submission(uscc=make_uscc())  # the owner corrected the code
        Invitation.objects.filter(pk=firm.pk).update(submission=handed_in)
        assert progress_of(firm) == Progress.HANDED_IN
        begun.delete()

    def test_by_itself_after_the_campaign_was_made(self, campaign: Campaign) -> None:
        firm = make_invitation(campaign)
        submission = hand_in(firm)
        assert progress_of(firm) == Progress.HANDED_IN
        Submission.objects.filter(pk=submission.pk).update(submitted_at=days_ago(31))
        assert progress_of(firm) == Progress.NOT_INVITED

    @pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN])
    def test_drafts_and_withdrawn_ones_do_not_count(self, campaign: Campaign, state: str) -> None:
        firm = make_invitation(campaign)
        make_submission(uscc=firm.uscc, state=state)
        assert progress_of(firm) == Progress.NOT_INVITED

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.VERIFIED])
    def test_every_state_after_handing_in_counts(self, campaign: Campaign, state: str) -> None:
        firm = make_invitation(campaign)
        make_submission(uscc=firm.uscc, state=state)
        assert progress_of(firm) == Progress.HANDED_IN


class TestRates:
    def test_by_county(self, campaign: Campaign) -> None:
        make_invitation(campaign, county="shishi", mailed_at=days_ago(1))
        make_invitation(campaign, county="shishi")
        hand_in(make_invitation(campaign, county="jinjiang"))
        make_invitation(campaign, county="jinjiang", printed_at=days_ago(1))
        make_invitation(campaign, county="")
        make_invitation(campaign, county="no longer known")
        assert rates_by_county(rows(), COUNTIES) == [
            Rate(id="jinjiang", listed=2, reached=2, answered=1), Rate(id="shishi", listed=2, reached=1, answered=0),
            Rate(id="", listed=1, reached=0, answered=0), Rate(id="no longer known", listed=1, reached=0, answered=0),
        ]
        whole = total(rates_by_county(rows(), COUNTIES))
        assert (whole.listed, whole.reached, whole.answered, whole.percent) == (6, 3, 1, 33)

    def test_nobody_reached_has_no_rate(self, campaign: Campaign) -> None:
        make_invitation(campaign)
        assert total(rates_by_county(rows(), COUNTIES)).percent is None

    def test_by_size_as_listed_until_handed_in(self, campaign: Campaign) -> None:
        make_invitation(campaign, size_class=SizeClass.LARGE)
        firm = make_invitation(campaign, size_class=SizeClass.MICRO)
        submission = hand_in(firm)
        assert submission.size_class == SizeClass.SMALL
        linked = make_invitation(campaign, size_class="", submission=make_submission(uscc=make_uscc()))
        make_invitation(campaign)
        assert rates_by_size(rows(), SizeClass.values) == [
            Rate(id="small", listed=2, reached=2, answered=2), Rate(id="large", listed=1, reached=0, answered=0),
            Rate(id="", listed=1, reached=0, answered=0),
        ]
        Submission.objects.filter(pk=linked.submission_id).update(size_class="")
        assert rates_by_size(rows(), SizeClass.values)[-1].answered == 1

    def test_states_add_up(self, campaign: Campaign) -> None:
        make_invitation(campaign)
        make_invitation(campaign, mailed_at=days_ago(1))
        make_invitation(campaign, mailed_at=days_ago(1))
        assert counts_by_progress(rows()) == {Progress.NOT_INVITED: 1, Progress.MAILED: 2}


class TestFinding:
    @pytest.fixture
    def firm(self, campaign: Campaign) -> Invitation:
        make_invitation(campaign)
        return make_invitation(campaign, company_name="泉州 ABC 鞋业")

    @pytest.mark.parametrize("search", [
        lambda firm: "abc", lambda firm: "鞋业", lambda firm: firm.uscc, lambda firm: f" {firm.uscc[:14].lower()}",
        lambda firm: spaced(firm.code), lambda firm: firm.code.lower(), lambda firm: firm.code[:6],
    ])
    def test_by_name_or_code(self, firm: Invitation, search: Any) -> None:
        assert firm in found(rows(), search=search(firm))

    def test_only_what_fits(self, firm: Invitation) -> None:
        assert list(found(rows(), search="ABC", progress=Progress.MAILED)) == []
        assert list(found(rows(), search="ABC", progress=Progress.NOT_INVITED)) == [firm]
        assert list(found(rows(), search="nobody")) == []
        assert found(rows(), search="  ").count() == 2
