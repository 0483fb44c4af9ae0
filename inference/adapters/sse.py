"""Server-sent events: bytes in, payloads out.

Only the `data` field is kept: every provider here repeats the event's type inside its JSON.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

MAX_EVENT_BYTES = 8 * 1024 * 1024


class EventTooLong(ValueError):
    """One event passed `MAX_EVENT_BYTES` without ending."""


class SseDecoder:
    """Decodes one stream. The payloads are the same however the bytes were cut into chunks."""

    __slots__ = ("_ends_with_cr", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._ends_with_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the payloads that `chunk` completes. Raises `EventTooLong`."""
        if self._ends_with_cr or b"\r" in chunk:
            chunk = self._with_newlines(chunk)
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        if len(self._rest) > MAX_EVENT_BYTES:
            raise EventTooLong
        payloads = []
        for block in blocks:
            if block.startswith(b"data: ") and b"\n" not in block:
                payloads.append(block[6:])
            else:
                payloads += _payload(block)
        return [payload for payload in payloads if payload]

    def close(self) -> list[bytes]:
        """Return the last payload if the stream ended without its blank line."""
        block, self._rest = self._rest, b""
        return [payload for payload in _payload(block) if payload]

    def _with_newlines(self, chunk: bytes) -> bytes:
        """Turn `\\r\\n` and `\\r` into `\\n`, also where the pair was cut in two."""
        if not chunk:
            return chunk
        if self._ends_with_cr:
            chunk = chunk.removeprefix(b"\n")
        self._ends_with_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _payload(block: bytes) -> list[bytes]:
    """Return the joined `data` lines of one event, or nothing if it has none."""
    lines = block.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    values = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    return [b"\n".join(values)] if values else []
