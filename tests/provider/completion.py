"""Plays one answer: headers, opening, texts at their pace, the script's fault, closing."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.provider.answers import Pieces
from tests.provider.calls import Call, CallLog
from tests.provider.chat_wire import ChatWire
from tests.provider.message_wire import MessageWire
from tests.provider.pacing import Pacer
from tests.provider.question import Question, plan_answer
from tests.provider.replies import Dialect, common_headers, new_request_id
from tests.provider.script import Fault
from tests.provider.wire import Counts, Segment, Wire
from tests.provider.writing import EventWriter, Send

_ERRORS = {Fault.ERROR, Fault.ERROR_IN_X_GROQ}
_AMID_THE_TEXT = {Fault.HANG, Fault.CUT, Fault.MALFORMED, Fault.REFUSAL, *_ERRORS}


class ConnectionCutError(Exception):
    """The script wants the connection closed amid the answer."""


class Completion:
    """One answer on its way. `fault` is None when the script has none or it is used up."""

    def __init__(
        self, question: Question, call: Call, log: CallLog, send: Send, fault: Fault | None
    ) -> None:
        self._question = question
        self._script = question.script
        self._call = call
        self._log = log
        self._send = send
        self._fault = fault
        self._request_id = new_request_id()
        is_message = question.dialect is Dialect.ANTHROPIC
        self._wire: Wire = (MessageWire if is_message else ChatWire)(question, self._request_id)
        self._pacer = Pacer(self._script, call.started)
        self._plan = plan_answer(question)
        self._finish = self._plan.finish

    async def run(self) -> None:
        """Send the whole answer. Raises `ConnectionCutError` where the script says so."""
        if self._fault is Fault.HANG_HEADERS:
            await self._call.released.wait()
        if self._question.is_streamed:
            await self._stream()
        else:
            await self._answer_whole()

    async def _stream(self) -> None:
        writer = EventWriter(self._send, self._script)
        await self._send_head(b"text/event-stream; charset=utf-8")
        await self._write_all(writer, self._wire.opening())
        if self._fault is Fault.HANG_FIRST:
            await self._call.released.wait()
        goes_on = True
        for segment in self._segments():
            if goes_on:
                await self._write_all(writer, segment.before)
                goes_on = await self._play(segment, writer)
                if self._fault in _ERRORS and not goes_on:
                    await writer.end()
                    return
                await self._write_all(writer, segment.after)
        await self._write_all(
            writer, self._wire.closing(self._finish, self._plan.stop_text, self._counts())
        )
        await writer.end()

    async def _play(self, segment: Segment, writer: EventWriter) -> bool:
        """Send one segment and the fault amid it. False if no more text comes."""
        fault = self._fault_in(segment)
        if fault is None:
            await self._send_pieces(segment, writer)
            return True
        rest = _split_off(segment, self._script.at - self._pacer.position)
        await self._send_pieces(segment, writer)
        await writer.flush()
        if fault is Fault.CUT:
            raise ConnectionCutError
        if fault in _ERRORS:
            await writer.write(self._wire.error_events(fault))
            return False
        if fault is Fault.REFUSAL:
            self._finish = self._wire.refusal()
            return False
        if fault is Fault.MALFORMED:
            await writer.write(self._wire.broken_event())
        else:
            await self._call.released.wait()
        self._fault = None
        self._call.segments.append(rest)
        await self._send_pieces(rest, writer)
        return True

    def _fault_in(self, segment: Segment) -> Fault | None:
        """The fault, if its position lies in this segment; one past the end is at the end."""
        end = self._pacer.position + segment.pieces.token_count
        if self._fault not in _AMID_THE_TEXT:
            return None
        return self._fault if end >= self._script.at or segment.kind == "answer" else None

    def _segments(self) -> Iterator[Segment]:
        for segment in self._wire.segments(self._plan):
            self._call.segments.append(segment)
            yield segment

    async def _send_pieces(self, segment: Segment, writer: EventWriter) -> None:
        await self._pacer.play(segment, writer.write)

    async def _write_all(self, writer: EventWriter, events: Sequence[bytes]) -> None:
        if events:
            await writer.write(b"".join(events))

    async def _answer_whole(self) -> None:
        if self._fault in (Fault.HANG_FIRST, Fault.HANG):
            await self._send_head(b"application/json")
            await self._call.released.wait()
        segments = list(self._segments())
        for segment in segments:
            await self._pacer.play(segment, _to_nowhere)
        if self._fault is Fault.REFUSAL:
            self._finish = self._wire.refusal()
        answer = self._wire.whole(self._plan, segments, self._finish, self._counts())
        if self._fault in _ERRORS:
            answer = json.loads(self._wire.error_events(Fault.ERROR).partition(b"data: ")[2])
        body = json.dumps(answer, ensure_ascii=False).encode()
        if self._call.status is None:
            await self._send_head(b"application/json", 500 if self._fault in _ERRORS else 200)
        is_half = self._fault in (Fault.CUT, Fault.MALFORMED)
        body = body[: len(body) // 2] if is_half else body
        await self._send(
            {
                "type": "http.response.body",
                "body": body,
                "more_body": self._fault is Fault.CUT,
            }
        )
        if self._fault is Fault.CUT:
            raise ConnectionCutError

    async def _send_head(self, content_type: bytes, status: int = 200) -> None:
        self._call.status = status
        headers = [
            (b"content-type", content_type),
            (b"cache-control", b"no-cache"),
            *common_headers(self._question.dialect, self._request_id),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        self._log.announce()

    def _counts(self) -> Counts:
        sent = {"reasoning": 0, "answer": 0}
        for segment in self._call.segments:
            sent[segment.kind] += segment.tokens_sent
        seconds = time.monotonic() - self._call.started
        return Counts(sent["reasoning"], sent["answer"], seconds)


async def _to_nowhere(events: bytes) -> None:
    """Takes the pieces of an answer that is told whole."""


def _split_off(segment: Segment, tokens: int) -> Segment:
    """Leave `tokens` in the segment, whole pieces; return the rest as one of its own."""
    counts = segment.pieces.tokens
    end, kept = 0, 0
    while end < len(counts) and kept < tokens:
        kept += counts[end]
        end += 1
    head, tail = _slice(segment.pieces, 0, end), _slice(segment.pieces, end, None)
    segment.pieces = head
    return replace(segment, pieces=tail, before=(), after=(), stamps_sent=[])


def _slice(pieces: Pieces, start: int, end: int | None) -> Pieces:
    return Pieces(pieces.tokens[start:end], pieces.texts[start:end], pieces.fragments[start:end])
