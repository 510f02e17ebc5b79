"""Entry point of the web server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.readable import Site  # noqa: E402  # settings first

application = Site()
