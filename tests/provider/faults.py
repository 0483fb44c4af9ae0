"""The faults that are answered at once, in place of an answer."""

import time
from collections.abc import Callable
from email.utils import formatdate

from tests.provider.replies import Dialect, Headers, Reply, error_reply
from tests.provider.script import Fault, Script

_HTML: Headers = ((b"content-type", b"text/html; charset=utf-8"),)
_PAGE = b"<!DOCTYPE html>\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"

AMID_THE_ANSWER = frozenset(
    (
        Fault.HANG_HEADERS,
        Fault.HANG_FIRST,
        Fault.HANG,
        Fault.CUT,
        Fault.MALFORMED,
        Fault.ERROR,
        Fault.ERROR_IN_X_GROQ,
        Fault.REFUSAL,
    )
)


def fault_reply(dialect: Dialect, script: Script) -> Reply:
    """The answer that the script's fault puts in place of a completion."""
    assert script.fault is not None
    return _REPLIES[script.fault](dialect, script)


def unauthorized(dialect: Dialect) -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return error_reply(dialect, 401, "invalid x-api-key")
    return error_reply(dialect, 401, "Invalid API Key", code="invalid_api_key")


def model_not_found(dialect: Dialect, model: str, why: str = "") -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return error_reply(dialect, 404, f"model: {model}" + (f" ({why})" if why else ""))
    message = f"The model `{model}` does not exist or you do not have access to it."
    return error_reply(
        dialect, 404, f"{message} {why}".rstrip(), code="model_not_found", param="model"
    )


def context_too_long(dialect: Dialect, tokens: int, window: int) -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return error_reply(dialect, 400, f"prompt is too long: {tokens} tokens > {window} maximum")
    return error_reply(
        dialect,
        400,
        "Please reduce the length of the messages or completion. "
        f"They are {tokens} tokens long, the model takes {window}.",
        code="context_length_exceeded",
        param="messages",
    )


def _page(status: int, title: bytes) -> Reply:
    return Reply(status, _PAGE % (title, title), _HTML)


def _decommissioned(dialect: Dialect, script: Script) -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return model_not_found(dialect, script.model)
    message = (
        f"The model `{script.model}` has been decommissioned and is no longer supported. "
        "Please refer to the documentation for a recommendation on which model to use instead."
    )
    return error_reply(dialect, 400, message, code="model_decommissioned")


def _unsupported_parameter(dialect: Dialect, script: Script) -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return error_reply(dialect, 400, "top_k: Extra inputs are not permitted")
    return error_reply(
        dialect, 400, "`logprobs` is not supported with this model", param="logprobs"
    )


def _no_stream_options(dialect: Dialect, script: Script) -> Reply:
    return error_reply(
        dialect, 400, "property 'stream_options' is unsupported", param="stream_options"
    )


def _too_many_tokens(dialect: Dialect, script: Script) -> Reply:
    if dialect is Dialect.ANTHROPIC:
        return error_reply(dialect, 413, "Request exceeds the maximum size")
    message = (
        f"Request too large for model `{script.model}` in organization `org_sim` service tier "
        "`on_demand` on tokens per minute (TPM): Limit 8000, Requested 65613, please reduce "
        "your message size and try again."
    )
    return error_reply(dialect, 413, message, kind="tokens", code="rate_limit_exceeded")


def _rate_limit(dialect: Dialect, script: Script) -> Reply:
    return _limited(dialect, script, "requests per minute (RPM): Limit 30, Used 30, Requested 1")


def _daily_limit(dialect: Dialect, script: Script) -> Reply:
    return _limited(dialect, script, "requests per day (RPD): Limit 1000, Used 1000, Requested 1")


def _limited(dialect: Dialect, script: Script, limit: str) -> Reply:
    after = script.retry_after
    wait = f" Please try again in {after}s." if after and after != "date" else ""
    if after == "date":
        after = formatdate(time.time() + 2, usegmt=True)
    message = f"Rate limit reached for model `{script.model}` in organization `org_sim` on {limit}."
    headers: Headers = ((b"retry-after", after.encode()),) if after else ()
    return error_reply(
        dialect,
        429,
        message + wait,
        kind="requests",
        code="rate_limit_exceeded",
        headers=headers,
    )


def _plain(
    status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None
) -> Callable[[Dialect, Script], Reply]:
    return lambda dialect, script: error_reply(dialect, status, message, kind=kind, code=code)


_REPLIES: dict[Fault, Callable[[Dialect, Script], Reply]] = {
    Fault.UNAUTHORIZED: lambda dialect, script: unauthorized(dialect),
    Fault.PAYMENT: _plain(402, "Your credit balance is too low.", code="insufficient_quota"),
    Fault.FORBIDDEN: _plain(403, "Your key may not use this model.", code="permission_denied"),
    Fault.FORBIDDEN_HTML: lambda dialect, script: _page(403, b"Access denied"),
    Fault.MODEL_NOT_FOUND: lambda dialect, script: model_not_found(dialect, script.model),
    Fault.MODEL_DECOMMISSIONED: _decommissioned,
    Fault.UNSUPPORTED_PARAMETER: _unsupported_parameter,
    Fault.NO_STREAM_OPTIONS: _no_stream_options,
    Fault.CONTEXT_LENGTH: lambda dialect, script: context_too_long(
        dialect, script.context_window + 1, script.context_window
    ),
    Fault.TOO_MANY_TOKENS: _too_many_tokens,
    Fault.BODY_TOO_LARGE: _plain(413, "Request Entity Too Large", code="request_too_large"),
    Fault.UNPROCESSABLE: _plain(422, "The model called a tool that is not in the request."),
    Fault.RATE_LIMIT: _rate_limit,
    Fault.DAILY_LIMIT: _daily_limit,
    Fault.CAPACITY: _plain(498, "Flex tier is at capacity.", code="capacity_exceeded"),
    Fault.SERVER_ERROR: lambda dialect, script: Reply(500, b"", ()),
    Fault.BAD_GATEWAY: lambda dialect, script: _page(502, b"502 Bad Gateway"),
    Fault.UNAVAILABLE: _plain(
        503, "The service is unavailable. Please try again.", kind="internal_server_error"
    ),
    Fault.OVERLOADED: _plain(529, "Overloaded", kind="overloaded_error"),
    Fault.HTML: lambda dialect, script: _page(200, b"Please sign in"),
}
