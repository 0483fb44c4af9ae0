"""OpenAI and servers that speak its protocol, through the `openai` SDK with a base URL.

OpenAI, vLLM, llama.cpp's server, Ollama, Together, OpenRouter and their like.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpx2
from openai import APIStatusError, AsyncOpenAI, DefaultAioHttpClient, OpenAIError

from inference.adapters import calls
from inference.adapters.base import Connection, ModelFacts, Price, Request
from inference.adapters.chat_completions_adapter import Call, ChatCompletionsAdapter, wire_messages
from inference.adapters.errors import Party
from inference.adapters.model_lists import (
    day,
    price_from_millions,
    price_from_tokens,
    texts,
    tokens,
    within,
    words,
)
from inference.adapters.parameters import NAMES, wire_parameters
from inference.adapters.streaming import STREAM_HEADERS

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

BASE_URL = "https://api.openai.com/v1"

# The SDK insists on a key and would else take OPENAI_API_KEY, which is another server's secret.
NO_KEY = "none"

CHAT_TYPES = ("", "chat", "language", "model", "llm")
NOT_FOR_CHAT = re.compile(
    r"embed|whisper|\btts\b|dall-e|moderation|realtime|audio|transcribe|gpt-image|chatgpt-image"
    r"|\bsora|rerank|stable-diffusion|\bflux\b|babbage-002|davinci-002|-instruct-\d{4}$"
    r"|gpt-3\.5-turbo-instruct|computer-use|deep-research|\bbge-|\bguard\b"
)


class OpenAICompatibleAdapter(ChatCompletionsAdapter):
    """The `openai_compatible` kind. `read_timeout_s` bounds the silence between two reads."""

    def __init__(self, connection: Connection, *, read_timeout_s: float) -> None:
        base_url = connection.base_url or BASE_URL
        party = Party(party_name(base_url), connection.api_key)
        super().__init__(party, calls.SdkErrors(APIStatusError, OpenAIError))
        self._wire_names = {name: name for name in NAMES}
        self._wire_names["max_completion_tokens"] = connection.limit_parameter
        timeout = httpx2.Timeout(
            read_timeout_s, connect=calls.CONNECT_TIMEOUT_S, pool=calls.POOL_TIMEOUT_S
        )
        limits = httpx2.Limits(
            max_connections=calls.MAX_CONNECTIONS, keepalive_expiry=calls.KEEPALIVE_S
        )
        self._client = AsyncOpenAI(
            api_key=connection.api_key or NO_KEY,
            base_url=base_url,
            timeout=timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(
                timeout=timeout, limits=limits, follow_redirects=False
            ),
        )
        # Taken from the environment, they may belong to another server's account.
        self._client.organization = None
        self._client.project = None

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
        return wire_parameters(request, self._wire_names)

    def _model_facts(self, item: Mapping[str, object]) -> ModelFacts | None:
        if not _is_chat_model(item):
            return None
        context_window = tokens(item, "max_model_len", "context_length", "context_window")
        max_completion_tokens = tokens(item, "max_completion_tokens", "max_output_length")
        return ModelFacts(
            name=words(item, "id"),
            display_name=words(item, "display_name", "name"),
            owner=words(item, "owned_by", "organization"),
            # llama.cpp's server tells the context in `meta`.
            context_window=context_window or tokens(within(item, "meta"), "n_ctx", "n_ctx_train"),
            max_completion_tokens=max_completion_tokens
            or tokens(within(item, "top_provider"), "max_completion_tokens"),
            price=_price(within(item, "pricing")),
            retires_on=day(item, "shutdown_date"),
        )


def party_name(base_url: str) -> str:
    """Return what to call the server in a sentence."""
    is_openai = urlsplit(base_url).hostname == "api.openai.com"
    return "OpenAI" if is_openai else "the provider"


def _is_chat_model(item: Mapping[str, object]) -> bool:
    modalities = texts(item, "output_modalities") or texts(
        within(item, "architecture"), "output_modalities"
    )
    if modalities and "text" not in modalities:
        return False
    is_of_chat_type = words(item, "type").lower() in CHAT_TYPES
    return is_of_chat_type and not NOT_FOR_CHAT.search(words(item, "id").lower())


def _price(pricing: Mapping[str, object]) -> Price | None:
    """OpenRouter names USD per token, Together USD per million, under different names."""
    return price_from_tokens(pricing) or price_from_millions(pricing)
