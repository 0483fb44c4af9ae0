"""Each refusal becomes the right error with a sentence for a person."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.adapters.base import (
    AdapterError,
    AuthenticationFailed,
    BadRequest,
    BrokenAnswer,
    ContextTooLong,
    ModelRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TimedOut,
    TooManyTokens,
)
from inference.adapters.error_bodies import LONGEST_MESSAGE, error_body, parse_error_body, quotable
from inference.adapters.errors import Party, error_in_stream, refusal

KEY = "gsk_canary0123456789"
PARTY = Party("Groq", KEY)


def refused(status: int, error: object, headers: dict[str, str] | None = None) -> AdapterError:
    return refusal(PARTY, status, headers or {}, json.dumps(error).encode(), "some-model")


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"message": "`logprobs` is not supported"}, BadRequest),
        (400, {"message": "Too long.", "code": "context_length_exceeded"}, ContextTooLong),
        (400, {"message": "This model's maximum context length is 4096 tokens."}, ContextTooLong),
        (
            400,
            {
                "message": "`max_completion_tokens` must be less than or equal to `65536`, the "
                "maximum value for `max_completion_tokens` is less than the `context_window`",
                "param": "max_completion_tokens",
            },
            BadRequest,
        ),
        (400, {"message": "prompt is too long: 9 tokens > 8 maximum"}, ContextTooLong),
        (400, {"message": "n_ctx", "type": "exceed_context_size_error"}, ContextTooLong),
        (400, {"message": "Gone.", "code": "model_decommissioned"}, ModelRetired),
        (400, {"message": "Your credit balance is too low"}, QuotaExhausted),
        (401, {"message": f"Incorrect API key provided: {KEY}"}, AuthenticationFailed),
        (402, {"message": "Pay."}, QuotaExhausted),
        (403, {"message": "Your key may not use this model."}, AuthenticationFailed),
        (404, {"message": "Gone.", "code": "model_not_found"}, ModelRetired),
        (404, {"message": "model: claude-old", "type": "not_found_error"}, ModelRetired),
        (404, {"message": 'model "x" not found, try pulling it first'}, ModelRetired),
        (404, {"message": "Not Found"}, BadRequest),
        (408, {}, TimedOut),
        (413, {"message": "Request too large", "type": "tokens"}, TooManyTokens),
        (413, {"message": "Request exceeds the maximum size"}, BadRequest),
        (422, {"message": "hallucinated tool"}, BadRequest),
        (424, {"message": "tool failed"}, BadRequest),
        (429, {"message": "Slow down."}, RateLimited),
        (429, {"message": "limit on tokens per day (TPD)"}, QuotaExhausted),
        (429, {"message": "No quota", "code": "insufficient_quota"}, QuotaExhausted),
        (498, {"message": "Flex tier is full."}, ProviderUnavailable),
        (500, {}, ProviderUnavailable),
        (502, {}, ProviderUnavailable),
        (503, {}, ProviderUnavailable),
        (504, {}, ProviderUnavailable),
        (529, {"message": "Overloaded"}, ProviderUnavailable),
        (301, {}, BadRequest),
    ],
)
def test_a_status_and_its_body_decide_the_error(
    status: int, error: dict[str, str], expected: type[AdapterError]
) -> None:
    raised = refused(status, {"error": error})

    assert type(raised) is expected
    assert KEY not in raised.message


def test_a_rate_limit_names_the_limit_and_the_wait() -> None:
    error = {"message": "Rate limit reached on tokens per minute (TPM): Limit 8000"}

    raised = refused(429, {"error": error}, {"retry-after": "2"})

    assert raised.message == "Groq's limit of tokens per minute is reached. It accepts more in 2 s."
    assert raised.retry_after_s == 2
    assert raised.is_retryable


def test_a_daily_limit_is_a_rate_limit_that_a_retry_does_not_help() -> None:
    error = {"message": "Rate limit reached on requests per day (RPD): Limit 1000"}

    raised = refused(429, {"error": error}, {"retry-after": "11000"})

    assert isinstance(raised, RateLimited)
    assert not raised.is_retryable
    assert (
        raised.message
        == "Groq's limit of requests per day is reached. It accepts more in 3 h 4 min."
    )


def test_too_many_tokens_tells_both_figures() -> None:
    error = {"message": "(TPM): Limit 8000, Requested 65613", "type": "tokens"}

    raised = refused(413, {"error": error})

    assert "(65,613 requested, 8,000 allowed)" in raised.message


def test_a_retired_model_is_named() -> None:
    assert refused(404, {"error": {"code": "model_not_found"}}).message == (
        "Groq no longer serves some-model."
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, ProviderUnavailable),
        ({"type": "rate_limit_error", "message": "Slow"}, RateLimited),
        ({"code": 502, "message": "Upstream failed"}, ProviderUnavailable),
        ({"status_code": 429, "message": "Slow"}, RateLimited),
        ({"type": "invalid_request_error", "message": "Bad"}, BadRequest),
        ({"message": "Something"}, BrokenAnswer),
        ("Something", BrokenAnswer),
        (None, BrokenAnswer),
    ],
)
def test_an_error_amid_a_stream_is_told_by_its_status_or_type(
    error: object, expected: type[AdapterError]
) -> None:
    assert type(error_in_stream(PARTY, error_body(error))) is expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "Why"}}',
        b'{"error": "Why"}',
        b'{"message": "Why", "object": "error", "code": 400}',
        b'{"detail": "Why"}',
        b'{"detail": [{"msg": "Why", "loc": ["body"]}]}',
        b'{"type": "error", "error": {"type": "x", "message": "Why"}}',
        b'[{"error": {"message": "Why"}}]',
    ],
)
def test_the_message_is_found_in_every_usual_shape(body: bytes) -> None:
    assert parse_error_body(body).message == "Why"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"null", b"[]", b"7", b"[" * 100_000])
def test_a_body_that_says_nothing_gives_an_empty_one(body: bytes) -> None:
    assert parse_error_body(body).message == ""


@given(body=st.binary())
def test_no_body_breaks_the_error_parser(body: bytes) -> None:
    parse_error_body(body)


@given(message=st.text(st.characters()))
def test_a_quote_is_one_short_line_that_can_be_stored(message: str) -> None:
    quote = quotable(message, KEY)

    quote.encode()
    assert len(quote) <= LONGEST_MESSAGE
    assert not set(quote) & set("\0\n\r\t")


def test_a_quote_holds_no_key() -> None:
    quote = quotable(f"The key {KEY} and sk-proj-abcdefghijk and Bearer abcdefgh12 fail.", KEY)

    assert quote == "The key … and … and … fail."


def test_a_page_is_not_quoted() -> None:
    assert quotable("<!DOCTYPE html><title>Access denied</title>") == ""
    assert quotable("upstream said <html><body>no</body></html>") == ""


def test_an_error_names_no_key_in_its_repr() -> None:
    assert KEY not in repr(PARTY)
