"""Making generations and handing them to the workers."""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import ApiToken, Team, User
from catalog.models import LanguageModel
from inference.adapters.base import Message
from inference.models import Generation, Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and so who pays."""

    team: Team
    user: User
    api_token: ApiToken | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What one model is asked: validated messages and the parameters that the user set."""

    model: LanguageModel
    messages: Sequence[Message]
    parameters: Mapping[str, object]


@transaction.atomic
def create_generations(
    asker: Asker, source: Source, source_id: uuid.UUID, questions: Iterable[Question]
) -> list[Generation]:
    """Make a queued generation per question; they go to the workers at the commit."""
    now = timezone.now()
    generations = Generation.objects.bulk_create(
        Generation(
            team=asker.team,
            user=asker.user,
            api_token=asker.api_token,
            source=source,
            source_id=source_id,
            model=question.model,
            messages=[
                {"role": message.role, "content": message.content} for message in question.messages
            ],
            parameters=dict(question.parameters),
            enqueued_at=now,
        )
        for question in questions
    )
    transaction.on_commit(lambda: send_to_workers([generation.id for generation in generations]))
    return generations


def send_to_workers(ids: Iterable[uuid.UUID], delay: timedelta | None = None) -> None:
    """Put one task per generation on the broker, to start after `delay`.

    What the broker does not take now, the sweep sends later: the database knows it is queued.
    """
    countdown = delay.total_seconds() if delay else None
    for generation_id in ids:
        try:
            current_app.send_task(
                "inference.tasks.generate", args=[str(generation_id)], countdown=countdown
            )
        except (OperationalError, OSError) as error:
            logger.warning("The broker is away (%s); the sweep will send what waits.", error)
            return
