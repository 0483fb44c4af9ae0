"""What is particular to OpenAI and to servers that speak its protocol."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from inference.adapters.base import Adapter, BadRequest, Price, Usage
from inference.adapters.openai_compatible import party_name
from tests.inference.adapters.conftest import ask, read
from tests.inference.adapters.odd_server import OddServer
from tests.provider.server import RunningProvider

AdapterFor = Callable[..., Adapter]


@pytest.fixture
def adapter(provider: RunningProvider, adapter_for: AdapterFor) -> Adapter:
    return adapter_for("openai_compatible", provider.openai_url)


async def test_a_server_that_refuses_stream_options_is_asked_again_without(
    adapter: Adapter, provider: RunningProvider
) -> None:
    model = "sim-no-stream-options:tag=no-options"

    first = await read(adapter, ask(model))
    second = await read(adapter, ask(model))

    bodies = [call.body for call in provider.calls("no-options")]
    assert first.finishes == second.finishes == ["stop"]
    assert ["stream_options" in body for body in bodies] == [True, False, False]


async def test_another_400_is_not_asked_again(adapter: Adapter, provider: RunningProvider) -> None:
    await read(adapter, ask("sim-unsupported-parameter:tag=other-400"))

    assert len(provider.calls("other-400")) == 1


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_the_connection_names_the_limit(
    provider: RunningProvider, adapter_for: AdapterFor, name: str
) -> None:
    adapter = adapter_for("openai_compatible", provider.openai_url, limit_parameter=name)

    await read(adapter, ask(f"sim:tag=limit-{name}", max_completion_tokens=9))

    (call,) = provider.calls(f"limit-{name}")
    assert call.body[name] == 9
    assert len({"max_tokens", "max_completion_tokens"} & set(call.body)) == 1


async def test_all_parameters_are_sent(odd_server: OddServer, adapter_for: AdapterFor) -> None:
    odd_server.will_stream(b'{"choices":[{"delta":{},"finish_reason":"stop"}]}')

    await read(
        adapter_for("openai_compatible", odd_server.url), ask("m", top_k=40, reasoning_effort="low")
    )

    assert b'"top_k":40' in odd_server.requests[0]
    assert b'"reasoning_effort":"low"' in odd_server.requests[0]


async def test_what_the_server_refuses_is_told_in_its_words(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim", top_k=40))

    assert isinstance(answer.error, BadRequest)
    assert "top_k" in answer.error.message


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_is_read_from_either_field(
    adapter: Adapter, provider: RunningProvider, field: str
) -> None:
    answer = await read(adapter, ask(f"sim-reasons:field={field},tag={field}"))

    (call,) = provider.calls(field)
    assert answer.reasoning == call.reasoning != ""
    assert answer.text == call.text


async def test_reasoning_under_both_names_is_told_once(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}',
        b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
    )

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert answer.reasoning == "hm"


async def test_timings_of_llama_cpp_stand_in_for_usage(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"content":"a"}}]}',
        b'{"choices":[{"delta":{},"finish_reason":"stop"}],"timings":{"cache_n":10,"prompt_n":5,'
        b'"predicted_n":7,"predicted_per_second":41.5}}',
    )

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert answer.usage == Usage(
        prompt_tokens=15,
        cached_tokens=10,
        completion_tokens=7,
        provider_tokens_per_second=41.5,
    )


async def test_a_usage_that_makes_no_sense_is_left_out(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
        b'{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":"many",'
        b'"completion_tokens_details":null}}',
    )

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert answer.usage == Usage()
    assert answer.finishes == ["stop"]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("function_call", "tool_calls"),
        ("eos", "stop"),
    ],
)
async def test_finish_reasons_are_mapped(adapter: Adapter, reason: str, told: str) -> None:
    answer = await read(adapter, ask(f"sim:finish={reason}"))

    assert answer.finishes == [told]


async def test_a_refusal_is_an_answer_with_its_own_finish(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"refusal":"I can not."}}]}',
        b'{"choices":[{"delta":{},"finish_reason":"stop"}]}',
    )

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert (answer.text, answer.finishes) == ("I can not.", ["refusal"])


async def test_figures_that_break_behind_the_finish_cost_no_answer(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    event = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
    odd_server.replies.append(head + b"%x\r\n%s\r\n" % (len(event), event))

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert (answer.text, answer.finishes, answer.error) == ("a", ["stop"], None)


async def test_a_compressed_stream_is_read_too(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    import gzip

    event = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
    odd_server.will_send(
        gzip.compress(event), "text/event-stream", headers="Content-Encoding: gzip\r\n"
    )

    answer = await read(adapter_for("openai_compatible", odd_server.url), ask("m"))

    assert answer.text == "a"


async def test_without_a_key_none_from_the_environment_is_sent(
    odd_server: OddServer, adapter_for: AdapterFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-server")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-server")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another-server")
    odd_server.will_stream(b'{"choices":[{"delta":{},"finish_reason":"stop"}]}')

    await read(adapter_for("openai_compatible", odd_server.url, api_key=""), ask("m"))

    assert b"of-another-server" not in odd_server.requests[0]


async def test_the_model_list_is_read_whoever_sends_it(
    odd_server: OddServer, adapter_for: AdapterFor
) -> None:
    body = b"""{"object": "list", "data": [
        {"id": "gpt-4.1-mini", "owned_by": "system", "shutdown_date": "2027-01-14"},
        {"id": "vllm-served", "max_model_len": 8192},
        {"id": "llama-cpp.gguf", "meta": {"n_ctx_train": 32768}},
        {"id": "vendor/routed", "name": "Vendor: Routed", "context_length": 1000000,
         "architecture": {"output_modalities": ["text"]},
         "top_provider": {"max_completion_tokens": 64000},
         "pricing": {"prompt": "0.000002", "completion": "0.00001"}},
        {"id": "together", "type": "chat", "organization": "Meta",
         "pricing": {"input": 0.18, "output": 0.59}},
        {"id": "vendor/auto", "pricing": {"prompt": "-1", "completion": "-1"}}]}"""
    odd_server.will_send(body, "application/json")

    models = await adapter_for("openai_compatible", odd_server.url).list_models()

    by_name = {model.name: model for model in models}
    assert len(by_name) == 6
    assert by_name["gpt-4.1-mini"].retires_on == date(2027, 1, 14)
    assert by_name["vllm-served"].context_window == 8192
    assert by_name["llama-cpp.gguf"].context_window == 32768
    assert by_name["vendor/routed"].display_name == "Vendor: Routed"
    assert by_name["vendor/routed"].max_completion_tokens == 64000
    assert by_name["vendor/routed"].price == Price(Decimal(2), Decimal(10))
    assert by_name["together"].price == Price(Decimal("0.18"), Decimal("0.59"))
    assert by_name["together"].owner == "Meta"
    assert by_name["vendor/auto"].price is None


@pytest.mark.parametrize(
    "model",
    [
        "text-embedding-3-small",
        "whisper-1",
        "tts-1-hd",
        "gpt-4o-mini-tts",
        "dall-e-3",
        "omni-moderation-latest",
        "gpt-realtime",
        "gpt-audio",
        "gpt-4o-transcribe",
        "gpt-image-1",
        "sora-2",
        "gpt-3.5-turbo-instruct",
        "babbage-002",
        "nomic-embed-text",
    ],
)
async def test_models_that_do_not_chat_are_left_out(
    odd_server: OddServer, adapter_for: AdapterFor, model: str
) -> None:
    odd_server.will_send(b'[{"id": "%s"}, {"id": "gpt-6-luna"}]' % model.encode(), "text/json")

    models = await adapter_for("openai_compatible", odd_server.url).list_models()

    assert [each.name for each in models] == ["gpt-6-luna"]


def test_the_server_is_named_only_if_it_is_openai() -> None:
    assert party_name("https://api.openai.com/v1") == "OpenAI"
    assert party_name("http://10.0.0.5:11434/v1") == "the provider"
