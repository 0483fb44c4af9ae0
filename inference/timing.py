"""Times and speeds of one attempt, from marks on one monotonic clock.

The clock stands on our side of the provider's socket and starts when the request is sent, so time
in our own queue is apart. Speed divides the tokens a reader could see by the time in which they
came: with hidden reasoning in the numerator, or the wait for it left out of the denominator, a
reasoning model would look several times faster than it is.
"""

from dataclasses import dataclass

from inference.adapters.base import Usage


@dataclass(slots=True)
class Marks:
    """Seconds on `time.monotonic`; `None` for what has not happened."""

    sent_at: float
    first_text_at: float | None = None
    first_answer_at: float | None = None
    last_text_at: float | None = None
    ended_at: float | None = None
    text_chunks: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in ms since the request was sent; speed in tokens per second."""

    ttft_ms: float | None
    first_answer_ms: float | None
    duration_ms: float | None
    tokens_per_second: float | None


def measure(marks: Marks, usage: Usage, *, reasoning_was_shown: bool) -> Timing:
    """Turn marks and token counts into the figures that people compare."""
    return Timing(
        ttft_ms=_since(marks.sent_at, marks.first_text_at),
        first_answer_ms=_since(marks.sent_at, marks.first_answer_at),
        duration_ms=_since(marks.sent_at, marks.ended_at),
        tokens_per_second=_speed(marks, _visible_tokens(usage, reasoning_was_shown)),
    )


def _since(start: float, mark: float | None) -> float | None:
    return None if mark is None else round((mark - start) * 1000, 1)


def _visible_tokens(usage: Usage, reasoning_was_shown: bool) -> int:
    hidden = 0 if reasoning_was_shown else usage.reasoning_tokens or 0
    return (usage.completion_tokens or 0) - hidden


def _speed(marks: Marks, visible_tokens: int) -> float | None:
    """(visible tokens - 1) / (last text - first text); undefined for a single token or chunk."""
    if marks.first_text_at is None or marks.last_text_at is None:
        return None
    seconds = marks.last_text_at - marks.first_text_at
    if visible_tokens < 2 or marks.text_chunks < 2 or seconds <= 0:
        return None
    return round((visible_tokens - 1) / seconds, 1)
