"""All tables of diagnoses: who handed in what, what was published about them, what officers did with it."""

from diagnosis.models.campaign import Campaign, Invitation, SavedFilter
from diagnosis.models.event import Event, EventKind
from diagnosis.models.review import Comment, Revision, VerifiedLevel
from diagnosis.models.statistics import GroupStatistics
from diagnosis.models.submission import (
    Company,
    SizeClass,
    State,
    Submission,
    SubmissionQuerySet,
    TransformationType,
)

__all__ = [
    "Campaign", "Comment", "Company", "Event", "EventKind", "GroupStatistics", "Invitation", "Revision",
    "SavedFilter", "SizeClass", "State", "Submission", "SubmissionQuerySet", "TransformationType", "VerifiedLevel",
]
