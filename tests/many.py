"""Very many submissions in a moment, written by the database itself: for lists, exports and their plans.

The answers are empty and the verdict is as good as: nothing here may be opened, only listed and exported.
"""

from __future__ import annotations

from django.db import connection

from clusters.models import ClusterId
from diagnosis.models import SizeClass, State, TransformationType

COUNTIES = ("jinjiang", "shishi", "nanan", "huian", "anxi", "yongchun", "dehua", "fengze")
FLAGS = ("scene_without_link", "size_outside_cluster")
NAME_PARTS = ("海风", "顺达", "金鹭", "恒信", "远航", "宏发", "天佑", "盛丰", "百川", "新岸", "同泰", "瑞和")

COMPANIES = """
INSERT INTO diagnosis_company (uscc, name, cluster, county, created_at)
SELECT '91' || lpad(i::text, 16, '0'), '', 'footwear', '', now() FROM generate_series(1, %(number)s) AS i
"""
# `i` spread over the choices of each column by factors that share no divisor with their numbers.
SUBMISSIONS = """
INSERT INTO diagnosis_submission (
  reference, state, content_version, answers, verdict, revision, language, company_id, company_name, uscc, cluster,
  county, size_class, above_scale, type, stage, distance, flags, verified_type, consent_version, consent_statistics,
  created_at, updated_at, submitted_at, opened_at
)
SELECT 'M' || to_char(i, 'FM0000000'), (%(states)s::text[])[1 + i * 11 %% %(state_number)s],
  CASE WHEN i %% 50 = 0 THEN '2025.01' ELSE '2026.11' END, '{}', '{}', 1 + (i %% 40 = 0)::int, 'zh-hans', c.id,
  '泉州市' || (%(names)s::text[])[1 + i %% %(name_number)s] || to_char(i, 'FM0000000') || '有限公司', c.uscc,
  (%(clusters)s::text[])[1 + i * 5 %% %(cluster_number)s], (%(counties)s::text[])[1 + i * 3 %% %(county_number)s],
  (%(sizes)s::text[])[1 + i * 7 %% %(size_number)s], CASE WHEN i %% 10 = 0 THEN NULL ELSE i %% 2 = 0 END,
  t.type, CASE WHEN i %% 500 = 0 THEN 5 ELSE i %% 5 END, CASE WHEN t.type = 'full_process' THEN 0 ELSE 1 + i %% 20 END,
  CASE WHEN i %% 9 = 0 THEN ARRAY[(%(flags)s::text[])[1 + i %% %(flag_number)s]] ELSE '{}'::text[] END,
  '', '2026-11', i %% 3 > 0, now() - interval '1 year', now(), now() - i * interval '1 second',
  CASE WHEN i %% 4 > 0 THEN now() END
FROM generate_series(1, %(number)s) AS i
JOIN diagnosis_company c ON c.uscc = '91' || lpad(i::text, 16, '0'),
LATERAL (SELECT (%(types)s::text[])[1 + i * 13 %% %(type_number)s] AS type) t
"""
REPORTS = """
INSERT INTO recommendations_report (submission_id, state, document, ready_at, error, attempt, tries, step, queued_at)
SELECT id, CASE WHEN id %% 300 = 0 THEN 'failed' ELSE 'ready' END, '{}', CASE WHEN id %% 300 > 0 THEN now() END,
  CASE WHEN id %% 300 = 0 THEN 'OSError' ELSE '' END, 1, 1, 1, now()
FROM diagnosis_submission
"""


def insert_many(number: int) -> None:
    """That many submissions of all clusters, a second apart, and their companies."""
    choices = {
        "state": [State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.VERIFIED], "cluster": ClusterId.values,
        "county": list(COUNTIES), "size": SizeClass.values, "type": TransformationType.values, "flag": list(FLAGS),
        "name": list(NAME_PARTS),
    }
    plurals = {"county": "counties"}
    lists = {plurals.get(name, f"{name}s"): [str(value) for value in values] for name, values in choices.items()}
    numbers = {f"{name}_number": len(values) for name, values in choices.items()}
    with connection.cursor() as cursor:
        cursor.execute(COMPANIES, {"number": number})
        cursor.execute(SUBMISSIONS, {"number": number, **lists, **numbers})
        cursor.execute(REPORTS, {})
        cursor.execute("ANALYZE diagnosis_submission")
        cursor.execute("ANALYZE recommendations_report")
        cursor.execute("ANALYZE diagnosis_company")
        # What VACUUM would note, which cannot run in the transaction of a test.
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'diagnosis_submission'")
