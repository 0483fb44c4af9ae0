import asyncio
import json
import time
from typing import Literal

import httpx
import pytest
from groq import APIError, AsyncGroq

from tests.provider.server import RunningProvider

PATHS = {
    "groq": "/openai/v1/chat/completions",
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
}
# preset: (status, what the body holds)
STATUSES = {
    "sim-unauthorized": (401, ""),
    "sim-payment": (402, "balance"),
    "sim-forbidden": (403, "may not use"),
    "sim-forbidden-html": (403, "<!DOCTYPE html>"),
    "sim-model-not-found": (404, "sim-model-not-found"),
    "sim-unsupported-parameter": (400, ""),
    "sim-context-length": (400, "131073"),
    "sim-too-many-tokens": (413, ""),
    "sim-body-too-large": (413, "Too Large"),
    "sim-unprocessable": (422, "tool"),
    "sim-rate-limit": (429, "requests per minute"),
    "sim-daily-limit": (429, "requests per day"),
    "sim-capacity": (498, "capacity"),
    "sim-server-error": (500, ""),
    "sim-bad-gateway": (502, "<!DOCTYPE html>"),
    "sim-unavailable": (503, "unavailable"),
    "sim-overloaded": (529, "Overloaded"),
    "sim-html": (200, "<!DOCTYPE html>"),
}


def question(model: str, *, is_streamed: bool = True) -> dict[str, object]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": "How does bread rise?"}],
        "max_tokens": 100,
        "stream": is_streamed,
    }


@pytest.fixture
async def http(provider: RunningProvider) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=provider.url, headers={"authorization": "Bearer any"}, timeout=10
    )


async def post(http: httpx.AsyncClient, dialect: str, model: str) -> httpx.Response:
    async with http:
        return await http.post(PATHS[dialect], json=question(model))


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("model", STATUSES)
async def test_a_fault_is_answered_in_every_dialect(
    http: httpx.AsyncClient, dialect: str, model: str
) -> None:
    answer = await post(http, dialect, model)

    status, words = STATUSES[model]
    assert answer.status_code == status
    assert words in answer.text
    if answer.headers.get("content-type") == "application/json":
        assert answer.json()["error"]["message"]


async def test_a_decommissioned_model_has_its_code(http: httpx.AsyncClient) -> None:
    answer = await post(http, "groq", "sim-model-decommissioned")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "model_decommissioned"


async def test_413_of_groq_is_a_limit_of_tokens(http: httpx.AsyncClient) -> None:
    error = (await post(http, "groq", "sim-too-many-tokens")).json()["error"]

    assert (error["type"], error["code"]) == ("tokens", "rate_limit_exceeded")


@pytest.mark.parametrize(
    ("model", "seconds"),
    [
        ("sim-rate-limit", "2"),
        ("sim-rate-limit-long", "61"),
        ("sim-rate-limit-silent", None),
    ],
)
async def test_a_rate_limit_says_when_to_come_back(
    http: httpx.AsyncClient, model: str, seconds: str | None
) -> None:
    assert (await post(http, "groq", model)).headers.get("retry-after") == seconds


async def test_a_rate_limit_may_say_a_date(http: httpx.AsyncClient) -> None:
    assert (await post(http, "groq", "sim-rate-limit-date")).headers["retry-after"].endswith("GMT")


async def test_only_the_first_calls_of_an_id_fail(http: httpx.AsyncClient, tag: str) -> None:
    body = question(f"sim:fault=unavailable,fail-first=2,tag={tag}")

    async with http:
        statuses = [(await http.post(PATHS["groq"], json=body)).status_code for _ in range(3)]

    assert statuses == [503, 503, 200]


async def test_stream_options_may_be_what_is_refused(http: httpx.AsyncClient) -> None:
    body = question("sim-no-stream-options")

    async with http:
        refused = await http.post(
            PATHS["openai"], json=body | {"stream_options": {"include_usage": True}}
        )
        answered = await http.post(PATHS["openai"], json=body)

    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "stream_options"
    assert answered.status_code == 200


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_cut_keeps_what_was_sent(
    http: httpx.AsyncClient, provider: RunningProvider, dialect: str, tag: str
) -> None:
    received: list[str] = []

    async def read() -> None:
        body = question(f"sim-cut:tag={tag}")
        async with http, http.stream("POST", PATHS[dialect], json=body) as answer:
            async for text in answer.aiter_text():
                received.append(text)  # noqa: PERF401 - kept when the stream breaks

    with pytest.raises(httpx.RemoteProtocolError):
        await read()

    [call] = provider.wait_for_calls(tag)
    assert call.outcome == "cut"
    assert call.tokens_sent == 10
    assert call.text == "The quick answer runs past every gate while slow rivers"
    assert "rivers" in "".join(received)
    assert "carve" not in "".join(received)


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_whole_answer_may_be_cut_too(http: httpx.AsyncClient, dialect: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        async with http:
            await http.post(PATHS[dialect], json=question("sim-cut", is_streamed=False))


async def test_an_error_may_come_amid_the_answer(groq: AsyncGroq) -> None:
    stream = await groq.chat.completions.create(
        model="sim-stream-error", messages=[{"role": "user", "content": "x"}], stream=True
    )
    received: list[object] = []

    async def read() -> None:
        async for chunk in stream:
            received.append(chunk)  # noqa: PERF401 - kept when the stream breaks

    with pytest.raises(APIError, match="failed amid"):
        await read()

    assert len(received) == 11


async def test_an_error_may_hide_in_the_last_chunk(http: httpx.AsyncClient) -> None:
    lines = (await post(http, "groq", "sim-error-in-x-groq")).text.split("\n\n")

    assert json.loads(lines[-3][6:])["x_groq"]["error"] == "over_capacity"
    assert lines[-2] == "data: [DONE]"


@pytest.mark.parametrize("dialect", PATHS)
async def test_a_broken_line_is_amid_good_ones(http: httpx.AsyncClient, dialect: str) -> None:
    lines = (await post(http, dialect, "sim-malformed")).text.split("\n")
    data = [line[6:] for line in lines if line.startswith("data: ") and line != "data: [DONE]"]

    broken = [number for number, text in enumerate(data) if not _is_json(text)]

    assert len(broken) == 1
    assert 10 < broken[0] < len(data) - 10


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def test_a_refusal_is_a_content_filter_elsewhere(http: httpx.AsyncClient) -> None:
    assert '"finish_reason":"content_filter"' in (await post(http, "groq", "sim-refusal")).text


async def test_an_answer_may_end_without_a_reason_or_without_done(
    provider: RunningProvider,
) -> None:
    async with httpx.AsyncClient(
        base_url=provider.url, headers={"authorization": "Bearer any"}
    ) as http:
        no_finish = await http.post(PATHS["groq"], json=question("sim-no-finish"))
        no_done = await http.post(PATHS["groq"], json=question("sim-no-done"))

    assert '"finish_reason":"stop"' not in no_finish.text
    assert no_finish.text.endswith("data: [DONE]\n\n")
    assert '"finish_reason":"stop"' in no_done.text
    assert "[DONE]" not in no_done.text


async def test_the_limit_may_be_used_up_by_reasoning(groq: AsyncGroq) -> None:
    answer = await groq.chat.completions.create(
        model="sim-length-in-reasoning", messages=[{"role": "user", "content": "x"}]
    )

    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == ""
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 40


@pytest.mark.parametrize("model", ["sim-hang-headers", "sim-hang-first", "sim-hang"])
async def test_a_hang_lasts_until_it_is_released(
    http: httpx.AsyncClient, provider: RunningProvider, model: str, tag: str
) -> None:
    state: Literal["started", "answering"] = (
        "started" if model == "sim-hang-headers" else "answering"
    )
    asking = asyncio.create_task(post(http, "groq", f"{model}:tag={tag}"))
    [call] = await asyncio.to_thread(provider.wait_for_calls, tag, state=state)

    await asyncio.to_thread(provider.release, tag)
    answer = await asking

    assert call.outcome == "running"
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("model", ["sim-hang-headers", "sim-hang-first", "sim-hang"])
async def test_leaving_ends_the_call_at_once(
    http: httpx.AsyncClient, provider: RunningProvider, model: str, tag: str
) -> None:
    state: Literal["started", "answering"] = (
        "started" if model == "sim-hang-headers" else "answering"
    )
    asking = asyncio.create_task(post(http, "groq", f"{model}:tag={tag}"))
    await asyncio.to_thread(provider.wait_for_calls, tag, state=state)

    asking.cancel()
    left = time.monotonic()
    [call] = await asyncio.to_thread(provider.wait_for_calls, tag)

    assert call.outcome == "disconnected"
    assert call.ended is not None
    assert call.ended - left < 0.5


async def test_a_failing_key_fails_the_model_list(provider: RunningProvider) -> None:
    async with httpx.AsyncClient(base_url=provider.url) as http:
        answer = await http.get(
            "/openai/v1/models", headers={"authorization": "Bearer fault=server-error"}
        )

    assert answer.status_code == 500
    assert answer.content == b""


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"[" * 100_000, b"\xff"])
@pytest.mark.parametrize("path", PATHS.values())
async def test_a_body_that_is_no_object_is_refused(
    provider: RunningProvider, path: str, body: bytes
) -> None:
    async with httpx.AsyncClient(base_url=provider.url) as http:
        answer = await http.post(path, content=body, headers={"authorization": "Bearer any"})

    assert answer.status_code == 400
