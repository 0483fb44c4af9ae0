"""What is particular to Groq."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from inference.adapters.base import Adapter, BadRequest, Price, TooManyTokens
from inference.adapters.groq import BASE_URL, sdk_base_url
from tests.inference.adapters.conftest import ask, read
from tests.inference.adapters.odd_server import OddServer
from tests.provider.server import RunningProvider


@pytest.fixture
def adapter(provider: RunningProvider, adapter_for: Callable[..., Adapter]) -> Adapter:
    return adapter_for("groq", provider.groq_url)


@pytest.mark.parametrize("script", ["sim", "sim-usage-in-x-groq", "sim:usage=chunk"])
async def test_usage_is_taken_from_the_chunk_or_from_x_groq(adapter: Adapter, script: str) -> None:
    answer = await read(adapter, ask(script))

    assert answer.usage.completion_tokens == 20


async def test_its_own_speed_and_queue_are_told(
    odd_server: OddServer, adapter_for: Callable[..., Adapter]
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
        b'{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":20,'
        b'"completion_time":0.04,"queue_time":0.052}}',
    )

    answer = await read(adapter_for("groq", odd_server.url), ask("m"))

    assert answer.usage.provider_queue_ms == pytest.approx(52)
    assert answer.usage.provider_tokens_per_second == pytest.approx(500)


async def test_the_request_id_is_the_one_of_its_first_chunk(
    odd_server: OddServer, adapter_for: Callable[..., Adapter]
) -> None:
    odd_server.will_stream(
        b'{"id":"chatcmpl-1","choices":[],"x_groq":{"id":"req_01"}}',
        b'{"id":"chatcmpl-1","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
    )

    answer = await read(adapter_for("groq", odd_server.url), ask("m"))

    assert answer.request_ids == ["req_01"]


async def test_a_413_of_tokens_says_to_lower_the_maximum(adapter: Adapter) -> None:
    answer = await read(adapter, ask("sim-too-many-tokens"))

    assert isinstance(answer.error, TooManyTokens)
    assert not answer.error.is_retryable
    assert "(65,613 requested, 8,000 allowed). Lower the maximum" in answer.error.message


async def test_reasoning_is_apart_from_the_answer(
    adapter: Adapter, provider: RunningProvider
) -> None:
    answer = await read(adapter, ask("sim-reasons:tag=groq-apart"))

    (call,) = provider.calls("groq-apart")
    assert answer.reasoning == call.reasoning != ""
    assert answer.text == call.text != ""


@pytest.mark.parametrize(("model", "sent"), [("qwen/qwen3.8-27b", True), ("gpt-oss-20b", False)])
async def test_qwen_is_asked_to_keep_its_reasoning_apart(
    odd_server: OddServer, adapter_for: Callable[..., Adapter], model: str, sent: bool
) -> None:
    odd_server.will_stream(b'{"choices":[{"delta":{},"finish_reason":"stop"}]}')

    await read(adapter_for("groq", odd_server.url), ask(model))

    assert (b'"reasoning_format":"parsed"' in odd_server.requests[0]) is sent


async def test_its_parameters_keep_their_names(adapter: Adapter, provider: RunningProvider) -> None:
    parameters = {
        "temperature": 0.4,
        "top_p": 0.9,
        "frequency_penalty": 0.1,
        "presence_penalty": -0.1,
        "max_completion_tokens": 30,
        "seed": 7,
        "stop": ["END"],
        "reasoning_effort": "low",
        "response_format": {"type": "text"},
    }

    answer = await read(adapter, ask("sim-reasons:tag=groq-parameters", "Hi", **parameters))

    (call,) = provider.calls("groq-parameters")
    assert answer.error is None
    assert {name: call.body[name] for name in parameters} == parameters


async def test_top_k_is_refused_before_it_is_sent(
    adapter: Adapter, provider: RunningProvider
) -> None:
    answer = await read(adapter, ask("sim:tag=groq-top-k", top_k=40))

    assert isinstance(answer.error, BadRequest)
    assert answer.error.message == "top_k is not supported by sim:tag=groq-top-k."
    assert provider.calls("groq-top-k") == []


async def test_an_error_inside_x_groq_is_an_error(
    odd_server: OddServer, adapter_for: Callable[..., Adapter]
) -> None:
    odd_server.will_stream(
        b'{"choices":[{"delta":{"content":"a"}}]}',
        b'{"choices":[],"x_groq":{"id":"req_01","error":"over capacity"}}',
    )

    answer = await read(adapter_for("groq", odd_server.url), ask("m"))

    assert answer.text == "a"
    assert answer.error is not None
    assert "over capacity" in answer.error.message


async def test_the_model_list_carries_limits_and_prices(
    odd_server: OddServer, adapter_for: Callable[..., Adapter]
) -> None:
    body = b"""{"object": "list", "data": [
        {"id": "openai/gpt-oss-20b", "owned_by": "OpenAI", "active": true,
         "context_window": 131072, "max_completion_tokens": 65536, "novelty": {"a": 1},
         "pricing": {"prompt": "0.000000075", "completion": "0.0000003",
                     "input_cache_read": "0.0000000375"}},
        {"id": "allam-2-7b", "pricing": null},
        {"id": "old-one", "active": false},
        {"id": "whisper-large-v3"}, {"id": "canopylabs/orpheus-v1"}, {"id": "playai-tts"},
        {"id": "openai/gpt-oss-safeguard-20b"},
        {"id": "painter", "output_modalities": ["image"]}]}"""
    odd_server.will_send(body, "application/json")

    first, second = await adapter_for("groq", odd_server.url).list_models()

    assert (first.name, first.owner) == ("openai/gpt-oss-20b", "OpenAI")
    assert (first.context_window, first.max_completion_tokens) == (131072, 65536)
    assert first.price == Price(Decimal("0.075"), Decimal("0.3"), Decimal("0.0375"))
    assert (second.name, second.context_window, second.price) == ("allam-2-7b", None, None)


def test_the_sdk_gets_its_base_url_without_the_path_it_adds() -> None:
    assert sdk_base_url("https://api.groq.com/openai/v1/") == "https://api.groq.com"
    assert sdk_base_url("") == BASE_URL
