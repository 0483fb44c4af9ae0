"""Chat completions as Groq and OpenAI write them."""

import json
import secrets
import time
from typing import Any

from tests.provider.question import Plan, Question
from tests.provider.replies import Dialect, error_body
from tests.provider.script import Fault, Quirk
from tests.provider.wire import Counts, Segment

_SPLIT = "\x01"
_FIRST_EMPTIES = 3


class ChatWire:
    """One chat completion: `chat.completion.chunk` events, or one `chat.completion`."""

    def __init__(self, question: Question, request_id: str) -> None:
        self._question = question
        self._script = question.script
        self._is_groq = question.dialect is Dialect.GROQ
        self._request_id = request_id
        self._head: dict[str, Any] = {
            "id": "chatcmpl-" + secrets.token_hex(12),
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": self._script.model,
            "system_fingerprint": "fp_" + secrets.token_hex(5),
        }
        if Quirk.SPARSE in self._script.quirks:
            self._head = {"object": "chat.completion.chunk"}

    def opening(self) -> list[bytes]:
        quirks = self._script.quirks
        events = []
        if Quirk.NO_ROLE not in quirks:
            delta = {"role": "assistant", "content": ""}
            events.append(self._chunk(delta, x_groq={"id": self._request_id}))
        if Quirk.EMPTY_FIRST in quirks:
            events += [self._chunk({"content": ""})] * _FIRST_EMPTIES
        if Quirk.UNKNOWN_EVENT in quirks:
            events.append(_event({"object": "provider.notice", "notice": "warming up"}))
        return events

    def segments(self, plan: Plan) -> list[Segment]:
        answer = Segment("answer", plan.answer, *self._frame("content"))
        if not plan.reasoning.tokens:
            return [answer]
        form = self._question.reasoning_form
        if form == "hidden":
            return [Segment("reasoning", plan.reasoning, is_seen=False), answer]
        if form != "think":
            return [Segment("reasoning", plan.reasoning, *self._frame(form)), answer]
        reasoning = Segment("reasoning", plan.reasoning, *self._frame("content"))
        reasoning.before = [self._chunk({"content": "<think>\n"})]
        reasoning.after = [self._chunk({"content": "\n</think>\n\n"})]
        return [reasoning, answer]

    def closing(self, finish: str | None, stop_text: str | None, counts: Counts) -> list[bytes]:
        script, usage = self._script, self._usage(counts)
        events = []
        if finish is not None:
            x_groq: dict[str, Any] = {"id": self._request_id}
            if script.usage in ("all", "x-groq"):
                x_groq["usage"] = usage
            events.append(self._chunk({}, finish, x_groq))
        if Quirk.NULL_CHOICES in script.quirks:
            events.append(_event(self._head | {"choices": None}))
        if self._question.wants_usage_chunk and script.usage in ("all", "chunk"):
            choices: list[object] | None = None if Quirk.NULL_CHOICES in script.quirks else []
            events.append(_event(self._head | {"choices": choices, "usage": usage}))
        if Quirk.NO_DONE not in script.quirks:
            events.append(b"data: [DONE]\n\n")
        return events

    def broken_event(self) -> bytes:
        return b'data: {"id":"chatcmpl-broken","object":"chat.completion.chunk","choi\n\n'

    def error_events(self, fault: Fault) -> bytes:
        if fault is Fault.ERROR_IN_X_GROQ and self._is_groq:
            x_groq = {"id": self._request_id, "error": "over_capacity"}
            return self._chunk({}, None, x_groq) + b"data: [DONE]\n\n"
        body = error_body(
            self._question.dialect, 500, "The model failed amid the answer.", "server_error"
        )
        return _event(body)

    def refusal(self) -> str:
        return "content_filter"

    def whole(
        self, plan: Plan, segments: list[Segment], finish: str | None, counts: Counts
    ) -> object:
        message: dict[str, Any] = {"role": "assistant", "content": segments[-1].text_sent}
        form = self._question.reasoning_form
        thoughts = segments[0].text_sent if len(segments) > 1 else ""
        if thoughts and form == "think":
            message["content"] = f"<think>\n{thoughts}\n</think>\n\n{message['content']}"
        elif thoughts:
            message[form] = thoughts
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        answer = self._head | {"object": "chat.completion", "choices": [choice]}
        if self._script.usage != "none":
            answer["usage"] = self._usage(counts)
        if self._is_groq:
            answer["x_groq"] = {"id": self._request_id}
        return answer

    def _frame(self, field: str) -> tuple[bytes, bytes]:
        prefix, _, suffix = self._chunk({field: _SPLIT}).partition(
            json.dumps(_SPLIT)[1:-1].encode()
        )
        return prefix, suffix

    def _chunk(
        self,
        delta: dict[str, str],
        finish: str | None = None,
        x_groq: dict[str, Any] | None = None,
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = self._head | {"choices": [choice]}
        if self._is_groq and x_groq is not None:
            chunk["x_groq"] = x_groq
        if not self._is_groq and self._question.wants_usage_chunk:
            chunk["usage"] = None
        return _event(chunk)

    def _usage(self, counts: Counts) -> dict[str, Any]:
        script, prompt = self._script, self._question.prompt_tokens
        usage: dict[str, Any] = {
            "prompt_tokens": prompt,
            "completion_tokens": counts.completion,
            "total_tokens": prompt + counts.completion,
        }
        if script.cached_tokens:
            usage["prompt_tokens_details"] = {"cached_tokens": min(script.cached_tokens, prompt)}
        if counts.reasoning:
            usage["completion_tokens_details"] = {"reasoning_tokens": counts.reasoning}
        if self._is_groq:
            usage |= {
                "queue_time": script.queue_ms / 1000,
                "prompt_time": 0.004,
                "completion_time": round(counts.seconds, 6),
                "total_time": round(counts.seconds + 0.004, 6),
            }
        return usage


def _event(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return b"data: " + text.encode() + b"\n\n"
