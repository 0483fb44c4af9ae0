"""A bounded queue between a run's frames and one reader, who may be slow or gone.

The channel layer's own queue has no bound. So a consumer takes messages off it at once, and what a
slow reader cannot take is dropped: a snapshot replaces it when the reader is back.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MAX_BACKLOG_CHARACTERS = 1_000_000
STUCK_AFTER_S = 30.0


class ReaderStuck(Exception):
    """The reader took nothing for too long."""


class Outbox:
    """Sends texts in order; when too many wait, drops them all and asks for a snapshot instead."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        snapshot: Callable[[], Awaitable[str]],
    ) -> None:
        self._send = send
        self._snapshot = snapshot
        self._waiting: deque[str] = deque()
        self._backlog = 0
        self._snapshot_wanted = False
        self._wake = asyncio.Event()

    def put(self, text: str) -> None:
        """Queue `text`. While a snapshot is due it is dropped: the snapshot will have it."""
        if self._snapshot_wanted:
            return
        self._waiting.append(text)
        self._backlog += len(text)
        if self._backlog > MAX_BACKLOG_CHARACTERS:
            self.want_snapshot()
        self._wake.set()

    def want_snapshot(self) -> None:
        """Replace whatever waits by a fresh snapshot; many wishes before it make one."""
        self._waiting.clear()
        self._backlog = 0
        self._snapshot_wanted = True
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled. Raises `ReaderStuck`, and whatever `send` and `snapshot` raise."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._snapshot_wanted:
                self._snapshot_wanted = False
                await self._send_in_time(await self._snapshot())
            while self._waiting and not self._snapshot_wanted:
                text = self._waiting.popleft()
                self._backlog -= len(text)
                await self._send_in_time(text)

    async def _send_in_time(self, text: str) -> None:
        try:
            async with asyncio.timeout(STUCK_AFTER_S):
                await self._send(text)
        except TimeoutError as error:
            raise ReaderStuck from error
