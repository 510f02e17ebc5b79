from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class DiagnosisConfig(AppConfig):
    name = "diagnosis"
    verbose_name = _("Firms and diagnoses")

    def ready(self) -> None:
        from clusters.checks import content_check
        from diagnosis.content import get_questionnaire

        register(content_check("diagnosis.E001", get_questionnaire))
