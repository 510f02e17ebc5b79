"""Officers and a handful of demonstration diagnoses for a local installation."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clusters.content import get_places
from clusters.models import ClusterId, Membership, Role, User
from config.local.paths import LocalPaths
from diagnosis.actions import start
from diagnosis.content import get_questionnaire
from diagnosis.demo_campaign import make_demo_campaign
from diagnosis.domain.answers_file import parse_answers
from diagnosis.domain.review_rules import Move
from diagnosis.models import Submission
from diagnosis.review_actions import comment, mark_of, move, officers_of
from recommendations.actions import submit
from recommendations.first_content import load_first_content

EXAMPLES = Path(settings.BASE_DIR) / "examples"
OFFICERS: tuple[tuple[str, str, Role, tuple[str, ...]], ...] = (
    ("footwear@demo.example", "Footwear officer", Role.OFFICER, (ClusterId.FOOTWEAR, ClusterId.TEXTILES_GARMENTS)),
    ("crafts@demo.example", "Crafts officer", Role.OFFICER, (ClusterId.CRAFTS,)),
    ("city@demo.example", "City administrator", Role.CITY_ADMIN, ()),
)
OWNER = "owner@demo.example"
# Example -> what an officer wrote at which answer, and how the review ended.
REVIEWED: dict[str, tuple[dict[str, str], Move]] = {
    "single_point_workshop": (
        {
            "link_production_supply": "去年走访时，采购和车间已经在用同一张领料表格。这里选的是口头通知，请再看一下。",
            "revenue": "请按上一年度的营业收入填写，单位是万元。",
        },
        Move.RETURN,
    ),
    "platform_leader": ({}, Move.VERIFY),
}


def sign_ins(path: Path) -> dict[str, str]:
    """Passwords of the demonstration officers: random, made once, kept readable by their owner only."""
    if path.exists():
        return dict(json.loads(path.read_text()))
    made = {email: secrets.token_urlsafe(12) for email, *_ in OFFICERS}
    path.touch(mode=0o600)
    path.write_text(json.dumps(made))
    return made


@transaction.atomic
def make_officer(email: str, name: str, role: Role, clusters: tuple[str, ...], password: str) -> None:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, role=role, is_staff=True)
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=("password",))
    for cluster in clusters:
        Membership.objects.get_or_create(user=user, cluster=cluster)


def make_submission(path: Path, owner: User) -> Submission:
    data = json.loads(path.read_text(encoding="utf-8"))
    answers = parse_answers(data, get_questionnaire(), get_places().cluster_of_subsector)
    draft = start(language="zh-hans", by=owner)
    draft.answers = answers.to_json()
    draft.save(update_fields=("answers",))
    return submit(submission=draft, consent_statistics=True, by=owner).submission


def review(submission: Submission, comments: dict[str, str], end: Move) -> None:
    """Take it for review, write the comments, and return or verify it."""
    officer = officers_of(submission.cluster).filter(role=Role.OFFICER).first()
    if officer is None:
        return
    current = move(submission=submission, move=Move.TAKE, by=officer, seen=mark_of(submission))
    for question, text in comments.items():
        comment(submission=current, question=question, text=text, by=officer, revision=current.revision)
    move(submission=current, move=end, by=officer, seen=mark_of(current))


def make_submissions() -> None:
    owner = User.objects.filter(email=OWNER).first() or User.objects.create_user(OWNER)
    for path in sorted(EXAMPLES.glob("*.json")):
        submission = make_submission(path, owner)
        if path.stem in REVIEWED:
            review(submission, *REVIEWED[path.stem])


class Command(BaseCommand):
    help = "Prepare a local installation: first programmes, officers, demonstration diagnoses. Safe to run again."

    def handle(self, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("This is not a local installation: DATABASE_URL or SECRET_KEY is set.")
        load_first_content()
        passwords = sign_ins(LocalPaths.from_environment().folder / "demo_sign_ins.json")
        for email, name, role, clusters in OFFICERS:
            make_officer(email, name, role, clusters, passwords[email])
            self.stdout.write(f"officer {email} {passwords[email]}")
        if not Submission.objects.exists():
            make_submissions()
        make_demo_campaign()
