"""Groq, through its own SDK. https://console.groq.com/docs/api-reference"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

import httpx
from groq import APIStatusError, AsyncGroq, DefaultAioHttpClient, GroqError

from inference.adapters import calls
from inference.adapters.base import Connection, ModelFacts, Request
from inference.adapters.chat_completions_adapter import Call, ChatCompletionsAdapter, wire_messages
from inference.adapters.errors import Party
from inference.adapters.model_lists import price_from_tokens, texts, tokens, within, words
from inference.adapters.parameters import wire_parameters
from inference.adapters.streaming import STREAM_HEADERS

if TYPE_CHECKING:
    from groq.types.chat import ChatCompletionMessageParam

BASE_URL = "https://api.groq.com"

# `top_k` is not among them: Groq refuses the request.
WIRE_NAMES = {
    name: name
    for name in (
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "max_completion_tokens",
        "seed",
        "stop",
        "reasoning_effort",
        "response_format",
    )
}

# The list also holds speech, text-to-speech and guard models, with no field that says so.
NOT_FOR_CHAT = ("whisper", "orpheus", "tts", "guard")


class GroqAdapter(ChatCompletionsAdapter):
    """The `groq` kind. `read_timeout_s` bounds the silence between two reads."""

    def __init__(self, connection: Connection, *, read_timeout_s: float) -> None:
        party = Party("Groq", connection.api_key)
        super().__init__(party, calls.SdkErrors(APIStatusError, GroqError))
        timeout = httpx.Timeout(
            read_timeout_s, connect=calls.CONNECT_TIMEOUT_S, pool=calls.POOL_TIMEOUT_S
        )
        limits = httpx.Limits(
            max_connections=calls.MAX_CONNECTIONS, keepalive_expiry=calls.KEEPALIVE_S
        )
        self._client = AsyncGroq(
            api_key=connection.api_key,
            base_url=sdk_base_url(connection.base_url),
            timeout=timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(
                timeout=timeout, limits=limits, follow_redirects=False
            ),
        )

    async def close(self) -> None:
        await self._client.close()

    def _chat_call(self, request: Request, body: dict[str, object]) -> Call:
        return self._client.chat.completions.with_streaming_response.create(
            model=request.model,
            messages=cast("Iterable[ChatCompletionMessageParam]", wire_messages(request)),
            stream=True,
            extra_headers=STREAM_HEADERS,
            extra_body=body,
        )

    def _list_call(self) -> Call:
        return self._client.models.with_streaming_response.list()

    def _body(self, request: Request) -> dict[str, object]:
        body = wire_parameters(request, WIRE_NAMES)
        if "qwen" in request.model.lower():
            # Otherwise its reasoning comes as <think>…</think> inside the answer.
            body["reasoning_format"] = "parsed"
        return body

    def _model_facts(self, item: Mapping[str, object]) -> ModelFacts | None:
        name = words(item, "id")
        modalities = texts(item, "output_modalities")
        if any(part in name.lower() for part in NOT_FOR_CHAT) or item.get("active") is False:
            return None
        if modalities and "text" not in modalities:
            return None
        return ModelFacts(
            name=name,
            owner=words(item, "owned_by"),
            context_window=tokens(item, "context_window", "context_length"),
            max_completion_tokens=tokens(item, "max_completion_tokens", "max_output_length"),
            price=price_from_tokens(within(item, "pricing")),
        )


def sdk_base_url(base_url: str) -> str:
    """Return the base without `/openai/v1`, which the SDK adds by itself."""
    return base_url.rstrip("/").removesuffix("/openai/v1") or BASE_URL
