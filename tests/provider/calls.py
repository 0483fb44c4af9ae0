"""What was asked of the simulated provider and how each call went, for tests to look at."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.provider.question import Body
from tests.provider.replies import Dialect
from tests.provider.wire import Segment

_KEPT_CALLS = 5000


@dataclass(slots=True)
class Call:
    """One request. Times are seconds of `time.monotonic()`."""

    number: int
    dialect: Dialect
    model: str
    tag: str
    user: str
    body: Body
    started: float
    status: int | None = None
    ended: float | None = None
    outcome: str = "running"  # then finished, refused, disconnected, cut
    segments: list[Segment] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def tokens_sent(self) -> int:
        return sum(segment.tokens_sent for segment in self.segments)

    def as_json(self) -> dict[str, object]:
        texts = {"reasoning": "", "answer": ""}
        for segment in self.segments:
            texts[segment.kind] += segment.text_sent
        return {
            "number": self.number,
            "dialect": self.dialect,
            "model": self.model,
            "tag": self.tag,
            "user": self.user,
            "body": self.body,
            "status": self.status,
            "started": self.started,
            "ended": self.ended,
            "outcome": self.outcome,
            "tokens_sent": self.tokens_sent,
            "text": texts["answer"],
            "reasoning": texts["reasoning"],
        }


class CallLog:
    """All calls since the last reset; waiters are woken whenever one changes its state."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT_CALLS)
        self._seen: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._number = 0

    def begin(self, dialect: Dialect, model: str, body: Body) -> Call:
        self._number += 1
        metadata = body.get("metadata")
        user = metadata.get("user_id") if isinstance(metadata, dict) else body.get("user")
        call = Call(self._number, dialect, model, "", str(user or ""), body, time.monotonic())
        self._calls.append(call)
        self.announce()
        return call

    def end(self, call: Call, outcome: str) -> None:
        call.ended = time.monotonic()
        call.outcome = outcome
        self.announce()

    def count(self, model: str) -> int:
        """How many calls of this very id came so far, this one included."""
        self._seen[model] += 1
        return self._seen[model]

    def reset(self) -> None:
        """Forget what has ended. What still runs is kept, so that it can be waited for."""
        running = [call for call in self._calls if call.ended is None]
        self._calls.clear()
        self._calls.extend(running)
        self._seen.clear()

    def select(self, tag: str | None) -> list[Call]:
        """Calls marked `tag`, by the model id or by the `user` field."""
        return [call for call in self._calls if tag is None or tag in (call.tag, call.user)]

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Whether the condition came true in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
