"""Small models on this machine's processor, without a key.

Each model is loaded on its first use and answers one request at a time; further requests wait their
turn. The engine blocks, so it runs in a thread and posts its events to the loop.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import asdict, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from django.conf import settings

from inference.adapters.base import (
    BadRequest,
    BrokenAnswer,
    Connection,
    Event,
    Finish,
    ModelFacts,
    ModelRetired,
    Price,
    ProviderUnavailable,
    Request,
    Usage,
)
from inference.local_models.engine import Engine
from inference.local_models.installed import LocalModel, installed
from inference.local_models.mailbox import Mailbox, make_answer

_FREE = Price(input=Decimal(0), output=Decimal(0), cached_input=Decimal(0))
_ENGINE_NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "repeat_penalty": "repeat_penalty",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "max_completion_tokens": "max_tokens",
    "seed": "seed",
    "stop": "stop",
}
# One thread per model that is loading or answering.
_MAX_THREADS = 32
# The adapter contract lets go of an answer within 0.5 s.
_LEAVE_AFTER_S = 0.3


class LocalAdapter:
    """The models of one folder: `connection.base_url`, or `LOCAL_MODELS_DIR` when it is empty."""

    def __init__(self, connection: Connection) -> None:
        self._folder = Path(connection.base_url or settings.LOCAL_MODELS_DIR)
        self._engines: dict[LocalModel, asyncio.Future[Engine]] = {}
        self._turns: dict[LocalModel, asyncio.Lock] = {}
        self._last_answers: dict[LocalModel, Mailbox] = {}
        self._threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="local-model")
        self._is_closed = False

    async def list_models(self) -> list[ModelFacts]:
        return [_facts(model) for model in await asyncio.to_thread(installed, self._folder)]

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        started = time.monotonic()
        model = await self._find(request.model)
        body = chat_body(model, request)
        async with self._turns.setdefault(model, asyncio.Lock()):
            if (previous := self._last_answers.get(model)) is not None:
                await previous.ended.wait()
            engine = await self._engine(model)
            queue_ms = (time.monotonic() - started) * 1000
            async with aclosing(self._answer(engine, model, body)) as events:
                async for event in events:
                    if isinstance(event, Usage):
                        yield replace(event, provider_queue_ms=queue_ms)
                    else:
                        yield event

    async def close(self) -> None:
        """Stop what is being answered and free every engine."""
        self._is_closed = True
        answers = list(self._last_answers.values())
        for mailbox in answers:
            mailbox.cancel()
        await asyncio.gather(*(mailbox.ended.wait() for mailbox in answers))
        await asyncio.gather(*self._engines.values(), return_exceptions=True)
        # Freeing an engine joins its threads.
        await asyncio.get_running_loop().run_in_executor(self._threads, self._engines.clear)
        self._threads.shutdown(wait=False)

    async def _find(self, model_id: str) -> LocalModel:
        for model in await asyncio.to_thread(installed, self._folder):
            if model.id == model_id:
                return model
        raise ModelRetired(
            f"The local model {model_id} is not on this machine. `manage.py fetch_models` brings"
            " the local models."
        )

    async def _engine(self, model: LocalModel) -> Engine:
        if self._is_closed:
            raise ProviderUnavailable("The local models are being shut down.")
        loading = self._engines.get(model)
        if loading is None:
            loop = asyncio.get_running_loop()
            loading = loop.run_in_executor(self._threads, Engine, model)
            self._engines[model] = loading
            loading.add_done_callback(partial(self._forget_if_failed, model))
        # A cancelled request leaves the loading to the next one.
        return await asyncio.shield(loading)

    def _forget_if_failed(self, model: LocalModel, loading: asyncio.Future[Engine]) -> None:
        if loading.exception() is not None:
            self._engines.pop(model, None)

    async def _answer(
        self, engine: Engine, model: LocalModel, body: Mapping[str, object]
    ) -> AsyncGenerator[Event]:
        """The engine's events, `Finish` last. Leaves when the engine is free again, or soon.

        On a busy machine the engine may need longer to notice that the answer is not wanted;
        whoever is next waits for it.
        """
        mailbox = Mailbox(asyncio.get_running_loop())
        self._threads.submit(make_answer, engine, model.id, body, mailbox)
        self._last_answers[model] = mailbox
        finish: Finish | None = None
        try:
            while events := await mailbox.take():
                for event in events:
                    if isinstance(event, Finish):
                        finish = event
                    else:
                        yield event
        finally:
            mailbox.cancel()
            with suppress(TimeoutError):
                await asyncio.wait_for(mailbox.ended.wait(), _LEAVE_AFTER_S)
        if finish is None:
            raise BrokenAnswer(f"The local model {model.id} stopped without saying why.")
        yield finish


def chat_body(model: LocalModel, request: Request) -> dict[str, object]:
    """The engine's request body. Raises `BadRequest` naming a parameter it does not have."""
    for name in request.parameters:
        if name not in _ENGINE_NAMES:
            raise BadRequest(f"{name} is not supported by {model.id}.")
    chosen = asdict(model.chat_defaults) | dict(request.parameters)
    return {_ENGINE_NAMES[name]: value for name, value in chosen.items()} | {
        "messages": [asdict(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        # Progress chunks while the prompt is read are the only chance to cancel before the text.
        "return_progress": True,
        # A reused prompt is computed in other batches, which rounds differently: with it the same
        # seed would not give the same text.
        "cache_prompt": "seed" not in request.parameters,
    }


def _facts(model: LocalModel) -> ModelFacts:
    return ModelFacts(
        name=model.id,
        display_name=model.display_name,
        owner=model.owner,
        context_window=model.context_tokens,
        max_completion_tokens=model.max_completion_tokens,
        strengths=model.strengths,
        price=_FREE,
    )
