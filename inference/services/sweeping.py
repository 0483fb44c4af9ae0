"""Mending after faults: dead workers' generations, and queued ones that no broker knows."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from redis.exceptions import RedisError

from inference.live_buffer import AttemptKey, LiveText, live_buffer
from inference.loop import streaming_loop
from inference.models import Generation
from inference.outcome import End, Outcome, WorkerLost
from inference.services import attempts
from inference.services.asking import send_to_workers
from inference.services.cancelling import cancel

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Bring every generation that got stuck back on its way. Safe to run at any time, twice too."""
    now = timezone.now()
    _take_back_lost(now)
    # What has been due for a while: the broker may have been emptied. What merely waits its turn
    # gets a second task, which finds nothing to do.
    _send_due(now, enqueued_before=now - timedelta(seconds=settings.REQUEUE_AFTER_S))
    _cancel_left_over()


def _take_back_lost(now: datetime) -> None:
    """End the attempts whose lease ran out: again from the queue, or failed after the last try."""
    lost = list(Generation.objects.running().filter(lease_expires_at__lt=now).with_model())
    if not lost:
        return
    texts = _texts_so_far(lost)
    for generation in lost:
        logger.warning("The lease of generation %s ran out.", generation.id)
        text = texts.get(AttemptKey(generation.id, generation.attempt), LiveText())
        is_unwanted = generation.cancel_requested_at is not None
        attempts.end(
            generation,
            Outcome(
                end=End.CANCELLED if is_unwanted else End.FAILED,
                answer=text.answer,
                reasoning=text.reasoning,
                error=None if is_unwanted else WorkerLost(),
                sent_at=generation.started_at,
            ),
        )


def _texts_so_far(generations: list[Generation]) -> dict[AttemptKey, LiveText]:
    keys = [AttemptKey(generation.id, generation.attempt) for generation in generations]
    try:
        return streaming_loop().submit(live_buffer().read(keys)).result(timeout=10)
    except (RedisError, OSError, TimeoutError) as error:
        logger.warning("The live buffer is away (%s); texts of lost attempts are gone.", error)
        return {}


def send_all_due() -> None:
    """Send everything that is due, for a broker that is known to be empty."""
    now = timezone.now()
    _send_due(now, enqueued_before=now)


def _send_due(now: datetime, enqueued_before: datetime) -> None:
    due = Generation.objects.due(now).filter(enqueued_at__lt=enqueued_before)
    ids = list(due.order_by("created_at").values_list("id", flat=True)[:1000])
    if ids:
        Generation.objects.filter(pk__in=ids).update(enqueued_at=now)
        send_to_workers(ids)


def _cancel_left_over() -> None:
    """Finish cancellations that a fault cut in two."""
    unwanted = Generation.objects.queued().filter(cancel_requested_at__isnull=False)
    if ids := list(unwanted.values_list("id", flat=True)[:1000]):
        cancel(ids)
