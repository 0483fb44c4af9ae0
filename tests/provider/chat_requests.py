"""Reads and checks chat completion requests the way Groq and OpenAI do."""

from collections.abc import Mapping

from tests.provider.answers import topic_of
from tests.provider.faults import context_too_long
from tests.provider.question import Body, Question, ReasoningForm, count_prompt_tokens
from tests.provider.replies import Dialect, RequestRefusedError, error_reply
from tests.provider.script import Quirk, Script

_BOTH = {
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "n",
    "stream",
    "stream_options",
    "reasoning_effort",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "service_tier",
    "user",
}
_KNOWN = {
    Dialect.GROQ: _BOTH | {"reasoning_format", "include_reasoning"},
    Dialect.OPENAI: _BOTH
    | {"logit_bias", "logprobs", "top_logprobs", "metadata", "store", "verbosity"}
    | {"prompt_cache_key", "safety_identifier"},
}
_RANGES = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
_ROLES = {"system", "developer", "user", "assistant", "tool"}
_EFFORTS = {
    Dialect.GROQ: {"none", "default", "low", "medium", "high"},
    Dialect.OPENAI: {"none", "minimal", "low", "medium", "high", "xhigh", "max"},
}
_MAX_STOPS = 4


def read_chat_request(dialect: Dialect, script: Script, body: Body) -> Question:
    """Check the request. Raises `RequestRefusedError` with the server's own 400."""
    if Quirk.LENIENT not in script.quirks:
        _check_names(dialect, script, body)
    _check_ranges(dialect, body)
    texts = _message_texts(dialect, script, body)
    prompt_tokens = count_prompt_tokens(texts)
    max_tokens = _max_tokens(dialect, script, body)
    if prompt_tokens > script.context_window:
        raise RequestRefusedError(context_too_long(dialect, prompt_tokens, script.context_window))
    options = _stream_options(dialect, body)
    return Question(
        dialect=dialect,
        script=script,
        topic=topic_of(texts[-1]),
        prompt_tokens=prompt_tokens,
        max_tokens=max_tokens,
        stops=_stops(dialect, body),
        effort=_effort(dialect, script, body),
        reasoning_form=_reasoning_form(dialect, script, body),
        is_streamed=bool(body.get("stream")),
        wants_usage_chunk=bool(options.get("include_usage")),
    )


def _refuse(
    dialect: Dialect, message: str, param: str | None = None, code: str | None = None
) -> RequestRefusedError:
    return RequestRefusedError(error_reply(dialect, 400, message, param=param, code=code))


def _check_names(dialect: Dialect, script: Script, body: Body) -> None:
    for name in sorted(body.keys() - _KNOWN[dialect]):
        if dialect is Dialect.GROQ:
            raise _refuse(dialect, f"property '{name}' is unsupported")
        raise _refuse(
            dialect, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter"
        )
    if Quirk.SAMPLING_REFUSED in script.quirks and body.get("reasoning_effort") != "none":
        for name in ("temperature", "top_p", "max_tokens"):
            if name in body:
                raise _refuse(
                    dialect,
                    f"Unsupported parameter: '{name}' is not supported with this model.",
                    param=name,
                    code="unsupported_parameter",
                )
    if body.get("stream_options") is not None and not body.get("stream"):
        raise _refuse(
            dialect,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )


def _stream_options(dialect: Dialect, body: Body) -> Body:
    options = body.get("stream_options") or {}
    if not isinstance(options, dict):
        raise _refuse(dialect, "'stream_options' : must be an object", param="stream_options")
    return options


def _check_ranges(dialect: Dialect, body: Body) -> None:
    for name, (low, high) in _RANGES.items():
        number = body.get(name)
        if number is None:
            continue
        if not _is_number(number) or not low <= number <= high:
            raise _refuse(dialect, f"`{name}` must be between {low} and {high}", param=name)
    if body.get("n") not in (None, 1):
        raise _refuse(dialect, "'n' : number must be at most 1", param="n")
    seed = body.get("seed")
    if seed is not None and not isinstance(seed, int):
        raise _refuse(dialect, "'seed' : value must be an integer", param="seed")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _message_texts(dialect: Dialect, script: Script, body: Body) -> list[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _refuse(dialect, "'messages' : minimum number of items is 1", param="messages")
    return [_message_text(dialect, index, each) for index, each in enumerate(messages)]


def _message_text(dialect: Dialect, index: int, message: object) -> str:
    where = f"messages.{index}"
    if not isinstance(message, Mapping) or str(message.get("role")) not in _ROLES:
        raise _refuse(dialect, f"'{where}.role' : not one of the roles", param="messages")
    if dialect is Dialect.GROQ:
        for name in sorted(message.keys() - {"role", "content", "tool_calls", "tool_call_id"}):
            raise _refuse(dialect, f"'{where}' : property '{name}' is unsupported")
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(
            str(part.get("text", "")) for part in content if isinstance(part, Mapping)
        )
    if not isinstance(content, str):
        raise _refuse(dialect, f"'{where}.content' : value must be a string", param="messages")
    return content


def _max_tokens(dialect: Dialect, script: Script, body: Body) -> int | None:
    given = {
        name: body[name]
        for name in ("max_tokens", "max_completion_tokens")
        if body.get(name) is not None
    }
    for name, limit in given.items():
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise _refuse(dialect, f"`{name}` must be at least 1", param=name)
        if limit > script.max_output:
            raise _refuse(
                dialect,
                f"`{name}` must be less than or equal to `{script.max_output}`, the maximum "
                f"value for `{name}` is less than the `context_window` for this model",
                param=name,
            )
    return min(given.values(), default=None)


def _stops(dialect: Dialect, body: Body) -> tuple[str, ...]:
    stop = body.get("stop") or []
    stops = [stop] if isinstance(stop, str) else stop
    if (
        not isinstance(stops, list)
        or len(stops) > _MAX_STOPS
        or not all(isinstance(each, str) for each in stops)
    ):
        raise _refuse(dialect, "'stop' : at most 4 strings", param="stop")
    return tuple(stops)


def _effort(dialect: Dialect, script: Script, body: Body) -> str | None:
    effort = body.get("reasoning_effort")
    if effort is None:
        return None
    if not script.reasoning_tokens:
        raise _refuse(
            dialect,
            "`reasoning_effort` is not supported with this model",
            param="reasoning_effort",
        )
    if str(effort) not in _EFFORTS[dialect]:
        raise _refuse(
            dialect, f"`reasoning_effort` : {effort!r} is not a level", param="reasoning_effort"
        )
    return str(effort)


def _reasoning_form(dialect: Dialect, script: Script, body: Body) -> ReasoningForm:
    if dialect is Dialect.OPENAI:
        return script.reasoning_field
    form, include = body.get("reasoning_format"), body.get("include_reasoning")
    if form is not None and include is not None:
        raise _refuse(dialect, "cannot specify both `reasoning_format` and `include_reasoning`")
    if include is False or form == "hidden":
        return "hidden"
    if form == "raw":
        return "think"
    return "reasoning" if form == "parsed" else script.reasoning_field
