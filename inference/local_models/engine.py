"""One loaded model: llama.cpp's server engine inside this process, through `xllamacpp`.

Everything here blocks and belongs in a thread. Facts about the library that shape it:
- Each engine opens an HTTP port on 127.0.0.1, whether wanted or not: it gets a key nobody knows.
- Loading holds the GIL, so the file is read into the page cache first (0.5 s instead of several).
- A loaded engine does not survive a fork: the child would hang.
- An exception inside the callback is swallowed: `on_chunk` must not raise.
"""

import importlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inference.adapters.base import ProviderUnavailable
from inference.adapters.text import clean_text
from inference.local_models import cpu
from inference.local_models.installed import LocalModel

# Weights and context are given back after this long without a request; the next one reloads them.
IDLE_S = 600
_MAX_THREADS = 8
_READ_BLOCK_BYTES = 1 << 20


class Engine:
    """Answers requests for one model, one at a time. Dropping the last reference frees it."""

    def __init__(self, model: LocalModel, *, idle_s: int = IDLE_S) -> None:
        """Load `model`. Raises `ProviderUnavailable` with the reason for a person."""
        self._model = model
        self._process_id = os.getpid()
        library = _library(model)
        try:
            _read_into_page_cache(model.path)
            self._server = library.Server(_parameters(library, model, idle_s))
        except (OSError, RuntimeError) as error:
            raise ProviderUnavailable(
                f"The local model {model.id} could not be loaded: {model.path.name} is damaged,"
                " missing, or too large for this machine's memory."
            ) from error

    def answer(self, body: Mapping[str, object], on_chunk: Callable[[bytes], bool]) -> None:
        """Make one chat answer; `on_chunk` gets each chunk as JSON and returns True to stop.

        Returns when the engine is free again. Chunks have OpenAI's shape; an error is a chunk with
        an `error` object, or a `ValueError` or `RuntimeError` from the library.
        """
        if os.getpid() != self._process_id:
            raise ProviderUnavailable(
                f"The local model {self._model.id} was loaded before this process was forked from"
                " its parent; load local models only in the process that uses them."
            )
        self._server.handle_chat_completions(_json(body), on_chunk)


def _json(body: Mapping[str, object]) -> bytes:
    """`body` as JSON that the engine's parser accepts: lone surrogates become U+FFFD."""
    return clean_text(json.dumps(body, ensure_ascii=False)).encode()


def _library(model: LocalModel) -> Any:
    """The `xllamacpp` module, imported on first use: it is 100 MB of native code."""
    if missing := cpu.missing_features():
        raise ProviderUnavailable(
            f"The local model {model.id} cannot run here: this processor lacks"
            f" {', '.join(missing)}. Set LOCAL_MODELS=off and use a provider with a key."
        )
    try:
        return importlib.import_module("xllamacpp")
    except ImportError as error:
        raise ProviderUnavailable(
            f"The local model {model.id} cannot run here: the package xllamacpp does not load"
            f" ({error})."
        ) from error


def _parameters(library: Any, model: LocalModel, idle_s: int) -> Any:
    parameters = library.CommonParams()
    parameters.model.path = str(model.path)
    parameters.n_ctx = model.context_tokens
    parameters.n_parallel = 1
    parameters.n_predict = model.max_completion_tokens
    # A cancelled answer is noticed between batches, so a batch must be short.
    parameters.n_batch = parameters.n_ubatch = model.read_batch_tokens
    # 8 GB and 32 checkpoints by default; one answer at a time needs neither.
    parameters.cache_ram_mib = 0
    parameters.n_ctx_checkpoints = 0
    parameters.cpuparams.n_threads = min(_MAX_THREADS, os.cpu_count() or 1)
    # Trying out sizes and a first empty answer would double the loading time.
    parameters.fit_params = False
    parameters.warmup = False
    parameters.sleep_idle_seconds = idle_s
    parameters.verbosity = 0
    _lock_the_http_port(parameters)
    return parameters


def _lock_the_http_port(parameters: Any) -> None:
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.n_threads_http = 1


def _read_into_page_cache(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        block = bytearray(_READ_BLOCK_BYTES)
        while file.readinto(block):
            pass
