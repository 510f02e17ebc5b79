"""The quick controls write what Django's own would, for every question of every page."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.utils.datastructures import MultiValueDict

from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.questionnaire import Page
from diagnosis.forms import PageForm
from diagnosis.widgets import Menu, Radios, Ticks
from tests.factories import make_answers

PAGES = get_questionnaire().pages
OWN = {Menu: forms.Select, Radios: forms.RadioSelect, Ticks: forms.CheckboxSelectMultiple}
NASTY = '<b>"&\''


class Tags(HTMLParser):
    """Tags with their attributes in any order, and texts without white space around."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())


def tags(html: str) -> list[Any]:
    parser = Tags()
    parser.feed(html)
    return [one for one in parser.found if one]


def written(form: forms.Form) -> Iterator[str]:
    """What a page writes of each control."""
    for name, field in form.fields.items():
        if isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            yield from (str(option.tag()) for option in form[name])
        elif isinstance(field.widget, forms.Select):
            yield str(form[name])


def as_django_writes(form: forms.Form) -> forms.Form:
    for field in form.fields.values():
        own = OWN.get(type(field.widget))
        if own is not None:
            field.widget = own(attrs=field.widget.attrs, choices=field.choices)  # type: ignore[attr-defined]
    return form


def form_of(page: Page, answers: Answers, *data: Any) -> PageForm:
    return PageForm(*data, page=page, answers=answers)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
@pytest.mark.parametrize("answered", [False, True])
def test_every_page(page: Page, answered: bool) -> None:
    answers = Answers.from_json(make_answers()) if answered else Answers({})
    ours = list(written(form_of(page, answers)))
    theirs = list(written(as_django_writes(form_of(page, answers))))
    assert list(map(tags, ours)) == list(map(tags, theirs))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_every_page_with_errors(page: Page) -> None:
    """A form that is sent in with what no option has is marked as wrong."""
    sent = MultiValueDict({question: [NASTY] for question in page.questions})
    ours = list(written(form_of(page, Answers({}), sent)))
    theirs = list(written(as_django_writes(form_of(page, Answers({}), sent))))
    assert list(map(tags, ours)) == list(map(tags, theirs))


@pytest.mark.parametrize("kind", OWN)
def test_nothing_typed_becomes_markup(kind: Any) -> None:
    class Nasty(forms.Form):
        asked = forms.ChoiceField(choices=[(NASTY, NASTY), (None, "nothing")], widget=kind(attrs={"class": NASTY}))

    html = "".join(written(Nasty({"asked": NASTY})))
    assert "<b>" not in html
    assert "&lt;b&gt;&quot;&amp;&#x27;" in html
    assert tags(html) == tags("".join(written(as_django_writes(Nasty({"asked": NASTY})))))
