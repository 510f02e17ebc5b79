"""What the reports of a cluster's firms advise, counted together with the cluster's figures.

Each frozen report document is read once, by the database. A programme counts where the firm was found
eligible on the day of its report and the record had not expired; the amount is the report's.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection, transaction

from diagnosis import cluster_statistics
from diagnosis.cluster_statistics import CHOSEN, Kind, ask

TAKE_ADVICE: Final = """
INSERT INTO recommendations_reportadvice (submission_id, revision, measures, grants)
SELECT s.id, s.revision,
    ARRAY(SELECT DISTINCT left(m ->> 'id', 60) FROM jsonb_array_elements(d.roadmap -> 'measures') m),
    coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', p ->> 'id', 'amount', (p ->> 'amount')::float))
        FROM jsonb_array_elements(d.policies) p
        WHERE p ->> 'verdict' = 'eligible' AND NOT coalesce((p ->> 'expired')::boolean, false)
          AND (p ->> 'amount')::float > 0
    ), '[]')
FROM recommendations_report r
JOIN diagnosis_submission s ON s.id = r.submission_id
JOIN diagnosis_diagnosisfacts f ON f.submission_id = s.id AND f.revision = s.revision AND f.chosen
CROSS JOIN LATERAL jsonb_to_record(r.document) d (roadmap jsonb, policies jsonb)
WHERE r.state = 'ready' AND jsonb_typeof(d.roadmap -> 'measures') = 'array' AND jsonb_typeof(d.policies) = 'array'
  AND NOT EXISTS (
    SELECT FROM recommendations_reportadvice a WHERE a.submission_id = s.id AND a.revision = s.revision
)
"""
ADVISED: Final = f"{CHOSEN} JOIN recommendations_reportadvice a USING (submission_id, revision)"
MEASURES: Final = f"""
SELECT cluster, verified, m.id, count(*) FROM {ADVISED} CROSS JOIN LATERAL unnest(a.measures) m (id)
WHERE chosen GROUP BY 1, 2, 3
"""
GRANTS: Final = f"""
SELECT cluster, verified, g.id, count(*), sum(g.amount)
FROM {ADVISED} CROSS JOIN LATERAL jsonb_to_recordset(a.grants) g (id text, amount float)
WHERE chosen GROUP BY 1, 2, 3
"""


def refresh_cluster_figures() -> int:
    """Publish what is due of all clusters; returns how many clusters were published."""
    return cluster_statistics.refresh(advice=count_advice)


@transaction.atomic
def count_advice(kinds: list[Kind]) -> dict[Kind, dict[str, Any]]:
    """Measures chosen and grants open, by cluster and kind."""
    if not kinds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ADVICE)
    counts: dict[Kind, dict[str, Any]] = {kind: {"measures": {}, "grants": {}} for kind in kinds}
    for cluster, verified, id, firms in ask(MEASURES, kinds):
        counts[Kind(cluster, verified)]["measures"][id] = firms
    for cluster, verified, id, firms, amount in ask(GRANTS, kinds):
        counts[Kind(cluster, verified)]["grants"][id] = {"firms": firms, "amount": int(amount)}
    return counts
