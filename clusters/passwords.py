"""Words that whoever attacks this site would try first; a password needs enough besides them."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The city, its counties that firms are known for, the product, and what officers are called.
WORDS: Final = (
    "quanzhou", "jinjiang", "shishi", "nanan", "huian", "anxi", "fujian", "泉州", "晋江", "石狮", "南安", "惠安",
    "安溪", "福建", "chain", "diagnosis", "zhenduan", "诊断", "链", "cluster", "jiqun", "集群", "officer", "admin",
    "zhuanyuan", "专员", "password", "mima", "密码",
)
LEAST_BESIDES: Final = 8


class NotOnlyOurWords:
    def validate(self, password: str, user: Any = None) -> None:
        besides = password.casefold()
        for word in sorted(WORDS, key=len, reverse=True):
            besides = besides.replace(word, "")
        if len(besides) < LEAST_BESIDES:
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("Use at least 8 characters besides names of the place and words of this site.")
