"""What every network adapter must do, whatever protocol it speaks."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Literal

import pytest

from inference.adapters.base import (
    Adapter,
    AdapterError,
    AuthenticationFailed,
    BadRequest,
    BrokenAnswer,
    ContextTooLong,
    Delta,
    Finish,
    ModelRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    RequestId,
    TimedOut,
)
from tests.inference.adapters.conftest import KEY, ask, base_url_of, read
from tests.inference.adapters.odd_server import OddServer
from tests.provider.server import RunningProvider

AdapterFor = Callable[..., Adapter]

DISCONNECT_S = 0.5


@pytest.fixture(params=["groq", "anthropic", "openai_compatible"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def adapter(kind: str, provider: RunningProvider, adapter_for: AdapterFor) -> Adapter:
    return adapter_for(kind, base_url_of(kind, provider))


# --- Answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        "sim:tokens=30",
        "sim:style=unicode",
        "sim:tokens=0",
        "sim:tokens=300,chunk=7",
        "sim-one-chunk:tokens=3000",
        "sim-crlf",
        "sim-comments",
        "sim-joined",
        "sim-split-utf8",
        "sim-split-events",
        "sim-multiline",
        "sim-escaped",
        "sim-surrogates",
        "sim-empty-first",
        "sim-null-choices",
        "sim-sparse",
        "sim-no-done",
        "sim-unknown-event",
        "sim:quirks=no-space",
        "sim:quirks=no-role",
        "sim-drip",
        "sim-no-usage",
    ],
)
async def test_the_text_is_exactly_what_was_sent(
    adapter: Adapter, provider: RunningProvider, kind: str, script: str
) -> None:
    tag = f"exact-{kind}"
    request = ask(f"{script}{',' if ':' in script else ':'}tag={tag}")

    answer = await read(adapter, request)

    assert answer.error is None
    assert answer.text == provider.calls(tag)[-1].text
    assert answer.finishes == ["stop"]


async def test_every_delta_has_text_and_the_finish_is_last(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-empty-first:reasoning=5,tokens=5"))

    assert all(event.text for event in answer.events if isinstance(event, Delta))
    assert isinstance(answer.events[-1], Finish)


async def test_the_request_id_is_told_once(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim"))

    assert len(answer.request_ids) == 1
    assert answer.request_ids[0]
    assert isinstance(answer.events[0], RequestId)


async def test_usage_counts_what_was_generated(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim:tokens=20,reasoning=12,cached=3"))

    assert len(answer.usages) == 1
    assert answer.usage.completion_tokens == 32
    assert answer.usage.reasoning_tokens == 12
    assert answer.usage.cached_tokens == 3
    assert answer.usage.prompt_tokens is not None
    assert answer.usage.prompt_tokens > 3


async def test_a_missing_usage_is_no_error(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-no-usage"))

    assert answer.error is None
    assert all(usage.completion_tokens is None for usage in answer.usages)


async def test_nul_characters_are_replaced(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-nul"))

    assert "\0" not in answer.text
    assert "\ufffd" in answer.text


async def test_reasoning_that_ate_the_limit_ends_with_length(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-length-in-reasoning"))

    assert answer.finishes == ["length"]
    assert answer.text == ""
    assert answer.usage.reasoning_tokens == 40


async def test_the_token_limit_is_sent(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim:tokens=50", max_completion_tokens=7))

    assert answer.usage.completion_tokens == 7
    assert answer.finishes == ["length"]


async def test_stop_texts_are_sent(adapter: Adapter, provider: RunningProvider, kind: str) -> None:
    await read(adapter, ask(f"sim:tag=stop-{kind}", stop=["END", "\n\n"]))

    (call,) = provider.calls(f"stop-{kind}")
    assert (call.body.get("stop") or call.body.get("stop_sequences")) == ["END", "\n\n"]


async def test_what_was_not_set_is_not_sent(
    adapter: Adapter, provider: RunningProvider, kind: str
) -> None:
    await read(adapter, ask(f"sim:tag=bare-{kind}"))

    (call,) = provider.calls(f"bare-{kind}")
    allowed = {"model", "messages", "stream", "stream_options"}
    assert set(call.body) - allowed == ({"max_tokens"} if kind == "anthropic" else set())


async def test_an_unknown_parameter_is_refused_by_name(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim", colour="red"))

    assert isinstance(answer.error, BadRequest)
    assert "colour" in answer.error.message


async def test_one_adapter_streams_many_answers_at_once(adapter: Adapter) -> None:
    answers = await asyncio.gather(
        *(read(adapter, ask("sim:tokens=20,ttft=100,tps=100")) for _ in range(120))
    )

    assert {answer.text for answer in answers} == {answers[0].text}
    assert all(answer.finishes == ["stop"] for answer in answers)


async def test_a_connection_is_used_again(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    finish = (
        b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'
        if kind == "anthropic"
        else b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}'
    )
    odd_server.will_stream(finish)
    adapter = adapter_for(kind, odd_server.url)

    for _ in range(3):
        assert (await read(adapter, ask("m"))).finishes == ["stop"]

    assert odd_server.connections == 1


# --- Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("sim-unauthorized", AuthenticationFailed),
        ("sim-payment", QuotaExhausted),
        ("sim-forbidden", AuthenticationFailed),
        ("sim-forbidden-html", AuthenticationFailed),
        ("sim-model-not-found", ModelRetired),
        ("sim-model-decommissioned", ModelRetired),
        ("sim-unsupported-parameter", BadRequest),
        ("sim-context-length", ContextTooLong),
        ("sim-body-too-large", BadRequest),
        ("sim-unprocessable", BadRequest),
        ("sim-rate-limit", RateLimited),
        ("sim-daily-limit", QuotaExhausted),
        ("sim-capacity", ProviderUnavailable),
        ("sim-server-error", ProviderUnavailable),
        ("sim-bad-gateway", ProviderUnavailable),
        ("sim-unavailable", ProviderUnavailable),
        ("sim-overloaded", ProviderUnavailable),
        ("sim-html", BrokenAnswer),
        ("sim-no-finish", BrokenAnswer),
        ("sim-malformed", BrokenAnswer),
        ("sim-stream-error", ProviderUnavailable),
        ("sim-cut", ProviderUnavailable),
    ],
)
async def test_each_fault_becomes_its_error(
    adapter: Adapter, script: str, expected: type[AdapterError]
) -> None:
    answer = await read(adapter, ask(script))

    assert type(answer.error) is expected
    assert answer.finishes == []
    assert answer.error.message.strip()
    assert "<" not in answer.error.message
    assert KEY not in answer.error.message


@pytest.mark.parametrize(
    "script", ["sim-malformed", "sim-stream-error", "sim-cut", "sim-no-finish:quirks=joined"]
)
async def test_the_text_before_a_fault_is_kept(
    adapter: Adapter, provider: RunningProvider, kind: str, script: str
) -> None:
    tag = f"kept-{kind}"
    answer = await read(adapter, ask(f"{script}{',' if ':' in script else ':'}tag={tag}"))

    sent = provider.calls(tag)[-1].text
    assert answer.text
    assert sent.startswith(answer.text)


@pytest.mark.parametrize(
    ("script", "seconds"),
    [("sim-rate-limit", 2), ("sim-rate-limit-long", 61), ("sim-daily-limit", 3600)],
)
async def test_the_wait_that_a_rate_limit_asks_for_is_told(
    adapter: Adapter, script: str, seconds: float
) -> None:
    answer = await read(adapter, ask(script))

    assert isinstance(answer.error, RateLimited)
    assert answer.error.retry_after_s == seconds


async def test_nothing_is_retried_by_the_sdk(
    adapter: Adapter, provider: RunningProvider, kind: str
) -> None:
    await read(adapter, ask(f"sim-server-error:tag=once-{kind}"))

    assert len(provider.calls(f"once-{kind}")) == 1


async def test_a_key_that_a_body_quotes_is_not_told(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    body = b'{"error":{"message":"The key %s may not do this","type":"x"}}' % KEY.encode()
    odd_server.will_send(body, "application/json", status="403 Forbidden")

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert answer.error is not None
    assert answer.error.message.endswith("The key … may not do this")


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines", "nul\0"])
async def test_a_key_that_cannot_be_sent_is_an_authentication_error(
    kind: str, provider: RunningProvider, adapter_for: AdapterFor, key: str
) -> None:
    adapter = adapter_for(kind, base_url_of(kind, provider), api_key=key)

    with pytest.raises(AuthenticationFailed):
        await adapter.list_models()
    assert isinstance((await read(adapter, ask("sim"))).error, AuthenticationFailed)


async def test_a_wrong_key_is_an_authentication_error(
    kind: str, provider: RunningProvider, adapter_for: AdapterFor
) -> None:
    adapter = adapter_for(kind, base_url_of(kind, provider), api_key="invalid")

    with pytest.raises(AuthenticationFailed, match="Ask an administrator"):
        await adapter.list_models()


# --- The network ---------------------------------------------------------------------------------


async def test_a_refused_connection_says_so(kind: str, adapter_for: AdapterFor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    answer = await read(adapter_for(kind, f"http://127.0.0.1:{port}"), ask("m"))

    assert isinstance(answer.error, ProviderUnavailable)
    assert "could not be reached" in answer.error.message


async def test_a_host_without_address_says_so(kind: str, adapter_for: AdapterFor) -> None:
    answer = await read(adapter_for(kind, "http://no-such-host.invalid"), ask("m"))

    assert isinstance(answer.error, ProviderUnavailable)
    assert "could not be reached" in answer.error.message


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/eve", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", BrokenAnswer),
        (b"HTTP/1.1 200 OK\r\n\r\n", BrokenAnswer),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", (BrokenAnswer, ProviderUnavailable)),
    ],
)
async def test_broken_http_becomes_our_error(
    kind: str,
    odd_server: OddServer,
    adapter_for: AdapterFor,
    reply: bytes,
    expected: type[AdapterError],
) -> None:
    odd_server.replies.append(reply)

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert isinstance(answer.error, expected)


async def test_a_redirect_is_not_followed(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_send(
        b"", "text/plain", status="307 Temporary Redirect", headers="Location: /elsewhere\r\n"
    )

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert isinstance(answer.error, BadRequest)
    assert len(odd_server.requests) == 1


async def test_an_error_told_as_json_with_status_200_is_an_error(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    body = b'{"error":{"message":"Busy","type":"overloaded_error"}}'
    odd_server.will_send(body, "application/json")

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert isinstance(answer.error, ProviderUnavailable)


@pytest.mark.parametrize("payload", [b"7", b"[]", b"{", b"[" * 50_000, b'{"choices":7,"type":7}'])
async def test_payloads_of_another_form_are_a_broken_answer(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor, payload: bytes
) -> None:
    odd_server.will_stream(payload)

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert isinstance(answer.error, BrokenAnswer)


@pytest.mark.parametrize("script", ["sim-hang-headers", "sim-hang-first", "sim-hang"])
async def test_silence_past_the_read_timeout_is_told(
    kind: str, provider: RunningProvider, adapter_for: AdapterFor, script: str
) -> None:
    adapter = adapter_for(kind, base_url_of(kind, provider), read_timeout_s=0.3)

    answer = await read(adapter, ask(script))

    assert isinstance(answer.error, TimedOut)
    assert "sent nothing" in answer.error.message


# --- Leaving -------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["sim-hang-headers", "sim-hang-first", "sim-hang", "sim:tps=20"])
async def test_cancelling_disconnects(
    adapter: Adapter, provider: RunningProvider, kind: str, script: str
) -> None:
    tag = f"cancel-{kind}-{script.partition(':')[0]}"
    state: Literal["started", "answering"] = (
        "started" if script == "sim-hang-headers" else "answering"
    )
    request = ask(f"{script}{',tokens=400,' if ':' in script else ':'}tag={tag}")
    reading = asyncio.create_task(read(adapter, request))
    await asyncio.to_thread(provider.wait_for_calls, tag, state=state)

    cancelled = time.monotonic()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    (call,) = await asyncio.to_thread(provider.wait_for_calls, tag)
    assert call.outcome == "disconnected"
    assert call.ended is not None
    assert call.ended - cancelled < DISCONNECT_S


async def test_closing_the_stream_disconnects(
    adapter: Adapter, provider: RunningProvider, kind: str
) -> None:
    tag = f"closing-{kind}"
    async with aclosing(adapter.stream(ask(f"sim:tps=20,tokens=400,tag={tag}"))) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
        left = time.monotonic()

    (call,) = await asyncio.to_thread(provider.wait_for_calls, tag)
    assert call.outcome == "disconnected"
    assert call.ended is not None
    assert call.ended - left < DISCONNECT_S


async def test_an_answer_counts_although_the_server_never_ends_it(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.adapters.streaming.FIGURES_WAIT_S", 0.1)
    end = (
        b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'
        if kind == "anthropic"
        else b'{"choices":[{"delta":{},"finish_reason":"stop"}]}'
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    odd_server.replies.append(head + b"data: " + end + b"\n\n")
    odd_server.stays_open = True

    answer = await read(adapter_for(kind, odd_server.url), ask("m"))

    assert answer.error is None
    assert answer.finishes == ["stop"]


# --- Model lists ---------------------------------------------------------------------------------


async def test_the_model_list_holds_chat_models_only(adapter: Adapter) -> None:
    names = [model.name for model in await adapter.list_models()]

    assert names
    assert len(set(names)) == len(names)
    assert not [
        name for name in names if any(part in name for part in ("whisper", "tts", "guard", "embed"))
    ]


async def test_a_page_in_place_of_a_model_list_is_told(
    kind: str, odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_send(b"<html>Please sign in</html>", "text/html")

    with pytest.raises(BrokenAnswer, match="no model list"):
        await adapter_for(kind, odd_server.url).list_models()
