"""Rules for migrations, so that the release before goes on working while the next one is rolled out.

Its pages and workers read and write the new tables until they are restarted, and again after going back. Why each
rule is there: docs/migrations.md. Migrations up to the day below were never run on a live site and are exempt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OURS = ("clusters", "diagnosis", "recommendations")
# The last ones of 0.1.0 while it was not released, 2026-11-28.
EXEMPT: Final = {"clusters": 4, "diagnosis": 8, "recommendations": 7}
# Tables with a row or more for each diagnosis: an index built in the usual way would stop all writing to them.
BIG: Final = frozenset({
    "submission", "event", "report", "reportfile", "plan", "planfile", "revision", "company", "mail", "invitation",
    "diagnosisfacts", "reportadvice", "auditevent",
})
REASON: Final = "safe because: "  # in the docstring of a migration that breaks a rule on purpose


def faults(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """What of a migration would hurt a running site."""
    found: list[str] = []
    made: set[str] = set()
    state = before.clone()
    for operation in migration.operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name.lower())
        if not getattr(operation, "model_name_lower", "") or operation.model_name_lower not in made:  # type: ignore[attr-defined]
            found += _of_operation(operation, state, migration.app_label)
        operation.state_forwards(migration.app_label, state)
    return [*found, *_of_migration(migration)]


def _of_operation(operation: Operation, state: ProjectState, app: str) -> Iterator[str]:
    for kind, rule in RULES.items():
        if type(operation) is kind and (fault := rule(operation, state, app)):
            yield f"{operation.describe()}: {fault}"


def _of_migration(migration: migrations.Migration) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}_[a-z][a-z_]+[a-z]", migration.name) or "_auto_" in migration.name:
        yield f"{migration.name}: is not named by what it is for"
    together = [one for one in migration.operations if isinstance(one, AddIndexConcurrently | ValidateConstraint)]
    if together and len(together) != len(migration.operations):
        yield f"{migration.name}: what takes long stands in a migration of its own"


def _new_column(operation: Any, state: ProjectState, app: str) -> str:
    field = operation.field
    if field.many_to_many or field.null or field.has_db_default():
        return ""
    return "the release before does not know the column and writes no value: null=True or db_default"


def _changed_column(operation: Any, state: ProjectState, app: str) -> str:
    """Only what the database does not see, a longer text, or a column that may be empty from now on."""
    old = state.models[app, operation.model_name_lower].fields[operation.name]
    before, after = _as_stored(old), _as_stored(operation.field)
    if before == after:
        return ""
    (type_before, null_before), (type_after, null_after) = before, after
    if null_before and not null_after:
        return "the release before may still write nothing: a CHECK that is validated later"
    longer = re.compile(r"varchar\((\d+)\)")
    old_size, new_size = longer.fullmatch(type_before or ""), longer.fullmatch(type_after or "")
    grows = old_size and (type_after == "text" or (new_size and int(new_size[1]) >= int(old_size[1])))
    return "" if type_before == type_after or grows else "the table is written anew, or old values do not fit"


def _as_stored(field: models.Field[Any, Any]) -> tuple[str | None, bool]:
    return field.db_type(connection) if not field.is_relation else "key", field.null


def _big(name: str) -> bool:
    return name.lower() in BIG


def _usual_index(operation: Any, state: ProjectState, app: str) -> str:
    return "AddIndexConcurrently, in a migration of its own with atomic = False" if _big(operation.model_name) else ""


def _usual_constraint(operation: Any, state: ProjectState, app: str) -> str:
    if not _big(operation.model_name):
        return ""
    if isinstance(operation.constraint, models.CheckConstraint):
        return "AddConstraintNotValid, and ValidateConstraint in the migration after"
    return "a unique index built CONCURRENTLY first (SeparateDatabaseAndState)"


def _never(why: str) -> Callable[[Any, ProjectState, str], str]:
    return lambda operation, state, app: why


def _irreversible(operation: Any, state: ProjectState, app: str) -> str:
    return "" if operation.reversible else "cannot be undone: give the way back, or noop"


GONE = "the release before still uses it: first a release that does not, and say so in the docstring"
RULES: Final[dict[type[Operation], Callable[[Any, ProjectState, str], str]]] = {
    migrations.AddField: _new_column,
    migrations.AlterField: _changed_column,
    migrations.RemoveField: _never(GONE),
    migrations.DeleteModel: _never(GONE),
    migrations.RenameField: _never("add the new column, write both, read the new one, then remove the old one"),
    migrations.RenameModel: _never("keep db_table"),
    migrations.AlterModelTable: _never("keep db_table"),
    migrations.AddIndex: _usual_index,
    migrations.AddConstraint: _usual_constraint,
    migrations.RunPython: _irreversible,
    migrations.RunSQL: _irreversible,
}


def checked(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """The faults of a migration that gives no reason for them."""
    import sys

    reason = (sys.modules[type(migration).__module__].__doc__ or "") + (migration.__doc__ or "")
    return [] if REASON in reason else faults(migration, before)


def test_migrations_keep_the_release_before_alive() -> None:
    loader = MigrationLoader(None)
    for app, name in sorted(loader.disk_migrations):
        if app in OURS and int(name[:4]) > EXEMPT[app]:
            migration = loader.disk_migrations[app, name]
            before = loader.project_state((app, name), at_end=False)
            assert checked(migration, before) == []


def test_only_what_there_was_is_exempt() -> None:
    there = {(app, int(name[:4])) for app, name in MigrationLoader(None).disk_migrations if app in OURS}
    assert all((app, number) in there for app, number in EXEMPT.items())


# Each rule sees what it is there for --------------------------------------------------------------------------

TEXT, FLAG = models.CharField(max_length=20), models.BooleanField(default=False)
INDEX = models.Index(fields=("state",), name="new")
CHECK = models.CheckConstraint(condition=models.Q(state="x"), name="new")
UNIQUE = models.UniqueConstraint(fields=("state",), name="new")
NOTHING = migrations.RunPython.noop


def the_state() -> ProjectState:
    state = ProjectState()
    for name in ("submission", "small"):
        state.add_model(migrations.state.ModelState(
            "diagnosis", name, [("id", models.BigAutoField(primary_key=True)), ("state", TEXT),
                                ("note", models.TextField(null=True))],
        ))
    return state


def with_operations(*operations: Operation, name: str = "0009_new_things") -> list[str]:
    migration = migrations.Migration(name, "diagnosis")
    migration.operations = list(operations)
    return faults(migration, the_state())


BAD: list[tuple[Operation, str]] = [
    (migrations.AddField("small", "flag", FLAG), "db_default"),
    (migrations.RemoveField("small", "state"), "release before"),
    (migrations.RenameField("small", "state", "status"), "write both"),
    (migrations.DeleteModel("small"), "release before"),
    (migrations.RenameModel("small", "tiny"), "db_table"),
    (migrations.AlterField("small", "note", models.TextField()), "write nothing"),
    (migrations.AlterField("small", "state", models.CharField(max_length=10)), "do not fit"),
    (migrations.AlterField("small", "state", models.IntegerField()), "written anew"),
    (migrations.AddIndex("submission", INDEX), "Concurrently"),
    (migrations.AddConstraint("submission", CHECK), "NotValid"),
    (migrations.AddConstraint("submission", UNIQUE), "CONCURRENTLY"),
    (migrations.RunPython(NOTHING), "undone"),
    (migrations.RunSQL("SELECT 1"), "undone"),
]
GOOD: list[Operation] = [
    migrations.AddField("small", "flag", models.BooleanField(db_default=False)),
    migrations.AddField("submission", "note_two", models.TextField(null=True)),
    migrations.AlterField("small", "state", models.CharField(max_length=20, choices=[("a", "A")])),
    migrations.AlterField("small", "state", models.CharField(max_length=40)),
    migrations.AlterField("small", "state", models.TextField()),
    migrations.AddIndex("small", INDEX),
    migrations.AddConstraint("small", CHECK),
    AddConstraintNotValid("submission", CHECK),
    AddIndexConcurrently("submission", INDEX),
    migrations.RunPython(NOTHING, NOTHING),
    migrations.CreateModel("fresh", [("id", models.BigAutoField(primary_key=True)), ("state", TEXT)]),
]


@pytest.mark.parametrize(("operation", "words"), BAD, ids=lambda one: getattr(one, "migration_name_fragment", ""))
def test_refused(operation: Operation, words: str) -> None:
    (fault,) = with_operations(operation)
    assert words in fault


@pytest.mark.parametrize("operation", GOOD, ids=lambda one: one.migration_name_fragment)
def test_taken(operation: Operation) -> None:
    assert with_operations(operation) == []


def test_a_new_table_is_nobodys_yet() -> None:
    new = migrations.CreateModel("fresh", [("id", models.BigAutoField(primary_key=True)), ("state", TEXT)])
    assert with_operations(new, migrations.AddField("fresh", "flag", FLAG)) == []


@pytest.mark.parametrize("name", ["0009_auto_20261128_1200", "0009_alter1", "0009"])
def test_named_by_intent(name: str) -> None:
    assert "not named" in with_operations(name=name)[0]


def test_what_takes_long_stands_alone() -> None:
    assert "of its own" in with_operations(AddIndexConcurrently("submission", INDEX), GOOD[0])[0]
