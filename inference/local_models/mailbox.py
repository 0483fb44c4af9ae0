"""Hand the events of an answer from the engine's thread to the event loop, many at a time."""

import asyncio
import threading
from collections.abc import Mapping

from inference.adapters.base import AdapterError, BrokenAnswer, Event
from inference.local_models.chunks import events_of
from inference.local_models.engine import Engine


class Mailbox:
    """Events from one thread for one reader on `loop`. The loop is woken once per batch.

    `ended` is set, on the loop, when the engine is free again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ended = asyncio.Event()
        self._loop = loop
        self._lock = threading.Lock()
        self._posted: list[Event] = []
        self._failure: AdapterError | None = None
        self._wake = asyncio.Event()
        self._is_awake = False
        self._is_cancelled = False

    # The reader's side, on the loop.

    def cancel(self) -> None:
        """Make the engine stop at its next chunk. Safe to call at any time."""
        self._is_cancelled = True

    async def take(self) -> list[Event]:
        """Wait for events and take all there are; none means that the answer has ended well.

        Raises the `AdapterError` that ended it, after the last event was taken.
        """
        while True:
            await self._wake.wait()
            with self._lock:
                taken, self._posted = self._posted, []
                self._is_awake = False
            if not self.ended.is_set():
                self._wake.clear()
            if taken:
                return taken
            if self.ended.is_set():
                break
        if self._failure is not None:
            raise self._failure
        return []

    # The engine's side, in its thread.

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled or self._loop.is_closed()

    def post(self, events: list[Event]) -> None:
        if not events:
            return
        with self._lock:
            self._posted += events
            must_wake, self._is_awake = not self._is_awake, True
        if must_wake:
            self._loop.call_soon_threadsafe(self._wake.set)

    def fail(self, failure: AdapterError) -> None:
        self._failure = failure

    def end(self) -> None:
        """Nothing more comes. Only a loop that is closed no longer needs to know."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_end)

    def _on_end(self) -> None:
        self.ended.set()
        self._wake.set()


def make_answer(
    engine: Engine, model_id: str, body: Mapping[str, object], mailbox: Mailbox
) -> None:
    """Run one answer in this thread and post its events. Never raises: failures are posted too."""

    def on_chunk(chunk: bytes) -> bool:
        if mailbox.is_cancelled:
            return True
        try:
            mailbox.post(list(events_of(chunk, model_id)))
        except AdapterError as failure:
            mailbox.fail(failure)
            return True
        return False

    try:
        if not mailbox.is_cancelled:
            engine.answer(body, on_chunk)
    except AdapterError as failure:
        mailbox.fail(failure)
    except (ValueError, TypeError, RuntimeError) as error:
        mailbox.fail(BrokenAnswer(f"The local model {model_id} failed: {error}"))
    finally:
        mailbox.end()
