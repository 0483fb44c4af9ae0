"""Celery's way in; the work is done in `worker` and `services`."""

import uuid

from celery import shared_task

from inference import worker
from inference.services import refreshing, sweeping


@shared_task
def generate(generation_id: str) -> None:
    worker.perform(uuid.UUID(generation_id))


@shared_task
def sweep() -> None:
    sweeping.sweep()


@shared_task
def refresh_models(provider_id: str | None = None) -> None:
    refreshing.refresh_catalogue(provider_id=uuid.UUID(provider_id) if provider_id else None)
