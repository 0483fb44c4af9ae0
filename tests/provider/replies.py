"""Whole HTTP answers: error bodies in each dialect's form, and the headers all answers carry."""

import json
import secrets
from dataclasses import dataclass
from enum import StrEnum

Headers = tuple[tuple[bytes, bytes], ...]


class Dialect(StrEnum):
    """Whose protocol is spoken; told by the path and, for `/v1/models`, by a header."""

    GROQ = "groq"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer. `headers` leaves out the content length, which is added when sent."""

    status: int
    body: bytes
    headers: Headers = ((b"content-type", b"application/json"),)


class RequestRefusedError(Exception):
    """The request is wrong in the way the real server would say; `reply` is what it gets."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body.decode())
        self.reply = reply


_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_RATE_LIMITS: dict[Dialect, Headers] = {
    Dialect.GROQ: (
        (b"x-ratelimit-limit-requests", b"14400"),
        (b"x-ratelimit-limit-tokens", b"250000"),
        (b"x-ratelimit-remaining-requests", b"14370"),
        (b"x-ratelimit-remaining-tokens", b"249317"),
        (b"x-ratelimit-reset-requests", b"2m59.56s"),
        (b"x-ratelimit-reset-tokens", b"120ms"),
    ),
    Dialect.OPENAI: (
        (b"x-ratelimit-limit-requests", b"10000"),
        (b"x-ratelimit-limit-tokens", b"2000000"),
        (b"x-ratelimit-remaining-requests", b"9999"),
        (b"x-ratelimit-remaining-tokens", b"1999283"),
        (b"x-ratelimit-reset-requests", b"6ms"),
        (b"x-ratelimit-reset-tokens", b"7.66s"),
        (b"openai-processing-ms", b"12"),
    ),
    Dialect.ANTHROPIC: (
        (b"anthropic-ratelimit-requests-limit", b"4000"),
        (b"anthropic-ratelimit-requests-remaining", b"3999"),
        (b"anthropic-ratelimit-requests-reset", b"2026-11-24T00:00:01Z"),
        (b"anthropic-ratelimit-tokens-limit", b"2000000"),
        (b"anthropic-ratelimit-tokens-remaining", b"1999000"),
        (b"anthropic-ratelimit-tokens-reset", b"2026-11-24T00:00:01Z"),
        (b"anthropic-organization-id", b"00000000-0000-4000-8000-000000000000"),
    ),
}


def new_request_id() -> str:
    return "req_" + secrets.token_hex(12)


def common_headers(dialect: Dialect, request_id: str) -> Headers:
    """Request id and rate limits, as every answer of that provider carries them."""
    name = b"request-id" if dialect is Dialect.ANTHROPIC else b"x-request-id"
    return ((name, request_id.encode()), *_RATE_LIMITS[dialect])


def json_reply(value: object, status: int = 200, headers: Headers = ()) -> Reply:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, body, ((b"content-type", b"application/json"), *headers))


def error_reply(
    dialect: Dialect,
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
    headers: Headers = (),
) -> Reply:
    """An error in the dialect's own body; Anthropic's has its type from the status."""
    return json_reply(error_body(dialect, status, message, kind, code, param), status, headers)


def error_body(
    dialect: Dialect,
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> dict[str, object]:
    if dialect is Dialect.ANTHROPIC:
        error = {"type": _ANTHROPIC_TYPES.get(status, "api_error"), "message": message}
        return {"type": "error", "error": error, "request_id": new_request_id()}
    if dialect is Dialect.OPENAI:
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}
    optional = {"code": code, "param": param}
    told = {name: value for name, value in optional.items() if value is not None}
    return {"error": {"message": message, "type": kind, **told}}
