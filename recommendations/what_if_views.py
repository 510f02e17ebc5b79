"""What if: the owner changes figures and sees the plan change; nothing stored is touched until saved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clusters import limits
from clusters.domain.localise import localise
from clusters.scoping import ROW_NUMBER
from diagnosis.localised import short_language
from diagnosis.views import actor, set_language_cookie
from recommendations import actions
from recommendations.documents import answers_in_use, make_plan
from recommendations.domain.owner_plan import Asked
from recommendations.models import Plan, Report
from recommendations.views import own_plan, own_report
from recommendations.what_if import WhatIf


def grant_rows(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each programme with the stored assessment and the new one; either may be None."""
    then, now = ({one["id"]: one for one in policies} for policies in (before, after))
    return [
        {"name": (now.get(id) or then[id])["name"], "before": then.get(id), "after": now.get(id)}
        for id in dict.fromkeys((*now, *then))
    ]


def _shown(report: Report, form: WhatIf, plan: dict[str, Any] | None) -> dict[str, Any]:
    """What page and part have in common: the stored result, the plan, and the prices to offer."""
    stored = localise(report.document, short_language())
    own = localise(plan, short_language()) if plan else None
    listed = [one["id"] for one in stored["roadmap"]["measures"]]
    planned = [one["id"] for one in own["roadmap"]["measures"]] if own else []
    extra = [id for id in (*planned, *form.typed_prices()) if id not in listed]
    return {
        "submission": report.submission,
        "form": form,
        "stored": stored,
        "plan": own,
        "grants": grant_rows(stored["policies"], own["policies"]) if own else [],
        "prices": form.prices_of(listed),
        "more_prices": form.prices_of(extra),
    }


def _answer(
    request: HttpRequest, report: Report, form: WhatIf, *, status: int, plan: dict[str, Any] | None = None,
    wait: int = 0,
) -> HttpResponse:
    """The page, or for htmx the part that changes. htmx shows answers with a status below 300 only."""
    context = {**_shown(report, form, plan), "busy": wait > 0}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "recommendations/_what_if_live.html", context)
    response = render(request, "recommendations/what_if.html", context, status=status)
    return limits.refused(response, wait) if wait else response


def _posted(request: HttpRequest, report: Report) -> HttpResponse:
    form = WhatIf(request.POST, answers=answers_in_use(report.submission))
    if not form.is_valid():
        return _answer(request, report, form, status=422)
    if seconds := limits.wait(request, "plan"):
        return _answer(request, report, form, status=429, wait=seconds)
    plan = make_plan(report.submission, report.document, form.asked)
    if request.POST.get("go") == "save":
        wish = form.asked.to_json()
        actions.save_plan(submission=report.submission, wish=wish, document=plan, by=actor(request))
        messages.success(request, _("Your plan is saved. The report itself stays as it is."))
        return redirect(reverse("recommendations:result", args=[report.submission.reference]) + "#own-plan")
    return _answer(request, report, form, status=200, plan=plan)


def _started(request: HttpRequest, report: Report) -> HttpResponse:
    """The stored result with the form beside it, or a saved plan to go on from."""
    saved = _saved_plan(report, request.GET.get("plan", ""))
    asked = Asked.from_json(saved.wish) if saved else None
    form = WhatIf(None, answers=answers_in_use(report.submission), asked=asked)
    return _answer(request, report, form, status=200, plan=saved.document if saved else None)


def _saved_plan(report: Report, number: str) -> Plan | None:
    if not number:
        return None
    if not ROW_NUMBER.fullmatch(number):
        raise Http404
    return own_plan(report, int(number))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest, reference: str) -> HttpResponse:
    report = own_report(request, reference)
    if not report.document:
        return redirect("recommendations:result", reference)
    if request.method != "POST":
        return _started(request, report)
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        return _posted(request, report)
    with translation.override(code):  # the same figures in the other language
        response = _posted(request, report)
    set_language_cookie(response, code)
    return response
