"""Reads and checks Anthropic's messages requests."""

from collections.abc import Mapping
from typing import cast

from tests.provider.answers import topic_of
from tests.provider.faults import context_too_long
from tests.provider.question import Body, Question, ReasoningForm, count_prompt_tokens
from tests.provider.replies import Dialect, RequestRefusedError, error_reply
from tests.provider.script import Script

_KNOWN = {
    "model",
    "messages",
    "max_tokens",
    "system",
    "stop_sequences",
    "stream",
    "thinking",
    "output_config",
    "metadata",
    "service_tier",
    "tools",
    "tool_choice",
    "cache_control",
}
_EFFORTS = {"low", "medium", "high", "xhigh", "max"}
_THINKING = {"adaptive", "enabled", "disabled"}


def read_messages_request(script: Script, body: Body) -> Question:
    """Check the request. Raises `RequestRefusedError` with the server's own 400."""
    _check_names(body)
    texts = prompt_texts(body)
    limit = body.get("max_tokens")
    if limit is None:
        raise _refuse("max_tokens: Field required")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise _refuse("max_tokens: Input should be greater than or equal to 1")
    if limit > script.max_output:
        raise _refuse(
            f"max_tokens: {limit} > {script.max_output}, which is the maximum allowed number "
            f"of output tokens for {script.model}"
        )
    prompt_tokens = count_prompt_tokens(texts)
    if prompt_tokens > script.context_window:
        reply = context_too_long(Dialect.ANTHROPIC, prompt_tokens, script.context_window)
        raise RequestRefusedError(reply)
    thinking = _thinking(body)
    return Question(
        dialect=Dialect.ANTHROPIC,
        script=script,
        topic=topic_of(texts[-1]),
        prompt_tokens=prompt_tokens,
        max_tokens=limit,
        stops=_stops(body),
        effort="none" if thinking.get("type") == "disabled" else _effort(body),
        reasoning_form=_form(thinking),
        is_streamed=bool(body.get("stream")),
    )


def prompt_texts(body: Body) -> list[str]:
    """System text and messages, the last one being the question."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _refuse("messages: at least one message is required")
    texts = [_content_text("system", body["system"])] if body.get("system") else []
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, Mapping) else None
        if role not in ("user", "assistant"):
            raise _refuse(f"messages.{index}.role: Input should be 'user' or 'assistant'")
        texts.append(_content_text(f"messages.{index}.content", message.get("content")))
    if messages[-1]["role"] == "assistant":
        raise _refuse(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )
    return texts


def _refuse(message: str) -> RequestRefusedError:
    return RequestRefusedError(error_reply(Dialect.ANTHROPIC, 400, message))


def _check_names(body: Body) -> None:
    for name in sorted(body.keys() - _KNOWN):
        raise _refuse(f"{name}: Extra inputs are not permitted")


def _content_text(where: str, content: object) -> str:
    if isinstance(content, list):
        content = "".join(
            str(part.get("text", "")) if isinstance(part, Mapping) else "" for part in content
        )
    if not isinstance(content, str):
        raise _refuse(f"{where}: Input should be a valid string")
    if not content.strip():
        raise _refuse(f"{where}: text content blocks must be non-empty")
    return content


def _stops(body: Body) -> tuple[str, ...]:
    stops = body.get("stop_sequences") or []
    if not isinstance(stops, list) or not all(isinstance(each, str) for each in stops):
        raise _refuse("stop_sequences: Input should be a valid list of strings")
    if not all(each.strip() for each in stops):
        raise _refuse("stop_sequences: each stop sequence must contain non-whitespace")
    return tuple(stops)


def _effort(body: Body) -> str | None:
    config = body.get("output_config") or {}
    if not isinstance(config, dict):
        raise _refuse("output_config: Input should be an object")
    effort = config.get("effort")
    if effort is not None and str(effort) not in _EFFORTS:
        raise _refuse(f"output_config.effort: {effort!r} is not one of {sorted(_EFFORTS)}")
    return cast(str | None, effort)


def _thinking(body: Body) -> Body:
    thinking = body.get("thinking") or {}
    if not isinstance(thinking, dict) or (thinking and str(thinking.get("type")) not in _THINKING):
        raise _refuse("thinking.type: Input should be 'adaptive', 'enabled' or 'disabled'")
    return thinking


def _form(thinking: Body) -> ReasoningForm:
    """Thinking text is left out unless a summary is asked for; its tokens are billed anyway."""
    return "reasoning" if thinking.get("display") == "summarized" else "hidden"
