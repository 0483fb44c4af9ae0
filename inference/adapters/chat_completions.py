"""The chat-completions stream, as Groq, OpenAI and compatible servers send it.

One `ChatCompletionsReader` reads one answer. Servers differ in what they leave out: `choices` may
be null, `usage` may come alone, inside `x_groq`, as llama.cpp's `timings`, or never.
"""

from collections.abc import Sequence

import msgspec

from inference.adapters.base import BrokenAnswer, Delta, Event, Finish, RequestId, TextKind, Usage
from inference.adapters.error_bodies import error_body
from inference.adapters.errors import Party, error_in_stream
from inference.adapters.payloads import decode_payload
from inference.adapters.text import TextJoiner, clean_text
from inference.adapters.usage_figures import count, figure, per_second

DONE = b"[DONE]"

FINISH_REASONS = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "max_tokens": "length",
    "refusal": "refusal",
}
BROKEN_OFF = frozenset({"error", "abort", "insufficient_system_resource"})


class _Text(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Text | None = None
    finish_reason: str | None = None
    index: int | None = 0


class _PromptDetails(msgspec.Struct, gc=False):
    cached_tokens: object = None


class _CompletionDetails(msgspec.Struct, gc=False):
    reasoning_tokens: object = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: object = None
    completion_tokens: object = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None
    completion_time: object = None
    queue_time: object = None


class _Timings(msgspec.Struct, gc=False):
    """llama.cpp's own measurements."""

    cache_n: object = None
    prompt_n: object = None
    predicted_n: object = None
    predicted_per_second: object = None


class _Groq(msgspec.Struct, gc=False):
    id: str | None = None
    usage: _Usage | None = None
    error: object = None


class _Chunk(msgspec.Struct, gc=False):
    id: object = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: object = None
    x_groq: _Groq | None = None
    timings: _Timings | None = None


_DECODER = msgspec.json.Decoder(_Chunk)
_NOTHING: tuple[Event, ...] = ()


class ChatCompletionsReader:
    """Turns the payloads of one answer into events.

    `has_finish_reason`: the text is complete, figures may follow. `is_done`: nothing follows.
    """

    def __init__(self, party: Party, model: str, request_id: str = "") -> None:
        self.has_finish_reason = False
        self.is_done = False
        self._party = party
        self._model = model
        self._request_id = request_id
        self._told_request_id = False
        self._finish_reason = ""
        self._has_refusal = False
        self._usage: _Usage | None = None
        self._timings: _Timings | None = None
        self._answer = TextJoiner()
        self._reasoning = TextJoiner()

    def read(self, payload: bytes) -> Sequence[Event]:
        """Return what one payload says. Raises `AdapterError` or `MalformedPayload`."""
        if payload == DONE:
            self.is_done = True
            return _NOTHING
        chunk = decode_payload(_DECODER, payload)
        if chunk.error:
            raise error_in_stream(self._party, error_body(chunk.error), self._model)
        events: list[Event] = []
        if not self._told_request_id:
            self._tell_request_id(chunk, events)
        if chunk.choices:
            self._read_choice(chunk.choices[0], events)
        if chunk.usage is not None:
            self._usage = chunk.usage
        if chunk.timings is not None:
            self._timings = chunk.timings
        if chunk.x_groq is not None:
            self._read_groq(chunk.x_groq)
        return events

    def end(self) -> list[Event]:
        """Return the last events: text that waited, the usage, the finish if one was given."""
        events: list[Event] = []
        for kind, joiner in (
            (TextKind.REASONING, self._reasoning),
            (TextKind.ANSWER, self._answer),
        ):
            rest = joiner.end()
            if rest:
                events.append(Delta(kind, rest))
        if self._usage is not None or self._timings is not None:
            events.append(_usage(self._usage or _Usage(), self._timings or _Timings()))
        if self.has_finish_reason:
            events.append(Finish(self._mapped_finish_reason()))
        return events

    def _tell_request_id(self, chunk: _Chunk, events: list[Event]) -> None:
        named_by_groq = chunk.x_groq.id if chunk.x_groq is not None else None
        chunk_id = chunk.id if isinstance(chunk.id, str) else ""
        request_id = named_by_groq or self._request_id or chunk_id
        if request_id:
            events.append(RequestId(clean_text(request_id)))
            self._told_request_id = True

    def _read_choice(self, choice: _Choice, events: list[Event]) -> None:
        text = choice.delta
        if text is not None:
            # vLLM sends the same reasoning under both names while it moves from one to the other.
            reasoning = text.reasoning or text.reasoning_content
            if reasoning and (piece := self._reasoning.add(reasoning)):
                events.append(Delta(TextKind.REASONING, piece))
            answer = text.content
            if text.refusal:
                self._has_refusal = True
                answer = (answer or "") + text.refusal
            if answer and (piece := self._answer.add(answer)):
                events.append(Delta(TextKind.ANSWER, piece))
        if choice.finish_reason:
            self._read_finish_reason(choice.finish_reason)

    def _read_finish_reason(self, reason: str) -> None:
        if reason in BROKEN_OFF:
            raise BrokenAnswer(f"{self._party.at_start} broke off the answer ({reason}).")
        self._finish_reason = reason
        self.has_finish_reason = True

    def _mapped_finish_reason(self) -> str:
        if self._has_refusal:
            return "refusal"
        return FINISH_REASONS.get(self._finish_reason, "stop")

    def _read_groq(self, groq: _Groq) -> None:
        if groq.error:
            raise error_in_stream(self._party, error_body(groq.error), self._model)
        if groq.usage is not None and self._usage is None:
            self._usage = groq.usage


def _usage(usage: _Usage, timings: _Timings) -> Usage:
    prompt = count(usage.prompt_tokens)
    cached = count(
        usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
    )
    completion = count(usage.completion_tokens)
    reasoning = (
        usage.completion_tokens_details.reasoning_tokens
        if usage.completion_tokens_details
        else None
    )
    if cached is None:
        cached = count(timings.cache_n)
    if prompt is None and (evaluated := count(timings.prompt_n)) is not None:
        prompt = evaluated + (cached or 0)
    if completion is None:
        completion = count(timings.predicted_n)
    queue_s = figure(usage.queue_time)
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=cached,
        completion_tokens=completion,
        reasoning_tokens=count(reasoning),
        provider_tokens_per_second=figure(timings.predicted_per_second)
        or per_second(completion, figure(usage.completion_time)),
        provider_queue_ms=None if queue_s is None else queue_s * 1000,
    )
