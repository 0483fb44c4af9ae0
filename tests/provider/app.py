"""The simulated provider as an ASGI program: `uvicorn tests.provider.app:app`.

Groq's protocol lies under `/openai/v1/`, OpenAI's and Anthropic's under `/v1/`. What was asked is
told under `/_sim/` (see `control.py`).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from tests.provider.answers import STYLES
from tests.provider.calls import CallLog
from tests.provider.catalogue import as_list, model_rows
from tests.provider.chat_requests import read_chat_request
from tests.provider.completion import Completion, ConnectionCutError
from tests.provider.control import control_reply
from tests.provider.faults import AMID_THE_ANSWER, fault_reply, model_not_found, unauthorized
from tests.provider.message_requests import prompt_texts, read_messages_request
from tests.provider.presets import PRESETS
from tests.provider.question import Body, Question, count_prompt_tokens
from tests.provider.replies import (
    Dialect,
    Reply,
    RequestRefusedError,
    common_headers,
    error_reply,
    json_reply,
    new_request_id,
)
from tests.provider.script import Fault, Script, UnknownModelError, read_model_id
from tests.provider.writing import Send

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_GROQ_ROOT, _ROOT = "/openai/v1", "/v1"
_log = CallLog()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    path, method = scope["path"], scope["method"]
    raw = await _read_body(receive)
    if path.startswith("/_sim/"):
        await _send_reply(send, await control_reply(_log, method, path, scope["query_string"]))
        return
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    dialect, resource = _address(path, headers)
    try:
        key = _checked_key(dialect, headers)
        if method == "POST" and resource in _COMPLETIONS[dialect]:
            await _complete(dialect, _parse(dialect, raw), receive, send)
            return
        if key == f"fault={Fault.HANG_HEADERS}":
            await _until_disconnect(receive)
            return
        reply = _other_reply(dialect, method, resource, raw, key)
    except RequestRefusedError as refusal:
        reply = refusal.reply
    await _send_reply(send, _with_common_headers(dialect, reply))


async def _read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


_COMPLETIONS = {
    Dialect.GROQ: ("/chat/completions",),
    Dialect.OPENAI: ("/chat/completions",),
    Dialect.ANTHROPIC: ("/messages",),
}


def _address(path: str, headers: dict[bytes, str]) -> tuple[Dialect, str]:
    if path.startswith(_GROQ_ROOT + "/"):
        return Dialect.GROQ, path.removeprefix(_GROQ_ROOT)
    resource = path.removeprefix(_ROOT)
    if resource.startswith("/messages") or b"anthropic-version" in headers:
        return Dialect.ANTHROPIC, resource
    return Dialect.OPENAI, resource


def _checked_key(dialect: Dialect, headers: dict[bytes, str]) -> str:
    key = headers.get(b"authorization", "").removeprefix("Bearer ").strip()
    if dialect is Dialect.ANTHROPIC:
        key = key or headers.get(b"x-api-key", "")
    if not key or key == "invalid":
        raise RequestRefusedError(unauthorized(dialect))
    return key


def _parse(dialect: Dialect, raw: bytes) -> Body:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        message = "We could not parse the JSON body of your request."
        raise RequestRefusedError(error_reply(dialect, 400, message))
    return body


def _other_reply(dialect: Dialect, method: str, resource: str, raw: bytes, key: str) -> Reply:
    if method == "GET" and resource == "/models":
        return json_reply(as_list(dialect, _listed(dialect, key)))
    if method == "GET" and resource.startswith("/models/"):
        model = unquote(resource.removeprefix("/models/"))
        found = [row for row in _listed(dialect, key) if row["id"] == model]
        return json_reply(found[0]) if found else model_not_found(dialect, model)
    if method == "POST" and dialect is Dialect.ANTHROPIC and resource == "/messages/count_tokens":
        body = _parse(dialect, raw)
        _script(dialect, body)
        return json_reply({"input_tokens": count_prompt_tokens(prompt_texts(body))})
    message = f"Unknown request URL: {method} {resource}."
    return error_reply(dialect, 404, message, code="unknown_url")


def _listed(dialect: Dialect, key: str) -> list[dict[str, object]]:
    if key.startswith("fault="):
        script = read_model_id(f"sim:{key}", PRESETS, STYLES)
        raise RequestRefusedError(fault_reply(dialect, script))
    if key.startswith("models="):
        return model_rows(dialect, [each for each in key[len("models=") :].split(";") if each])
    return model_rows(dialect)


def _script(dialect: Dialect, body: Body) -> Script:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise RequestRefusedError(error_reply(dialect, 400, "model: Field required"))
    try:
        return read_model_id(model, PRESETS, STYLES)
    except UnknownModelError as error:
        raise RequestRefusedError(model_not_found(dialect, model, str(error))) from error


async def _complete(dialect: Dialect, body: Body, receive: Receive, send: Send) -> None:
    call = _log.begin(dialect, str(body.get("model")), body)
    outcome = "failed"
    try:
        script = _script(dialect, body)
        call.tag = script.tag
        fault = _fault_now(script, body)
        if fault is not None and fault not in AMID_THE_ANSWER:
            raise RequestRefusedError(fault_reply(dialect, script))
        question = _question(dialect, script, body)
        outcome = await _run_until_gone(Completion(question, call, _log, send, fault), receive)
    except RequestRefusedError as refusal:
        call.status, outcome = refusal.reply.status, "refused"
        await _send_reply(send, _with_common_headers(dialect, refusal.reply))
    finally:
        _log.end(call, outcome)


def _question(dialect: Dialect, script: Script, body: Body) -> Question:
    if dialect is Dialect.ANTHROPIC:
        return read_messages_request(script, body)
    return read_chat_request(dialect, script, body)


def _fault_now(script: Script, body: Body) -> Fault | None:
    """The script's fault, unless this call is past the failing ones or lacks its cause."""
    number = _log.count(script.model)
    if script.fail_first and number > script.fail_first:
        return None
    if script.fault is Fault.NO_STREAM_OPTIONS and body.get("stream_options") is None:
        return None
    return script.fault


async def _run_until_gone(completion: Completion, receive: Receive) -> str:
    """Play the answer; how it ended. The client's leaving stops it at once."""
    playing = asyncio.create_task(completion.run())
    watching = asyncio.create_task(_until_disconnect(receive))
    try:
        await asyncio.wait((playing, watching), return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            await asyncio.wait((playing,))
            return "disconnected"
        playing.result()
    except ConnectionCutError:
        return "cut"
    finally:
        playing.cancel()
        watching.cancel()
    return "finished"


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _with_common_headers(dialect: Dialect, reply: Reply) -> Reply:
    headers = (*reply.headers, *common_headers(dialect, new_request_id()))
    return Reply(reply.status, reply.body, headers)


async def _send_reply(send: Send, reply: Reply) -> None:
    headers = [*reply.headers, (b"content-length", str(len(reply.body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
