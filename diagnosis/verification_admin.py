"""What an officer found on a visit, in the officers' pages: a sheet of all levels, a form for one, the evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusters.attachments import attachment
from clusters.domain.localise import localise
from diagnosis import verification
from diagnosis.actions import log
from diagnosis.content import get_questionnaire
from diagnosis.domain.questionnaire import Group, Question
from diagnosis.domain.verification import VERIFIABLE
from diagnosis.domain.wording import answer_text
from diagnosis.evidence import BadEvidence
from diagnosis.localised import said, short_language
from diagnosis.models import EventKind, State, Submission, VerifiedLevel
from diagnosis.reading import level_row, verdicts_part
from diagnosis.review_actions import LONGEST_TEXT, NoSuchMove, NotAllowed, Overtaken, Refused
from diagnosis.review_admin import CHANGED, may_review
from diagnosis.wording import get_wording

GROUPS: Final = (
    ("links", gettext_lazy("Data connections")), ("view", gettext_lazy("Overview for the boss")),
    ("scenes", gettext_lazy("Business scenes")),
)
BAD_EVIDENCE: Final = {
    "empty": gettext_lazy("The file is empty."),
    "too_large": gettext_lazy("The file is larger than 10 MB."),
    "unknown_kind": gettext_lazy("Only PDF, JPEG and PNG files are taken."),
    "damaged": gettext_lazy("The picture cannot be read: the file is damaged or cut off. Please choose it once more."),
    "too_many_points": gettext_lazy("The picture has more than 64 megapixels. Please save it smaller and try again."),
}


NOT_STORED: Final = gettext_lazy("The file could not be stored just now. Nothing was changed; please try again.")


class LevelForm(forms.Form):
    """One level found, why, and a file that shows it."""

    use_required_attribute = False
    level = forms.TypedChoiceField(label=gettext_lazy("What you found"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("How you saw it"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: orders of this week shown on the screen at the cutting table."),
    )
    evidence = forms.FileField(
        label=gettext_lazy("Evidence (optional)"), required=False, max_length=255,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=gettext_lazy(
            "A photograph or scan: PDF, JPEG or PNG, at most 10 MB. Only officers see it. What a camera writes into a "
            "picture about place and time is not kept."
        ),
    )

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (position, f"{position} · {said(option.label)}") for position, option in enumerate(question.options)
        ]


class VerificationPages(admin.ModelAdmin):
    """Mixed into the page of submissions, which has `get_or_404`."""

    get_or_404: Callable[[HttpRequest, str], Submission]

    def get_urls(self) -> list[Any]:
        wrap, name = self.admin_site.admin_view, "diagnosis_submission_{}".format
        return [
            path("<int:pk>/levels/", wrap(self.levels_view), name=name("levels")),
            path("<int:pk>/levels/<slug:question>/", wrap(self.level_view), name=name("level")),
            path("<int:pk>/levels/<int:number>/take-back/", wrap(self.take_back_level_view), name=name("level_back")),
            path("<int:pk>/evidence/<int:number>/", wrap(self.evidence_view), name=name("evidence")),
            *super().get_urls(),
        ]

    def _level_context(self, request: HttpRequest, submission: Submission, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request), "opts": self.opts, "submission": submission, "title": title,
        }

    @method_decorator((never_cache, require_GET))
    def levels_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        submission = self.get_or_404(request, str(pk))
        context = self._level_context(request, submission, _("Levels found on a visit"))
        return TemplateResponse(
            request, "admin/diagnosis/levels.html", context | levels_part(submission, request.user)
        )

    @method_decorator((never_cache, require_http_methods(["GET", "POST"])))
    def level_view(self, request: HttpRequest, pk: int, question: str) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        if question not in VERIFIABLE:
            raise Http404
        asked = get_questionnaire().questions[question]
        before = verification.standing_levels(submission).filter(question=question).first()
        initial = _initial(submission, question, before)
        form = LevelForm(asked, request.POST or None, request.FILES or None, initial=initial)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid() and self._set(request, submission, question, form, by):
                messages.success(request, _("Noted: %(name)s.") % {"name": said(asked.name)})
                return redirect("admin:diagnosis_submission_levels", pk)
        context = self._level_context(request, submission, said(asked.name))
        reported = answer_text(get_wording(), asked, submission.answer_set())[short_language()]
        context |= {"form": form, "ask": said(asked.ask), "reported": reported}
        return TemplateResponse(request, "admin/diagnosis/level.html", context, status=status)

    def _set(self, request: HttpRequest, submission: Submission, question: str, form: LevelForm, by: Any) -> bool:
        """Whether it was stored; what is wrong stands at its field otherwise."""
        revision = request.POST.get("revision", "")
        try:
            verification.set_level(
                submission=submission, question=question, level=form.cleaned_data["level"],
                reason=form.cleaned_data["reason"], file=form.cleaned_data["evidence"], by=by,
                revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            )
        except BadEvidence as fault:
            form.add_error("evidence", BAD_EVIDENCE[fault.reason])
        except OSError:
            form.add_error("evidence", NOT_STORED)
        except NotAllowed:
            raise PermissionDenied
        except (NoSuchMove, Overtaken):
            form.add_error(None, CHANGED)
        else:
            return True
        return False

    @method_decorator((never_cache, require_POST))
    def take_back_level_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        found = VerifiedLevel.objects.filter(submission=submission, pk=number).first()
        if found is None:
            raise Http404
        try:
            verification.take_back(found=found, by=by, revision=found.revision)
        except NotAllowed:
            raise PermissionDenied
        except Refused:
            messages.error(request, CHANGED)
        return redirect("admin:diagnosis_submission_levels", pk)

    @method_decorator((never_cache, require_GET))
    def evidence_view(self, request: HttpRequest, pk: int, number: int) -> FileResponse:
        submission = self.get_or_404(request, str(pk))
        found = VerifiedLevel.objects.filter(submission=submission, pk=number).exclude(evidence="").first()
        if found is None or not default_storage.exists(found.evidence):
            raise Http404
        log(submission, EventKind.EVIDENCE_DOWNLOADED, by=request.user, question=found.question)  # type: ignore[arg-type]
        return attachment(default_storage.open(found.evidence), found.evidence_name, found.evidence_type)


def _initial(submission: Submission, question: str, before: VerifiedLevel | None) -> dict[str, Any]:
    """What was found before, or what was reported."""
    if before:
        return {"level": before.level, "reason": before.reason}
    reported = submission.answers.get(question)
    return {"level": reported} if isinstance(reported, int) else {}


def levels_part(submission: Submission, user: Any) -> dict[str, Any]:
    """All levels by group, what was reported and found, and both verdicts side by side."""
    found = {row.question: row for row in verification.standing_levels(submission)}
    questionnaire, answers, language = get_questionnaire(), submission.answer_set(), short_language()

    def rows(group: Group) -> Any:
        return localise([level_row(one, answers, found.get(one.id)) for one in questionnaire.group(group)], language)

    return {
        "groups": [{"title": title, "rows": rows(group)} for group, title in GROUPS],
        "may_set": user.may_change and submission.state == State.IN_REVIEW,
        "agreement": verification.agreement(found.values()) if found else None,
        "verdicts": localise(verdicts_part(submission), language),
    }


__all__ = ["VerificationPages"]
