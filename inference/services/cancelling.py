"""Stopping generations that have not ended."""

import uuid
from collections.abc import Iterable

from django.utils import timezone

from inference.announcements import announce_generation
from inference.models import Generation, Status
from inference.signals import generation_ended


def cancel(generation_ids: Iterable[uuid.UUID]) -> None:
    """Cancel what is queued now, and ask the workers to stop what runs.

    The wish is written first and the queue looked at second, so a generation that goes back to
    the queue in between is caught by one or the other. Workers look for wishes several times a
    second; what has ended stays as it is.
    """
    now = timezone.now()
    wanted = Generation.objects.filter(pk__in=list(generation_ids))
    wanted.unfinished().filter(cancel_requested_at__isnull=True).update(cancel_requested_at=now)
    for generation in wanted.queued():
        cancelled = (
            Generation.objects.queued()
            .filter(pk=generation.pk)
            .update(status=Status.CANCELLED, finished_at=now, retry_at=None, notice="")
        )
        if cancelled:
            generation.status = Status.CANCELLED
            announce_generation(generation)
            generation_ended.send(sender=Generation, generation=generation)
