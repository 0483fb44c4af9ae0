import json
from typing import Any

import pytest
from groq import APIStatusError, AsyncGroq, BadRequestError, NotFoundError
from groq.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from tests.provider.script import STAMP_WIDTH, read_stamps
from tests.provider.server import RunningProvider

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How does bread rise?"}]
WITH_USAGE = {"stream_options": {"include_usage": True}}


async def chunks(client: AsyncGroq, model: str, **parameters: Any) -> list[ChatCompletionChunk]:
    stream = await client.chat.completions.create(
        model=model,
        messages=ASKED,
        stream=True,
        **parameters,
    )
    return [chunk async for chunk in stream]


def text(received: list[ChatCompletionChunk], field: str = "content") -> str:
    return "".join(
        getattr(chunk.choices[0].delta, field) or "" for chunk in received if chunk.choices
    )


async def test_a_stream_has_role_texts_finish_and_usage(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim:tokens=5", extra_body=WITH_USAGE)

    first, *texts, last, usage = received
    assert first.choices[0].delta.role == "assistant"
    assert first.x_groq is not None
    assert (first.x_groq.id or "").startswith("req_")
    assert [chunk.choices[0].delta.content for chunk in texts] == [
        "The",
        " quick",
        " answer",
        " runs",
        " past",
    ]
    assert last.choices[0].finish_reason == "stop"
    assert last.x_groq is not None
    assert last.x_groq.usage is not None
    assert last.x_groq.usage.completion_tokens == 5
    assert usage.choices == []
    assert usage.usage is not None
    assert usage.usage.completion_tokens == 5
    assert usage.usage.total_tokens == usage.usage.prompt_tokens + 5
    assert usage.usage.completion_time is not None
    assert len({chunk.id for chunk in received}) == 1


async def test_usage_comes_in_a_chunk_only_when_asked_for(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim:tokens=5")

    assert all(chunk.choices for chunk in received)


async def test_usage_may_be_in_x_groq_only_or_nowhere(groq: AsyncGroq) -> None:
    in_x_groq = await chunks(groq, "sim-usage-in-x-groq", extra_body=WITH_USAGE)
    nowhere = await chunks(groq, "sim-no-usage", extra_body=WITH_USAGE)

    assert in_x_groq[-1].x_groq is not None
    assert in_x_groq[-1].x_groq.usage is not None
    assert nowhere[-1].x_groq is not None
    assert nowhere[-1].x_groq.usage is None
    assert all(chunk.usage is None for chunk in nowhere)


async def test_reasoning_comes_first_in_its_own_field(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim-reasons", extra_body=WITH_USAGE)

    kinds = [
        "reasoning" if chunk.choices[0].delta.reasoning else "content" for chunk in received[1:-2]
    ]
    assert kinds == ["reasoning"] * 12 + ["content"] * 20
    assert received[-1].usage is not None
    assert received[-1].usage.completion_tokens == 32
    assert received[-1].usage.completion_tokens_details is not None
    assert received[-1].usage.completion_tokens_details.reasoning_tokens == 12


async def test_hidden_reasoning_is_billed_and_not_shown(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim-reasons", include_reasoning=False, extra_body=WITH_USAGE)

    assert text(received, "reasoning") == ""
    assert received[-1].usage is not None
    assert received[-1].usage.completion_tokens == 32


async def test_raw_reasoning_is_in_the_content(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim-reasons", reasoning_format="raw")

    assert text(received).startswith("<think>\nThe person asks")
    assert "\n</think>\n\nThe quick answer" in text(received)


async def test_effort_scales_reasoning(groq: AsyncGroq) -> None:
    low = await chunks(groq, "sim-reasons", reasoning_effort="low", extra_body=WITH_USAGE)
    none = await chunks(groq, "sim-reasons", reasoning_effort="none", extra_body=WITH_USAGE)

    assert low[-1].usage is not None
    assert low[-1].usage.completion_tokens == 26
    assert none[-1].usage is not None
    assert none[-1].usage.completion_tokens == 20


async def test_the_whole_answer_comes_without_streaming(groq: AsyncGroq) -> None:
    answer = await groq.chat.completions.create(
        model="sim-reasons",
        messages=ASKED,
    )

    assert (answer.choices[0].message.content or "").startswith("The quick answer")
    assert (answer.choices[0].message.reasoning or "").startswith("The person asks")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 32


async def test_lines_and_headers_can_be_read_raw(groq: AsyncGroq) -> None:
    async with groq.chat.completions.with_streaming_response.create(
        model="sim:style=stamp,tokens=30,tps=1000",
        messages=ASKED,
        stream=True,
    ) as response:
        headers = response.headers
        lines = [line async for line in response.iter_lines() if line]

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["x-ratelimit-reset-requests"] == "2m59.56s"
    assert headers["x-ratelimit-reset-tokens"] == "120ms"
    assert headers["x-request-id"].startswith("req_")
    assert lines[-1] == "data: [DONE]"
    deltas = [json.loads(line[6:])["choices"][0]["delta"] for line in lines[:-1]]
    stamped = "".join(delta.get("content", "") for delta in deltas)
    assert len(stamped) == 30 * STAMP_WIDTH
    assert read_stamps(stamped) == sorted(read_stamps(stamped))


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"frequency_penalty": 3}, "frequency_penalty"),
        ({"max_completion_tokens": 65_537}, "max_completion_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"n": 2}, "'n'"),
        ({"logprobs": True}, "property 'logprobs' is unsupported"),
        ({"extra_body": {"top_k": 3}}, "property 'top_k' is unsupported"),
        ({"reasoning_effort": "low"}, "reasoning_effort"),
        ({"stop": list("abcde")}, "stop"),
        ({"reasoning_format": "raw", "include_reasoning": True}, "include_reasoning"),
    ],
)
async def test_what_groq_refuses_is_refused(
    groq: AsyncGroq, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await chunks(groq, "sim", **parameters)

    assert isinstance(caught.value.body, dict)
    assert words in caught.value.body["error"]["message"]
    assert caught.value.body["error"]["type"] == "invalid_request_error"


async def test_extra_fields_of_a_message_are_refused(groq: AsyncGroq) -> None:
    with pytest.raises(BadRequestError, match="property 'name' is unsupported"):
        await groq.chat.completions.create(
            model="sim", messages=[{"role": "user", "content": "x", "name": "ada"}]
        )


async def test_a_prompt_beyond_the_window_is_refused(groq: AsyncGroq) -> None:
    with pytest.raises(BadRequestError) as caught:
        await groq.chat.completions.create(
            model="sim:context=10", messages=[{"role": "user", "content": "x" * 100}]
        )

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["code"] == "context_length_exceeded"
    assert caught.value.body["error"]["param"] == "messages"


async def test_a_limit_ends_the_answer(groq: AsyncGroq) -> None:
    received = await chunks(groq, "sim:tokens=50", max_completion_tokens=7)

    assert received[-1].choices[0].finish_reason == "length"
    assert len(text(received).split()) == 7


async def test_an_unknown_model_is_not_found_and_says_why(groq: AsyncGroq) -> None:
    with pytest.raises(NotFoundError) as caught:
        await chunks(groq, "sim:speed=9")

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["code"] == "model_not_found"
    assert "speed" in caught.value.body["error"]["message"]


async def test_only_the_key_named_invalid_is_refused(
    groq: AsyncGroq, provider: RunningProvider
) -> None:
    async with AsyncGroq(api_key="invalid", base_url=provider.groq_url, max_retries=0) as stranger:
        with pytest.raises(APIStatusError) as caught:
            await stranger.models.list()

    assert caught.value.status_code == 401
    assert (await groq.models.list()).data


async def test_the_model_list_carries_limits_prices_and_oddities(groq: AsyncGroq) -> None:
    models = {model.id: model for model in (await groq.models.list()).data}

    assert len([model for model in models if model.startswith("sim-")]) >= 12
    steady = models["sim-steady"].model_extra or {}
    assert steady["context_window"] == 131072
    assert steady["pricing"]["prompt"] == "0.000000150"
    newcomer = models["sim-newcomer"].model_extra or {}
    assert newcomer["pricing"] is None
    assert "context_window" not in newcomer
    assert "whisper-sim-v3" in models


async def test_a_key_can_choose_the_list(provider: RunningProvider) -> None:
    async with AsyncGroq(
        api_key="models=sim-swift;sim:tps=50", base_url=provider.groq_url, max_retries=0
    ) as client:
        listed = await client.models.list()

    assert [model.id for model in listed.data] == ["sim-swift", "sim:tps=50"]


async def test_one_model_is_found_by_its_escaped_id(groq: AsyncGroq) -> None:
    assert (await groq.models.retrieve("sim-poet")).owned_by == "Atelier Nine"
