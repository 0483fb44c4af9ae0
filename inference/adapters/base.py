"""What every provider kind offers: list the models, stream one answer, say what went wrong.

An adapter translates between one provider's protocol and the few types below. It runs on the
process's streaming loop, holds no database connection and knows nothing of teams or runs.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from catalog.facts import ModelFacts, Price

__all__ = [
    "Adapter",
    "AdapterError",
    "AuthenticationFailed",
    "BadRequest",
    "BrokenAnswer",
    "Connection",
    "ContextTooLong",
    "Delta",
    "Event",
    "Finish",
    "Message",
    "ModelFacts",
    "ModelRetired",
    "Price",
    "ProviderUnavailable",
    "RateLimited",
    "Request",
    "RequestId",
    "TextKind",
    "TimedOut",
    "TooManyTokens",
    "Usage",
]


class TextKind(StrEnum):
    """The two texts of an answer; each has its own character offsets."""

    ANSWER = "answer"
    REASONING = "reasoning"


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one provider. Never logged: `repr` leaves the key out."""

    kind: str
    base_url: str
    api_key: str = field(default="", repr=False)
    limit_parameter: str = "max_tokens"


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `parameters` holds only what the user set, under mmchat's own parameter names."""

    model: str
    messages: Sequence[Message]
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Delta:
    """New text, never empty."""

    kind: TextKind
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reported them; `None` where it said nothing.

    `prompt_tokens` includes `cached_tokens`; `completion_tokens` includes `reasoning_tokens`.
    `provider_tokens_per_second` and `provider_queue_ms` are the provider's own measurements.
    """

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    provider_tokens_per_second: float | None = None
    provider_queue_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider's own end of the answer.

    `reason` is one of `stop`, `length`, `content_filter`, `tool_calls`, `refusal`.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class RequestId:
    """The provider's name for this call, to quote to its support."""

    value: str


Event = Delta | Usage | Finish | RequestId


class AdapterError(Exception):
    """A call that failed, told in a sentence for the person who asked.

    `is_retryable` says whether the same request may work later; `retry_after_s` when, if the
    provider said so.
    """

    kind = "provider_error"
    is_retryable = False

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class RateLimited(AdapterError):
    kind = "rate_limited"
    is_retryable = True


class QuotaExhausted(RateLimited):
    """A daily limit or an empty account: waiting a little does not help."""

    is_retryable = False


class AuthenticationFailed(AdapterError):
    kind = "authentication_failed"


class BadRequest(AdapterError):
    kind = "bad_request"


class TooManyTokens(AdapterError):
    """Groq's 413: prompt and answer limit together exceed the limit per minute."""

    kind = "too_many_tokens"


class ContextTooLong(AdapterError):
    kind = "context_too_long"


class ModelRetired(AdapterError):
    """The provider no longer serves this model: the catalogue should say so."""

    kind = "model_retired"


class ProviderUnavailable(AdapterError):
    """Their fault or the network's: 5xx, overload, refused or cut connections."""

    kind = "provider_unavailable"
    is_retryable = True


class BrokenAnswer(AdapterError):
    """The stream broke the protocol: malformed data, an error amid it, or no finish reason."""

    kind = "broken_answer"
    is_retryable = True


class TimedOut(AdapterError):
    kind = "timed_out"
    is_retryable = True


class Adapter(Protocol):
    """One provider connection. Made, used and closed on one event loop."""

    async def list_models(self) -> list[ModelFacts]:
        """Return the chat models on offer now. Raises `AdapterError`."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[Event]:
        """Yield the answer as it comes, ending after `Finish`.

        Raises `AdapterError` at any point. Closing the generator (or cancelling the task that
        iterates it) closes the connection to the provider within 0.5 s.
        """
        ...

    async def close(self) -> None: ...
