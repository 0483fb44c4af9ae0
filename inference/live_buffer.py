"""The text so far of running answers, for whoever joins in the middle.

It is a convenience, never the truth: the worker holds the whole text in memory and the database
gets it at the end. So Redis may be emptied at any time, and the buffer mends itself.
"""

import asyncio
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils.module_loading import import_string
from redis.asyncio import Redis

from inference.adapters.base import TextKind


@dataclass(frozen=True, slots=True)
class AttemptKey:
    generation_id: uuid.UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class LiveText:
    answer: str = ""
    reasoning: str = ""


class TextTrack:
    """One text of one attempt: all of it, and how much of it has left in frames."""

    __slots__ = ("_parts", "_pending", "bytes_carried", "offset")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pending: list[str] = []
        self.offset = 0
        self.bytes_carried = 0

    def add(self, text: str) -> None:
        self._pending.append(text)

    def take_pending(self) -> str:
        """Return the text that no frame has carried yet, and count it as carried."""
        text = "".join(self._pending)
        self._pending.clear()
        self._parts.append(text)
        self.offset += len(text)
        return text

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    @property
    def carried(self) -> str:
        """All text that frames have carried."""
        return "".join(self._parts)

    @property
    def text(self) -> str:
        return self.carried + "".join(self._pending)


@dataclass(frozen=True, slots=True)
class Gain:
    """What one text of one attempt gained: `text` begins at `offset`, in code points.

    `tracks` are all texts of the attempt.
    """

    key: AttemptKey
    kind: TextKind
    offset: int
    text: str
    tracks: Mapping[TextKind, TextTrack]

    @property
    def track(self) -> TextTrack:
        return self.tracks[self.kind]


class LiveBuffer(Protocol):
    async def append(self, gains: Sequence[Gain]) -> None: ...

    async def read(self, keys: Sequence[AttemptKey]) -> dict[AttemptKey, LiveText]:
        """Return the texts so far; what is not known is empty."""
        ...


@cache
def live_buffer() -> LiveBuffer:
    """Return this process's buffer, of the kind that the settings name."""
    return cast(LiveBuffer, import_string(settings.LIVE_BUFFER)())


class MemoryLiveBuffer:
    """The embedded set-up's buffer: tracks of this very process.

    Appends come from the streaming loop, reads from the web server's; both only touch whole
    dictionary entries, which the interpreter makes atomic.
    """

    def __init__(self) -> None:
        self._texts: dict[tuple[AttemptKey, TextKind], tuple[float, TextTrack]] = {}
        self._next_purge_at = 0.0

    async def append(self, gains: Sequence[Gain]) -> None:
        now = time.monotonic()
        for gain in gains:
            self._texts[gain.key, gain.kind] = (now, gain.track)
        if now >= self._next_purge_at:
            self._purge(now)

    async def read(self, keys: Sequence[AttemptKey]) -> dict[AttemptKey, LiveText]:
        return {
            key: LiveText(self._text(key, TextKind.ANSWER), self._text(key, TextKind.REASONING))
            for key in keys
        }

    def _text(self, key: AttemptKey, kind: TextKind) -> str:
        entry = self._texts.get((key, kind))
        return entry[1].carried if entry else ""

    def _purge(self, now: float) -> None:
        expired_before = now - settings.LIVE_TEXT_EXPIRY_S
        for key, (touched_at, _) in list(self._texts.items()):
            if touched_at < expired_before:
                del self._texts[key]
        self._next_purge_at = now + 60


# Looking and appending in one step: a reader in between would take a tail for the whole text.
# Arguments: the expiry, then of every key the length that it must have and what to append.
_APPEND = """
local broken = {}
for index, key in ipairs(KEYS) do
  local length = ARGV[2 * index]
  if redis.call('STRLEN', key) == tonumber(length) then
    redis.call('APPEND', key, ARGV[2 * index + 1])
    if length == '0' then redis.call('EXPIRE', key, ARGV[1]) end
  else
    broken[#broken + 1] = index
  end
end
return broken
"""


class RedisLiveBuffer:
    """The scaled set-up's buffer: one Redis string per text."""

    def __init__(self) -> None:
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()

    async def append(self, gains: Sequence[Gain]) -> None:
        """Append every gain in one round trip.

        Where a stored text is not as long as it should be, Redis was emptied or away meanwhile,
        and all texts of that attempt are written again.
        """
        names, arguments = [], [str(settings.LIVE_TEXT_EXPIRY_S).encode()]
        for gain in gains:
            encoded = gain.text.encode()
            names.append(_redis_key(gain.key, gain.kind))
            arguments += [str(gain.track.bytes_carried).encode(), encoded]
            gain.track.bytes_carried += len(encoded)
        client = self._client()
        append = client.register_script(_APPEND)
        broken: list[int] = await append(keys=names, args=arguments)
        if broken:
            await self._rewrite(
                client, {gains[index - 1].key: gains[index - 1] for index in broken}
            )

    async def read(self, keys: Sequence[AttemptKey]) -> dict[AttemptKey, LiveText]:
        if not keys:
            return {}
        names = [_redis_key(key, kind) for key in keys for kind in TextKind]
        values = await self._client().mget(names)
        texts = [_decoded(value) for value in values]
        return dict(zip(keys, _pairs(texts), strict=True))

    async def _rewrite(self, client: Redis, broken: Mapping[AttemptKey, Gain]) -> None:
        async with client.pipeline(transaction=False) as pipeline:
            for key, gain in broken.items():
                for kind, track in gain.tracks.items():
                    pipeline.set(
                        _redis_key(key, kind), track.carried, ex=settings.LIVE_TEXT_EXPIRY_S
                    )
            await pipeline.execute()

    def _client(self) -> Redis:
        """A client belongs to the event loop that first used it."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = Redis.from_url(settings.REDIS_URL)
        return self._clients[loop]


def _redis_key(key: AttemptKey, kind: TextKind) -> str:
    return f"mmchat:live:{key.generation_id}:{key.attempt}:{kind}"


def _pairs(texts: Sequence[str]) -> Iterable[LiveText]:
    """`TextKind` is ordered answer, reasoning: two texts for each attempt."""
    return (LiveText(*texts[index : index + 2]) for index in range(0, len(texts), 2))


def _decoded(value: bytes | str | None) -> str:
    """Half a character can only stand at the end, while another process rewrites the value."""
    return value.decode(errors="ignore") if isinstance(value, bytes) else value or ""
