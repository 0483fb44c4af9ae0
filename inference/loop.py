"""The process's one streaming loop: every connection to a provider lives on it.

A task thread does its database work in plain synchronous Django, hands the network part to this
loop and waits. Hundreds of streams then cost one loop, and no query ever runs on it.
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class StreamingLoop:
    """An event loop in a daemon thread of its own."""

    def __init__(self) -> None:
        self.loop = _new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="streaming-loop", daemon=True).start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start `coroutine` on the loop; the future may be waited for in any other thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def post(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Start `coroutine` and log, rather than raise, how it failed."""
        self.submit(coroutine).add_done_callback(_log_failure)


_starting = threading.Lock()


@cache
def _only_loop() -> StreamingLoop:
    return StreamingLoop()


def streaming_loop() -> StreamingLoop:
    """Return this process's loop, started at the first call."""
    with _starting:
        return _only_loop()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _log_failure(future: "Future[object]") -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.error("A message of the streaming loop was lost.", exc_info=error)
