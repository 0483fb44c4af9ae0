"""A server that answers with whatever bytes a test gives it, over real sockets.

For what no well-behaved provider sends: broken HTTP, wrong content types, keys in error bodies.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class OddServer:
    """Answers each request with the next of `replies`, the last one again and again."""

    url: str
    replies: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stays_open: bool = False

    def will_stream(self, *payloads: bytes, content_type: str = "text/event-stream") -> None:
        """Answer with these SSE payloads and then the end of the body."""
        self.will_send(b"".join(b"data: %s\n\n" % payload for payload in payloads), content_type)

    def will_send(
        self, body: bytes, content_type: str, *, status: str = "200 OK", headers: str = ""
    ) -> None:
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.replies.append(head.encode() + body)


@asynccontextmanager
async def serve() -> AsyncIterator[OddServer]:
    """Serve on a free port until the block ends."""
    odd = OddServer("")
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        odd.connections += 1
        try:
            while request := await _read_request(reader):
                odd.requests.append(request)
                reply = odd.replies[0] if len(odd.replies) == 1 else odd.replies.pop(0)
                writer.write(reply)
                await writer.drain()
                if odd.stays_open:
                    await over.wait()
                if b"Content-Length" not in reply:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        odd.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield odd
        over.set()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)
