"""Messages as Anthropic writes them: named events around numbered content blocks."""

import json
import secrets
from typing import Any

from tests.provider.question import Plan, Question
from tests.provider.replies import Dialect, error_body
from tests.provider.script import Fault, Quirk
from tests.provider.wire import Counts, Segment

_SPLIT = "\x01"
_SIGNATURE = "EqoBCkYIARgCKkAsimulated"
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens"}


class MessageWire:
    """One message: `message_start` … `message_stop`, or one `message`."""

    def __init__(self, question: Question, request_id: str) -> None:
        self._question = question
        self._script = question.script
        self._request_id = request_id
        self._shows_thinking = question.reasoning_form != "hidden"

    def opening(self) -> list[bytes]:
        message = self._message([], None, None, self._usage(1, 0))
        events = [_event("message_start", message=message), _event("ping")]
        if Quirk.UNKNOWN_EVENT in self._script.quirks:
            events.append(_event("message_weather", weather={"outlook": "sunny"}))
        return events

    def segments(self, plan: Plan) -> list[Segment]:
        segments = []
        if plan.reasoning.tokens:
            segments.append(self._thinking(plan))
        number = len(segments)
        empties = 3 if Quirk.EMPTY_FIRST in self._script.quirks else 0
        answer = Segment("answer", plan.answer, *_frame(number, "text_delta", "text"))
        if plan.answer.tokens:
            answer.before = [
                _event("content_block_start", index=number, content_block=_text_block("")),
                *[_delta(number, "text_delta", text="")] * empties,
            ]
            answer.after = [_event("content_block_stop", index=number)]
        return [*segments, answer]

    def closing(self, finish: str | None, stop_text: str | None, counts: Counts) -> list[bytes]:
        events = []
        if finish is not None:
            delta = self._stop(finish, stop_text)
            usage = self._usage(counts.completion, counts.reasoning)
            told = {"usage": usage} if usage is not None else {}
            events.append(_event("message_delta", delta=delta, **told))
        if Quirk.NO_DONE not in self._script.quirks:
            events.append(_event("message_stop"))
        return events

    def broken_event(self) -> bytes:
        return b'event: content_block_delta\ndata: {"type":"content_block_delta","ind\n\n'

    def error_events(self, fault: Fault) -> bytes:
        return _event("error", **error_body(Dialect.ANTHROPIC, 529, "Overloaded"))

    def refusal(self) -> str:
        return "refusal"

    def whole(
        self, plan: Plan, segments: list[Segment], finish: str | None, counts: Counts
    ) -> object:
        content: list[dict[str, str]] = []
        for segment in segments:
            if segment.kind == "answer":
                content += [_text_block(segment.text_sent)] if segment.tokens_sent else []
            else:
                content.append(
                    {"type": "thinking", "thinking": segment.text_sent, "signature": _SIGNATURE}
                )
        stop = self._stop(finish, plan.stop_text) if finish else {"stop_reason": None}
        usage = self._usage(counts.completion, counts.reasoning)
        return self._message(content, stop["stop_reason"], stop.get("stop_sequence"), usage)

    def _thinking(self, plan: Plan) -> Segment:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        return Segment(
            "reasoning",
            plan.reasoning,
            *_frame(0, "thinking_delta", "thinking"),
            before=[_event("content_block_start", index=0, content_block=block)],
            after=[
                _delta(0, "signature_delta", signature=_SIGNATURE),
                _event("content_block_stop", index=0),
            ],
            is_seen=self._shows_thinking,
        )

    def _stop(self, finish: str, stop_text: str | None) -> dict[str, Any]:
        delta: dict[str, Any] = {
            "stop_reason": _STOP_REASONS.get(finish, finish),
            "stop_sequence": None,
        }
        if stop_text is not None:
            delta |= {"stop_reason": "stop_sequence", "stop_sequence": stop_text}
        if finish == "refusal":
            delta["stop_details"] = {
                "type": "refusal",
                "category": "general_harms",
                "explanation": "This request was declined by the simulated provider.",
            }
        return delta

    def _message(
        self,
        content: list[dict[str, str]],
        stop_reason: str | None,
        stop_sequence: str | None,
        usage: dict[str, Any] | None,
    ) -> dict[str, Any]:
        message: dict[str, Any] = {
            "id": "msg_" + secrets.token_hex(12),
            "type": "message",
            "role": "assistant",
            "model": self._script.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": stop_sequence,
        }
        return message if usage is None else message | {"usage": usage}

    def _usage(self, output: int, thinking: int) -> dict[str, Any] | None:
        if self._script.usage == "none":
            return None
        prompt = self._question.prompt_tokens
        cached = min(self._script.cached_tokens, prompt)
        usage: dict[str, Any] = {
            "input_tokens": prompt - cached,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": cached,
            "output_tokens": output,
        }
        if thinking:
            usage["output_tokens_details"] = {"thinking_tokens": thinking}
        return usage


def _text_block(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _frame(number: int, delta_type: str, field: str) -> tuple[bytes, bytes]:
    event = _delta(number, delta_type, **{field: _SPLIT})
    prefix, _, suffix = event.partition(json.dumps(_SPLIT)[1:-1].encode())
    return prefix, suffix


def _delta(number: int, delta_type: str, **fields: str) -> bytes:
    return _event("content_block_delta", index=number, delta={"type": delta_type, **fields})


def _event(name: str, **fields: object) -> bytes:
    value = {"type": name, **fields}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()
