"""Anthropic, through its own SDK. https://platform.claude.com/docs/en/api/messages"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

import httpx2
from anthropic import AnthropicError, APIStatusError, AsyncAnthropic, DefaultAioHttpClient

from inference.adapters import calls
from inference.adapters.anthropic_messages import MessagesReader
from inference.adapters.base import BadRequest, BrokenAnswer, Connection, Event, ModelFacts, Request
from inference.adapters.errors import Party
from inference.adapters.model_lists import Item, day, listed_items, next_page, tokens, within, words
from inference.adapters.parameters import wire_parameters
from inference.adapters.streaming import STREAM_HEADERS, read_answer, read_body

if TYPE_CHECKING:
    from anthropic.types import MessageParam

BASE_URL = "https://api.anthropic.com"

# Required by the protocol; it includes thinking tokens.
DEFAULT_MAX_TOKENS = 4096

PAGE_SIZE = 1000
MOST_PAGES = 20

WIRE_NAMES = {
    "max_completion_tokens": "max_tokens",
    "stop": "stop_sequences",
    "reasoning_effort": "effort",
    "response_format": "format",
}

EFFORT_LEVELS = ("low", "medium", "high", "xhigh", "max")


class AnthropicAdapter:
    """The `anthropic` kind. `read_timeout_s` bounds the silence between two reads."""

    def __init__(self, connection: Connection, *, read_timeout_s: float) -> None:
        self._party = Party("Anthropic", connection.api_key)
        self._sdk_errors = calls.SdkErrors(APIStatusError, AnthropicError)
        timeout = httpx2.Timeout(
            read_timeout_s, connect=calls.CONNECT_TIMEOUT_S, pool=calls.POOL_TIMEOUT_S
        )
        limits = httpx2.Limits(
            max_connections=calls.MAX_CONNECTIONS, keepalive_expiry=calls.KEEPALIVE_S
        )
        self._client = AsyncAnthropic(
            api_key=connection.api_key,
            base_url=sdk_base_url(connection.base_url),
            timeout=timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(
                timeout=timeout, limits=limits, follow_redirects=False
            ),
        )

    async def list_models(self) -> list[ModelFacts]:
        models: list[ModelFacts] = []
        after = ""
        with calls.told_as_adapter_error(self._party, self._sdk_errors):
            for _ in range(MOST_PAGES):
                items, after = await self._page(after)
                models += [_model_facts(item) for item in items if _is_offered(item)]
                if not after:
                    return models
        raise BrokenAnswer("Anthropic's model list does not end.")

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        body = message_body(request)
        with calls.told_as_adapter_error(self._party, self._sdk_errors, request.model):
            async with self._client.messages.with_streaming_response.create(
                model=request.model,
                messages=cast("Iterable[MessageParam]", _turns(request)),
                max_tokens=DEFAULT_MAX_TOKENS,
                stream=True,
                extra_headers=STREAM_HEADERS,
                extra_body=body,
            ) as answer:
                response = answer.http_response
                reader = MessagesReader(
                    self._party, request.model, response.headers.get("request-id", "")
                )
                async with aclosing(read_answer(response, reader, self._party)) as events:
                    async for event in events:
                        yield event

    async def close(self) -> None:
        await self._client.close()

    async def _page(self, after: str) -> tuple[list[Item], str]:
        """Return one page of the list and the id to go on after, empty on the last page."""
        models = self._client.models.with_streaming_response
        call = (
            models.list(limit=PAGE_SIZE, after_id=after) if after else models.list(limit=PAGE_SIZE)
        )
        async with call as answer:
            body = await read_body(answer.http_response, self._party)
        return listed_items(body, self._party), next_page(body)


def message_body(request: Request) -> dict[str, object]:
    """Return the body beside model and messages. Raises `BadRequest`."""
    body = wire_parameters(request, WIRE_NAMES)
    output_config: dict[str, object] = {}
    if "effort" in body:
        output_config["effort"] = body.pop("effort")
    if "format" in body:
        output_config |= _output_format(request, body.pop("format"))
    if output_config:
        body["output_config"] = output_config
    system = [message.content for message in request.messages if message.role == "system"]
    if system:
        body["system"] = "\n\n".join(system)
    return body


def sdk_base_url(base_url: str) -> str:
    """Return the base without `/v1`, which the SDK adds by itself."""
    return base_url.rstrip("/").removesuffix("/v1") or BASE_URL


def _turns(request: Request) -> list[dict[str, str]]:
    return [
        {"role": message.role, "content": message.content}
        for message in request.messages
        if message.role != "system"
    ]


def _output_format(request: Request, response_format: object) -> dict[str, object]:
    wanted: Item = response_format if isinstance(response_format, dict) else {}
    if wanted.get("type") == "text":
        return {}
    schema = within(wanted, "json_schema").get("schema")
    if wanted.get("type") != "json_schema" or not isinstance(schema, dict):
        raise BadRequest(
            f"response_format of {request.model} must be text or a json_schema with its schema."
        )
    return {"format": {"type": "json_schema", "schema": schema}}


def _is_offered(item: Item) -> bool:
    return item.get("lifecycle") != "retired"


def _model_facts(item: Item) -> ModelFacts:
    return ModelFacts(
        name=words(item, "id"),
        display_name=words(item, "display_name"),
        owner="Anthropic",
        context_window=tokens(item, "max_input_tokens"),
        max_completion_tokens=tokens(item, "max_tokens"),
        retires_on=day(item, "retires_at"),
        effort_levels=_effort_levels(within(within(item, "capabilities"), "effort")),
    )


def _effort_levels(effort: Item) -> tuple[str, ...] | None:
    """Return the levels the list calls supported, or `None` if it tells of none at all."""
    if not effort:
        return None
    if effort.get("supported") is False:
        return ()
    return tuple(level for level in EFFORT_LEVELS if within(effort, level).get("supported") is True)
