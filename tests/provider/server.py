"""Runs the simulated provider as a process of its own.

with start_provider() as provider:
    client = AsyncGroq(base_url=provider.groq_url, api_key="any")
    ...
    provider.wait_for_calls("my-tag", state="ended")
"""

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_ROOT = Path(__file__).resolve().parents[2]
_START_S = 20.0
_STOP_S = 5.0
_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call as the provider saw it. Times are seconds of `time.monotonic()`.

    `outcome` is running, finished, refused, disconnected (the client left), cut or failed (a
    defect of the simulation). `text` and `reasoning` are what was sent; `status` is None before
    the headers.
    """

    number: int
    dialect: str
    model: str
    tag: str
    user: str
    body: Mapping[str, Any]
    status: int | None
    started: float
    ended: float | None
    outcome: str
    tokens_sent: int
    text: str
    reasoning: str


class ProviderError(Exception):
    """The simulated provider did not start, or what was waited for did not happen."""


@dataclass(frozen=True, slots=True)
class RunningProvider:
    """A simulated provider that answers under `url`."""

    url: str
    pid: int

    @property
    def groq_url(self) -> str:
        """For the groq SDK, which adds `/openai/v1` itself."""
        return self.url

    @property
    def openai_url(self) -> str:
        return self.url + "/v1"

    @property
    def groq_as_openai_url(self) -> str:
        """Groq's protocol for the openai SDK."""
        return self.url + "/openai/v1"

    @property
    def anthropic_url(self) -> str:
        return self.url

    def calls(self, tag: str | None = None) -> list[RecordedCall]:
        """Calls whose model id or `user` field carries the tag; without one, all."""
        return self._calls(tag, {})

    def wait_for_calls(
        self,
        tag: str | None = None,
        *,
        state: Literal["started", "answering", "ended"] = "ended",
        count: int = 1,
        timeout_s: float = 5.0,
    ) -> list[RecordedCall]:
        """Calls of the tag once `count` of them have come so far. Raises `ProviderError`."""
        query = {"wait": state, "count": str(count), "timeout": str(timeout_s)}
        return self._calls(tag, query)

    def release(self, tag: str | None = None) -> None:
        """Let the tag's calls that hang go on."""
        self._ask("POST", "release", tag, {})

    def reset(self) -> None:
        """Forget ended calls and how often each id failed."""
        self._ask("POST", "reset", None, {})

    def _calls(self, tag: str | None, query: dict[str, str]) -> list[RecordedCall]:
        answer = self._ask("GET", "calls", tag, query)
        return [RecordedCall(**call) for call in answer["calls"]]

    def _ask(self, method: str, what: str, tag: str | None, query: dict[str, str]) -> Any:
        if tag is not None:
            query = {**query, "tag": tag}
        url = f"{self.url}/_sim/{what}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, method=method)
        patience = _ANSWER_S + float(query.get("timeout", 0))
        try:
            with urllib.request.urlopen(request, timeout=patience) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                seen = error.read().decode()
            raise ProviderError(f"{method} {what} {query}: {error.code}: {seen}") from error


@contextmanager
def start_provider(port: int = 0, host: str = "127.0.0.1") -> Iterator[RunningProvider]:
    """Serve on a free port, or on `port`, until the block ends. Raises `ProviderError`.

    The process ends with this one, however this one ends.
    """
    with socket.create_server((host, port), backlog=1024) as listener:
        url = f"http://{host}:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.provider", "--owned-fd", str(listener.fileno())],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            # Ctrl-C is for the owner, who then ends this block.
            start_new_session=True,
        )
    with process:
        try:
            _wait_until_it_answers(url, process)
            yield RunningProvider(url, process.pid)
        finally:
            _stop(process)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    """The socket listens already, so one request waits for the server behind it."""
    try:
        with urllib.request.urlopen(f"{url}/_sim/health", timeout=_START_S):
            return
    except OSError as error:
        raise ProviderError(f"no answer from {url}, exit code {process.poll()}") from error


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
