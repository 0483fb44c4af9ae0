"""What watchers of a run are told, the same for a page's socket and an API client's event stream.

A watcher joins the run's group first and takes its snapshot second, so nothing falls between the
two; what it gets twice carries its offset.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.core.cache import cache
from django.template.loader import render_to_string
from redis.exceptions import RedisError
from rest_framework.utils.encoders import JSONEncoder

from comparisons.api.serializers import GenerationSerializer
from comparisons.markdown import RENDERER_VERSION, render
from comparisons.models import Column, ComparisonRun, ComparisonRunQuerySet, RunStatus
from comparisons.selectors import run_with_answers
from inference.live_buffer import AttemptKey, live_buffer
from inference.models import Generation, Status

logger = logging.getLogger(__name__)

ANSWER_HTML_EXPIRY_S = 24 * 3600

Message = dict[str, Any]
# One for all: a serializer's fields take longer to build than an answer to write.
_serializer = GenerationSerializer()
_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(message: Message) -> str:
    return str(_encode(message))


@dataclass(frozen=True, slots=True)
class Feed:
    """One run as one watcher sees it; `wants_html` for pages."""

    scope: ComparisonRunQuerySet
    run_id: uuid.UUID
    wants_html: bool = True

    async def snapshot(self) -> Message:
        """Everything as it is now. Raises `ComparisonRun.DoesNotExist`."""
        run, generations = await self._read()
        await add_live_texts(generations)
        return {"type": "snapshot", "status": run.status, "generations": generations}

    async def generation(self, generation_id: uuid.UUID) -> Message | None:
        """One answer as it is now; `None` if it is no longer the current one of its place."""
        message = await self._read_one(generation_id)
        if message is not None:
            await add_live_texts([message])
        return message

    @database_sync_to_async
    def _read(self) -> tuple[ComparisonRun, list[Message]]:
        run = run_with_answers(self.scope.all(), self.run_id)
        return run, [self._message(column) for column in run.current_columns]

    @database_sync_to_async
    def _read_one(self, generation_id: uuid.UUID) -> Message | None:
        column = (
            Column.objects.current()
            .filter(run_id=self.run_id, generation_id=generation_id)
            .select_related("generation__model__provider")
            .defer("generation__messages")
            .first()
        )
        return None if column is None else {"type": "generation", **self._message(column)}

    def _message(self, column: Column) -> Message:
        message = dict(_serializer.to_representation(column))
        if self.wants_html:
            generation = column.generation
            message["html"] = answer_html(generation) if generation.is_finished else None
        return message


def run_status(status: str) -> Message:
    return {"type": "run", "status": RunStatus(status)}


def answer_html(generation: Generation) -> str:
    """The body of an ended answer's column. Rendered once: what has ended never changes."""
    key = f"answer-html:{RENDERER_VERSION}:{generation.id}"
    try:
        html: str | None = cache.get(key)
        if html is None:
            html = _render_answer(generation)
            cache.set(key, html, ANSWER_HTML_EXPIRY_S)
    except (RedisError, OSError) as error:
        logger.warning("The cache is away (%s); rendering again.", error)
        html = _render_answer(generation)
    return html


def _render_answer(generation: Generation) -> str:
    return render_to_string(
        "comparisons/_answer.html",
        {
            "generation": generation,
            "answer_html": render(generation.text),
            "reasoning_html": render(generation.reasoning),
        },
    )


async def add_live_texts(generations: Sequence[Message]) -> None:
    """Fill in what running answers have said so far."""
    running = [message for message in generations if message["status"] == Status.RUNNING]
    keys = [AttemptKey(uuid.UUID(message["id"]), message["attempt"]) for message in running]
    if not keys:
        return
    try:
        texts = await live_buffer().read(keys)
    except (RedisError, OSError) as error:
        logger.warning("The live buffer is away (%s); texts so far are left out.", error)
        return
    for message, key in zip(running, keys, strict=True):
        message["text"] = texts[key].answer
        message["reasoning"] = texts[key].reasoning
