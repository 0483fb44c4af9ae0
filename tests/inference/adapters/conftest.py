"""A simulated provider for all adapter tests, and adapters that are closed after each."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest

from inference.adapters import make_adapter
from inference.adapters.base import (
    Adapter,
    AdapterError,
    Connection,
    Delta,
    Event,
    Finish,
    Message,
    Request,
    RequestId,
    TextKind,
    Usage,
)
from tests.inference.adapters.odd_server import OddServer, serve
from tests.provider.server import RunningProvider, start_provider

KEY = "gsk_canary_0123456789"

MakeAdapter = Callable[..., Adapter]


@dataclass(frozen=True, slots=True)
class Answer:
    """All events of one stream, and the error that ended it."""

    events: list[Event]
    error: AdapterError | None = None

    @property
    def text(self) -> str:
        return self._text(TextKind.ANSWER)

    @property
    def reasoning(self) -> str:
        return self._text(TextKind.REASONING)

    @property
    def usage(self) -> Usage:
        return self.usages[-1]

    @property
    def usages(self) -> list[Usage]:
        return [event for event in self.events if isinstance(event, Usage)]

    @property
    def finishes(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, Finish)]

    @property
    def request_ids(self) -> list[str]:
        return [event.value for event in self.events if isinstance(event, RequestId)]

    def _text(self, kind: TextKind) -> str:
        deltas = [event for event in self.events if isinstance(event, Delta)]
        return "".join(delta.text for delta in deltas if delta.kind is kind)


@pytest.fixture(scope="session")
def provider() -> Iterator[RunningProvider]:
    with start_provider() as running:
        yield running


@pytest.fixture
async def odd_server() -> AsyncIterator[OddServer]:
    async with serve() as server:
        yield server


@pytest.fixture
async def adapter_for() -> AsyncIterator[Callable[..., Adapter]]:
    """Makes an adapter of a kind for a base URL, and closes it after the test."""
    made: list[Adapter] = []

    def make(
        kind: str,
        base_url: str,
        *,
        api_key: str = KEY,
        limit_parameter: str = "max_tokens",
        read_timeout_s: float = 20,
    ) -> Adapter:
        connection = Connection(kind, base_url, api_key, limit_parameter)
        made.append(make_adapter(connection, read_timeout_s=read_timeout_s))
        return made[-1]

    yield make
    for adapter in made:
        await adapter.close()


def base_url_of(kind: str, provider: RunningProvider) -> str:
    return {
        "groq": provider.groq_url,
        "anthropic": provider.anthropic_url,
        "openai_compatible": provider.openai_url,
    }[kind]


def ask(model: str, content: str = "Why is the sky blue?", **parameters: object) -> Request:
    return Request(model, [Message("user", content)], parameters)


async def read(adapter: Adapter, request: Request) -> Answer:
    """Read a stream to its end, however it ends."""
    events: list[Event] = []
    try:
        async for event in adapter.stream(request):
            events.append(event)  # noqa: PERF401 - what came before an error counts too
    except AdapterError as error:
        return Answer(events, error)
    return Answer(events)
