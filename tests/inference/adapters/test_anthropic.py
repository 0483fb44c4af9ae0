"""What is particular to Anthropic."""

import json
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from inference.adapters.anthropic import (
    BASE_URL,
    DEFAULT_MAX_TOKENS,
    message_body,
    sdk_base_url,
)
from inference.adapters.base import (
    Adapter,
    BadRequest,
    Message,
    ProviderUnavailable,
    RateLimited,
    Request,
)
from tests.inference.adapters.conftest import Answer, ask, read
from tests.inference.adapters.odd_server import OddServer
from tests.provider.server import RunningProvider

AdapterFor = Callable[..., Adapter]
ReadEvents = Callable[..., Awaitable[Answer]]

END: list[dict[str, object]] = [
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]


@pytest.fixture
def adapter(provider: RunningProvider, adapter_for: AdapterFor) -> Adapter:
    return adapter_for("anthropic", provider.anthropic_url)


@pytest.fixture
def read_events(odd_server: OddServer, adapter_for: AdapterFor) -> ReadEvents:
    async def stream(*events: dict[str, object]) -> Answer:
        odd_server.will_stream(*(json.dumps(event).encode() for event in events))
        return await read(adapter_for("anthropic", odd_server.url), ask("m"))

    return stream


def delta(**part: object) -> dict[str, object]:
    return {"type": "content_block_delta", "index": 0, "delta": part}


async def test_text_is_picked_by_what_a_block_holds(read_events: ReadEvents) -> None:
    answer = await read_events(
        {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}},
        delta(type="thinking_delta", thinking="hm"),
        delta(type="signature_delta", signature="EqoB"),
        {"type": "content_block_start", "content_block": {"type": "text", "text": "A"}},
        delta(type="text_delta", text="b"),
        delta(type="citations_delta", citation={"type": "page"}),
        *END,
    )

    assert (answer.reasoning, answer.text) == ("hm", "Ab")


async def test_pings_and_unknown_events_are_ignored(read_events: ReadEvents) -> None:
    answer = await read_events(
        {"type": "ping"},
        {"type": "message_weather", "weather": {"outlook": "sunny"}},
        delta(type="text_delta", text="a"),
        {"type": "ping"},
        *END,
    )

    assert (answer.text, answer.finishes) == ("a", ["stop"])


async def test_the_prompt_counts_cache_reads_and_writes(
    read_events: ReadEvents,
) -> None:
    answer = await read_events(
        {
            "type": "message_start",
            "message": {
                "usage": {
                    "input_tokens": 10,
                    "cache_creation_input_tokens": 200,
                    "cache_read_input_tokens": 3000,
                    "output_tokens": 1,
                }
            },
        },
        delta(type="text_delta", text="a"),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 42, "output_tokens_details": {"thinking_tokens": 30}},
        },
        {"type": "message_stop"},
    )

    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens) == (3210, 3000)
    assert (answer.usage.completion_tokens, answer.usage.reasoning_tokens) == (42, 30)


@pytest.mark.parametrize(
    ("stop_reason", "told"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "refusal"),
    ],
)
async def test_stop_reasons_are_mapped(
    read_events: ReadEvents, stop_reason: str, told: str
) -> None:
    answer = await read_events(
        {"type": "message_delta", "delta": {"stop_reason": stop_reason}}, {"type": "message_stop"}
    )

    assert answer.finishes == [told]


async def test_a_refusal_is_a_finish_and_no_error(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-refusal"))

    assert answer.error is None
    assert answer.finishes == ["refusal"]
    assert answer.text


@pytest.mark.parametrize(
    ("error_type", "expected"),
    [("overloaded_error", ProviderUnavailable), ("rate_limit_error", RateLimited)],
)
async def test_an_error_event_is_told_by_its_type(
    read_events: ReadEvents, error_type: str, expected: type[Exception]
) -> None:
    error = {"type": "error", "error": {"type": error_type, "message": "Overloaded"}}

    answer = await read_events(delta(type="text_delta", text="a"), error)

    assert answer.text == "a"
    assert isinstance(answer.error, expected)


async def test_the_system_text_is_apart_from_the_turns(
    adapter: Adapter, provider: RunningProvider
) -> None:
    messages = [Message("system", "Be brief."), Message("user", "Hi"), Message("system", "Now.")]

    await read(adapter, Request("sim:tag=system", messages, {}))

    (call,) = provider.calls("system")
    assert call.body["system"] == "Be brief.\n\nNow."
    assert call.body["messages"] == [{"role": "user", "content": "Hi"}]
    assert call.body["max_tokens"] == DEFAULT_MAX_TOKENS


async def test_effort_and_limit_go_where_the_protocol_has_them(
    adapter: Adapter, provider: RunningProvider
) -> None:
    await read(adapter, ask("sim:tag=effort", reasoning_effort="high", max_completion_tokens=99))

    (call,) = provider.calls("effort")
    assert call.body["output_config"] == {"effort": "high"}
    assert call.body["max_tokens"] == 99


def test_a_json_schema_goes_into_the_output_config() -> None:
    schema = {"type": "object"}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    body = message_body(ask("m", response_format=wanted))

    assert body["output_config"] == {"format": {"type": "json_schema", "schema": schema}}


def test_plain_text_as_response_format_needs_no_field() -> None:
    assert message_body(ask("m", response_format={"type": "text"})) == {}


@pytest.mark.parametrize("wanted", [{"type": "json_object"}, {"type": "json_schema"}, "json"])
def test_another_response_format_is_refused(wanted: object) -> None:
    with pytest.raises(BadRequest, match="response_format of m"):
        message_body(ask("m", response_format=wanted))


@pytest.mark.parametrize(
    "name", ["temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed"]
)
async def test_sampling_parameters_are_refused_by_name(adapter: Adapter, name: str) -> None:
    answer = await read(adapter, ask("claude-opus-5-5", "Hi", **{name: 1}))

    assert isinstance(answer.error, BadRequest)
    assert answer.error.message == f"{name} is not supported by claude-opus-5-5."


async def test_the_model_list_is_read_page_by_page(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    first = b"""{"has_more": true, "last_id": "claude-a", "data": [
        {"id": "claude-a", "display_name": "Claude A", "lifecycle": "deprecated",
         "max_input_tokens": 1000000, "max_tokens": 128000, "retires_at": "2026-11-30T00:00:00Z",
         "capabilities": {"effort": {"supported": true, "low": {"supported": true},
           "medium": {"supported": true}, "high": {"supported": true},
           "xhigh": {"supported": false}, "max": {"supported": true}}}}]}"""
    second = b"""{"has_more": false, "last_id": "claude-c", "data": [
        {"id": "claude-b", "display_name": "Claude B", "lifecycle": "active",
         "capabilities": {"effort": {"supported": false}}},
        {"id": "claude-c", "lifecycle": "retired"}, {"id": "claude-d"}]}"""
    odd_server.will_send(first, "application/json")
    odd_server.will_send(second, "application/json")

    a, b, d = await adapter_for("anthropic", odd_server.url).list_models()

    assert (a.name, a.display_name, a.owner) == ("claude-a", "Claude A", "Anthropic")
    assert (a.context_window, a.max_completion_tokens) == (1_000_000, 128_000)
    assert a.retires_on == date(2026, 11, 30)
    assert a.effort_levels == ("low", "medium", "high", "max")
    assert (b.effort_levels, b.retires_on) == ((), None)
    assert (d.name, d.effort_levels) == ("claude-d", None)
    assert b"after_id=claude-a" in odd_server.requests[1]


def test_the_sdk_gets_its_base_url_without_the_path_it_adds() -> None:
    assert sdk_base_url("https://api.anthropic.com/v1/") == "https://api.anthropic.com"
    assert sdk_base_url("") == BASE_URL
