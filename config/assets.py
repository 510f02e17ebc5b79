"""Bootstrap's style sheet from its wheel, served as one of our own static files."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

WANTED = {
    "bootstrap/bootstrap.min.css": "css/bootstrap.min.css",
    "bootstrap/bootstrap.min.css.map": "css/bootstrap.min.css.map",  # the style sheet names it
}


def _package() -> Path:
    spec = find_spec("bootstrap")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


class BootstrapFinder(BaseFinder):
    """Finds exactly the files in WANTED."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(_package() / WANTED[path])] if path in WANTED else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Any) -> Any:
        storage = _Renamed(location=_package())
        for path in WANTED:
            yield path, storage


class _Renamed(FileSystemStorage):
    """The wheel's folder under the names of WANTED."""

    def path(self, name: str) -> str:
        return super().path(WANTED.get(name, name))
