from typing import Any

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"
    verbose_name = "Inference"

    def ready(self) -> None:
        from celery.signals import worker_shutting_down

        from catalog.signals import refresh_requested

        worker_shutting_down.connect(_drain, dispatch_uid="inference.drain")
        refresh_requested.connect(_refresh_soon, dispatch_uid="inference.refresh")


def _drain(**_: Any) -> None:
    """Start draining beside Celery's own shutdown, which waits for the tasks to return."""
    import threading

    from django.conf import settings

    from inference import worker

    threading.Thread(
        target=worker.drain, args=[settings.DRAIN_S], name="drain", daemon=True
    ).start()


def _refresh_soon(provider: Any = None, **_: Any) -> None:
    from inference.tasks import refresh_models

    refresh_models.delay(str(provider.pk) if provider else None)
