"""The Messages stream of Anthropic. https://platform.claude.com/docs/en/build-with-claude/streaming"""

from collections.abc import Sequence

import msgspec

from inference.adapters.base import Delta, Event, Finish, RequestId, TextKind, Usage
from inference.adapters.error_bodies import error_body
from inference.adapters.errors import Party, error_in_stream
from inference.adapters.payloads import decode_payload
from inference.adapters.text import TextJoiner, clean_text
from inference.adapters.usage_figures import count

FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
}


class _OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: object = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: object = None
    cache_creation_input_tokens: object = None
    cache_read_input_tokens: object = None
    output_tokens: object = None
    output_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct, gc=False):
    usage: _Usage | None = None


class _Part(msgspec.Struct, gc=False):
    """A block's beginning, its delta, or the message's delta."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    delta: _Part | None = None
    content_block: _Part | None = None
    message: _Message | None = None
    usage: _Usage | None = None
    error: object = None


_DECODER = msgspec.json.Decoder(_Event)
_NOTHING: tuple[Event, ...] = ()


class MessagesReader:
    """Turns the payloads of one answer into events.

    `has_finish_reason`: the text is complete, figures may follow. `is_done`: nothing follows.
    """

    def __init__(self, party: Party, model: str, request_id: str = "") -> None:
        self.has_finish_reason = False
        self.is_done = False
        self._party = party
        self._model = model
        self._request_id = request_id
        self._finish_reason = ""
        self._usage = _Usage()
        self._has_usage = False
        self._answer = TextJoiner()
        self._reasoning = TextJoiner()

    def read(self, payload: bytes) -> Sequence[Event]:
        """Return what one payload says. Raises `AdapterError` or `MalformedPayload`."""
        event = decode_payload(_DECODER, payload)
        if event.type == "content_block_delta" and event.delta is not None:
            return self._text(event.delta)
        if event.type == "content_block_start" and event.content_block is not None:
            return self._text(event.content_block)
        if event.type == "message_start":
            return self._begin(event)
        if event.type == "message_delta":
            self._read_message_delta(event)
        elif event.type == "message_stop":
            self.is_done = True
        elif event.type == "error" or event.error:
            raise error_in_stream(self._party, error_body(event.error), self._model)
        return _NOTHING

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
        if self._has_usage:
            events.append(_usage(self._usage))
        if self.has_finish_reason:
            events.append(Finish(FINISH_REASONS.get(self._finish_reason, "stop")))
        return events

    def _begin(self, event: _Event) -> Sequence[Event]:
        if event.message is not None and event.message.usage is not None:
            self._add_usage(event.message.usage)
        return (RequestId(clean_text(self._request_id)),) if self._request_id else _NOTHING

    def _text(self, part: _Part) -> Sequence[Event]:
        """Pick by what the part holds: blocks come in any order, thinking ones may be empty."""
        if part.text:
            piece = self._answer.add(part.text)
            return (Delta(TextKind.ANSWER, piece),) if piece else _NOTHING
        if part.thinking:
            piece = self._reasoning.add(part.thinking)
            return (Delta(TextKind.REASONING, piece),) if piece else _NOTHING
        return _NOTHING

    def _read_message_delta(self, event: _Event) -> None:
        if event.usage is not None:
            self._add_usage(event.usage)
        if event.delta is not None and event.delta.stop_reason:
            self._finish_reason = event.delta.stop_reason
            self.has_finish_reason = True

    def _add_usage(self, usage: _Usage) -> None:
        """Take over what is told; the figures are cumulative, and later ones leave some out."""
        self._has_usage = True
        for name in _Usage.__struct_fields__:
            told = getattr(usage, name)
            if told is not None:
                setattr(self._usage, name, told)


def _usage(usage: _Usage) -> Usage:
    fresh = count(usage.input_tokens)
    written = count(usage.cache_creation_input_tokens) or 0
    cached = count(usage.cache_read_input_tokens)
    details = usage.output_tokens_details
    return Usage(
        prompt_tokens=None if fresh is None else fresh + written + (cached or 0),
        cached_tokens=cached,
        completion_tokens=count(usage.output_tokens),
        reasoning_tokens=count(details.thinking_tokens) if details is not None else None,
    )
