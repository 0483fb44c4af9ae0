"""Sends an answer's pieces when they are due, on an absolute time scale."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.provider.script import Script
from tests.provider.wire import Segment

Write = Callable[[bytes], Awaitable[None]]

# Without a pace, the most pieces put in one write before other streams get their turn.
_UNPACED_BATCH = 8
# uvloop's timers are whole ms counted from the start of its round: rather late than early.
_TIMER_ROUNDING_S = 0.001


class Pacer:
    """Due times of one answer's tokens; `position` counts those whose time has come."""

    def __init__(self, script: Script, started: float) -> None:
        self._first = started + script.ttft_ms / 1000
        self._interval = 1 / script.tokens_per_second if script.tokens_per_second else 0.0
        self.position = 0

    async def play(self, segment: Segment, write: Write) -> None:
        """Send the whole segment; late pieces share a write."""
        if not segment.is_seen:
            await self._pass_unseen(segment)
        elif segment.pieces.fragments:
            await self._play_texts(segment, write)
        elif segment.pieces.tokens:
            await self._play_stamps(segment, write)

    async def until_due(self, tokens: int) -> float:
        """Wait for the time of the last of `tokens`; return that time."""
        due = self._first + (tokens - 1) * self._interval
        delay = due - time.monotonic()
        await asyncio.sleep(delay + _TIMER_ROUNDING_S if delay > 0 else 0)
        return due

    async def _pass_unseen(self, segment: Segment) -> None:
        self.position += segment.pieces.token_count
        if self.position:
            await self.until_due(self.position)
        segment.pieces_sent = len(segment.pieces.tokens)

    async def _play_texts(self, segment: Segment, write: Write) -> None:
        prefix, suffix = segment.prefix, segment.suffix
        between = suffix + prefix
        fragments = segment.pieces.fragments
        start, count = 0, len(fragments)
        while start < count:
            await self.until_due(self.position + segment.pieces.tokens[start])
            end = self._due_end(segment, start)
            segment.pieces_sent = end
            if end == start + 1:
                await write(prefix + fragments[start] + suffix)
            else:
                await write(prefix + between.join(fragments[start:end]) + suffix)
            start = end

    async def _play_stamps(self, segment: Segment, write: Write) -> None:
        prefix, suffix = segment.prefix, segment.suffix
        between = suffix + prefix
        counts = segment.pieces.tokens
        start, count = 0, len(counts)
        while start < count:
            await self.until_due(self.position + counts[start])
            end = self._due_end(segment, start)
            stamp = b" %015d" % (time.monotonic_ns() // 1000)
            stamped = [stamp * tokens for tokens in counts[start:end]]
            segment.stamps_sent += stamped
            segment.pieces_sent = end
            await write(prefix + between.join(stamped) + suffix)
            start = end

    def _due_end(self, segment: Segment, start: int) -> int:
        """The end of the pieces due by now, at least one; moves `position` past them."""
        counts = segment.pieces.tokens
        position = self.position + counts[start]
        end = start + 1
        if self._interval:
            due_tokens = (time.monotonic() - self._first) / self._interval + 1
            while end < len(counts) and position + counts[end] <= due_tokens:
                position += counts[end]
                end += 1
        else:
            end = min(len(counts), start + _UNPACED_BATCH)
            position = self.position + sum(counts[start:end])
        self.position = position
        return end
