"""Form controls whose options are written without a template for each.

A page of the questionnaire has up to a hundred options, and Django renders two templates for every one: half the time
of a page. The HTML is the same but for white space (tests/diagnosis/test_widgets.py compares).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.forms.widgets import ChoiceWidget
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

Option = dict[str, Any]


def _value(option: Option) -> dict[str, str]:
    return {} if option["value"] is None else {"value": str(option["value"])}


class _QuickInputs(ChoiceWidget):
    """Its inputs are asked for one by one: `{{ option.tag }}`."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: BaseRenderer | None = None) -> SafeString:
        option = context["widget"]
        if template_name != self.option_template_name or option.get("wrap_label"):
            return super()._render(template_name, context, renderer)  # type: ignore[misc, no-any-return]
        first = {"type": option["type"], "name": option["name"], **_value(option)}
        return format_html("<input{}{}>", flatatt(first), flatatt(option["attrs"]))


class Radios(_QuickInputs, forms.RadioSelect):
    """One of several."""


class Ticks(_QuickInputs, forms.CheckboxSelectMultiple):
    """Any of several."""


class Menu(forms.Select):
    """One of many, without groups."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: BaseRenderer | None = None) -> SafeString:
        widget = context["widget"]
        options: Iterable[Option] = (one for _, group, _ in widget["optgroups"] for one in group)
        rows = ((flatatt(_value(one) | one["attrs"]), conditional_escape(one["label"])) for one in options)
        menu = flatatt({"name": widget["name"], **widget["attrs"]})
        return format_html("<select{}>{}</select>", menu, format_html_join("\n", "<option{}>{}</option>", rows))
