"""All tables of diagnoses: who handed in what, what was published about them, what officers did with it."""

from diagnosis.models.campaign import Campaign, Invitation, MailState, SavedFilter
from diagnosis.models.cluster import ClusterFigures, DiagnosisFacts
from diagnosis.models.event import Event, EventKind
from diagnosis.models.mail import Mail, MailKind
from diagnosis.models.review import Comment, Revision, VerifiedLevel
from diagnosis.models.statistics import GroupStatistics
from diagnosis.models.submission import (
    OUT_OF_SIGHT,
    WAITING,
    Company,
    SizeClass,
    State,
    Submission,
    SubmissionQuerySet,
    TransformationType,
    search_parts,
    searchable,
)

__all__ = [
    "OUT_OF_SIGHT", "WAITING", "Campaign", "ClusterFigures", "Comment", "Company", "DiagnosisFacts", "Event",
    "EventKind", "GroupStatistics", "Invitation", "Mail", "MailKind", "MailState", "Revision", "SavedFilter",
    "SizeClass", "State", "Submission", "SubmissionQuerySet", "TransformationType", "VerifiedLevel", "search_parts",
    "searchable",
]
