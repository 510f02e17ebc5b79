"""The real settings with a folder of their own for collected static files: test runs side by side
must not clear each other's."""

from config.local.paths import LocalPaths
from config.settings import *

STATIC_ROOT = LocalPaths.from_environment().folder / "static"
