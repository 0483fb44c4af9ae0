"""What a provider's error body says, in whichever of the usual shapes it comes."""

import json
import re
from dataclasses import dataclass

from inference.adapters.text import clean_text

LONGEST_MESSAGE = 300
LONGEST_READ = 10_000
MOST_WRAPPERS = 4

_HTML = re.compile(r"^\s*<|<(?:!doctype|html|head|body|script|div|title)\b", re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|gsk|xai|key)[-_][\w*.-]{8,}|\bBearer [\w*.-]{8,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The provider's own words; each empty where it said nothing. `status` 0 means not given."""

    message: str = ""
    type: str = ""
    code: str = ""
    param: str = ""
    status: int = 0


def parse_error_body(body: bytes) -> ErrorBody:
    """Read an error answer. HTML, an empty body and broken JSON give an empty `ErrorBody`."""
    try:
        value = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ErrorBody()
    return error_body(value)


def error_body(value: object) -> ErrorBody:
    """Read `{"error": {…}}`, `{"error": "…"}`, `{"detail": […]}` or the bare error, decoded."""
    inner = _unwrapped(value)
    if isinstance(inner, str):
        return ErrorBody(message=inner)
    if not isinstance(inner, dict):
        return ErrorBody()
    return ErrorBody(
        message=_words(inner.get("message") or inner.get("msg")),
        type=_words(inner.get("type")),
        code=_words(inner.get("code")),
        param=_words(inner.get("param")),
        status=_status(inner),
    )


def _unwrapped(value: object) -> object:
    for _ in range(MOST_WRAPPERS):
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict) and (value.get("error") or value.get("detail")):
            value = value.get("error") or value.get("detail")
    return value


def quotable(message: str, api_key: str = "") -> str:
    """Return a provider's message fit for a person: one line, short, no key, no HTML page."""
    message = message[:LONGEST_READ]
    if _HTML.search(message):
        return ""
    if len(api_key) >= 4:
        message = message.replace(api_key, "…")
    message = _UNPRINTABLE.sub(" ", _KEY.sub("…", clean_text(message))).strip()
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1].rstrip() + "…"
    return message


def _words(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _status(error: dict[str, object]) -> int:
    """Return the HTTP status that an error inside a 200 stream names (`code`, `status_code`)."""
    for name in ("status_code", "code", "status"):
        text = str(error.get(name, ""))
        if re.fullmatch(r"[45]\d\d", text):
            return int(text)
    return 0
