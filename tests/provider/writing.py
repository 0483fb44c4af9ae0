"""How events become writes: as they are, or with the oddities of a script."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from tests.provider.script import Quirk, Script

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_WRITE_QUIRKS = frozenset(
    (
        Quirk.CRLF,
        Quirk.COMMENTS,
        Quirk.JOINED,
        Quirk.SPLIT_UTF8,
        Quirk.SPLIT_EVENTS,
        Quirk.DRIP,
        Quirk.MULTILINE,
        Quirk.NO_SPACE,
    )
)
_DRIP_PIECES = 16
# Long enough for the reader's loop to take the first part as a read of its own.
_APART_S = 0.002


class EventWriter:
    """Writes events, in bytes as a `Wire` makes them, to the ASGI server."""

    def __init__(self, send: Send, script: Script) -> None:
        self._send = send
        self._quirks = script.quirks & _WRITE_QUIRKS
        self._gap_s = _APART_S
        if Quirk.DRIP in self._quirks and script.tokens_per_second:
            self._gap_s = 0.9 / script.tokens_per_second / _DRIP_PIECES
        self._held = b""

    async def write(self, events: bytes) -> None:
        """Send one or several whole events."""
        if self._quirks:
            await self._write_oddly(events)
        else:
            await self._send({"type": "http.response.body", "body": events, "more_body": True})

    async def flush(self) -> None:
        """Send what was held back to be joined."""
        if self._held:
            await self._send_body(self._held)
            self._held = b""

    async def end(self) -> None:
        await self.flush()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_body(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def _write_oddly(self, events: bytes) -> None:
        for event in events.split(b"\n\n")[:-1]:
            odd = self._odd_form(event + b"\n\n")
            if Quirk.JOINED in self._quirks and not self._held:
                self._held = odd
                continue
            held, self._held = self._held, b""
            for number, part in enumerate(self._parts(held + odd)):
                if number:
                    await asyncio.sleep(self._gap_s)
                await self._send_body(part)

    def _odd_form(self, event: bytes) -> bytes:
        if Quirk.MULTILINE in self._quirks:
            event = event.replace(b',"', b',\ndata: "', 1) if b'data: {"' in event else event
        if Quirk.NO_SPACE in self._quirks:
            event = event.replace(b"data: ", b"data:")
        if Quirk.COMMENTS in self._quirks:
            event = b": still working\n" + event + b":\n\n: ping - 2026\n\n"
        if Quirk.CRLF in self._quirks:
            event = event.replace(b"\n", b"\r\n")
        return event

    def _parts(self, body: bytes) -> Iterator[bytes]:
        if Quirk.DRIP in self._quirks:
            size = max(1, len(body) // _DRIP_PIECES)
            yield from (body[at : at + size] for at in range(0, len(body), size))
            return
        cut = len(body)
        if Quirk.SPLIT_UTF8 in self._quirks:
            cut = next((i for i, byte in enumerate(body) if 0x80 <= byte < 0xC0), cut)
        elif Quirk.SPLIT_EVENTS in self._quirks:
            cut = len(body) // 2
        yield body[:cut]
        if cut < len(body):
            yield body[cut:]
