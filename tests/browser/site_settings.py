"""The real settings with a folder of their own for collected static files (test runs side by side must not
clear each other's), and mails as files, to be opened by the tests."""

from config.local.paths import LocalPaths
from config.settings import *

STATIC_ROOT = LocalPaths.from_environment().folder / "static"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = LocalPaths.from_environment().folder / "mails"
