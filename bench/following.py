"""The clients' process: `python -m bench.following URL EMAIL PASSWORD TOKEN`.

Signs in, says "ready", then does each plan that comes as a line on stdin and answers with a line of
records. Being a process of its own, it leaves the portal's CPU time apart from its own.
"""

import asyncio
import gc
import re
import sys
import time

import aiohttp
import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.messages import Plan, RunRecord
from bench.received import MessageRefused, ReceivedRun

_CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_RESYNC = '{"type":"resync"}'
_OPEN_S = 30.0


class SignInFailed(Exception):
    """The portal did not let the clients in."""


class StartRefused(Exception):
    """The portal did not start a run; the text is its answer."""


class Clients:
    """Browsers of one signed-in person, and a program with that person's API token."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self._api_headers = {"Authorization": f"Bearer {token}"}
        self._socket_headers: dict[str, str] = {}

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form, for the session cookie that sockets need."""
        address = f"{self._url}/accounts/login/"
        async with self._session.get(address) as page:
            field = _CSRF_FIELD.search(await page.text())
        form = {"login": email, "password": password}
        if field:
            form["csrfmiddlewaretoken"] = field[1]
        async with self._session.post(address, data=form, allow_redirects=False) as answer:
            cookie = answer.cookies.get("sessionid")
        if cookie is None:
            raise SignInFailed(f"signing in gave {answer.status} and no session")
        self._socket_headers = {"Cookie": f"sessionid={cookie.value}"}

    async def do(self, plan: Plan) -> list[RunRecord]:
        """Start all runs at the same moment and follow each to its end."""
        return await asyncio.gather(*(self._run(plan, prompt) for prompt in plan.prompts))

    async def _run(self, plan: Plan, prompt: str) -> RunRecord:
        """Start one run and follow it; what goes wrong is told in the record."""
        record = RunRecord(prompt, posted_at_us=_now_us())
        received = ReceivedRun()
        try:
            async with asyncio.timeout(plan.patience_s):
                run_id = await self._start(plan, record)
                async with self._open(run_id) as socket:
                    record.opened_at_us = _now_us()
                    await _follow(socket, received, record)
        except TimeoutError:
            record.problem = f"not finished after {plan.patience_s:.0f} s"
        except (aiohttp.ClientError, WebSocketException, StartRefused, MessageRefused) as error:
            record.problem = f"{type(error).__name__}: {error}"
        record.frames = received.frames
        record.answers = received.records()
        return record

    async def _start(self, plan: Plan, record: RunRecord) -> str:
        body = {
            "prompt": record.prompt,
            "models": [{"model": f"groq/{model}"} for model in plan.models],
        }
        address = f"{self._url}/api/v1/comparisons/"
        async with self._session.post(address, json=body, headers=self._api_headers) as answer:
            if answer.status != 201:
                raise StartRefused(f"{answer.status}: {await answer.text()}")
            run: dict[str, str] = await answer.json()
        record.accepted_at_us = _now_us()
        return run["id"]

    def _open(self, run_id: str) -> connect:
        return connect(
            f"{self._url.replace('http://', 'ws://', 1)}/ws/comparisons/{run_id}/",
            additional_headers=self._socket_headers,
            origin=self._url,  # type: ignore[arg-type]
            compression=None,
            open_timeout=_OPEN_S,
            ping_interval=None,
            max_size=None,
        )


async def _follow(socket: ClientConnection, received: ReceivedRun, record: RunRecord) -> None:
    while not received.is_finished:
        text = await socket.recv(decode=False)
        if received.take(text, _now_us()):
            record.resyncs += 1
            await socket.send(_RESYNC)


def _now_us() -> int:
    """The clock of the provider's stamps, shared by all processes of the machine."""
    return time.monotonic_ns() // 1000


async def main(url: str, email: str, password: str, token: str) -> None:
    # A collection would stop all clients amid a round; there is one after each round.
    gc.disable()
    # One kept between rounds might be closed by the portal just as a POST uses it.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
        clients = Clients(session, url, token)
        await clients.sign_in(email, password)
        _say(b"ready")
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            records = await clients.do(msgspec.json.decode(line, type=Plan))
            _say(msgspec.json.encode(records))
            gc.collect()


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
