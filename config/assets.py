"""Bootstrap's style sheet from its wheel, what is used of it, served as one of our own static files."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from config.used_styles import used_rules, words_in_use

WANTED = {
    "bootstrap/bootstrap.min.css": "css/bootstrap.min.css",
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
    """The wheel's folder under the names of WANTED; a style sheet is cut down as it is collected."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        with super()._open(name, mode) as file:
            whole = file.read().decode()
        return ContentFile(used_rules(whole, words_in_use()).encode(), name=name)

    def path(self, name: str) -> str:
        return super().path(WANTED.get(name, name))
