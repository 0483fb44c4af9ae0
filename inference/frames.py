"""Frames: what all running answers of one group gained since the last tick, in one message.

Cost grows with groups times ticks, not with tokens times models. A generation's first text leaves
at once; later text at most every `FRAME_INTERVAL_S`.
"""

import asyncio
import logging
import uuid
from collections.abc import Iterable

import msgspec
from redis.exceptions import RedisError

from inference.adapters.base import TextKind
from inference.layer import channel_layer
from inference.live_buffer import AttemptKey, Gain, LiveBuffer, TextTrack

logger = logging.getLogger(__name__)

_encoder = msgspec.json.Encoder()


class Piece(msgspec.Struct):
    """Text of one answer that begins at `offset`, counted in Unicode code points."""

    id: uuid.UUID
    attempt: int
    kind: TextKind
    offset: int
    text: str


class Frame(msgspec.Struct, tag="frame"):
    pieces: list[Piece]


class AttemptTexts:
    """The growing texts of one attempt."""

    __slots__ = ("group", "has_left", "key", "tracks")

    def __init__(self, key: AttemptKey, group: str) -> None:
        self.key = key
        self.group = group
        self.tracks = {kind: TextTrack() for kind in TextKind}
        self.has_left = False

    def text(self, kind: TextKind) -> str:
        return self.tracks[kind].text

    def take_gains(self) -> Iterable[Gain]:
        for kind, track in self.tracks.items():
            if track.has_pending:
                offset = track.offset
                yield Gain(self.key, kind, offset, track.take_pending(), self.tracks)


class Frames:
    """Collects text on the streaming loop and sends it, a group's gains at a time.

    One task sends, so frames of a group leave in order, and when sending is slow the next frame
    simply carries more.
    """

    def __init__(self, buffer: LiveBuffer, interval_s: float) -> None:
        self._buffer = buffer
        self._interval_s = interval_s
        self._loop = asyncio.get_running_loop()
        self._dirty: dict[str, dict[AttemptTexts, None]] = {}
        self._urgent: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._last_tick_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_tick_due = False
        self._is_redis_away = False
        self._sender = asyncio.create_task(self._send_for_ever())

    def add(self, texts: AttemptTexts, kind: TextKind, text: str) -> None:
        """Take in new text; it leaves with the next frame of its group."""
        texts.tracks[kind].add(text)
        self._dirty.setdefault(texts.group, {})[texts] = None
        if not texts.has_left:
            texts.has_left = True
            self._urgent.add(texts.group)
            self._wake.set()
        else:
            self._schedule_tick()

    async def flush(self, texts: AttemptTexts) -> None:
        """Return when everything of `texts` has left."""
        sent = self._loop.create_future()
        self._waiting.append(sent)
        self._urgent.add(texts.group)
        self._wake.set()
        await sent

    def _schedule_tick(self) -> None:
        if self._timer is None and not self._is_tick_due:
            delay_s = self._last_tick_at + self._interval_s - self._loop.time()
            self._timer = self._loop.call_later(max(0.0, delay_s), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._is_tick_due = True
        self._wake.set()

    async def _send_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            waiting, self._waiting = self._waiting, []
            frames = {group: self._gains_of(group) for group in self._groups_to_send()}
            await self._send({group: gains for group, gains in frames.items() if gains})
            for sent in waiting:
                if not sent.done():
                    sent.set_result(None)

    def _groups_to_send(self) -> list[str]:
        if self._is_tick_due:
            groups = list(self._dirty)
            self._is_tick_due = False
            self._last_tick_at = self._loop.time()
        else:
            groups = list(self._urgent)
            if len(self._dirty) > len(groups):
                self._schedule_tick()
        self._urgent.clear()
        return groups

    def _gains_of(self, group: str) -> list[Gain]:
        return [gain for texts in self._dirty.pop(group, ()) for gain in texts.take_gains()]

    async def _send(self, frames: dict[str, list[Gain]]) -> None:
        """Store first, then tell: a page that joins in between finds the text in its snapshot.

        What is lost while Redis is away mends itself: the buffer is written anew, and pages that
        see a gap ask for a snapshot.
        """
        if not frames:
            return
        try:
            await self._buffer.append([gain for gains in frames.values() for gain in gains])
            layer = channel_layer()
            for group, gains in frames.items():
                await layer.group_send(group, {"type": "live.text", "text": _encoded(gains)})
        except (RedisError, OSError) as error:
            # Once, not at every tick.
            if not self._is_redis_away:
                logger.warning("Frames are lost until Redis is back: %s", error)
            self._is_redis_away = True
        else:
            self._is_redis_away = False


def _encoded(gains: Iterable[Gain]) -> str:
    pieces = [Piece(*_identity(gain), gain.kind, gain.offset, gain.text) for gain in gains]
    return _encoder.encode(Frame(pieces)).decode()


def _identity(gain: Gain) -> tuple[uuid.UUID, int]:
    return gain.key.generation_id, gain.key.attempt
