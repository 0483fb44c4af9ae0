"""Starting, retrying, stopping and finishing comparison runs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from comparisons.models import Column, ComparisonRun, IdempotencyKey, RunStatus
from inference.adapters.base import Message as PromptMessage
from inference.announcements import announce, announce_generation
from inference.models import UNFINISHED, Generation, Source
from inference.services.asking import Asker, Question, create_generations
from inference.services.cancelling import cancel
from inference.watching.messages import Message


class NotRetryable(Exception):
    """The answer is not one that can be asked for again; the text says why."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A validated question: the conversation, and who is asked with which parameters."""

    messages: Sequence[PromptMessage]
    system: str
    questions: Sequence[Question]


@transaction.atomic
def start_run(asker: Asker, request: RunRequest) -> ComparisonRun:
    """Make a run with a column per question; the answers begin at the commit."""
    run = ComparisonRun.objects.create(
        team=asker.team,
        created_by=asker.user,
        system=request.system,
        prompt=request.messages[-1].content,
        messages=[
            {"role": message.role, "content": message.content} for message in request.messages
        ],
    )
    generations = create_generations(asker, Source.COMPARISON, run.id, request.questions)
    Column.objects.bulk_create(
        Column(run=run, generation=generation, position=position)
        for position, generation in enumerate(generations)
    )
    return run


def cancel_run(run: ComparisonRun) -> None:
    """Stop every answer of the run that has not ended."""
    cancel(run.columns.current().values_list("generation_id", flat=True))


@transaction.atomic
def retry(asker: Asker, column: Column) -> Generation:
    """Ask again for an answer that failed or was stopped; the new one takes its place.

    Raises `NotRetryable` for an answer that is under way, was good or has been retried already.
    """
    column = (
        Column.objects.select_for_update(of=("self",))
        .select_related("generation__model__provider", "run")
        .get(pk=column.pk)
    )
    _check_retryable(column)
    old = column.generation
    Column.objects.filter(pk=column.pk).update(is_current=False)
    [new] = create_generations(
        asker,
        Source.COMPARISON,
        column.run_id,
        [
            Question(
                model=old.model,
                messages=[PromptMessage(**message) for message in old.messages],
                parameters=old.parameters,
            )
        ],
    )
    Column.objects.create(run=column.run, generation=new, position=column.position)
    ComparisonRun.objects.filter(pk=column.run_id).update(
        status=RunStatus.RUNNING, finished_at=None
    )
    transaction.on_commit(lambda: _announce_retry(column.run, new))
    return new


def finish_run_if_complete(run_id: uuid.UUID) -> None:
    """Mark the run finished if no answer is under way; of two callers, one does it."""
    finished = (
        ComparisonRun.objects.filter(pk=run_id, status=RunStatus.RUNNING)
        .exclude(columns__is_current=True, columns__generation__status__in=UNFINISHED)
        .update(status=RunStatus.FINISHED, finished_at=timezone.now())
    )
    if finished:
        announce(ComparisonRun(pk=run_id).group, run_status(RunStatus.FINISHED))


def finish_left_over_runs() -> None:
    """Finish runs whose last answer ended while nobody could take note."""
    for run_id in ComparisonRun.objects.filter(status=RunStatus.RUNNING).values_list(
        "id", flat=True
    ):
        finish_run_if_complete(run_id)


def forget_old_keys() -> int:
    """Forget idempotency keys past their time; return how many. Their runs stay."""
    oldest_kept = timezone.now() - timedelta(seconds=settings.IDEMPOTENCY_KEY_EXPIRY_S)
    forgotten, _ = IdempotencyKey.objects.made_before(oldest_kept).delete()
    return forgotten


def run_status(status: str) -> Message:
    """What watchers of a run are told of its state."""
    return {"type": "run", "status": RunStatus(status)}


def _check_retryable(column: Column) -> None:
    if not column.is_current:
        raise NotRetryable("This answer has been asked for again already.")
    if not column.generation.is_finished:
        raise NotRetryable("This answer is still under way. Stop it first.")
    if not column.generation.model.is_usable:
        raise NotRetryable(f"{column.generation.model} is no longer available.")


def _announce_retry(run: ComparisonRun, generation: Generation) -> None:
    announce(run.group, run_status(RunStatus.RUNNING))
    announce_generation(generation)
