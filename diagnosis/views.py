"""Pages of the questionnaire: load, make one call, answer."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusters import limits
from clusters.content import get_places, get_references
from clusters.domain.localise import localise
from clusters.models import User
from diagnosis import access, actions, review_actions, wizard
from diagnosis.chain_map import chain_map
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.correction import asked_of_owner, may_edit, working_answers, working_set
from diagnosis.domain.progress import progress
from diagnosis.domain.questionnaire import Page
from diagnosis.domain.review_rules import Move, Who, moves_from
from diagnosis.forms import PageForm
from diagnosis.localised import short_language
from diagnosis.models import Submission
from diagnosis.qr import qr_svg
from diagnosis.wording import verdict


def actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    questionnaire = get_questionnaire()
    return render(
        request,
        "diagnosis/home.html",
        {
            "clusters": get_places().clusters,
            "references": get_references(),
            "quick_minutes": round(sum(page.minutes for page in questionnaire.pages if page.quick)),
            "all_minutes": round(sum(page.minutes for page in questionnaire.pages)),
        },
    )


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "diagnosis/about.html", {"references": get_references()})


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "contact": settings.SITE_CONTACT, "draft_days": settings.DRAFT_DAYS, "file_days": settings.OFFICER_FILE_DAYS,
    }
    return render(request, "diagnosis/privacy.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    if seconds := limits.wait(request, "start"):
        return limits.page(request, seconds)
    submission = actions.start(language=translation.get_language() or "zh-hans", by=actor(request))
    access.remember(request, submission)
    return redirect("diagnosis:page", submission.reference, get_questionnaire().pages[0].id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Diagnose the same firm again: from the answers given last, or from the facts about the firm alone."""
    previous = access.get_own(request, reference)
    if previous.is_draft:
        raise Http404
    seconds = limits.wait(request, "start") if request.method == "POST" else 0
    if seconds:
        limits.say(request, seconds)
    if seconds or request.method != "POST":
        return _again_page(request, previous, seconds)
    submission = actions.start(
        language=translation.get_language() or "zh-hans",
        by=actor(request),
        previous=previous,
        all_answers=request.POST.get("copy") == "answers",
    )
    access.remember(request, submission)
    return redirect("diagnosis:page", submission.reference, get_questionnaire().pages[0].id)


def _again_page(request: HttpRequest, previous: Submission, seconds: int) -> HttpResponse:
    response = render(request, "diagnosis/again.html", {"submission": previous})
    return limits.refused(response, seconds) if seconds else response


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The diagnoses this browser or person may open."""
    known = access.remembered(request)
    if request.user.is_authenticated:
        known = known | Submission.objects.filter(owner=request.user)
    return render(request, "diagnosis/mine.html", {"submissions": known.order_by("-created_at")[:50]})


@never_cache
@require_GET
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Where this diagnosis goes on: the first open page, the review, or the result."""
    submission = access.get_own(request, reference)
    if not submission.is_draft:
        return redirect("recommendations:result", reference)
    open_page = progress(get_questionnaire(), submission.answer_set()).first_open
    if open_page is None:
        return redirect("recommendations:review", reference)
    return redirect("diagnosis:page", reference, open_page.page.id)


def _target(reference: str, name: str) -> str:
    if name == wizard.REVIEW:
        return reverse("recommendations:review", args=[reference])
    if name == wizard.QUICK_RESULT:
        return reverse("diagnosis:quick", args=[reference])
    return reverse("diagnosis:page", args=[reference, name])


def _after_saving(request: HttpRequest, submission: Submission, page: Page) -> HttpResponse:
    """Continue, back, or back to the review the owner came from."""
    questionnaire = get_questionnaire()
    before = wizard.page_before(questionnaire, page)
    if not submission.is_draft:  # a correction goes from the list of what is asked, page by page, and back
        return redirect(_target(submission.reference, wizard.REVIEW))
    if request.POST.get("go") == "back":
        return redirect(_target(submission.reference, before) if before else "diagnosis:mine")
    if request.POST.get("go") == "later":
        return redirect("diagnosis:link", submission.reference)
    if request.POST.get("from") == wizard.REVIEW:
        return redirect(_target(submission.reference, wizard.REVIEW) + f"#page-{page.id}")
    return redirect(_target(submission.reference, wizard.page_after(questionnaire, page)))


def _show_page(
    request: HttpRequest,
    submission: Submission,
    page: Page,
    form: PageForm,
    *,
    seen: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    questionnaire = get_questionnaire()
    context = {
        "submission": submission,
        "page": page,
        "form": form,
        "seen": seen,
        "number": questionnaire.pages.index(page) + 1,
        "count": len(questionnaire.pages),
        "progress": progress(questionnaire, working_set(submission)),
        "from_review": request.GET.get("from", request.POST.get("from", "")) == wizard.REVIEW,
        "before": wizard.page_before(questionnaire, page) if submission.is_draft else None,
        **more,
    }
    return render(request, "diagnosis/page.html", context, status=status)


def _in_other_language(request: HttpRequest, submission: Submission, page: Page, code: str) -> HttpResponse:
    """The same page in the other language with everything typed still there; nothing is stored."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(code):
        typed = _form(submission, page, request.POST)
        form = _form(submission, page, initial=_typed(request, typed))
        response = _show_page(request, submission, page, form, seen=request.POST.get("seen", ""))
    set_language_cookie(response, code)
    return response


def _form(submission: Submission, page: Page, *data: Any, **options: Any) -> PageForm:
    """The page with what the owner is working on and what the officer said about it."""
    remarks = asked_of_owner(submission)
    return PageForm(*data, page=page, answers=working_set(submission), remarks=remarks, **options)


def _typed(request: HttpRequest, form: PageForm) -> dict[str, Any]:
    return {name: field.widget.value_from_datadict(request.POST, {}, name) for name, field in form.fields.items()}


def set_language_cookie(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=31_536_000,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, reference: str, page_id: str) -> HttpResponse:
    submission = access.get_own(request, reference)
    shown = wizard.find_page(get_questionnaire(), page_id)
    if shown is None:
        raise Http404
    if not may_edit(submission):
        return redirect("recommendations:result", reference)
    seen = actions.fingerprint(working_answers(submission), shown.questions)
    if request.method != "POST":
        return _show_page(request, submission, shown, _form(submission, shown), seen=seen)
    if "language" in request.POST:
        return _in_other_language(request, submission, shown, request.POST["language"])
    form = _form(submission, shown, request.POST)
    if not form.is_valid():
        return _show_page(request, submission, shown, form, seen=request.POST.get("seen", ""), status=422)
    try:
        submission = actions.save_page(
            submission=submission, ids=shown.questions, values=form.values, seen=request.POST.get("seen", "")
        )
    except actions.Conflict:
        return _show_page(request, submission, shown, form, seen=seen, status=409, conflict=True)
    except actions.NotADraft:
        messages.warning(request, _("It was handed in or changed its state meanwhile; this page was not saved."))
        return redirect("recommendations:result", reference)
    return _after_saving(request, submission, shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back what was handed in: says what happens to the data, and asks once more."""
    submission = access.get_own(request, reference)
    if Move.WITHDRAW not in moves_from(submission.state, Who.OWNER):
        return redirect("diagnosis:resume", reference)
    if request.method != "POST":
        return render(request, "diagnosis/withdraw.html", {"submission": submission})
    try:
        review_actions.withdraw(submission=submission, by=actor(request))
    except review_actions.NoSuchMove:
        messages.warning(request, _("It could not be withdrawn: an officer verified it meanwhile."))
    else:
        messages.success(request, _("Your diagnosis is withdrawn. Officers no longer see it."))
    return redirect("diagnosis:resume", reference)


@never_cache
@require_GET
def quick(request: HttpRequest, reference: str) -> HttpResponse:
    """The first verdict, computed from the draft and stored nowhere."""
    submission = access.get_own(request, reference)
    if not submission.is_draft:
        return redirect("recommendations:result", reference)
    questionnaire = get_questionnaire()
    answers = submission.answer_set()
    shown = localise(verdict(answers, diagnose_answers(answers)), short_language())
    return render(
        request,
        "diagnosis/quick.html",
        {
            "submission": submission,
            "verdict": shown,
            "chain": chain_map(shown),
            "next_page": wizard.first_full_page(questionnaire),
            "progress": progress(questionnaire, answers),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, reference: str) -> HttpResponse:
    """Continue elsewhere: makes a new private link and shows it once, with its QR code; or ends all other access."""
    submission = access.get_own(request, reference)
    ending = request.method == "POST" and "end" in request.POST
    seconds = limits.wait(request, "end_access" if ending else "link") if request.method == "POST" else 0
    if seconds:
        limits.say(request, seconds)
        return limits.refused(_link_page(request, submission), seconds)
    if ending:
        return _end_access(request, submission)
    token = actions.make_link(submission=submission, by=actor(request)) if request.method == "POST" else ""
    if token:
        submission.refresh_from_db()
    address = request.build_absolute_uri(reverse("diagnosis:open_link", args=[token])) if token else ""
    return _link_page(request, submission, address)


def _link_page(request: HttpRequest, submission: Submission, address: str = "") -> HttpResponse:
    context = {
        "submission": submission, "address": address, "qr": qr_svg(address) if address else "",
        "until": access.link_until(submission) if access.link_works(submission) else None, "days": settings.LINK_DAYS,
    }
    return render(request, "diagnosis/link.html", context)


def _end_access(request: HttpRequest, submission: Submission) -> HttpResponse:
    """This browser is let in again at once: nobody may lose a draft."""
    access.remember(request, actions.end_access(submission=submission, by=actor(request)))
    messages.success(request, _("All other access is ended. Here, and where you are signed in, you can go on."))
    return redirect("diagnosis:link", submission.reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button (previews and scanners use nothing up), POST opens the diagnosis here."""
    try:
        submission = access.by_token(token)
    except access.LinkOver:
        return _secret_address(render(request, "error.html", {"code": 410, "kind": "link_over"}, status=410))
    if request.method == "POST":
        access.remember(request, submission)
        messages.success(request, _("You can go on here. The link opens it on other devices too."))
        return redirect("diagnosis:resume", submission.reference)
    return _secret_address(render(request, "diagnosis/open_link.html", {"submission": submission}))


def _secret_address(response: HttpResponse) -> HttpResponse:
    """Keeps the address, which is a secret, out of Referer. "no-referrer" would also make the browser send
    "Origin: null" with the button, and Django refuses that."""
    response["Referrer-Policy"] = "strict-origin"
    return response
