"""One attempt, from claim to end. Every change is one conditional UPDATE.

Celery delivers a task at least once, and a worker may be believed dead while it still runs. So a
claim needs the row to be queued, and an end needs it to be running under this very lease: whoever
comes second changes nothing.
"""

import logging
import random
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog import services as catalog_services
from catalog.models import Provider
from inference.adapters.base import AdapterError, ModelRetired
from inference.announcements import announce_generation
from inference.billing import bill, counted_usage
from inference.models import Generation, GenerationQuerySet, Status
from inference.outcome import End, Outcome, WorkerLost
from inference.services.asking import send_to_workers
from inference.signals import generation_ended

logger = logging.getLogger(__name__)

LENGTH_USED_UP_BY_REASONING = (
    "The limit of the answer's length was used up by reasoning before the answer began. "
    "Allow more tokens or less reasoning effort."
)
CUT_BY_LENGTH = "The answer stopped at its length limit."


def claim(generation_id: uuid.UUID, owner: uuid.UUID) -> Generation | None:
    """Take a queued generation for worker `owner`; `None` if it is not to be had.

    It isn't if another delivery took it, it waits for its time, it was cancelled, or its
    provider answers as many at once as it may.
    """
    with transaction.atomic():
        generation = Generation.objects.with_model().filter(pk=generation_id).first()
        if generation is None or generation.status != Status.QUEUED:
            return None
        if not _provider_has_room(generation.model.provider):
            return None
        now = timezone.now()
        claimed = (
            Generation.objects.due(now)
            .filter(pk=generation_id)
            .update(
                status=Status.RUNNING,
                attempt=generation.attempt + 1,
                lease_owner=owner,
                lease_expires_at=now + timedelta(seconds=settings.LEASE_S),
                started_at=now,
                retry_at=None,
                notice="",
            )
        )
    if not claimed:
        return None
    generation.status = Status.RUNNING
    generation.attempt += 1
    generation.lease_owner = owner
    generation.retry_at = None
    generation.notice = ""
    announce_generation(generation)
    return generation


def end(generation: Generation, outcome: Outcome) -> None:
    """Write how the attempt of `generation` ended, with its ledger row, in one transaction."""
    if outcome.end is End.LEASE_LOST:
        return
    if not _requeue_if_sensible(generation, outcome):
        _finish(generation, outcome)
    _start_waiting(generation.model.provider)


def _requeue_if_sensible(generation: Generation, outcome: Outcome) -> bool:
    if outcome.end is End.HANDED_BACK:
        return _requeue(
            generation, outcome, timedelta(0), "The worker was restarted; asking again."
        )
    if outcome.error is None or not _may_retry(generation, outcome, outcome.error):
        return False
    delay = retry_delay(outcome.error, generation.attempt)
    wait = f" Trying again in {delay.total_seconds():.0f} s." if delay else " Asking again."
    return _requeue(generation, outcome, delay, outcome.error.message + wait)


def retry_delay(error: AdapterError, attempt: int) -> timedelta:
    """Return the provider's own wait, else 1, 2, 4… s, less up to 25 % to spread the load."""
    if error.retry_after_s is not None:
        return timedelta(seconds=error.retry_after_s)
    jitter = 1 - random.random() / 4  # noqa: S311 - spreads load, guards nothing
    return timedelta(seconds=2 ** (attempt - 1) * jitter)


def _may_retry(generation: Generation, outcome: Outcome, error: AdapterError) -> bool:
    """Once text was shown, only the person decides: another attempt would replace what was read.

    A lost worker is the exception: nobody could have kept its text.
    """
    return (
        error.is_retryable
        and (not outcome.has_text or isinstance(error, WorkerLost))
        and generation.attempt < settings.MAX_ATTEMPTS
        and (error.retry_after_s or 0) <= settings.MAX_RETRY_WAIT_S
    )


def _requeue(generation: Generation, outcome: Outcome, delay: timedelta, notice: str) -> bool:
    """Put the generation back in the queue, unless somebody asked to cancel it."""
    retry_at = timezone.now() + delay
    counted = counted_usage(generation, outcome)
    with transaction.atomic():
        requeued = (
            _own(generation)
            .filter(cancel_requested_at__isnull=True)
            .update(
                status=Status.QUEUED,
                lease_owner=None,
                lease_expires_at=None,
                enqueued_at=retry_at,
                retry_at=retry_at,
                notice=notice,
            )
        )
        if not requeued:
            return False
        bill(generation, outcome, counted)
    send_to_workers([generation.id], delay)
    announce_generation(generation)
    return True


def _finish(generation: Generation, outcome: Outcome) -> None:
    counted = counted_usage(generation, outcome)
    with transaction.atomic():
        finished = _own(generation).update(
            **_result(outcome),
            **_times(generation, outcome),
            prompt_tokens=counted.prompt_tokens,
            cached_tokens=counted.cached_tokens,
            completion_tokens=counted.completion_tokens,
            reasoning_tokens=counted.reasoning_tokens,
            tokens_estimated=counted.is_estimated,
            cost=counted.cost,
            lease_owner=None,
            lease_expires_at=None,
            finished_at=timezone.now(),
        )
        if not finished:
            logger.warning("Generation %s was taken over; its late end is dropped.", generation.id)
            return
        bill(generation, outcome, counted)
        if isinstance(outcome.error, ModelRetired):
            catalog_services.retire_model(generation.model)
    announce_generation(generation)
    generation_ended.send(sender=Generation, generation=generation)


def _own(generation: Generation) -> GenerationQuerySet:
    """The row, as long as this attempt holds its lease."""
    return Generation.objects.running().filter(
        pk=generation.pk, attempt=generation.attempt, lease_owner=generation.lease_owner
    )


def _result(outcome: Outcome) -> dict[str, str]:
    return {
        "status": _status_of(outcome),
        "text": outcome.answer,
        "reasoning": outcome.reasoning,
        "finish_reason": outcome.finish_reason,
        "error_kind": outcome.error.kind if outcome.error else "",
        "error": outcome.error.message if outcome.error else "",
        "notice": _notice(outcome),
        "provider_request_id": outcome.request_id,
    }


def _times(generation: Generation, outcome: Outcome) -> dict[str, float | None]:
    timing = outcome.timing
    return {
        "queue_ms": _queue_ms(generation, outcome),
        "ttft_ms": timing.ttft_ms,
        "first_answer_ms": timing.first_answer_ms,
        "duration_ms": timing.duration_ms,
        "tokens_per_second": timing.tokens_per_second,
        "provider_tokens_per_second": outcome.usage.provider_tokens_per_second,
        "provider_queue_ms": outcome.usage.provider_queue_ms,
    }


def _status_of(outcome: Outcome) -> Status:
    match outcome.end:
        case End.FINISHED:
            return Status.SUCCEEDED
        case End.CANCELLED | End.HANDED_BACK:
            return Status.CANCELLED
        case _:
            return Status.FAILED


def _notice(outcome: Outcome) -> str:
    if outcome.finish_reason != "length":
        return ""
    return CUT_BY_LENGTH if outcome.answer else LENGTH_USED_UP_BY_REASONING


def _queue_ms(generation: Generation, outcome: Outcome) -> float | None:
    if outcome.sent_at is None:
        return None
    waited = outcome.sent_at - generation.created_at
    return round(max(0.0, waited.total_seconds() * 1000), 1)


def _provider_has_room(provider: Provider) -> bool:
    """Count under a lock on the provider's row: two claims can't both take the last place."""
    if provider.max_concurrency is None:
        return True
    Provider.objects.select_for_update().get(pk=provider.pk)
    running = Generation.objects.running().filter(model__provider=provider).count()
    return running < provider.max_concurrency


def _start_waiting(provider: Provider) -> None:
    """A place is free: send the provider's oldest waiting generation to the workers."""
    if provider.max_concurrency is None:
        return
    now = timezone.now()
    waiting = (
        Generation.objects.due(now)
        .filter(model__provider=provider)
        .order_by("created_at")
        .values_list("id", flat=True)
    )
    send_to_workers(waiting[:1])
