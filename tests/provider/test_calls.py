import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import httpx
import pytest
from groq import AsyncGroq, Omit

from tests.provider.server import ProviderError, RunningProvider, start_provider

ROOT = Path(__file__).resolve().parents[2]


async def ask(groq: AsyncGroq, model: str, user: str = "") -> None:
    await groq.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "x"}],
        user=user or Omit(),
    )


async def test_a_call_is_found_by_the_tag_of_its_id_or_its_user(
    groq: AsyncGroq, provider: RunningProvider, tag: str
) -> None:
    await ask(groq, f"sim:tokens=2,tag={tag}")
    await ask(groq, "sim:tokens=3", user=tag)
    await ask(groq, "sim:tokens=4")

    calls = provider.calls(tag)

    assert [call.tokens_sent for call in calls] == [2, 3]
    assert [call.outcome for call in calls] == ["finished", "finished"]
    assert calls[0].text == "The quick"


async def test_a_call_tells_what_was_asked_without_the_key(
    groq: AsyncGroq, provider: RunningProvider, tag: str
) -> None:
    await ask(groq, "sim", user=tag)

    [call] = provider.calls(tag)

    assert call.body["messages"] == [{"role": "user", "content": "x"}]
    assert call.dialect == "groq"
    assert call.status == 200
    assert "any" not in str(call)


async def test_a_refused_call_is_told_too(provider: RunningProvider, tag: str) -> None:
    async with httpx.AsyncClient(base_url=provider.url) as http:
        await http.post(
            "/v1/chat/completions",
            json={"model": "sim-rate-limit", "user": tag},
            headers={"authorization": "Bearer any"},
        )

    [call] = provider.calls(tag)
    assert (call.outcome, call.status, call.tokens_sent) == ("refused", 429, 0)


async def test_leaving_amid_the_stream_is_seen(
    groq: AsyncGroq, provider: RunningProvider, tag: str
) -> None:
    async with groq.chat.completions.with_streaming_response.create(
        model=f"sim:tps=20,tokens=2000,tag={tag}",
        messages=[{"role": "user", "content": "x"}],
        stream=True,
    ) as response:
        lines = response.iter_lines()
        await anext(lines)

    [call] = await asyncio.to_thread(provider.wait_for_calls, tag)
    assert call.outcome == "disconnected"
    assert call.tokens_sent < 2000


async def test_what_does_not_happen_is_said(provider: RunningProvider, tag: str) -> None:
    with pytest.raises(ProviderError, match="408"):
        await asyncio.to_thread(provider.wait_for_calls, tag, timeout_s=0.01)


def test_a_reset_forgets_calls_and_failures() -> None:
    model = "sim:fault=unavailable,fail-first=1,tokens=1"
    request = {"model": model, "messages": [{"role": "user", "content": "x"}]}
    with start_provider() as own, httpx.Client(base_url=own.url) as http:
        http.headers["authorization"] = "Bearer any"
        statuses = [http.post("/v1/chat/completions", json=request).status_code for _ in range(2)]
        own.reset()
        forgotten = own.calls()
        again = http.post("/v1/chat/completions", json=request).status_code

    assert statuses == [503, 200]
    assert forgotten == []
    assert again == 503


async def test_the_process_ends_with_its_owner() -> None:
    script = (
        "from tests.provider.server import start_provider\n"
        "import os\n"
        "with start_provider() as own:\n"
        "    print(own.url, flush=True)\n"
        "    os._exit(0)\n"
    )
    owner = await create_subprocess_exec(sys.executable, "-c", script, cwd=ROOT, stdout=PIPE)
    assert owner.stdout is not None
    # The provider holds the other end of the same pipe, so reading ends when it is gone.
    printed = await asyncio.wait_for(owner.stdout.read(), 15)
    await owner.wait()

    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(printed.decode().strip())


async def test_it_runs_by_itself_on_a_port() -> None:
    server = await create_subprocess_exec(
        sys.executable, "-m", "tests.provider", "--port", "0", cwd=ROOT, stdout=PIPE
    )
    assert server.stdout is not None
    try:
        announced = await asyncio.wait_for(server.stdout.readline(), 15)
        async with httpx.AsyncClient() as http:
            answer = await http.get(announced.decode().split()[-1] + "/_sim/health")
    finally:
        server.terminate()
        await server.wait()

    assert answer.json() == {"status": "ok"}
