"""Support programmes and whether a firm can use one (methodology section 8).

Programme: one call with its conditions, benefit and dates, kept by officers; an empty field means
that the fact is not known. Condition: with a rule it is read from the answers (true, false, unknown);
without one the owner has to confirm it, and it stays open. Verdict:
`not_eligible` a condition with a rule fails, or today lies outside the dates of validity;
`unsure`       none fails, but a condition with a rule cannot be read from the answers;
`eligible`     all conditions with a rule are met (those to confirm are listed).
Amount: rate times planned grantable spend, at most the lowest cap. Caps rise with the level the
official evaluation gives after the project; that level is never foretold, so the lowest one counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from clusters.domain.content_file import ContentModel, Location, NonEmpty, Text
from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import Questionnaire
from diagnosis.domain.size_class import SizeClass
from recommendations.domain.conditions import Condition, Facts, Fault, faults
from recommendations.domain.strict import read_model

Eligibility = Literal["eligible", "not_eligible", "unsure"]
State = Literal["met", "failed", "unknown"]
STATES: Final[dict[bool | None, State]] = {True: "met", False: "failed", None: "unknown"}


def _unknown(value: Any) -> Any:
    """An empty field is a fact not known."""
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_unknown)]
Rate = Annotated[Decimal, Field(gt=0, le=1)]
Amount = Annotated[int, Field(ge=0)]  # RMB


class ProgrammeCondition(ContentModel):
    """`rule` is None where the questionnaire cannot tell and the owner has to confirm."""

    id: NonEmpty
    text: Text
    rule: Condition | None = None


class Cap(ContentModel):
    """Most that is paid when the official evaluation gives this level after the project."""

    level: int = Field(ge=1, le=4)
    amount: Amount


class FirstTranche(ContentModel):
    """Paid first: a share of the down payment, at most `cap`."""

    rate: Rate
    of: Literal["down_payment"]
    cap: Amount


class Benefit(ContentModel):
    rate: Rate
    caps: tuple[Cap, ...] = ()
    first_tranche: FirstTranche | None = None

    @model_validator(mode="after")
    def caps_rise(self) -> Benefit:
        pairs = pairwise(self.caps)
        if any(low.level >= high.level or low.amount > high.amount for low, high in pairs):
            raise PydanticCustomError("caps_fall", "caps stand in order of level, each level once, and do not fall")
        return self

    def amount(self, spend: int) -> int:
        """Whole RMB, at most the lowest cap."""
        share = int(self.rate * spend)
        return min(share, self.caps[0].amount) if self.caps else share


class Programme(ContentModel):
    """One support programme; `verified_on` is None until an officer has checked the record."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Text
    issuer: Text
    number: str = ""
    source: str = ""
    issued_on: Day = None
    recorded_on: date
    valid_from: Day = None
    valid_to: Day = None
    verified_on: Day = None
    conditions: tuple[ProgrammeCondition, ...] = Field(min_length=1)
    benefit: Benefit
    benefit_text: Text
    how: Text
    documents: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def is_consistent(self) -> Programme:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise PydanticCustomError("ends_first", "the programme ends before it starts")
        if len({condition.id for condition in self.conditions}) != len(self.conditions):
            raise PydanticCustomError("same_id", "two conditions have the same id")
        return self

    def expired(self, today: date) -> bool:
        return self.valid_to is not None and today > self.valid_to

    def not_yet(self, today: date) -> bool:
        return self.valid_from is not None and today < self.valid_from


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One condition and how the firm stands to it; `answers` are those it was read from."""

    text: Text
    state: State
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """`amount` in RMB, None unless eligible; `verified` says that an officer has checked the record."""

    programme: str
    verdict: Eligibility
    reasons: tuple[Reason, ...]
    amount: int | None
    amount_text: Text
    expired: bool
    verified: bool


# Reasons ------------------------------------------------------------------------------------------


def _validity(programme: Programme, today: date) -> Iterator[Reason]:
    """Only where the programme is closed today."""
    if programme.expired(today):
        end = f"{programme.valid_to:%Y-%m-%d}"
        yield Reason(text=Text(zh=f"已于{end}到期", en=f"Expired on {end}"), state="failed")
    if programme.not_yet(today):
        start = f"{programme.valid_from:%Y-%m-%d}"
        yield Reason(text=Text(zh=f"{start}起才生效", en=f"Not valid before {start}"), state="failed")


def _reason(condition: ProgrammeCondition, facts: Facts) -> Reason:
    if condition.rule is None:
        return Reason(text=condition.text, state="unknown")
    outcome = condition.rule.evaluate(facts)
    return Reason(text=condition.text, state=STATES[outcome.value], answers=outcome.because)


def _verdict(programme: Programme, read: tuple[Reason, ...], closed: bool) -> Eligibility:
    states = {
        reason.state
        for condition, reason in zip(programme.conditions, read, strict=True)
        if condition.rule is not None
    }
    if closed or "failed" in states:
        return "not_eligible"
    return "unsure" if "unknown" in states else "eligible"


# Words --------------------------------------------------------------------------------------------

LEVELS_ZH: Final = ("一级", "二级", "三级", "四级")
NOT_ELIGIBLE: Final = Text(zh="不符合条件，不计补助金额。", en="Not eligible, so no amount is counted.")
UNSURE: Final = Text(
    zh="条件还没有全部弄清，先不计补助金额。", en="Not every condition is clear yet, so no amount is counted."
)


def money(amount: int) -> Text:
    """An amount in words: 200000 is 20万元, RMB 200,000."""
    zh = f"{amount // 10_000}万元" if amount and amount % 10_000 == 0 else f"{amount:,}元"
    return Text(zh=zh, en=f"RMB {amount:,}")


def _share_words(benefit: Benefit, spend: int, amount: int) -> Text:
    rate = f"{(benefit.rate * 100).normalize():f}%"
    paid, planned = money(amount), money(spend)
    return Text(
        zh=f"路线图里可申请补助的支出为{planned.zh}，按{rate}估算可补{paid.zh}。",
        en=f"The roadmap has {planned.en} of spending that can be supported; {rate} of it is {paid.en}.",
    )


def _cap_words(benefit: Benefit) -> Text:
    levels = [(LEVELS_ZH[cap.level - 1], cap.level, money(cap.amount)) for cap in benefit.caps]
    zh = "、".join(f"{name}最高{amount.zh}" for name, _, amount in levels)
    en = "; ".join(f"level {level}, at most {amount.en}" for _, level, amount in levels)
    return Text(
        zh=f"最高多少取决于改造后官方评测得到的等级：{zh}。等级只能由官方评测给出，这里按最低一档计算。",
        en=f"The cap depends on the level the official evaluation gives after the project: {en}. "
        "Only the official evaluation gives a level; the lowest cap is used here.",
    )


def _tranche_words(tranche: FirstTranche) -> Text:
    rate, cap = f"{(tranche.rate * 100).normalize():f}%", money(tranche.cap)
    return Text(
        zh=f"首笔为首付款的{rate}，最高{cap.zh}。",
        en=f"The first tranche is {rate} of the down payment, at most {cap.en}.",
    )


def _amount_words(benefit: Benefit, spend: int, amount: int) -> Text:
    parts = [_share_words(benefit, spend, amount)]
    parts += [_cap_words(benefit)] if benefit.caps else []
    parts += [_tranche_words(benefit.first_tranche)] if benefit.first_tranche else []
    return Text(zh="".join(part.zh for part in parts), en=" ".join(part.en for part in parts))


# Assessing and loading ----------------------------------------------------------------------------


def assess(
    programme: Programme, answers: Answers, size_class: SizeClass | None, grantable_spend: int, today: date
) -> Assessment:
    """How the firm stands to one programme; `grantable_spend` in RMB before tax."""
    closing = tuple(_validity(programme, today))
    facts = Facts(answers=answers, size_class=size_class)
    read = tuple(_reason(condition, facts) for condition in programme.conditions)
    verdict = _verdict(programme, read, closed=bool(closing))
    amount = programme.benefit.amount(grantable_spend) if verdict == "eligible" else None
    words = {"not_eligible": NOT_ELIGIBLE, "unsure": UNSURE}
    return Assessment(
        programme=programme.id,
        verdict=verdict,
        reasons=(*closing, *read),
        amount=amount,
        amount_text=words[verdict]
        if amount is None
        else _amount_words(programme.benefit, grantable_spend, amount),
        expired=programme.expired(today),
        verified=programme.verified_on is not None,
    )


def rule_faults(programme: Programme, questionnaire: Questionnaire) -> Iterator[tuple[Location, Fault]]:
    """Rules that do not fit the questionnaire, with their places in the programme."""
    for index, condition in enumerate(programme.conditions):
        if condition.rule is not None:
            for at, fault in faults(condition.rule, questionnaire):
                yield ("conditions", index, "rule", *at), fault


class _PolicyFile(ContentModel):
    policies: tuple[Programme, ...]


def load_programmes(path: Path, questionnaire: Questionnaire) -> tuple[Programme, ...]:
    """Read `policies.yaml`; raises ContentError for the first fault."""
    source, content = read_model(path, _PolicyFile)
    seen: set[str] = set()
    for index, programme in enumerate(content.policies):
        if programme.id in seen:
            raise source.fault(("policies", index, "id"), f"'{programme.id}' is used twice")
        seen.add(programme.id)
        for at, fault in rule_faults(programme, questionnaire):
            raise source.fault(("policies", index, *at), fault)
    return content.policies
