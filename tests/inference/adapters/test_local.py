"""The local adapter with a real model, SmolLM2 135M, kept in `var/models` between test runs."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from inference.adapters.base import (
    AdapterError,
    BadRequest,
    Connection,
    ContextTooLong,
    Delta,
    Event,
    Finish,
    Message,
    ModelRetired,
    ProviderUnavailable,
    Request,
    Usage,
)
from inference.adapters.local import LocalAdapter
from inference.local_models.fetch import FetchFailed, fetch
from inference.local_models.manifest import SMOLLM2_135M
from inference.local_models.progress import Progress

CHECKOUT = Path(__file__).parents[3]
MODEL = SMOLLM2_135M.id
STORY = "Tell me a very long story about a lighthouse."
LONG_PROMPT = "".join(f"The number {i} is followed by {i + 1}. " for i in range(150))

pytestmark = pytest.mark.local_model


@pytest.fixture(scope="session")
def weights() -> Path:
    """The models folder shared by test runs, with SmolLM2 in it."""
    folder = CHECKOUT / "var" / "models"
    try:
        fetch(SMOLLM2_135M, folder, Progress(sys.stderr))
    except FetchFailed as failure:
        pytest.skip(f"NO LOCAL MODEL IS TESTED: {failure}")
    return folder


@pytest.fixture
def folder(weights: Path, tmp_path: Path) -> Path:
    """A folder with SmolLM2 and, under another name, an operator's own model."""
    for name in (SMOLLM2_135M.file_name, SMOLLM2_135M.file_name + ".verified"):
        (tmp_path / name).symlink_to(weights / name)
    (tmp_path / "own.gguf").symlink_to(weights / SMOLLM2_135M.file_name)
    return tmp_path


@pytest.fixture
async def adapter(folder: Path) -> AsyncIterator[LocalAdapter]:
    made = LocalAdapter(Connection("local", str(folder)))
    yield made
    await made.close()


def request(prompt: str = "Say hello.", model: str = MODEL, **parameters: object) -> Request:
    return Request(model, [Message("user", prompt)], parameters)


async def answer(adapter: LocalAdapter, asked: Request) -> list[Event]:
    return [event async for event in adapter.stream(asked)]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


async def first_text(adapter: LocalAdapter, asked: Request) -> None:
    """Ask, wait for some text, and leave."""
    async with aclosing(adapter.stream(asked)) as events:
        async for event in events:
            if isinstance(event, Delta):
                return


async def test_the_models_of_the_folder_are_listed(adapter: LocalAdapter) -> None:
    published, own = await adapter.list_models()

    assert (published.name, own.name) == (MODEL, "own")
    assert published.context_window == 2048
    assert published.price is not None
    assert published.price.output == 0


async def test_an_answer_streams_and_ends_with_usage_and_finish(adapter: LocalAdapter) -> None:
    events = await answer(adapter, request("Name three colours.", seed=1))

    *deltas, usage, finish = events
    assert len(deltas) > 2
    assert all(isinstance(delta, Delta) and delta.text for delta in deltas)
    assert isinstance(usage, Usage)
    assert usage.prompt_tokens
    assert usage.completion_tokens
    assert usage.provider_tokens_per_second
    assert usage.provider_queue_ms is not None
    assert finish == Finish("stop")


async def test_the_same_seed_gives_the_same_text(adapter: LocalAdapter) -> None:
    asked = request(STORY, seed=7, max_completion_tokens=24)

    first = await answer(adapter, asked)
    await answer(adapter, request("Something else.", seed=1, max_completion_tokens=4))
    second = await answer(adapter, asked)
    other = await answer(adapter, request(STORY, seed=8, max_completion_tokens=24))

    assert text_of(first) == text_of(second)
    assert text_of(first) != text_of(other)


async def test_the_answer_limit_ends_with_length(adapter: LocalAdapter) -> None:
    events = await answer(adapter, request(STORY, max_completion_tokens=8))

    assert isinstance(events[-2], Usage)
    assert events[-2].completion_tokens == 8
    assert events[-1] == Finish("length")


async def test_a_system_message_and_a_conversation_are_taken(adapter: LocalAdapter) -> None:
    turns = [
        Message("system", "You answer in one word."),
        Message("user", "Hello."),
        Message("assistant", "Hello."),
        Message("user", "Again."),
    ]

    events = await answer(adapter, Request(MODEL, turns, {"max_completion_tokens": 4}))

    assert text_of(events)


async def test_a_prompt_over_the_context_says_how_long_it_is(adapter: LocalAdapter) -> None:
    with pytest.raises(ContextTooLong, match=r"The prompt has 3,0\d\d tokens; .* 2,048"):
        await answer(adapter, request("word " * 3000))


async def test_a_parameter_it_does_not_have_is_refused_by_name(adapter: LocalAdapter) -> None:
    with pytest.raises(BadRequest, match=rf"reasoning_effort is not supported by {MODEL}"):
        await answer(adapter, request(reasoning_effort="high"))


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": 99.0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"temperature": "hot"},
        {"top_k": -5},
        {"seed": 2**70},
        {"seed": -1},
        {"max_completion_tokens": -7},
        {"max_completion_tokens": 0},
        {"stop": ["\ud800", ""]},
    ],
    ids=str,
)
async def test_values_out_of_range_never_break_the_engine(
    parameters: dict[str, object], adapter: LocalAdapter
) -> None:
    try:
        events = await answer(
            adapter,
            Request(MODEL, [Message("user", "Hi.")], {"max_completion_tokens": 4} | parameters),
        )
    except AdapterError as error:
        assert MODEL in error.message  # noqa: PT017 (refusing and answering are both right)
    else:
        assert isinstance(events[-1], Finish)

    assert text_of(await answer(adapter, request(max_completion_tokens=4)))


async def test_any_text_can_be_asked_and_the_answer_is_text(adapter: LocalAdapter) -> None:
    events = await answer(
        adapter, request("Repeat: \ud83e\udd84 \x00 \ud800 日本語 🦄🦄", max_completion_tokens=40)
    )

    assert text_of(events).encode().decode() == text_of(events)


async def test_leaving_an_answer_frees_the_engine_at_once(adapter: LocalAdapter) -> None:
    stream = adapter.stream(request(STORY, max_completion_tokens=1000))
    async for event in stream:
        if isinstance(event, Delta):
            break

    left = time.monotonic()
    await stream.aclose()

    assert time.monotonic() - left < 0.5
    assert await answer(adapter, request(max_completion_tokens=2))


async def test_an_answer_can_be_cancelled_while_the_prompt_is_read(adapter: LocalAdapter) -> None:
    await first_text(adapter, request())
    task = asyncio.create_task(answer(adapter, request(LONG_PROMPT)))
    await asyncio.sleep(0.2)  # amid the prompt: reading it takes seconds

    left = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - left < 0.5
    assert await answer(adapter, request(max_completion_tokens=2))


async def test_a_request_cancelled_while_it_waits_takes_no_turn(adapter: LocalAdapter) -> None:
    async with aclosing(adapter.stream(request(STORY, max_completion_tokens=1000))) as running:
        await anext(running)
        waiting = asyncio.create_task(answer(adapter, request()))
        await asyncio.sleep(0)

        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert isinstance(await anext(running), Delta)


async def test_requests_to_one_model_take_turns(adapter: LocalAdapter) -> None:
    asked = request(STORY, max_completion_tokens=16)

    answers = await asyncio.gather(*(answer(adapter, asked) for _ in range(3)))

    assert [events[-1] for events in answers] == [Finish("length")] * 3
    first, second, third = sorted(_queue_ms(events) for events in answers)
    assert first < second < third


def _queue_ms(events: list[Event]) -> float:
    (waited,) = [event.provider_queue_ms for event in events if isinstance(event, Usage)]
    assert waited is not None
    return waited


async def test_two_models_answer_at_the_same_time(adapter: LocalAdapter) -> None:
    async with (
        aclosing(adapter.stream(request(STORY, max_completion_tokens=200))) as first,
        aclosing(adapter.stream(request(STORY, "own", max_completion_tokens=200))) as second,
    ):
        both = [await anext(stream) for _ in range(5) for stream in (first, second)]

    assert all(isinstance(event, Delta) for event in both)


async def test_a_model_that_is_not_there_is_named(adapter: LocalAdapter) -> None:
    with pytest.raises(ModelRetired, match="no-such-model is not on this machine"):
        await answer(adapter, request(model="no-such-model"))


async def test_a_damaged_file_is_told_and_can_be_mended(
    adapter: LocalAdapter, folder: Path, weights: Path
) -> None:
    damaged = folder / "damaged.gguf"
    damaged.write_bytes((weights / SMOLLM2_135M.file_name).read_bytes()[:100_000])
    with pytest.raises(ProviderUnavailable, match=r"damaged\.gguf is damaged, missing"):
        await answer(adapter, request(model="damaged"))
    damaged.unlink()
    damaged.symlink_to(weights / SMOLLM2_135M.file_name)

    assert await answer(adapter, request(model="damaged", max_completion_tokens=2))


async def test_closing_the_adapter_ends_what_runs(folder: Path) -> None:
    adapter = LocalAdapter(Connection("local", str(folder)))
    task = asyncio.create_task(answer(adapter, request(STORY, max_completion_tokens=1000)))
    await first_text(adapter, request(model="own"))

    await adapter.close()

    with pytest.raises(AdapterError):
        await task


async def test_loading_a_model_leaves_the_process_signals_alone(adapter: LocalAdapter) -> None:
    numbers = signal.SIGINT, signal.SIGTERM
    before = [_signal_function(number) for number in numbers]

    await first_text(adapter, request())

    assert [_signal_function(number) for number in numbers] == before


def _signal_function(number: int) -> bytes:
    """The address of the function that the operating system calls; it leads the C structure."""
    action = ctypes.create_string_buffer(256)
    ctypes.CDLL(None).sigaction(number, None, action)
    return action.raw[: ctypes.sizeof(ctypes.c_void_p)]


async def test_the_engines_own_port_gives_no_answers(adapter: LocalAdapter) -> None:
    before = _listening_ports()
    await first_text(adapter, request())

    for port in _listening_ports() - before:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/chat/completions", data=b'{"messages": []}'
        )
        with pytest.raises(urllib.error.HTTPError) as refusal:
            await asyncio.to_thread(urllib.request.urlopen, asked)
        refusal.value.close()
        assert refusal.value.code == 401


def _listening_ports() -> set[int]:
    return {
        connection.laddr.port
        for connection in psutil.Process().net_connections()
        if connection.status == psutil.CONN_LISTEN
    }


def test_an_engine_loaded_before_a_fork_refuses_instead_of_hanging(folder: Path) -> None:
    script = """
import os, sys, pathlib
from inference.adapters.base import ProviderUnavailable
from inference.local_models.engine import Engine
from inference.local_models.installed import installed

engine = Engine(installed(pathlib.Path(sys.argv[1]))[0])
child = os.fork()
if child == 0:
    try:
        engine.answer({"messages": []}, lambda chunk: True)
    except ProviderUnavailable as error:
        os.write(1, error.message.encode())
    os._exit(0)
os.waitpid(child, 0)
"""

    assert "before this process was forked" in _run_python(script, folder)


def test_a_process_can_end_amid_an_answer(folder: Path) -> None:
    script = """
import asyncio, sys
from inference.adapters.base import Connection, Message, Request
from inference.adapters.local import LocalAdapter

async def ask():
    adapter = LocalAdapter(Connection("local", sys.argv[1]))
    request = Request("own", [Message("user", "Count to 1000.")], {"max_completion_tokens": 1000})
    async for event in adapter.stream(request):
        print("answering", flush=True)
        return

asyncio.run(ask())
"""

    assert _run_python(script, folder) == "answering\n"


def _run_python(script: str, *arguments: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    )
    return result.stdout
