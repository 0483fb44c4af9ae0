"""Whatever the oddity, a careful reader gets the exact text; so do the SDKs where they are able."""

import json
from itertools import pairwise

import httpx
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from tests.provider.answers import STYLES, answer_tokens
from tests.provider.presets import PRESETS
from tests.provider.script import Quirk, read_model_id
from tests.provider.server import RunningProvider

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How does bread rise?"}]
TEXT = "".join(
    answer_tokens(read_model_id("sim:style=unicode", PRESETS, STYLES), "How does bread rise", 60)
)
# What the typed stream of the SDK cannot bear is read by lines below.
SDK_BEARS = [
    quirk for quirk in Quirk if quirk not in (Quirk.NULL_CHOICES, Quirk.NUL, Quirk.SAMPLING_REFUSED)
]


async def reads(provider: RunningProvider, model: str, path: str = "/v1/chat/completions") -> bytes:
    async with httpx.AsyncClient(base_url=provider.url) as http:
        answer = await http.post(
            path,
            json={"model": model, "messages": ASKED, "stream": True, "max_tokens": 200},
            headers={"authorization": "Bearer any"},
        )
    return answer.content


async def writes(provider: RunningProvider, model: str) -> list[bytes]:
    """The body by the chunks of its transfer encoding: one for each write of the server."""
    async with (
        httpx.AsyncClient(base_url=provider.url) as http,
        http.stream(
            "POST",
            "/v1/chat/completions",
            json={"model": model, "messages": ASKED, "stream": True},
            headers={"authorization": "Bearer any"},
        ) as answer,
    ):
        return [part async for part in answer.aiter_raw()]


@pytest.mark.parametrize("quirk", SDK_BEARS)
async def test_the_text_is_exact(openai: AsyncOpenAI, quirk: Quirk) -> None:
    stream = await openai.chat.completions.create(
        model=f"sim:style=unicode,tokens=60,quirks={quirk}",
        messages=ASKED,
        stream=True,
    )
    parts = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]

    text = "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16")
    assert text == TEXT


async def test_line_ends_may_be_crlf(provider: RunningProvider) -> None:
    body = await reads(provider, "sim-crlf")

    assert body.count(b"\r\n") == body.count(b"\n")


async def test_comments_come_between_and_amid_events(provider: RunningProvider) -> None:
    body = await reads(provider, "sim-comments")

    assert b": still working\ndata: {" in body
    assert b"\n\n: ping" in body


async def test_two_events_come_in_one_write(provider: RunningProvider) -> None:
    parts = await writes(provider, "sim-joined")

    assert max(part.count(b"data: ") for part in parts) >= 2


async def test_a_characters_bytes_come_in_two_writes(provider: RunningProvider) -> None:
    parts = await writes(provider, "sim-split-utf8")

    assert any(0x80 <= after[0] < 0xC0 for _, after in pairwise(parts))
    assert "Żółw" in "".join(_contents(b"".join(parts)))


async def test_one_event_may_have_two_data_lines(provider: RunningProvider) -> None:
    first = (await reads(provider, "sim-multiline")).split(b"\n\n")[0].split(b"\n")

    assert len(first) == 2
    assert json.loads(b"\n".join(line[6:] for line in first))["object"] == "chat.completion.chunk"


async def test_halves_of_a_pair_come_in_two_chunks(provider: RunningProvider) -> None:
    contents = _contents(await reads(provider, "sim-surrogates"))

    assert any(content.endswith("\ud83d") for content in contents)
    joined = "".join(contents).encode("utf-16", "surrogatepass").decode("utf-16")
    assert "🐢" in joined


async def test_a_nul_may_be_in_the_text(provider: RunningProvider) -> None:
    assert "\x00" in "".join(_contents(await reads(provider, "sim-nul")))


async def test_choices_may_be_null(provider: RunningProvider) -> None:
    assert b'"choices":null' in await reads(provider, "sim-null-choices")


async def test_empty_chunks_may_come_first(provider: RunningProvider) -> None:
    contents = _contents(await reads(provider, "sim-empty-first"))

    assert contents[:5] == ["", "", "", "", "The"]


async def test_the_whole_answer_may_be_one_chunk(provider: RunningProvider) -> None:
    contents = _contents(await reads(provider, "sim-one-chunk"))

    assert len([content for content in contents if content]) == 1


async def test_anthropic_sends_a_ping_and_may_send_what_nobody_knows(
    provider: RunningProvider,
) -> None:
    body = await reads(provider, "sim-unknown-event", "/v1/messages")

    assert b'event: ping\ndata: {"type":"ping"}' in body
    assert b"event: message_weather" in body
    assert body.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')


def _contents(body: bytes) -> list[str]:
    lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: {")]
    deltas = [choice["delta"] for line in lines for choice in json.loads(line)["choices"] or []]
    return [delta["content"] for delta in deltas if "content" in delta]
