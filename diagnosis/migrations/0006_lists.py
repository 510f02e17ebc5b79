"""What the officers' list needs to stay quick: an index for each filter, in the order of the list, and one
for the search. `opened_at` says what no officer has looked at yet."""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import Q

# Folded: compatibility forms (full-width letters, digits, brackets) are one with the plain ones, case does not
# matter. Only functions that give the same for ever, or the index would lie.
SEARCHABLE = """
CREATE FUNCTION diagnosis_searchable(name varchar, uscc varchar, reference varchar) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(normalize(name || E'\\n' || uscc || E'\\n' || reference, NFKC) COLLATE "C")
$$
"""
# Every two neighbouring characters, and every three that are plain letters, digits and signs (one byte each).
PARTS = """
CREATE FUNCTION diagnosis_search_parts(searched text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT part), '{}') FROM (
    SELECT substr(searched, i, 2) AS part FROM generate_series(1, length(searched) - 1) AS i
    UNION ALL
    SELECT substr(searched, i, 3) FROM generate_series(1, length(searched) - 2) AS i
    WHERE octet_length(substr(searched, i, 3)) = 3
  ) parts
$$
"""
FILL_OPENED = """
UPDATE diagnosis_submission s SET opened_at = e.first
FROM (SELECT submission_id, min(at) AS first FROM diagnosis_event WHERE kind = 'viewed' GROUP BY submission_id) e
WHERE e.submission_id = s.id AND s.state <> 'draft'
"""


def in_sight(only: Q | None = None) -> Q:
    seen = ~Q(state__in=("draft", "withdrawn"))
    return seen & only if only else seen


def _index(*fields: str, name: str, ends: tuple[str, ...] = ("cluster",), only: Q | None = None) -> Any:
    index = models.Index(
        fields=(*fields, "-submitted_at", "-id", *ends), name=f"submission_list_{name}", condition=in_sight(only)
    )
    return migrations.AddIndex(model_name="submission", index=index)


def _search_index() -> Any:
    text = models.Func(
        "company_name", "uscc", "reference", function="diagnosis_searchable", output_field=models.TextField()
    )
    array = django.contrib.postgres.fields.ArrayField(models.TextField())
    parts = models.Func(text, function="diagnosis_search_parts", output_field=array)
    index = django.contrib.postgres.indexes.GinIndex(parts, name="submission_list_search")
    return migrations.AddIndex(model_name="submission", index=index)


class Migration(migrations.Migration):
    dependencies = [("diagnosis", "0005_review_corrections_and_mails")]

    operations = [
        migrations.RunSQL(SEARCHABLE, "DROP FUNCTION diagnosis_searchable"),
        migrations.RunSQL(PARTS, "DROP FUNCTION diagnosis_search_parts"),
        migrations.RemoveIndex(model_name="submission", name="submission_cluster_time"),
        migrations.AddField(
            model_name="submission",
            name="opened_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first opened by an officer"),
        ),
        migrations.RunSQL(FILL_OPENED, migrations.RunSQL.noop),
        _index(name="time"),
        _index("cluster", name="cluster", ends=()),
        _index("county", name="county"),
        _index("size_class", name="size"),
        _index("above_scale", name="above_scale"),
        _index("type", name="type"),
        _index("stage", name="stage"),
        _index("state", name="state"),
        _index("content_version", name="version"),
        _index(name="waiting", only=Q(state__in=("submitted", "in_review"))),
        _index(name="unopened", only=Q(opened_at=None)),
        _index(name="opened", only=Q(opened_at__isnull=False)),
        _index(name="again", only=Q(revision__gt=1)),
        _index(name="odd", only=~Q(flags=[])),
        migrations.AddIndex(
            model_name="submission",
            index=django.contrib.postgres.indexes.GinIndex(fields=("flags",), name="submission_list_flags"),
        ),
        _search_index(),
    ]
