"""Streams on the loop: one attempt each, with its limits of time and its ways to end."""

import asyncio
import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.utils import timezone

from inference.adapters.base import (
    Adapter,
    AdapterError,
    BrokenAnswer,
    Delta,
    Finish,
    Request,
    RequestId,
    TextKind,
    TimedOut,
    Usage,
)
from inference.frames import AttemptTexts, Frames
from inference.live_buffer import AttemptKey, live_buffer
from inference.loop import streaming_loop
from inference.outcome import End, Outcome
from inference.timing import Marks, measure

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 0.25


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds from the request to the first text, between texts, and in all."""

    first_token_s: float
    idle_s: float
    total_s: float

    @classmethod
    def from_settings(cls) -> "TimeLimits":
        return cls(
            first_token_s=settings.FIRST_TOKEN_TIMEOUT_S,
            idle_s=settings.IDLE_TIMEOUT_S,
            total_s=settings.TOTAL_TIMEOUT_S,
        )


@dataclass(slots=True, eq=False)
class Stream:
    """One attempt in flight. Lives on the streaming loop."""

    key: AttemptKey
    group: str
    request: Request
    adapter: Adapter
    limits: TimeLimits
    texts: AttemptTexts = field(init=False)
    marks: Marks = field(init=False)
    usage: Usage = field(default_factory=Usage)
    finish_reason: str = ""
    request_id: str = ""
    task: "asyncio.Task[None] | None" = None
    stopped_by: End | AdapterError | None = None

    def __post_init__(self) -> None:
        self.texts = AttemptTexts(self.key, self.group)
        self.marks = Marks(sent_at=time.monotonic())

    def stop(self, reason: End | AdapterError) -> None:
        """End the attempt and close its connection to the provider. The first reason holds."""
        if self.stopped_by is None and self.task is not None and not self.task.done():
            self.stopped_by = reason
            self.task.cancel()

    def check_limits(self, now: float) -> None:
        """Stop the stream if one of its limits has passed."""
        marks, limits = self.marks, self.limits
        if now - marks.sent_at > limits.total_s:
            self.stop(TimedOut(f"The answer took longer than {limits.total_s:g} s in all."))
        elif marks.last_text_at is None:
            if now - marks.sent_at > limits.first_token_s:
                self.stop(TimedOut(f"The model sent nothing for {limits.first_token_s:g} s."))
        elif now - marks.last_text_at > limits.idle_s:
            self.stop(TimedOut(f"The model went silent amid its answer for {limits.idle_s:g} s."))


class Engine:
    """All streams of this process. Its methods run on the streaming loop."""

    def __init__(self) -> None:
        self._streams: dict[uuid.UUID, Stream] = {}
        self._frames = Frames(live_buffer(), settings.FRAME_INTERVAL_S)
        self._watcher = asyncio.create_task(self._watch_for_ever())

    async def run(self, stream: Stream) -> Outcome:
        """Stream one answer to its end; a provider's faults are an end, not an exception."""
        self._streams[stream.key.generation_id] = stream
        sent_at = timezone.now()
        stream.marks.sent_at = time.monotonic()
        try:
            error = await self._run_to_end(stream)
        finally:
            del self._streams[stream.key.generation_id]
        stream.marks.ended_at = stream.marks.ended_at or time.monotonic()
        await self._frames.flush(stream.texts)
        end = _end_of(stream, error)
        reasoning = stream.texts.text(TextKind.REASONING)
        return Outcome(
            end=end,
            answer=stream.texts.text(TextKind.ANSWER),
            reasoning=reasoning,
            finish_reason=stream.finish_reason,
            request_id=stream.request_id,
            error=error if end is End.FAILED else None,
            sent_at=sent_at,
            usage=stream.usage,
            timing=measure(stream.marks, stream.usage, reasoning_was_shown=bool(reasoning)),
        )

    def stop(self, generation_ids: Iterable[uuid.UUID], reason: End) -> None:
        """Stop those of the named streams that run here."""
        for generation_id in generation_ids:
            if stream := self._streams.get(generation_id):
                stream.stop(reason)

    def stop_all(self, reason: End) -> None:
        self.stop(list(self._streams), reason)

    async def _run_to_end(self, stream: Stream) -> AdapterError | None:
        """Return the error that ended the stream, if one did."""
        stream.task = asyncio.create_task(self._read(stream))
        try:
            await stream.task
        except asyncio.CancelledError:
            if stream.stopped_by is None:
                stream.task.cancel()
                raise
            return stream.stopped_by if isinstance(stream.stopped_by, AdapterError) else None
        except AdapterError as error:
            return error
        except Exception:
            logger.exception("The adapter failed on generation %s.", stream.key.generation_id)
            return BrokenAnswer("The answer could not be read. The portal's log says more.")
        return (
            None
            if stream.finish_reason
            else BrokenAnswer("The answer ended without the provider saying that it was complete.")
        )

    async def _read(self, stream: Stream) -> None:
        async with contextlib.aclosing(stream.adapter.stream(stream.request)) as events:
            async for event in events:
                if type(event) is Delta:
                    self._take_text(stream, event)
                elif isinstance(event, Usage):
                    stream.usage = event
                elif isinstance(event, Finish):
                    stream.finish_reason = event.reason
                    stream.marks.ended_at = time.monotonic()
                elif isinstance(event, RequestId):
                    stream.request_id = event.value

    def _take_text(self, stream: Stream, delta: Delta) -> None:
        now = time.monotonic()
        marks = stream.marks
        marks.last_text_at = now
        marks.text_chunks += 1
        if marks.first_text_at is None:
            marks.first_text_at = now
        if marks.first_answer_at is None and delta.kind is TextKind.ANSWER:
            marks.first_answer_at = now
        self._frames.add(stream.texts, delta.kind, delta.text)

    async def _watch_for_ever(self) -> None:
        """One timer for all streams: a timer per token would cost more than the token."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            now = time.monotonic()
            for stream in list(self._streams.values()):
                stream.check_limits(now)


_starting = threading.Lock()


@cache
def _only_engine() -> Engine:
    async def make() -> Engine:
        return Engine()

    return streaming_loop().submit(make()).result()


def engine() -> Engine:
    """Return this process's engine, made on the streaming loop at the first call.

    To be called from any thread but the loop's own.
    """
    with _starting:
        return _only_engine()


def _end_of(stream: Stream, error: AdapterError | None) -> End:
    if error is not None:
        return End.FAILED
    return stream.stopped_by if isinstance(stream.stopped_by, End) else End.FINISHED
