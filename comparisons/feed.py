"""What watchers of a run are told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from channels.db import database_sync_to_async

from comparisons.api.serializers import ColumnSerializer
from comparisons.models import Column, ComparisonRun, ComparisonRunQuerySet, RunStatus
from comparisons.selectors import current_columns, run_with_answers
from comparisons.services import run_status
from inference.models import Source, group_name
from inference.rendering.answers import answer_html
from inference.watching.feed import Gone, add_live_texts
from inference.watching.messages import Message

# One for all: a serializer's fields take longer to build than an answer to write.
_serializer = ColumnSerializer()


@dataclass(frozen=True, slots=True)
class RunFeed:
    """One run as one watcher sees it; `wants_html` for pages."""

    scope: ComparisonRunQuerySet
    run_id: uuid.UUID
    wants_html: bool = True

    @property
    def group(self) -> str:
        return group_name(Source.COMPARISON, self.run_id)

    def check(self) -> None:
        """Raises `Gone` if the run is not there for this watcher."""
        if not self.scope.filter(pk=self.run_id).exists():
            raise Gone

    async def snapshot(self) -> Message:
        run, generations = await self._read()
        await add_live_texts(generations)
        return {"type": "snapshot", "status": run.status, "generations": generations}

    async def generations(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        """An answer that is no longer the current one of its place is left out."""
        messages = await self._read_some(ids)
        await add_live_texts(messages)
        return messages

    def state(self, snapshot: Message) -> Message:
        return run_status(snapshot["status"])

    def is_over(self, message: Message) -> bool:
        return message["type"] in {"run", "snapshot"} and message["status"] == RunStatus.FINISHED

    @database_sync_to_async
    def _read(self) -> tuple[ComparisonRun, list[Message]]:
        try:
            run = run_with_answers(self.scope.all(), self.run_id)
        except ComparisonRun.DoesNotExist as error:
            raise Gone from error
        return run, [self._message(column) for column in run.current_columns]

    @database_sync_to_async
    def _read_some(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        columns = current_columns().filter(run_id=self.run_id, generation_id__in=ids)
        return [{"type": "generation", **self._message(column)} for column in columns]

    def _message(self, column: Column) -> Message:
        generation = column.generation
        message = dict(_serializer.to_representation(generation))
        if self.wants_html:
            message["html"] = (
                answer_html(generation, "comparisons/_answer.html")
                if generation.is_finished
                else None
            )
        return message
