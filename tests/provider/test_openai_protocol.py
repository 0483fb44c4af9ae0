import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types.chat import ChatCompletionMessageParam

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How does bread rise?"}]


async def test_a_stream_ends_with_usage_when_asked_for(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="sim:tokens=4",
        messages=ASKED,
        stream=True,
        stream_options={"include_usage": True},
    )
    received = [chunk async for chunk in stream]

    assert [chunk.choices[0].delta.content for chunk in received[:-2]] == [
        "",
        "The",
        " quick",
        " answer",
        " runs",
    ]
    assert received[-2].choices[0].finish_reason == "stop"
    assert received[-1].choices == []
    assert received[-1].usage is not None
    assert received[-1].usage.completion_tokens == 4
    assert all("x_groq" not in (chunk.model_extra or {}) for chunk in received)


async def test_compatible_servers_put_reasoning_in_fields_of_their_own(
    openai: AsyncOpenAI,
) -> None:
    stream = await openai.chat.completions.create(
        model="sim:reasoning=3,tokens=1,field=reasoning_content",
        messages=ASKED,
        stream=True,
    )
    extras = [chunk.choices[0].delta.model_extra or {} async for chunk in stream if chunk.choices]

    thoughts = [extra["reasoning_content"] for extra in extras if "reasoning_content" in extra]
    assert thoughts == ["The", " person", " asks"]


async def test_the_whole_answer_comes_without_streaming(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="sim:tokens=3",
        messages=ASKED,
    )

    assert answer.choices[0].message.content == "The quick answer"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3


async def test_an_unknown_parameter_is_refused_unless_the_server_is_lenient(
    openai: AsyncOpenAI,
) -> None:
    with pytest.raises(BadRequestError, match="min_p"):
        await openai.chat.completions.create(
            model="sim",
            messages=ASKED,
            extra_body={"min_p": 0.1},
        )

    answer = await openai.chat.completions.create(
        model="sim:quirks=lenient",
        messages=ASKED,
        extra_body={"min_p": 0.1},
    )
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("parameter", ["temperature", "top_p", "max_tokens"])
async def test_current_models_refuse_sampling(openai: AsyncOpenAI, parameter: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        await openai.chat.completions.create(
            model="sim:quirks=sampling-refused",
            messages=ASKED,
            extra_body={parameter: 1},
        )

    assert caught.value.param == parameter
    assert caught.value.code == "unsupported_parameter"


async def test_stream_options_need_a_stream(openai: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="stream_options"):
        await openai.chat.completions.create(
            model="sim",
            messages=ASKED,
            stream_options={"include_usage": True},
        )


async def test_an_unknown_model_is_not_found(openai: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError):
        await openai.chat.completions.create(
            model="gpt-4",
            messages=ASKED,
        )


async def test_the_model_list_has_no_prices_and_a_shutdown_date(openai: AsyncOpenAI) -> None:
    models = {model.id: model async for model in openai.models.list()}

    assert str(models["sim-terse"].shutdown_date) == "2027-01-14"
    assert "pricing" not in (models["sim-breeze"].model_extra or {})
