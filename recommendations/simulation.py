"""Loading a simulated population: submissions handed in over the past two years, in bulk.

Every row is what handing in would have made of it: `diagnosis.actions.frozen_columns` gives the frozen
verdict, and the events tell the way to the row's state. Officers are not simulated, so what an officer did is
done by nobody. Chance is seeded; the same seed, count, firms and moment give the same rows but for their
references and numbers.
Submission `number` is a diagnosis of firm `number % firms`; the second one of a firm is its first return.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.db import reset_queries, transaction
from django.utils import timezone

from clusters.content import get_places
from diagnosis.access import new_reference
from diagnosis.actions import CONSENT_VERSION, frozen_columns
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.chance import Chance
from diagnosis.domain.population import Population
from diagnosis.domain.population_facts import code_of
from diagnosis.models import Comment, Company, Event, EventKind, State, Submission
from diagnosis.side_by_side import results
from recommendations import jobs
from recommendations.actions import REPORTS
from recommendations.documents import live_programmes
from recommendations.domain.policy import Programme
from recommendations.domain.report import count_eligible
from recommendations.models import Report

BATCH: Final = 500
SPAN: Final = timedelta(days=730)
DRAFT_DAYS: Final = 4.0  # at most, from the first answer to handing in
REVIEW_DAYS: Final = 20.0  # at most, from handing in to the last move
# Shares of the states (assumption); the newest have not been looked at.
STATES: Final = {State.SUBMITTED: 46.0, State.IN_REVIEW: 14.0, State.RETURNED: 10.0, State.VERIFIED: 30.0}
WAYS: Final = {
    State.SUBMITTED: (),
    State.IN_REVIEW: (State.IN_REVIEW,),
    State.RETURNED: (State.IN_REVIEW, State.RETURNED),
    State.VERIFIED: (State.IN_REVIEW, State.VERIFIED),
}
NEW_DAYS: Final = 10
STATISTICS: Final = 0.85  # of the owners agree to anonymous statistics
ENGLISH: Final = 0.03
REMARK: Final = "（模拟数据）请补充说明这项答案的依据。"


Move = tuple[State, State, datetime]  # from, to, when


class AlreadyThere(Exception):
    """Firms of this seed are in the database; loading them again would double their diagnoses."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is to be loaded; `now` is the end of the two years."""

    seed: int
    count: int
    firms: int
    now: datetime
    programmes: tuple[Programme, ...]

    def visits(self, firm: int) -> int:
        """How many diagnoses the firm has in this load."""
        return (self.count - firm + self.firms - 1) // self.firms

    def batches(self) -> Iterator[range]:
        """Numbers to be stored together; no firm is twice in a batch."""
        size = min(BATCH, self.firms)
        return (range(first, min(first + size, self.count)) for first in range(0, self.count, size))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One submission to store: its columns without what only the database knows, and the moments of its way."""

    columns: dict[str, Any]
    moves: tuple[Move, ...]


# Computing ----------------------------------------------------------------------------------------------


@cache
def _population() -> Population:
    return Population(questionnaire=get_questionnaire(), places=get_places())


def _submitted_at(load: Load, firm: int, visit: int, chance: Chance) -> datetime:
    """The visits of a firm share the span in order."""
    return load.now - SPAN * (1 - (visit + chance.between(0, 1)) / load.visits(firm))


def _state(age: timedelta, chance: Chance) -> State:
    drawn = State(chance.weighed({str(state): weight for state, weight in STATES.items()}))
    return State.SUBMITTED if age < timedelta(days=NEW_DAYS) else drawn


def _moves(state: State, submitted_at: datetime, now: datetime, chance: Chance) -> Iterator[Move]:
    """Officers' moves from handing in to the state, none of them in the future."""
    before, at = State.SUBMITTED, submitted_at
    for after in WAYS[state]:
        at = min(at + timedelta(days=chance.between(0.1, REVIEW_DAYS / 2)), now)
        yield before, after, at
        before = after


def row_of(load: Load, number: int) -> Row:
    visit, firm = divmod(number, load.firms)
    chance = Chance("submission", load.seed, number)
    answers: Answers = _population().firm(load.seed, firm, visit)
    submitted_at = _submitted_at(load, firm, visit, chance)
    state = _state(load.now - submitted_at, chance)
    moves = tuple(_moves(state, submitted_at, load.now, chance))
    eligible = count_eligible(load.programmes, answers, timezone.localdate(submitted_at))
    columns = {
        **frozen_columns(answers, eligible),
        "content_version": get_questionnaire().version,
        "answers": answers.to_json(),
        "state": state,
        "language": "en" if chance.happens(ENGLISH) else "zh-hans",
        "created_at": submitted_at - timedelta(days=chance.between(0.01, DRAFT_DAYS)),
        "submitted_at": submitted_at,
        "opened_at": moves[0][2] if moves else None,
        "consent_version": CONSENT_VERSION,
        "consent_statistics": chance.happens(STATISTICS),
    }
    return Row(columns=columns, moves=moves)


def rows_of(part: tuple[Load, range]) -> list[Row]:
    load, numbers = part
    return [row_of(load, number) for number in numbers]


# Storing ------------------------------------------------------------------------------------------------


def _references(count: int) -> list[str]:
    """References nobody has."""
    found: set[str] = set()
    while len(found) < count:
        found |= {new_reference() for _ in range(count - len(found))}
        found -= set(Submission.objects.filter(reference__in=found).values_list("reference", flat=True))
    return sorted(found)


def _companies(rows: Sequence[Row]) -> dict[str, int]:
    """The companies of the rows by code; a firm that comes again has one."""
    keys = ("uscc", "cluster", "county", "created_at")
    firms = [
        Company(name=row.columns["company_name"], **{key: row.columns[key] for key in keys}) for row in rows
    ]
    Company.objects.bulk_create(firms, ignore_conflicts=True)
    return dict(Company.objects.filter(uscc__in=[firm.uscc for firm in firms]).values_list("uscc", "pk"))


def _previous(companies: Iterable[int]) -> dict[int, int]:
    """The newest diagnosis of each company so far."""
    rows = Submission.objects.filter(company__in=companies).order_by("company", "-submitted_at", "-pk")
    return dict(rows.distinct("company").values_list("company", "pk"))


def _submissions(rows: Sequence[Row]) -> list[Submission]:
    companies = _companies(rows)
    previous = _previous(companies.values())
    made = []
    for reference, row in zip(_references(len(rows)), rows, strict=True):
        company = companies[row.columns["uscc"]]
        made.append(
            Submission(**row.columns, reference=reference, company_id=company, previous_id=previous.get(company))
        )
    return Submission.objects.bulk_create(made)


def _events(submission: Submission, row: Row) -> Iterator[Event]:
    def event(kind: EventKind, at: datetime, **detail: Any) -> Event:
        return Event(submission=submission, kind=kind, at=at, detail=detail)

    assert submission.submitted_at is not None
    yield event(EventKind.STARTED, submission.created_at)
    yield event(EventKind.SUBMITTED, submission.submitted_at, revision=1)
    for before, after, at in row.moves:
        yield event(EventKind.STATE_CHANGED, at, **{"from": before, "to": after, "revision": 1})


def _remarks(submission: Submission, row: Row) -> Iterator[Comment]:
    """A returned diagnosis says why."""
    if submission.state == State.RETURNED:
        yield Comment(submission=submission, revision=1, text=REMARK, at=row.moves[-1][2])


@transaction.atomic
def store(rows: Sequence[Row]) -> list[Submission]:
    """The rows of one batch in the database."""
    made = _submissions(rows)
    together = list(zip(made, rows, strict=True))
    Event.objects.bulk_create([event for one, row in together for event in _events(one, row)])
    Comment.objects.bulk_create([remark for one, row in together for remark in _remarks(one, row)])
    return made


@transaction.atomic
def ask_for_reports(numbers: Iterable[int]) -> None:
    """Queue the report of each of these submissions for the workers."""
    for report in Report.objects.bulk_create([Report(submission_id=number) for number in numbers]):
        jobs.ring_after_commit(REPORTS, report.pk)


def load_population(
    *, seed: int, count: int, firms: int, now: datetime, processes: int = 0, reports: int = 0
) -> Iterator[int]:
    """Load the population batch by batch; yields how many submissions are stored. Raises AlreadyThere."""
    if Company.objects.filter(uscc=code_of(seed, 0)).exists():
        raise AlreadyThere
    load = Load(seed=seed, count=count, firms=firms, now=now, programmes=live_programmes())
    newest: deque[int] = deque(maxlen=reports)
    stored = 0
    parts = ((load, numbers) for numbers in load.batches())
    with results(rows_of, parts, processes=processes) as batches:
        for rows in batches:
            newest.extend(one.pk for one in store(rows))
            stored += len(rows)
            reset_queries()  # in a debug run Django keeps every statement
            yield stored
    ask_for_reports(newest)


__all__ = ["AlreadyThere", "load_population"]
