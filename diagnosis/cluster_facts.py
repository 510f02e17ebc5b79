"""Takes out of each handed-in diagnosis what statistics of a cluster read of it, in the database.

Answers are long; they are read once for each handing-in (and once more when officers verified levels),
never again. What counts at all is decided in diagnosis.benchmarks.counted_submissions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from diagnosis.benchmarks import HANDED_IN, counted_submissions
from diagnosis.domain.chain import LINKS, SYSTEM_LEVEL
from diagnosis.domain.cluster_facts import BARRIERS, DESIGN_LINKS, JOINED, OUTCOMES, PRACTICES, TRAITS

SERIOUS: Final = 2  # a barrier that held something up, or stopped it
AT_HAND: Final = 1  # b_provider: found, though it may take a while
NOT_APPLICABLE: Final = '"not_applicable"'
READ: Final = (*JOINED, *BARRIERS, *PRACTICES, *OUTCOMES, "product_design", "chain_role")


def _number(answer: str) -> str:
    return f"CASE WHEN jsonb_typeof(a.{answer}) = 'number' THEN a.{answer}::float END"


def _at_least(answer: str, level: int) -> str:
    return f"coalesce({_number(answer)} >= {level}, false)"


OWN_DESIGN: Final = f"a.product_design IS DISTINCT FROM '{NOT_APPLICABLE}'::jsonb"
JOINS: Final = {answer: _at_least(answer, SYSTEM_LEVEL) for answer in JOINED}
JOINED_HERE: Final = JOINS | {link: f"({JOINS[link]} AND {OWN_DESIGN})" for link in DESIGN_LINKS}
CONDITIONS: Final[dict[str, str]] = {
    **JOINED_HERE,
    **{answer: _at_least(answer, SYSTEM_LEVEL) for answer in PRACTICES},
    **{answer: _at_least(answer, SERIOUS) for answer in BARRIERS},
    "any_link": " OR ".join(JOINED_HERE[link] for link in LINKS),
    "own_design": OWN_DESIGN,
    "ecosystem": (
        f"{_at_least('chain_platform', SYSTEM_LEVEL)} OR coalesce({_number('b_provider')} <= {AT_HAND}, false)"
    ),
}
TRAIT_BITS: Final = " | ".join(
    f"CASE WHEN {CONDITIONS[trait]} THEN {1 << bit}::bigint ELSE 0 END" for bit, trait in enumerate(TRAITS)
)
# Ids of questions and numbers only: nothing a person typed stands in this text.
TAKE_FACTS: Final = f"""
INSERT INTO diagnosis_diagnosisfacts (
    submission_id, revision, verified, levels, company_id, cluster, type, stage, scale, tier, need, traits,
    {", ".join(OUTCOMES)}, chosen, counted, counted_scale, counted_tier, counted_type
)
SELECT s.id, s.revision, v.verified, v.levels, s.company_id, s.cluster,
    CASE WHEN v.verified AND s.verified_type <> '' THEN s.verified_type ELSE s.type END,
    CASE WHEN v.verified AND s.verified_stage IS NOT NULL THEN s.verified_stage ELSE s.stage END,
    CASE s.above_scale WHEN true THEN 'above' WHEN false THEN 'below' ELSE 'unknown' END,
    CASE WHEN a.chain_role = '"leader"'::jsonb OR s.size_class IN ('medium', 'large') THEN 'leaders'
         WHEN s.size_class IN ('micro', 'small') THEN 'tail' ELSE 'unknown' END,
    coalesce((
        SELECT key FROM jsonb_each(CASE jsonb_typeof(s.verdict -> 'needs') WHEN 'object' THEN s.verdict -> 'needs' END)
        WHERE (value ->> 'score')::float > 0 ORDER BY (value ->> 'score')::float DESC, key LIMIT 1
    ), ''),
    {TRAIT_BITS},
    {", ".join(_number(outcome) for outcome in OUTCOMES)},
    false, false, false, false, false
FROM diagnosis_submission s
CROSS JOIN LATERAL (
    SELECT s.state = 'verified' AS verified, coalesce(sum(l.id), 0) AS levels,
           coalesce(jsonb_object_agg(l.question, l.level) FILTER (WHERE l.question IS NOT NULL), '{{}}') AS found
    FROM diagnosis_verifiedlevel l
    WHERE s.state = 'verified' AND l.submission_id = s.id AND l.revision = s.revision AND l.standing
) v
CROSS JOIN LATERAL jsonb_to_record(s.answers || v.found) AS a ({", ".join(f"{answer} jsonb" for answer in READ)})
WHERE s.state = ANY(%s) AND s.consent_statistics AND NOT EXISTS (
    SELECT FROM diagnosis_diagnosisfacts f
    WHERE f.submission_id = s.id AND f.revision = s.revision AND f.verified = (s.state = 'verified')
      AND f.levels = CASE WHEN s.state = 'verified' THEN coalesce((
          SELECT sum(l.id) FROM diagnosis_verifiedlevel l
          WHERE l.submission_id = s.id AND l.revision = s.revision AND l.standing), 0) ELSE 0 END
)
"""
# {counted} is the query of the diagnoses that count.
CHOOSE: Final = """
WITH counted AS ({counted}),
levels AS (
    SELECT submission_id, revision, sum(id) AS mark FROM diagnosis_verifiedlevel WHERE standing GROUP BY 1, 2
),
wanted AS (
    SELECT f.id, c.id IS NOT NULL AND f.levels = CASE WHEN f.verified THEN coalesce(l.mark, 0) ELSE 0 END AS belongs
    FROM diagnosis_diagnosisfacts f
    LEFT JOIN counted c ON c.id = f.submission_id AND c.revision = f.revision AND f.verified = (c.state = 'verified')
    LEFT JOIN levels l ON l.submission_id = f.submission_id AND l.revision = f.revision
)
UPDATE diagnosis_diagnosisfacts f SET chosen = wanted.belongs
FROM wanted WHERE wanted.id = f.id AND f.chosen <> wanted.belongs
"""


def take_facts() -> int:
    """Read what is new. Returns how many handings-in were read."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_FACTS, [[str(state) for state in HANDED_IN]])
        return int(cursor.rowcount)


def choose(*, until: datetime | None = None) -> None:
    """Mark what belongs into the figures: of every firm the latest, as it stands now (`until`: stood then)."""
    query, parameters = counted_submissions(until=until).values("id", "revision", "state").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE.format(counted=query), parameters)
