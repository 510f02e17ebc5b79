"""Every way through the questionnaire: answer, back, change, other language, two windows, elsewhere, hand in, again.

Fault scenario 17. A model of the answers goes along; after every step what is stored is what the model says, a page
out of turn leads to the right one, and a result is what the stored answers give when computed again.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from clusters.content import get_places
from diagnosis import wizard
from diagnosis.actions import fingerprint
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import subsector_fault
from diagnosis.domain.carry_over import carried_over
from diagnosis.domain.progress import REQUIRED_TO_SUBMIT, progress, required_missing
from diagnosis.domain.questionnaire import Page, Question
from diagnosis.models import State, Submission
from tests.factories import make_uscc
from tests.fuzz.budget import CASES, SEED, budget
from tests.journeys import elements

pytestmark = pytest.mark.django_db
STEPS = 15
PAGES = get_questionnaire().pages
CONSENT = {"consent_use": "on"}
TEXTS = ("踏浪鞋业 𠮷", "<b>&amp;{{71*9173}}", "=1+1", "👟 'a' \"b\"", "é")
Typed = dict[str, Any]
numbers = st.integers(0, 2**16)


def a_value(question: Question, number: int) -> tuple[Any, Typed]:
    """An answer of the question as it is stored, and as it is typed."""
    text = TEXTS[number % len(TEXTS)]
    if question.id == "uscc":
        code = make_uscc()
        return code, {question.id: code.lower()}
    if question.kind == "text":
        return text, {question.id: text}
    if question.kind == "text_list":
        return [text], {question.id: text}
    if question.kind == "number":
        return _a_number(question, number)
    if question.kind == "ticks":
        return _some_ticks(question, number)
    options = [*range(question.top + 1)] if question.kind == "scale" else [one.id for one in question.options]
    value = [*options, "unknown"][number % (len(options) + 1)]
    return value, {question.id: str(value)}


def _a_number(question: Question, number: int) -> tuple[Any, Typed]:
    if number % 4 == 0:
        return "unknown", {f"{question.id}-unknown": "on"}
    low, high = int(question.minimum or 0), int(question.maximum or 0)
    value = low + number % (high - low + 1)
    return value, {question.id: f" {value:,} "}


def _some_ticks(question: Question, number: int) -> tuple[Any, Typed]:
    ids = [one.id for place, one in enumerate(question.options) if number >> place & 1]
    return ids, {question.id: ids or ["none"]}


def filled(page: Page, number: int, answers: dict[str, Any]) -> tuple[dict[str, Any], Typed]:
    """Answers to some of the page's questions, as stored and as typed. Sub-sectors are offered by cluster."""
    stored, typed = {}, {}
    for place, id in enumerate(page.questions):
        value, fields = a_value(get_questionnaire().questions[id], number >> place % 7)
        if (number >> place) % 5 and not subsector_fault({**answers, id: value}, get_places().cluster_of_subsector):
            stored[id] = value
            typed |= fields
    return stored, typed


class OwnerWays(RuleBasedStateMachine):
    """One owner with a browser. `answers` is the model; everything is undone at the end."""

    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.browser = Client()
        self.answers: dict[str, Any] = {}
        self.begin(self.browser.post("/start/"))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def begin(self, response: Any) -> None:
        self.reference = response["Location"].split("/")[2]
        self.handed_in = False

    # --- what stands where -----------------------------------------------------------------

    @property
    def stored(self) -> Submission:
        return Submission.objects.get(reference=self.reference)

    def path(self, name: str, *more: str) -> str:
        return reverse(name, args=[self.reference, *more])

    def page(self, page: Page) -> str:
        return self.path("diagnosis:page", page.id)

    def after(self, page: Page) -> str:
        return self.named(wizard.page_after(get_questionnaire(), page))

    def named(self, name: str) -> str:
        fixed = {wizard.REVIEW: "recommendations:review", wizard.QUICK_RESULT: "diagnosis:quick"}
        return self.path(fixed[name]) if name in fixed else self.path("diagnosis:page", name)

    def model_takes(self, page: Page, given: dict[str, Any]) -> dict[str, Any]:
        """The model's answers after the page is saved with these."""
        kept = {id: value for id, value in self.answers.items() if id not in page.questions} | given
        if subsector_fault(kept, get_places().cluster_of_subsector):
            del kept["subsector"]
        return kept

    def where_it_goes_on(self) -> str:
        """By the model alone."""
        if self.handed_in:
            return self.path("recommendations:result")
        opened = progress(get_questionnaire(), Answers.from_json(self.answers)).first_open
        return self.page(opened.page) if opened else self.path("recommendations:review")

    def save(self, page: Page, typed: Typed, **more: str) -> Any:
        """Open the page and send it; the answer."""
        self.count()
        seen = elements(self.browser.get(self.page(page))).all("input", name="seen")[0]["value"]
        return self.browser.post(self.page(page), {"seen": seen, **typed, **more})

    def count(self) -> None:
        type(self).steps += 1

    # --- steps ---------------------------------------------------------------------------------

    @precondition(lambda self: not self.handed_in)
    @rule(page=st.sampled_from(PAGES), number=numbers, go=st.sampled_from(("", "back", "later", "review")))
    def answer(self, page: Page, number: int, go: str) -> None:
        given, typed = filled(page, number, self.answers)
        response = self.save(page, typed, **({"from": "review"} if go == "review" else {"go": go}))
        assert response.status_code == 302, response.content.decode()[:3000]
        self.answers = self.model_takes(page, given)
        before = wizard.page_before(get_questionnaire(), page)
        assert (
            response["Location"]
            == {
                "": self.after(page),
                "back": self.named(before) if before else reverse("diagnosis:mine"),
                "later": self.path("diagnosis:link"),
                "review": f"{self.path('recommendations:review')}#page-{page.id}",
            }[go]
        )

    @precondition(lambda self: not self.handed_in)
    @rule(page=st.sampled_from(PAGES), number=numbers, wrong=st.sampled_from(("x" * 5000, "\0", "1e400", "-1")))
    def answer_wrongly(self, page: Page, number: int, wrong: str) -> None:
        """One wrong answer, and nothing of the page is stored."""
        choice = next((id for id in page.questions if get_questionnaire().questions[id].options), None)
        if choice:
            assert self.save(page, {**filled(page, number, self.answers)[1], choice: wrong}).status_code == 422

    @precondition(lambda self: not self.handed_in)
    @rule(page=st.sampled_from(PAGES), number=numbers, code=st.sampled_from(("en", "zh-hans")))
    def switch_language(self, page: Page, number: int, code: str) -> None:
        """Nothing is stored, and what was typed is still there in the other language."""
        typed = filled(page, number, self.answers)[1]
        response = self.save(page, typed, language=code)
        assert response.status_code == 200
        shown = elements(response)
        assert shown.all("html")[0]["lang"].lower() == code
        for entry in shown.all("input", type="text"):
            assert entry.get("value", "") == typed.get(entry["name"], ""), entry["name"]

    @precondition(lambda self: not self.handed_in)
    @rule(page=st.sampled_from(PAGES), number=numbers, other=numbers)
    def save_in_two_windows(self, page: Page, number: int, other: int) -> None:
        """The window opened first does not overwrite what the second one saved."""
        seen = elements(self.browser.get(self.page(page))).all("input", name="seen")[0]["value"]
        given, typed = filled(page, number, self.answers)
        assert self.save(page, typed).status_code == 302
        before, self.answers = self.answers, self.model_takes(page, given)
        late, late_typed = filled(page, other, self.answers)
        response = self.browser.post(self.page(page), {"seen": seen, **late_typed})
        changed = fingerprint(before, page.questions) != fingerprint(self.answers, page.questions)
        same = fingerprint(self.model_takes(page, late), page.questions) == fingerprint(self.answers, page.questions)
        assert response.status_code == (409 if changed and not same else 302)
        if response.status_code == 302:
            self.answers = self.model_takes(page, late)

    @rule()
    def resume(self) -> None:
        """Twice the same page, and here as well as in another browser by the private link."""
        self.count()
        link = self.browser.post(self.path("diagnosis:link"))
        elsewhere = Client()
        opened = elsewhere.post(reverse("diagnosis:open_link", args=[_token_in(link)]))
        assert opened["Location"] == self.path("diagnosis:resume")
        for browser in (self.browser, self.browser, elsewhere):
            response = browser.get(self.path("diagnosis:resume"))
            assert response["Location"] == self.where_it_goes_on()
            assert browser.get(response["Location"]).status_code == 200
        assert Client().get(self.path("diagnosis:resume")).status_code == 404

    @rule(
        page=st.sampled_from(PAGES),
        name=st.sampled_from(("result", "status", "review", "what_if", "nowhere", "page", "quick")),
    )
    def go_out_of_turn(self, page: Page, name: str) -> None:
        """A page that has not its turn sends on, or is not there."""
        self.count()
        result, resume = self.path("recommendations:result"), self.path("diagnosis:resume")
        expected: dict[str, Any] = {
            "result": 200 if self.handed_in else resume,
            "status": 200 if self.handed_in else 404,
            "review": result if self.handed_in else 200,
            "what_if": result if self.handed_in else 404,
            "nowhere": 404,
            "page": result if self.handed_in else 200,
            "quick": result if self.handed_in else 200,
        }
        path = {
            "nowhere": self.path("diagnosis:page", "nowhere"),
            "page": self.page(page),
            "quick": self.path("diagnosis:quick"),
        }
        response = self.browser.get(path.get(name) or self.path(f"recommendations:{name}"))
        assert (response.get("Location") or response.status_code) == expected[name]

    @rule(consent=st.booleans(), replay=st.booleans())
    def hand_in(self, consent: bool, replay: bool) -> None:
        """With the required facts and a yes; a second time it changes nothing."""
        self.count()
        complete = not required_missing(Answers.from_json(self.answers))
        response = self.browser.post(self.path("recommendations:review"), CONSENT if consent else {})
        if self.handed_in or (complete and consent):
            assert response["Location"] == self.path("recommendations:result")
            self.handed_in = True
        else:
            assert response.status_code == 422
        if replay and self.handed_in:
            before = self.stored.updated_at
            assert self.browser.post(self.path("recommendations:review"), CONSENT).status_code == 302
            assert self.stored.updated_at == before

    @precondition(lambda self: not self.handed_in and required_missing(Answers.from_json(self.answers)))
    @rule(number=numbers)
    def name_the_firm(self, number: int) -> None:
        """What must be known before handing in, so that many ways get that far."""
        for page in PAGES:
            given, typed = {}, {}
            for id in set(page.questions) & set(REQUIRED_TO_SUBMIT):
                value, fields = a_value(get_questionnaire().questions[id], number % 9)
                given[id], typed = value, typed | fields
            if given:
                assert self.save(page, typed).status_code == 302
                self.answers = self.model_takes(page, given)

    @precondition(lambda self: self.handed_in)
    @rule(page=st.sampled_from(PAGES), number=numbers)
    def answer_too_late(self, page: Page, number: int) -> None:
        """What was handed in stays; the invariant sees to it."""
        self.count()
        response = self.browser.post(self.page(page), {"seen": "", **filled(page, number, self.answers)[1]})
        assert response["Location"] == self.path("recommendations:result")

    @precondition(lambda self: self.handed_in)
    @rule(everything=st.booleans())
    def diagnose_again(self, everything: bool) -> None:
        self.count()
        old, group = self.stored, None if everything else "profile"
        response = self.browser.post(self.path("diagnosis:again"), {"copy": "answers" if everything else ""})
        home = get_places().cluster_of_subsector
        self.answers = carried_over(old.answers, get_questionnaire(), home, group=group).to_json()  # type: ignore[arg-type]
        self.begin(response)

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def what_is_stored_is_what_was_answered(self) -> None:
        stored = self.stored
        assert stored.answers == self.answers
        assert (stored.state == State.SUBMITTED) == self.handed_in

    @invariant()
    def the_result_is_that_of_the_stored_answers(self) -> None:
        stored = self.stored
        if self.handed_in:
            computed = diagnose_answers(Answers.from_json(self.answers)).to_dict()
            computed["needs"] = stored.verdict["needs"]  # depends on the programmes of that day as well
            assert stored.verdict == computed
            assert (stored.type, stored.stage, stored.distance) == tuple(
                computed[name] for name in ("type", "stage", "distance")
            )


def _token_in(response: Any) -> str:
    address: str = elements(response).all("input", readonly="")[0]["value"]
    return address.rstrip("/").rsplit("/", 1)[-1]


def test_every_way_through_the_questionnaire() -> None:
    wanted = budget("steps")
    OwnerWays.steps = 0
    run_state_machine_as_test(
        seed(SEED)(OwnerWays) if CASES else OwnerWays,
        settings=settings(
            max_examples=max(1, wanted // 10),
            stateful_step_count=STEPS,
            derandomize=not CASES,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            deadline=None,
        ),
    )
    assert OwnerWays.steps >= wanted
