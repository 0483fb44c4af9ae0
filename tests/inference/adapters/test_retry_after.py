"""When to come back, in whichever way a provider says it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from inference.adapters.retry_after import LONGEST_S, parse_duration_s, retry_after_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120ms", 0.12),
        ("7.66s", 7.66),
        ("2m59.56s", 179.56),
        ("6m0s", 360),
        ("1h2m3s", 3723),
        ("1d", 86400),
    ],
)
def test_durations_are_read_as_seconds(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "2", "soon", "-3s", "3 s", "3s later"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration_s(text) is None


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "2"}, "", 2),
        ({"retry-after": "61.5"}, "", 61.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({}, "Please try again in 1m2.5s. Need more?", 62.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, "", 0.12),
        ({"x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "120ms"}, "", None),
        ({"retry-after": "soon"}, "Wait a little.", None),
        ({"retry-after": "999999999999"}, "", LONGEST_S),
        ({}, "", None),
    ],
)
def test_the_wait_is_taken_from_headers_then_words(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    assert retry_after_s(headers, message) == (None if seconds is None else pytest.approx(seconds))


def test_a_date_is_turned_into_seconds_from_now() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    assert retry_after_s({"retry-after": in_a_minute}, "") == pytest.approx(60, abs=2)


def test_a_date_gone_by_means_now() -> None:
    assert retry_after_s({"retry-after": "Mon, 02 Nov 2020 00:00:00 GMT"}, "") == 0
