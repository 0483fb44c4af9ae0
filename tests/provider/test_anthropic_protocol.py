from typing import Any

import pytest
from anthropic import (
    APIStatusError,
    AsyncAnthropic,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
)
from anthropic.types import MessageParam, RawMessageStreamEvent, ThinkingConfigParam

from tests.provider.server import RunningProvider

ASKED: list[MessageParam] = [{"role": "user", "content": "How does bread rise?"}]


async def events(
    client: AsyncAnthropic, model: str, max_tokens: int = 1000, **parameters: Any
) -> list[RawMessageStreamEvent]:
    stream = await client.messages.create(
        model=model,
        messages=ASKED,
        max_tokens=max_tokens,
        stream=True,
        **parameters,
    )
    return [event async for event in stream]


async def test_a_stream_has_its_events_in_order(anthropic: AsyncAnthropic) -> None:
    received = await events(anthropic, "sim:tokens=3")

    assert [event.type for event in received] == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    delta = received[-2]
    assert delta.type == "message_delta"
    assert delta.delta.stop_reason == "end_turn"
    assert delta.usage.output_tokens == 3


async def test_thinking_is_empty_unless_a_summary_is_asked_for(
    anthropic: AsyncAnthropic,
) -> None:
    plain = await _final_blocks(anthropic, {"type": "adaptive"})
    shown = await _final_blocks(anthropic, {"type": "adaptive", "display": "summarized"})

    assert plain[0] == ("thinking", "")
    assert shown[0][1].startswith("The person asks")
    assert plain[1] == shown[1]
    assert plain[1][1].startswith("The quick answer")


async def _final_blocks(
    client: AsyncAnthropic, thinking: ThinkingConfigParam
) -> list[tuple[str, str]]:
    async with client.messages.stream(
        model="sim-thinking",
        messages=ASKED,
        max_tokens=1000,
        thinking=thinking,
    ) as stream:
        message = await stream.get_final_message()
    assert message.usage.output_tokens == 40
    assert message.usage.output_tokens_details is not None
    assert message.usage.output_tokens_details.thinking_tokens == 20
    return [
        (block.type, block.thinking if block.type == "thinking" else getattr(block, "text", ""))
        for block in message.content
    ]


async def test_the_whole_message_comes_without_streaming(anthropic: AsyncAnthropic) -> None:
    message = await anthropic.messages.create(
        model="sim:tokens=3",
        messages=ASKED,
        max_tokens=100,
    )

    assert message.content[0].type == "text"
    assert message.content[0].text == "The quick answer"
    assert message.usage.output_tokens == 3


async def test_the_limit_includes_thinking(anthropic: AsyncAnthropic) -> None:
    message = await anthropic.messages.create(
        model="sim-thinking",
        messages=ASKED,
        max_tokens=15,
    )

    assert message.stop_reason == "max_tokens"
    assert [block.type for block in message.content] == ["thinking"]


async def test_a_stop_sequence_is_named(anthropic: AsyncAnthropic) -> None:
    message = await anthropic.messages.create(
        model="sim",
        messages=ASKED,
        max_tokens=100,
        stop_sequences=["runs"],
    )

    assert message.stop_reason == "stop_sequence"
    assert message.stop_sequence == "runs"


@pytest.mark.parametrize("parameter", ["temperature", "top_p", "top_k", "seed"])
async def test_sampling_is_refused(anthropic: AsyncAnthropic, parameter: str) -> None:
    with pytest.raises(BadRequestError, match=f"{parameter}: Extra inputs are not permitted"):
        await events(anthropic, "sim", extra_body={parameter: 1})


async def test_a_prefilled_answer_is_refused(anthropic: AsyncAnthropic) -> None:
    with pytest.raises(BadRequestError, match="prefill"):
        await anthropic.messages.create(
            model="sim",
            messages=[*ASKED, {"role": "assistant", "content": "It"}],
            max_tokens=10,
        )


async def test_a_refusal_keeps_the_text_so_far(anthropic: AsyncAnthropic) -> None:
    async with anthropic.messages.stream(
        model="sim-refusal",
        messages=ASKED,
        max_tokens=100,
    ) as stream:
        message = await stream.get_final_message()

    assert message.stop_reason == "refusal"
    assert message.usage.output_tokens == 10


async def test_overload_may_come_amid_a_good_answer(anthropic: AsyncAnthropic) -> None:
    with pytest.raises(APIStatusError) as caught:
        await events(anthropic, "sim-stream-error")

    assert caught.value.status_code == 200
    assert caught.value.type == "overloaded_error"


async def test_errors_have_the_providers_form(
    anthropic: AsyncAnthropic, provider: RunningProvider
) -> None:
    with pytest.raises(NotFoundError) as caught:
        await events(anthropic, "claude-2")
    with pytest.raises(APIStatusError) as overloaded:
        await events(anthropic, "sim-overloaded")
    async with AsyncAnthropic(
        api_key="invalid", base_url=provider.anthropic_url, max_retries=0
    ) as stranger:
        with pytest.raises(AuthenticationError):
            await events(stranger, "sim")

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == "not_found_error"
    assert overloaded.value.status_code == 529
    assert overloaded.value.type == "overloaded_error"


async def test_models_are_listed_with_limits_and_levels(anthropic: AsyncAnthropic) -> None:
    models = {model.id: model async for model in anthropic.models.list()}

    sage = models["sim-sage"]
    assert sage.display_name == "Sim Sage"
    assert sage.lifecycle == "active"
    assert sage.max_tokens == 65_536
    assert sage.capabilities is not None
    assert sage.capabilities.effort.high.supported


async def test_tokens_are_counted_before_the_call(anthropic: AsyncAnthropic) -> None:
    counted = await anthropic.messages.count_tokens(
        model="sim",
        messages=ASKED,
    )
    message = await anthropic.messages.create(
        model="sim",
        messages=ASKED,
        max_tokens=10,
    )

    assert counted.input_tokens == message.usage.input_tokens
