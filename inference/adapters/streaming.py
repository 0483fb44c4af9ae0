"""From an open HTTP answer to events: the loop that all network adapters share.

It runs once per token, so it goes beneath the SDK: it reads the response's byte stream as it comes
from the socket, with no line iterator and no model object in between.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from contextlib import aclosing, suppress
from typing import Protocol, cast

import httpx
import httpx2

from inference.adapters.base import AdapterError, BrokenAnswer, Event
from inference.adapters.error_bodies import parse_error_body
from inference.adapters.errors import Party, error_in_stream
from inference.adapters.payloads import MalformedPayload
from inference.adapters.sse import EventTooLong, SseDecoder
from inference.adapters.transport_errors import TRANSPORT_ERRORS

HttpResponse = httpx.Response | httpx2.Response

# The figures after the finish reason are worth a short wait, never a finished answer.
FIGURES_WAIT_S = 5.0
# A connection read to its end goes back to the pool; otherwise the next call pays a new handshake.
END_WAIT_S = 0.2

MAX_BODY_BYTES = 16 * 1024 * 1024

# Compressed streams arrive in lumps; asking for none keeps tokens apart.
STREAM_HEADERS = {"Accept-Encoding": "identity", "Accept": "text/event-stream"}


class AnswerReader(Protocol):
    """Reads the payloads of one answer; see `ChatCompletionsReader`."""

    has_finish_reason: bool
    is_done: bool

    def read(self, payload: bytes) -> Sequence[Event]: ...

    def end(self) -> list[Event]: ...


async def read_answer(
    response: HttpResponse, reader: AnswerReader, party: Party
) -> AsyncGenerator[Event]:
    """Yield the events of an answer as its bytes come. Raises `AdapterError`, transport errors."""
    await _refuse_other_content(response, party)
    decoder = SseDecoder()
    async with aclosing(_chunks(response)) as chunks:
        try:
            async for chunk in chunks:
                for event in _events(decoder.feed(chunk), reader):
                    yield event
                if reader.has_finish_reason or reader.is_done:
                    break
            else:
                for event in _events(decoder.close(), reader):
                    yield event
            for event in await _figures(chunks, decoder, reader):
                yield event
        except (MalformedPayload, EventTooLong) as error:
            raise BrokenAnswer(
                f"{party.at_start} sent data that is not of its protocol."
            ) from error
        for event in reader.end():
            yield event
        if not reader.has_finish_reason:
            raise BrokenAnswer(f"{party.at_start} ended the answer without a finish reason.")
        await _read_to_end(chunks)


async def read_body(response: HttpResponse, party: Party) -> bytes:
    """Return a whole body of at most `MAX_BODY_BYTES`. Raises `BrokenAnswer`, transport errors."""
    body = bytearray()
    async with aclosing(_decoded(response)) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BrokenAnswer(f"{party.at_start} sent more than mmchat reads.")
    return bytes(body)


def _events(payloads: list[bytes], reader: AnswerReader) -> Iterator[Event]:
    # One by one: what came before a broken payload of the same read is still told.
    for payload in payloads:
        yield from reader.read(payload)


def _chunks(response: HttpResponse) -> AsyncGenerator[bytes]:
    if response.headers.get("content-encoding", "identity") != "identity":
        return _decoded(response)
    # `aiter_bytes` adds a decoder and two generators per read to what `stream` already yields.
    stream = cast("AsyncIterable[bytes]", response.stream)
    return cast("AsyncGenerator[bytes]", aiter(stream))


def _decoded(response: HttpResponse) -> AsyncGenerator[bytes]:
    return cast("AsyncGenerator[bytes]", response.aiter_bytes())


async def _refuse_other_content(response: HttpResponse, party: Party) -> None:
    """Raise if a 200 is no event stream: a web page, or an error told as plain JSON."""
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type in ("", "text/event-stream", "text/plain", "application/octet-stream"):
        return
    said = parse_error_body(await read_body(response, party))
    if content_type == "application/json" and said.message:
        raise error_in_stream(party, said)
    raise BrokenAnswer(
        f"{party.at_start} answered with {content_type} where a stream was due. "
        "Is its base URL right?"
    )


async def _figures(
    chunks: AsyncGenerator[bytes], decoder: SseDecoder, reader: AnswerReader
) -> list[Event]:
    """Read on behind the finish reason to the end mark; whatever fails here costs no answer."""
    events: list[Event] = []
    if reader.has_finish_reason and not reader.is_done:
        # The answer is complete; figures that do not come may be estimated.
        with suppress(*TRANSPORT_ERRORS, AdapterError, MalformedPayload, EventTooLong):
            async with asyncio.timeout(FIGURES_WAIT_S):
                await _read_until_done(chunks, decoder, reader, events)
    return events


async def _read_until_done(
    chunks: AsyncGenerator[bytes],
    decoder: SseDecoder,
    reader: AnswerReader,
    events: list[Event],
) -> None:
    async for chunk in chunks:
        events += _events(decoder.feed(chunk), reader)
        if reader.is_done:
            return
    events += _events(decoder.close(), reader)


async def _read_to_end(chunks: AsyncGenerator[bytes]) -> None:
    # If this fails, only the connection's next use is lost: the caller closes it.
    with suppress(*TRANSPORT_ERRORS):
        async with asyncio.timeout(END_WAIT_S):
            async for _ in chunks:
                pass
