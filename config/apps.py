"""The officers' pages: Django's admin with our own site class."""

from django.contrib.admin.apps import AdminConfig


class ChainAdminConfig(AdminConfig):
    default_site = "config.admin_site.ChainAdminSite"
