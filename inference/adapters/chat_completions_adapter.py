"""What the two chat-completions kinds share: open the stream, read it, close it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from typing import Protocol, cast

from inference.adapters.base import Event, ModelFacts, Request
from inference.adapters.calls import SdkErrors, StatusError, told_as_adapter_error
from inference.adapters.chat_completions import ChatCompletionsReader
from inference.adapters.error_bodies import parse_error_body
from inference.adapters.errors import Party
from inference.adapters.model_lists import listed_items
from inference.adapters.streaming import HttpResponse, read_answer, read_body


class OpenAnswer(Protocol):
    """What the SDKs' streamed responses have in common."""

    @property
    def http_response(self) -> HttpResponse: ...


Call = AbstractAsyncContextManager[OpenAnswer]


class ChatCompletionsAdapter(ABC):
    """An `Adapter` for `/chat/completions`; a kind adds its client and its parameters."""

    def __init__(self, party: Party, sdk_errors: SdkErrors) -> None:
        self._party = party
        self._sdk_errors = sdk_errors
        self._models_refusing_stream_options: set[str] = set()

    async def list_models(self) -> list[ModelFacts]:
        with told_as_adapter_error(self._party, self._sdk_errors):
            async with self._list_call() as answer:
                body = await read_body(answer.http_response, self._party)
            facts = [self._model_facts(item) for item in listed_items(body, self._party)]
        return [model for model in facts if model is not None]

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        body = self._body(request)
        with told_as_adapter_error(self._party, self._sdk_errors, request.model):
            async with AsyncExitStack() as stack:
                response = await self._open(stack, request, body)
                reader = ChatCompletionsReader(
                    self._party, request.model, response.headers.get("x-request-id", "")
                )
                events = read_answer(response, reader, self._party)
                await stack.enter_async_context(aclosing(events))
                async for event in events:
                    yield event

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    def _chat_call(self, request: Request, body: dict[str, object]) -> Call:
        """Return the SDK's streaming call, not yet begun."""

    @abstractmethod
    def _list_call(self) -> Call:
        """Return the SDK's call for the model list, not yet begun."""

    @abstractmethod
    def _body(self, request: Request) -> dict[str, object]:
        """Return the body beside model, messages and stream. Raises `BadRequest`."""

    @abstractmethod
    def _model_facts(self, item: Mapping[str, object]) -> ModelFacts | None:
        """Return the facts of one listed model, or `None` if it is no chat model."""

    async def _open(
        self, stack: AsyncExitStack, request: Request, body: dict[str, object]
    ) -> HttpResponse:
        """Begin the answer; a server that refuses `stream_options` is asked again without."""
        if request.model not in self._models_refusing_stream_options:
            try:
                asked = body | {"stream_options": {"include_usage": True}}
                return await self._enter(stack, request, asked)
            except self._sdk_errors.with_status as error:
                if not _refuses_stream_options(cast("StatusError", error)):
                    raise
            self._models_refusing_stream_options.add(request.model)
        return await self._enter(stack, request, body)

    async def _enter(
        self, stack: AsyncExitStack, request: Request, body: dict[str, object]
    ) -> HttpResponse:
        answer = await stack.enter_async_context(self._chat_call(request, body))
        return answer.http_response


def wire_messages(request: Request) -> list[dict[str, str]]:
    """Return role and content only: some servers refuse any other key."""
    return [{"role": message.role, "content": message.content} for message in request.messages]


def _refuses_stream_options(error: StatusError) -> bool:
    said = parse_error_body(error.response.content)
    return error.status_code in (400, 422) and (
        "stream_options" in said.message or said.param.startswith("stream_options")
    )
