"""A bounded queue between a group's answers and one reader, who may be slow or gone.

The channel layer's own queue has no bound. So a watcher takes messages off it at once, and what a
slow reader cannot take is dropped: a snapshot replaces it when the reader is back.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Awaitable, Callable

from django.db import InterfaceError, OperationalError

from inference.models import UNFINISHED
from inference.watching.feed import Feed
from inference.watching.messages import Message, encode

logger = logging.getLogger(__name__)

MAX_BACKLOG_CHARACTERS = 1_000_000
STUCK_AFTER_S = 30.0
QUIET_CHECK_S = 5.0
DATABASE_RETRY_S = 1.0


class ReaderStuck(Exception):
    """The reader took nothing for too long."""


class Outbox:
    """Sends in order; when too much waits, drops it all and sends a snapshot instead.

    An answer that changed is read when its turn comes, with all that changed next to it in one
    query.

    A channel layer may lose the word that an answer ended. So when nothing comes for a while
    although answers are under way, a snapshot is taken, and sent if it says anything new.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], feed: Feed) -> None:
        self._send = send
        self._feed = feed
        self._waiting: deque[str | list[uuid.UUID]] = deque()
        self._backlog = 0
        self._snapshot_wanted = False
        self._unfinished: set[str] = set()
        self._last_sent = 0
        self._wake = asyncio.Event()

    def take(self, event: Message) -> None:
        """Take in an event of the group: `live.text` or `live.generation`."""
        match event["type"]:
            case "live.text":
                self.put(event["text"])
            case "live.generation":
                self._put_changed(uuid.UUID(event["id"]))

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
        """Send until cancelled. Raises `ReaderStuck`, `Gone`, and whatever `send` raises."""
        while True:
            is_quiet = not await self._wait()
            try:
                if self._snapshot_wanted or is_quiet:
                    self._snapshot_wanted = False
                    await self._send_snapshot(unless_known=is_quiet)
                while self._waiting and not self._snapshot_wanted:
                    await self._send_next(self._waiting.popleft())
            except (OperationalError, InterfaceError) as error:
                logger.warning("The database is away (%s); a snapshot will follow.", error)
                self.want_snapshot()
                await asyncio.sleep(DATABASE_RETRY_S)

    async def _wait(self) -> bool:
        """Return True when there is something to send, False after a suspicious silence."""
        try:
            async with asyncio.timeout(QUIET_CHECK_S if self._unfinished else None):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _send_snapshot(self, *, unless_known: bool) -> None:
        snapshot = await self._feed.snapshot()
        self._unfinished.clear()
        for generation in snapshot["generations"]:
            self._note_state(generation)
        text = encode(snapshot)
        if not (unless_known and hash(text) == self._last_sent):
            await self._send_in_time(text)

    def _note_state(self, generation: Message) -> None:
        if generation["status"] in UNFINISHED:
            self._unfinished.add(generation["id"])
        else:
            self._unfinished.discard(generation["id"])

    def _put_changed(self, generation_id: uuid.UUID) -> None:
        if self._snapshot_wanted:
            return
        last = self._waiting[-1] if self._waiting else None
        if not isinstance(last, list):
            self._waiting.append([generation_id])
        elif generation_id not in last:
            last.append(generation_id)
        self._wake.set()

    async def _send_next(self, waiting: str | list[uuid.UUID]) -> None:
        if isinstance(waiting, str):
            self._backlog -= len(waiting)
            await self._send_in_time(waiting)
            return
        for message in await self._feed.generations(waiting):
            self._note_state(message)
            await self._send_in_time(encode(message))

    async def _send_in_time(self, text: str) -> None:
        try:
            async with asyncio.timeout(STUCK_AFTER_S):
                await self._send(text)
        except TimeoutError as error:
            raise ReaderStuck from error
        self._last_sent = hash(text)
