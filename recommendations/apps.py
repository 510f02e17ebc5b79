from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    verbose_name = _("Reports and advice")

    def ready(self) -> None:
        from clusters import topics
        from clusters.checks import content_check
        from recommendations import content
        from recommendations.topics import directory_topics

        register(content_check("recommendations.E001", content.get_catalogue, content.get_first_programmes))
        topics.provide(directory_topics)
