"""What tests and the benchmark ask the simulated provider about itself.

    GET  /_sim/health
    GET  /_sim/calls?tag=T                            calls marked T (by model id or `user`)
    GET  /_sim/calls?tag=T&wait=ended&count=2&timeout=5   … once two of them have ended
    POST /_sim/release?tag=T                          let calls that hang go on
    POST /_sim/reset                                  forget ended calls and `fail-first` counts

`wait` is `started`, `answering` (headers sent) or `ended`; when the time (s) is over, the calls are
told with status 408.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

from tests.provider.calls import Call, CallLog
from tests.provider.replies import Reply, json_reply

_WAIT_S = 5.0
_STATES: dict[str, Callable[[Call], bool]] = {
    "started": lambda call: True,
    "answering": lambda call: call.status is not None,
    "ended": lambda call: call.ended is not None,
}


async def control_reply(log: CallLog, method: str, path: str, query: bytes) -> Reply:
    asked = {name: values[-1] for name, values in parse_qs(query.decode()).items()}
    tag = asked.get("tag")
    match method, path:
        case "GET", "/_sim/health":
            return json_reply({"status": "ok"})
        case "GET", "/_sim/calls":
            return await _calls(log, tag, asked)
        case "POST", "/_sim/release":
            for call in log.select(tag):
                call.released.set()
            return json_reply({})
        case "POST", "/_sim/reset":
            log.reset()
            return json_reply({})
    return json_reply({"error": f"no such call: {method} {path}"}, 404)


async def _calls(log: CallLog, tag: str | None, asked: dict[str, str]) -> Reply:
    status = 200
    if "wait" in asked:
        reached, count = _STATES[asked["wait"]], int(asked.get("count", "1"))

        def enough() -> bool:
            return sum(reached(call) for call in log.select(tag)) >= count

        timeout_s = float(asked.get("timeout", _WAIT_S))
        status = 200 if await log.wait_for(enough, timeout_s) else 408
    return json_reply({"calls": [call.as_json() for call in log.select(tag)]}, status)
