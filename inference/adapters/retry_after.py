"""When a provider will accept requests again, from its headers or its words."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
LONGEST_S = 7 * 86400.0

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+")
_TRY_AGAIN = re.compile(r"try again in ((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)", re.IGNORECASE)


def parse_duration_s(text: str) -> float | None:
    """Read `2m59.56s`, `7.66s` or `120ms` as seconds; `None` if it is something else."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * UNIT_S[unit] for number, unit in _PART.findall(text))


def retry_after_s(headers: Mapping[str, str], message: str) -> float | None:
    """Return the seconds to wait, or `None` if the provider did not say.

    Headers first (`retry-after-ms`, `retry-after` in seconds or as a date), then the message's
    "try again in 7.66s", then the reset time of the limit that has nothing left.
    """
    waits = (
        _seconds(headers.get("retry-after-ms", ""), unit_s=0.001),
        _seconds(headers.get("retry-after", "")),
        _until(headers.get("retry-after", "")),
        _said(message),
        _reset(headers, "tokens"),
        _reset(headers, "requests"),
    )
    wait_s = next((wait for wait in waits if wait is not None), None)
    return None if wait_s is None else min(max(wait_s, 0.0), LONGEST_S)


def _seconds(text: str, unit_s: float = 1.0) -> float | None:
    return float(text) * unit_s if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text) else None


def _until(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()


def _said(message: str) -> float | None:
    said = _TRY_AGAIN.search(message)
    return parse_duration_s(said.group(1)) if said else None


def _reset(headers: Mapping[str, str], limit: str) -> float | None:
    if headers.get(f"x-ratelimit-remaining-{limit}", "") != "0":
        return None
    return parse_duration_s(headers.get(f"x-ratelimit-reset-{limit}", ""))
