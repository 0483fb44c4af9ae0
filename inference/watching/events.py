"""A group's frames as Server-Sent Events, with nothing kept on the server between connections.

Every event's id says how far the client is: per answer its id, attempt and the lengths of its two
texts. A client that comes back with `Last-Event-ID` gets what it misses, as frames.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from inference.adapters.base import TextKind
from inference.layer import channel_layer
from inference.watching.feed import Feed, Gone
from inference.watching.messages import Message, encode
from inference.watching.outbox import Outbox, ReaderStuck

HEARTBEAT_S = 15.0


@dataclass(slots=True)
class Progress:
    """How much of one attempt the client has, in code points."""

    attempt: int = 0
    answer: int = 0
    reasoning: int = 0


class Position:
    """How much of every answer the client has; round trips through an event id."""

    def __init__(self) -> None:
        self._progress: dict[str, Progress] = {}

    @classmethod
    def parse(cls, event_id: str) -> "Position | None":
        """Read an event id of ours; `None` for anything else."""
        position = cls()
        try:
            for part in filter(None, event_id.split(",")):
                generation_id, attempt, answer, reasoning = part.split(":")
                position._progress[str(uuid.UUID(generation_id))] = Progress(
                    _count(attempt), _count(answer), _count(reasoning)
                )
        except ValueError:
            return None
        return position if position._progress else None

    def __str__(self) -> str:
        return ",".join(
            f"{uuid.UUID(generation_id).hex}:{at.attempt}:{at.answer}:{at.reasoning}"
            for generation_id, at in self._progress.items()
        )

    def take_generation(self, generation: Message) -> None:
        at = self._of_attempt(generation)
        if at is not None:
            at.answer = max(at.answer, len(generation["text"]))
            at.reasoning = max(at.reasoning, len(generation["reasoning"]))

    def take_piece(self, piece: Message) -> bool:
        """Return whether text is missing before the piece; then the position stays before the gap.

        An old piece, sent on its way before a snapshot that has its text, moves nothing back.
        """
        at = self._of_attempt(piece)
        if at is None:
            return False
        length: int = getattr(at, piece["kind"])
        if piece["offset"] > length:
            return True
        setattr(at, piece["kind"], max(length, piece["offset"] + len(piece["text"])))
        return False

    def new_part(self, piece: Message) -> Message | None:
        """Return `piece` without what the client has, as from a snapshot; `None` if that is all."""
        at = self._of_attempt(piece)
        if at is None:
            return None
        known: int = max(0, getattr(at, piece["kind"]) - piece["offset"])
        text = piece["text"][known:]
        return {**piece, "offset": piece["offset"] + known, "text": text} if text else None

    def missing_pieces(self, generation: Message) -> list[Message]:
        """Pieces that bring the client's texts of `generation` up to date."""
        at = self._progress.get(generation["id"], Progress())
        if at.attempt != generation["attempt"]:
            at = Progress(generation["attempt"])
        texts = {
            TextKind.ANSWER: (at.answer, generation["text"]),
            TextKind.REASONING: (at.reasoning, generation["reasoning"]),
        }
        return [
            {
                "id": generation["id"],
                "attempt": generation["attempt"],
                "kind": kind,
                "offset": offset,
                "text": text[offset:],
            }
            for kind, (offset, text) in texts.items()
            if len(text) > offset
        ]

    def _of_attempt(self, message: Message) -> Progress | None:
        """Return how much of the message's attempt the client has; `None` if a later one began."""
        at = self._progress.get(message["id"])
        if at is None or at.attempt < message["attempt"]:
            at = self._progress[message["id"]] = Progress(message["attempt"])
        return at if at.attempt == message["attempt"] else None


def _count(text: str) -> int:
    """Read a count as `Position` writes it; raises `ValueError` for anything else."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


async def event_stream(feed: Feed, last_event_id: str) -> AsyncGenerator[str]:
    """Yield the group's events until it is over."""
    position = Position.parse(last_event_id) if last_event_id else None
    layer = channel_layer()
    channel = await layer.new_channel()
    ready: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
    outbox = Outbox(ready.put, feed)
    async with AsyncExitStack() as stack:
        await layer.group_add(feed.group, channel)
        stack.push_async_callback(layer.group_discard, feed.group, channel)
        outbox.want_snapshot()
        tasks = [
            asyncio.create_task(_receive(channel, outbox)),
            asyncio.create_task(outbox.run()),
        ]
        stack.push_async_callback(_end, tasks)
        try:
            async for event in _events(feed, ready, tasks, outbox, position):
                yield event
        except (ReaderStuck, Gone):
            return


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel the tasks, and wait until they have let go of what they hold."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _receive(channel: str, outbox: Outbox) -> None:
    layer = channel_layer()
    while True:
        outbox.take(await layer.receive(channel))


async def _events(
    feed: Feed,
    ready: asyncio.Queue[str],
    tasks: list[asyncio.Task[None]],
    outbox: Outbox,
    resumed_from: Position | None,
) -> AsyncIterator[str]:
    position = resumed_from or Position()
    is_resuming = resumed_from is not None
    while True:
        text = await _next(ready, tasks)
        if text is None:
            yield ": still here\n\n"
            continue
        message = json.loads(text)
        for event in _resumed(feed, message, position) if is_resuming else _news(message, position):
            if _advance(position, event):
                outbox.want_snapshot()
            yield f"id: {position}\nevent: {event['type']}\ndata: {encode(event)}\n\n"
        is_resuming = False
        if feed.is_over(message):
            return


async def _next(ready: asyncio.Queue[str], tasks: list[asyncio.Task[None]]) -> str | None:
    """The next message, or `None` when it is time for a heartbeat. Raises what a task raised."""
    getting = asyncio.create_task(ready.get())
    done, _ = await asyncio.wait(
        {getting, *tasks}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
    )
    if getting in done:
        return getting.result()
    getting.cancel()
    for task in done:
        task.result()
    return None


def _resumed(feed: Feed, snapshot: Message, position: Position) -> list[Message]:
    """Turn the first snapshot into what a returning client misses."""
    generations = snapshot["generations"]
    pieces = [piece for state in generations for piece in position.missing_pieces(state)]
    frames: list[Message] = [{"type": "frame", "pieces": pieces}] if pieces else []
    states = [{"type": "generation", **state} for state in generations]
    return [*frames, *states, feed.state(snapshot)]


def _news(message: Message, position: Position) -> list[Message]:
    """Leave out text that the client has: a frame may have waited while a snapshot was taken."""
    if message["type"] != "frame":
        return [message]
    pieces = [part for piece in message["pieces"] if (part := position.new_part(piece))]
    return [{**message, "pieces": pieces}] if pieces else []


def _advance(position: Position, event: Message) -> bool:
    """Return whether the event shows that text went missing before it."""
    match event["type"]:
        case "snapshot":
            for generation in event["generations"]:
                position.take_generation(generation)
        case "generation":
            position.take_generation(event)
        case "frame":
            gaps = [position.take_piece(piece) for piece in event["pieces"]]
            return any(gaps)
    return False
