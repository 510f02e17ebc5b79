"""How people sign in (django-allauth): owners by e-mail code, officers by password and TOTP."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from diagnosis.access import SESSION_KEY
from diagnosis.actions import claim
from diagnosis.models import Submission


class AccountAdapter(DefaultAccountAdapter):
    """Sends officers to their pages; an owner keeps the diagnoses begun in this browser."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "is_staff", False):
            return reverse("admin:index")
        return reverse(settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        if not user.is_staff:
            for submission in Submission.objects.filter(reference__in=request.session.get(SESSION_KEY, [])):
                claim(submission=submission, by=user)
        return super().post_login(request, user, **kwargs)
