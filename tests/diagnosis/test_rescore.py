"""`manage.py rescore`: what the present content makes of stored diagnoses, told and never written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

import diagnosis.content
from clusters.models import ClusterId
from diagnosis.content import get_questionnaire
from diagnosis.models import State, Submission
from diagnosis.rescoring import Tally, rescore
from tests.factories import make_submission

pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[int, str]:
    """Exit status and what was said."""
    out = StringIO()
    try:
        call_command("rescore", *words, stdout=out, stderr=StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def last(**how: Any) -> Tally:
    return list(rescore(**how))[-1]


def stored() -> list[dict[str, Any]]:
    return list(Submission.objects.order_by("pk").values())


@pytest.fixture
def five() -> list[Submission]:
    clusters = (ClusterId.FOOTWEAR, ClusterId.FOOTWEAR, ClusterId.FOOD_BEVERAGES)
    handed_in = [make_submission(cluster, production_control=level) for level, cluster in enumerate(clusters)]
    return [*handed_in, make_submission(state=State.VERIFIED), make_submission(state=State.RETURNED)]


@pytest.fixture
def other_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A content version in which the first answer to one question gives other points."""
    folder = Path(shutil.copytree(diagnosis.content.FOLDER, tmp_path / "content"))
    pages, questions = folder / "questionnaire.yaml", folder / "questions" / "foundation.yaml"
    pages.write_text(pages.read_text().replace(get_questionnaire().version, "2027.99"))
    questions.write_text(questions.read_text().replace('points: "2"', 'points: "1"', 1))
    monkeypatch.setattr(diagnosis.content, "FOLDER", folder)
    get_questionnaire.cache_clear()
    yield
    get_questionnaire.cache_clear()


def test_the_same_content_reads_the_same(five: list[Submission]) -> None:
    status, said = run()
    assert status == 0
    assert said.startswith(f"5 diagnoses read with content {get_questionnaire().version}, 0 read differently")
    assert "first:" not in said


def test_drafts_and_withdrawn_ones_are_not_read(five: list[Submission]) -> None:
    make_submission(state=State.DRAFT)
    make_submission(state=State.WITHDRAWN)
    assert last().read == {ClusterId.FOOTWEAR: 4, ClusterId.FOOD_BEVERAGES: 1}


@pytest.mark.parametrize(("column", "value", "part"), [
    ("type", "not_started", "type"), ("stage", 5, "stage"), ("distance", 17, "distance"),
])
def test_what_reads_differently_is_told(five: list[Submission], column: str, value: Any, part: str) -> None:
    changed = five[2]
    Submission.objects.filter(pk=changed.pk).update(**{column: value})
    before = stored()
    status, said = run()
    assert status == 1
    assert "1 read differently" in said
    assert f"{ClusterId.FOOD_BEVERAGES}: 1 of 1" in said
    assert said.rstrip().endswith(f"first: {changed.reference}")
    assert last().parts == {part: 1}
    assert stored() == before


def test_moves_between_types_are_told(five: list[Submission]) -> None:
    Submission.objects.filter(pk__in=[one.pk for one in five[:2]]).update(type="not_started")
    assert "not_started -> single_point: 2" in run()[1]


def test_a_new_content_version(five: list[Submission], other_content: None) -> None:
    """Other points change the official sheet and nothing else; what is stored stays."""
    before = stored()
    status, said = run("--show", "2")
    assert status == 1
    assert "5 diagnoses read with content 2027.99, 5 read differently" in said
    assert last().parts == {"details": 5}
    assert said.rstrip().endswith(f"first: {five[0].reference} {five[1].reference}")
    assert stored() == before


def test_one_content_version_only(five: list[Submission]) -> None:
    Submission.objects.filter(pk=five[0].pk).update(content_version="2025.01", stage=5)
    assert run("--content-version", get_questionnaire().version)[0] == 0
    assert run("--content-version", "2025.01")[0] == 1
    assert run("--content-version", "1999.01")[1].startswith("0 diagnoses read")


def test_programmes_of_the_day_do_not_count(five: list[Submission]) -> None:
    """The score of a need depends on them, and they were others then."""
    verdict = {**five[0].verdict, "needs": {}}  # type: ignore[dict-item]
    Submission.objects.filter(pk=five[0].pk).update(verdict=verdict)
    assert run()[0] == 0


def test_answers_that_cannot_be_read_are_named(five: list[Submission]) -> None:
    Submission.objects.filter(pk=five[3].pk).update(answers=["no", "answers"])
    with pytest.raises(CommandError, match=five[3].reference) as error:
        run()
    assert error.value.returncode == 2


def test_batches_of_any_size_give_the_same(five: list[Submission]) -> None:
    Submission.objects.filter(pk=five[4].pk).update(stage=5)
    assert last(batch=2) == last(batch=1) == last()


@pytest.mark.django_db(transaction=True)  # processes may start slowly, and no transaction is open meanwhile
def test_other_processes_give_the_same(five: list[Submission]) -> None:
    Submission.objects.filter(pk=five[4].pk).update(stage=5)
    assert last(processes=2, batch=3) == last()


def test_memory_does_not_grow_with_the_rows(five: list[Submission]) -> None:
    """Each batch is a query of its own with a limit."""
    with CaptureQueriesContext(connection) as queries:
        last(batch=2)
    asked = [query["sql"] for query in queries.captured_queries]
    assert len(asked) == 4  # two, two, one, none
    assert all("LIMIT 2" in sql for sql in asked)
