"""The officers' admin site: officers only, signed in the allauth way (rate limits, TOTP)."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ChainAdminSite(admin.AdminSite):
    site_header = _("Officers' workspace")
    site_title = _("Officers' workspace")
    index_title = _("Your clusters")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff; where the setting asks for it, only with a second factor."""
        if not super().has_permission(request):
            return False
        return not settings.OFFICERS_NEED_TOTP or has_second_factor(request)

    login = secure_admin_login(admin.AdminSite.login)


def has_second_factor(request: HttpRequest) -> bool:
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()
