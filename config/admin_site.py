"""The officers' admin site: officers only, signed in the allauth way (rate limits, TOTP)."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache


class ChainAdminSite(admin.AdminSite):
    site_header = _("Officers' workspace")
    site_title = _("Officers' workspace")
    index_title = _("Your clusters")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff with a password nobody else knows; where the setting asks for it, only with a second factor
        given in this session."""
        if not super().has_permission(request) or request.user.password_is_lent:  # type: ignore[union-attr]
            return False
        return not settings.OFFICERS_NEED_TOTP or (has_second_factor(request) and gave_second_factor(request))

    def get_urls(self) -> list[Any]:
        from clusters.guide import guide
        from recommendations.cluster_pages import ClusterPages

        page = path("guide/", self.admin_view(guide), {"site": self}, name="guide")
        return [page, *ClusterPages(self).urls(), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The start page: which clusters this officer sees, and what waits there."""
        from clusters.models import ClusterId
        from diagnosis.work_queue import queues_of, waiting_longest

        own = request.user.visible_clusters()  # type: ignore[union-attr]
        extra = {
            "own_clusters": [cluster.label for cluster in ClusterId if cluster in own],
            "queues": queues_of(request.user) if own else (),  # type: ignore[arg-type]
            "waiting_longest": waiting_longest(request.user) if own else (),  # type: ignore[arg-type]
        }
        return super().index(request, {**extra, **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing out is allauth's too, so that it is noted once and forgets the same everywhere."""
        if request.method == "POST":
            get_adapter(request).logout(request)
            return redirect("account_login")
        return redirect("account_logout")

    @method_decorator((never_cache, secure_admin_login))
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign-in is allauth's; whoever is signed in and no officer is refused. What remains are
        officers: on to a password of their own or the second factor when it is missing, else to the start page."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.password_is_lent:  # type: ignore[union-attr]
            known = gettext("The password you were given is known to somebody else. Choose one of your own.")
            messages.info(request, known)
            return redirect("account_change_password")
        if has_second_factor(request):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': reverse('admin:index')})}")
        return redirect("mfa_activate_totp")


def has_second_factor(request: HttpRequest) -> bool:
    """Whether an authenticator app is set up for this person."""
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()


def gave_second_factor(request: HttpRequest) -> bool:
    """Whether a code of it was given in this session: one opened before it was set up does not count."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(record["method"] == "mfa" for record in records)
