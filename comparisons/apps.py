from typing import Any

from django.apps import AppConfig


class ComparisonsConfig(AppConfig):
    name = "comparisons"
    verbose_name = "Comparisons"

    def ready(self) -> None:
        from inference.signals import generation_ended

        generation_ended.connect(_finish_run, dispatch_uid="comparisons.finish_run")


def _finish_run(generation: Any, **_: Any) -> None:
    from comparisons.services import finish_run_if_complete
    from inference.models import Source

    if generation.source == Source.COMPARISON:
        finish_run_if_complete(generation.source_id)
