"""Turn the engine's chunks into events and errors of the adapter contract."""

from collections.abc import Iterator

import msgspec

from inference.adapters.base import (
    AdapterError,
    BadRequest,
    BrokenAnswer,
    ContextTooLong,
    Delta,
    Event,
    Finish,
    TextKind,
    Usage,
)
from inference.adapters.text import clean_text


class _Delta(msgspec.Struct, frozen=True):
    content: str | None = None
    reasoning_content: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _PromptDetails = _PromptDetails()


class _Timings(msgspec.Struct, frozen=True):
    predicted_per_second: float | None = None


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    type: str = ""
    n_prompt_tokens: int | None = None
    n_ctx: int | None = None


class _Chunk(msgspec.Struct, frozen=True):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    timings: _Timings = _Timings()
    error: _Error | None = None


_decoder = msgspec.json.Decoder(_Chunk)


def events_of(chunk: bytes, model_id: str) -> Iterator[Event]:
    """The events in one chunk. Raises `AdapterError` for an error chunk or a malformed one."""
    decoded = _decode(chunk, model_id)
    if decoded.error is not None:
        raise _failure(decoded.error, model_id)
    for choice in decoded.choices:
        if choice.delta.reasoning_content:
            yield Delta(TextKind.REASONING, clean_text(choice.delta.reasoning_content))
        if choice.delta.content:
            yield Delta(TextKind.ANSWER, clean_text(choice.delta.content))
        if choice.finish_reason is not None:
            yield Finish(choice.finish_reason)
    if decoded.usage is not None:
        yield _usage(decoded.usage, decoded.timings)


def _decode(chunk: bytes, model_id: str) -> _Chunk:
    # A model may sample bytes that are no UTF-8; a reader sees U+FFFD for them.
    text = chunk.decode("utf-8", errors="replace")
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise BrokenAnswer(f"The local model {model_id} sent a malformed chunk.") from error


def _usage(usage: _Usage, timings: _Timings) -> Usage:
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.prompt_tokens_details.cached_tokens,
        completion_tokens=usage.completion_tokens,
        provider_tokens_per_second=timings.predicted_per_second,
    )


def _failure(error: _Error, model_id: str) -> AdapterError:
    if error.type == "exceed_context_size_error":
        return ContextTooLong(
            f"The prompt has {error.n_prompt_tokens or 0:,} tokens; the local model {model_id}"
            f" has room for {error.n_ctx or 0:,}, answer included. Shorten the prompt or choose a"
            " model with a larger context window."
        )
    if error.type == "invalid_request_error":
        return BadRequest(f"The local model {model_id} refused the request: {error.message}")
    return BrokenAnswer(f"The local model {model_id} failed: {error.message}")
