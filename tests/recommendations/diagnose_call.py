"""Calling `manage.py diagnose` from a test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
WORKSHOP = EXAMPLES / "single_point_workshop.json"


@dataclass(frozen=True)
class Call:
    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads(self.out))

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


def diagnose(file: Any, **options: Any) -> Call:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("diagnose", str(file), stdout=out, stderr=err, **options)
    except SystemExit as stop:
        code = int(str(stop.code))
    return Call(code, out.getvalue(), err.getvalue())


def write_answers(folder: Path, content: Any) -> Path:
    """An answers file of text, bytes or data."""
    path = folder / "answers.json"
    raw = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw)
    return path
