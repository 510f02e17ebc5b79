"""Submissions in the officers' pages: the list and the page that shows one, read only.

Registered by `recommendations.admin`, which knows the report and fills in the hooks.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusters.domain.localise import localise
from diagnosis.actions import mark_opened
from diagnosis.chain_map import chain_map
from diagnosis.content import get_questionnaire
from diagnosis.event_words import event_rows
from diagnosis.list_filters import county_name
from diagnosis.localised import short_language
from diagnosis.models import Submission
from diagnosis.reading import answer_pages, result_parts, verdicts_part
from diagnosis.review_admin import ReviewPages
from diagnosis.review_page import answers_with_review, review_part
from diagnosis.submission_list import SubmissionListAdmin
from diagnosis.verification_admin import VerificationPages


class SubmissionAdmin(ReviewPages, VerificationPages, SubmissionListAdmin):
    """All handed-in diagnoses this officer may see."""

    actions = ReviewPages.review_list_actions
    page_template = "admin/diagnosis/submission.html"

    @method_decorator((never_cache, require_safe))
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        submission = self.get_or_404(request, object_id)
        mark_opened(submission=submission, by=request.user)  # type: ignore[arg-type]
        return self.show_page(request, submission)

    def show_page(
        self, request: HttpRequest, submission: Submission, *, status: int = 200, typed: dict[str, str] | None = None
    ) -> HttpResponse:
        """`typed` is what a refused form of the page held."""
        context = {**self.admin_site.each_context(request), **self.page_context(request, submission, typed)}
        return TemplateResponse(request, self.page_template, context, status=status)

    def page_context(
        self, request: HttpRequest, submission: Submission, typed: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Everything the page of one submission shows."""
        answers, language = submission.answer_set(), short_language()
        result = localise(self.result(submission), language)
        review = review_part(submission, request.user, typed)  # type: ignore[arg-type]
        version = get_questionnaire().version
        return {
            "title": submission.company_name, "opts": self.opts, "original": submission, "submission": submission,
            "county": county_name(submission.county),
            **{key: result[key] for key in ("verdict", "stage", "needs", "flags")},
            "sheet": result["official_sheet"],
            "chain": chain_map(result["verdict"]),
            "pages": answers_with_review(localise(answer_pages(answers), language), review),
            "review": review, "revisions": localise(review["revisions"], language),
            "verdicts": localise(verdicts_part(submission), language),
            "other_version": version if version != submission.content_version else "",
            "events": event_rows(submission),
        }

    def result(self, submission: Submission) -> dict[str, Any]:
        """Verdict, stage, needs, flags and official sheet, with both languages."""
        return result_parts(submission.answer_set())
