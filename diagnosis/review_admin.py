"""Review in the officers' pages: the buttons of one submission, its comments and events, and actions of the list.

Every button and list action calls diagnosis.review_actions; a refusal shows the page as it is now, with what
was typed and a line that says why nothing was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clusters.models import User
from diagnosis import review_actions
from diagnosis.actions import log
from diagnosis.domain.review_rules import Move
from diagnosis.event_words import events_file
from diagnosis.models import Comment, EventKind, Submission
from diagnosis.review_actions import (
    CommentNeeded,
    NoSuchMove,
    NoSuchQuestion,
    NotAllowed,
    NotAnOfficerHere,
    Overtaken,
    ReasonNeeded,
    Refused,
    TextRefused,
    mark_of,
    officers_of,
)
from diagnosis.review_page import BUTTONS

CHANGED: Final = gettext_lazy(
    "Somebody changed this submission since you opened the page. Nothing was changed; below is how it stands now."
)
REFUSALS: Final = {
    Overtaken: (409, CHANGED),
    NoSuchMove: (409, CHANGED),
    CommentNeeded: (422, gettext_lazy("Write at least one comment before you return it, here or at an answer.")),
    ReasonNeeded: (422, gettext_lazy("Say why it is reviewed again.")),
    TextRefused: (422, gettext_lazy("A comment has 1 to 1000 characters.")),
    NotAnOfficerHere: (422, gettext_lazy("This person does not see the firm's cluster or may not change anything.")),
}
DONE: Final = {
    Move.TAKE: gettext_lazy("You have taken it for review."),
    Move.RETURN: gettext_lazy("It is returned to the firm with your comments."),
    Move.VERIFY: gettext_lazy("It is confirmed as verified."),
    Move.REOPEN: gettext_lazy("It is in review again."),
}
TAKEN: Final = ngettext_lazy(
    "%(count)d submission taken for review.", "%(count)d submissions taken for review.", "count"
)
ASSIGNED: Final = ngettext_lazy("%(count)d submission assigned.", "%(count)d submissions assigned.", "count")
LEFT: Final = ngettext_lazy(
    "%(count)d left as it is: its state does not allow it, or it was changed meanwhile.",
    "%(count)d left as they are: their state does not allow it, or they were changed meanwhile.", "count",
)


def may_review(request: HttpRequest) -> User:
    """The officer who asks; raises PermissionDenied for whoever may only read."""
    if not (isinstance(request.user, User) and request.user.may_change):
        raise PermissionDenied
    return request.user


class ReviewPages(admin.ModelAdmin):
    """Mixed into the page of submissions, which has `get_or_404` and `show_page`."""

    get_or_404: Callable[[HttpRequest, str], Submission]
    show_page: Callable[..., HttpResponse]
    review_list_actions = ("take_selected", "assign_selected_to_me", "assign_selected")

    def get_urls(self) -> list[Any]:
        wrap, name = self.admin_site.admin_view, "diagnosis_submission_{}".format
        return [
            path("<int:pk>/move/<slug:move>/", wrap(self.move_view), name=name("move")),
            path("<int:pk>/assign/", wrap(self.assign_view), name=name("assign")),
            path("<int:pk>/comment/", wrap(self.comment_view), name=name("comment")),
            path("<int:pk>/comment/<int:number>/take-back/", wrap(self.take_back_view), name=name("take_back")),
            path("<int:pk>/events.csv", wrap(self.events_view), name=name("events")),
            *super().get_urls(),
        ]

    # One submission ---------------------------------------------------------------------------------

    def _back(self, pk: int, anchor: str) -> HttpResponse:
        return redirect(reverse("admin:diagnosis_submission_change", args=[pk]) + anchor)

    def _refuse(self, request: HttpRequest, pk: int, refused: Refused, *, at: str = "", text: str = "") -> HttpResponse:
        """The page as it is now; `at` says in which form `text` was typed."""
        if isinstance(refused, NotAllowed):
            raise PermissionDenied
        if isinstance(refused, NoSuchQuestion):
            raise Http404
        status, why = REFUSALS[type(refused)]
        messages.error(request, why)
        submission = self.get_or_404(request, str(pk))
        return self.show_page(request, submission, status=status, typed={"at": at, "text": text})

    @method_decorator((never_cache, require_POST))
    def move_view(self, request: HttpRequest, pk: int, move: str) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        if move not in BUTTONS:
            raise Http404
        text = request.POST.get("text", "")
        try:
            review_actions.move(
                submission=submission, move=Move(move), by=by, seen=request.POST.get("seen", ""), text=text
            )
        except Refused as refused:
            return self._refuse(request, pk, refused, at=move, text=text)
        messages.success(request, DONE[Move(move)])
        return self._back(pk, "#review")

    @method_decorator((never_cache, require_POST))
    def assign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        try:
            officer = _chosen_officer(request, submission)
            review_actions.assign(
                submission=submission, officer=officer, by=by, seen=request.POST.get("seen", "")
            )
        except Refused as refused:
            return self._refuse(request, pk, refused)
        messages.success(request, _("Assigned to %(officer)s.") % {"officer": officer or _("nobody")})
        return self._back(pk, "#review")

    @method_decorator((never_cache, require_POST))
    def comment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        question, text = request.POST.get("question", ""), request.POST.get("text", "")
        revision = request.POST.get("revision", "")
        try:
            review_actions.comment(
                submission=submission, question=question, text=text, by=by,
                revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            )
        except Refused as refused:
            return self._refuse(request, pk, refused, at=f"a-{question}", text=text)
        return self._back(pk, f"#a-{question}" if question else "#review")

    @method_decorator((never_cache, require_POST))
    def take_back_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        submission, by = self.get_or_404(request, str(pk)), may_review(request)
        comment = Comment.objects.filter(submission=submission, pk=number).first()
        if comment is None:
            raise Http404
        try:
            review_actions.take_back(comment=comment, by=by)
        except Refused as refused:
            return self._refuse(request, pk, refused)
        return self._back(pk, f"#a-{comment.question}" if comment.question else "#review")

    @method_decorator((never_cache, require_GET))
    def events_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The events of one submission as a file; that it was exported is one of them."""
        submission = self.get_or_404(request, str(pk))
        log(submission, EventKind.EXPORTED, by=request.user, format="csv")  # type: ignore[arg-type]
        response = HttpResponse(events_file(submission), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{submission.reference}-events.csv"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    # The list ---------------------------------------------------------------------------------------

    def has_review_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.may_change

    @admin.action(description=gettext_lazy("Take for review"), permissions=["review"])
    def take_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        by = may_review(request)

        def take(row: Submission) -> None:
            review_actions.move(submission=row, move=Move.TAKE, by=by, seen=mark_of(row))

        self._report(request, queryset, take, TAKEN)

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["review"])
    def assign_selected_to_me(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        self._assign_all(request, queryset, may_review(request))

    @admin.action(description=gettext_lazy("Assign to …"), permissions=["review"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Asks to whom first; the answer comes back as the same action."""
        clusters = queryset.order_by().values_list("cluster", flat=True).distinct()
        people = {str(person.pk): person for cluster in clusters for person in officers_of(cluster)}
        chosen = request.POST.get("officer")
        if chosen in people or chosen == "nobody":
            self._assign_all(request, queryset, people.get(chosen))
            return None
        context = {
            **self.admin_site.each_context(request), "title": _("Assign submissions"), "opts": self.opts,
            "people": people, "count": queryset.count(), "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"), "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/diagnosis/assign.html", context)

    def _assign_all(self, request: HttpRequest, queryset: QuerySet[Submission], officer: User | None) -> None:
        by = may_review(request)

        def give(row: Submission) -> None:
            review_actions.assign(submission=row, officer=officer, by=by, seen=mark_of(row))

        self._report(request, queryset, give, ASSIGNED)

    def _report(
        self, request: HttpRequest, rows: QuerySet[Submission], do: Callable[[Submission], Any], done: str
    ) -> None:
        """Each row by the same action as its button, each in a transaction of its own; says how many went through."""
        through = refused = 0
        for row in rows:
            try:
                do(row)
            except Refused:
                refused += 1
            else:
                through += 1
        if through:
            messages.success(request, done % {"count": through})
        if refused:
            messages.warning(request, LEFT % {"count": refused})


def _chosen_officer(request: HttpRequest, submission: Submission) -> User | None:
    """The person chosen in the menu, None for nobody; raises NotAnOfficerHere for anybody not offered."""
    chosen = request.POST.get("officer", "")
    if chosen == "nobody":
        return None
    offered = {str(person.pk): person for person in officers_of(submission.cluster)}
    if chosen not in offered:
        raise NotAnOfficerHere
    return offered[chosen]


__all__ = ["ReviewPages", "may_review"]
