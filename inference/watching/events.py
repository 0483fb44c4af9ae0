"""A group's frames as Server-Sent Events, with nothing kept on the server between connections.

Every event's id says how far the client is: per answer its id, attempt and the lengths of its two
texts. A client that comes back with `Last-Event-ID` gets what it misses, as frames.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from inference.adapters.base import TextKind
from inference.layer import channel_layer
from inference.models import UNFINISHED
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
                    int(attempt), int(answer), int(reasoning)
                )
        except ValueError:
            return None
        return position

    def __str__(self) -> str:
        return ",".join(
            f"{uuid.UUID(generation_id).hex}:{at.attempt}:{at.answer}:{at.reasoning}"
            for generation_id, at in self._progress.items()
        )

    def take_generation(self, generation: Message) -> None:
        """Take note of a state that the client gets. Of an unfinished one, no text is taken back.

        Redis, emptied, may know less of it for a moment than the client.
        """
        at = self._at(generation)
        lengths = {
            TextKind.ANSWER: len(generation["text"]),
            TextKind.REASONING: len(generation["reasoning"]),
        }
        for kind, length in lengths.items():
            known = getattr(at, kind) if generation["status"] in UNFINISHED else 0
            setattr(at, kind, max(known, length))

    def take_piece(self, piece: Message) -> None:
        setattr(self._at(piece), piece["kind"], piece["offset"] + len(piece["text"]))

    def is_behind(self, frame: Message) -> bool:
        """Whether text before the frame's pieces was lost on the way."""
        return any(
            piece["offset"] > getattr(self._at(piece), piece["kind"])
            for piece in frame["pieces"]
            if not self._is_outdated(piece)
        )

    def news_of(self, frame: Message) -> list[Message]:
        """`frame` without what the client has already, as from a snapshot taken meanwhile."""
        pieces = [
            self._new_part(piece) for piece in frame["pieces"] if not self._is_outdated(piece)
        ]
        pieces = [piece for piece in pieces if piece["text"]]
        return [{**frame, "pieces": pieces}] if pieces else []

    def _new_part(self, piece: Message) -> Message:
        known: int = getattr(self._at(piece), piece["kind"])
        return {**piece, "offset": known, "text": piece["text"][known - piece["offset"] :]}

    def _is_outdated(self, piece: Message) -> bool:
        at = self._progress.get(piece["id"])
        return at is not None and piece["attempt"] < at.attempt

    def _at(self, state: Message) -> Progress:
        """The progress in the attempt of a piece or generation, from its beginning if it is new."""
        at = self._progress.get(state["id"])
        if at is None or at.attempt != state["attempt"]:
            at = self._progress[state["id"]] = Progress(state["attempt"])
        return at

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


async def event_stream(feed: Feed, last_event_id: str) -> AsyncIterator[str]:
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
        stack.callback(lambda: [task.cancel() for task in tasks])
        try:
            async for event in _events(feed, outbox, ready, tasks, position):
                yield event
        except (ReaderStuck, Gone):
            return


async def _receive(channel: str, outbox: Outbox) -> None:
    layer = channel_layer()
    while True:
        outbox.take(await layer.receive(channel))


async def _events(
    feed: Feed,
    outbox: Outbox,
    ready: asyncio.Queue[str],
    tasks: list[asyncio.Task[None]],
    resumed_from: Position | None,
) -> AsyncIterator[str]:
    """Yield what goes on exactly where the client is; only a first snapshot is sent as such."""
    position = resumed_from or Position()
    is_new, is_behind = resumed_from is None, False
    while True:
        text = await _next(ready, tasks)
        if text is None:
            yield ": still here\n\n"
            continue
        message = json.loads(text)
        if message["type"] == "snapshot":
            events = [message] if is_new else _resumed(feed, message, position)
            is_new, is_behind = False, False
        elif is_behind:
            continue
        elif message["type"] != "frame":
            events = [message]
        elif position.is_behind(message):
            is_behind = True
            outbox.want_snapshot()
            continue
        else:
            events = position.news_of(message)
        for event in events:
            _advance(position, event)
            yield f"id: {position}\nevent: {event['type']}\ndata: {encode(event)}\n\n"
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


def _advance(position: Position, event: Message) -> None:
    match event["type"]:
        case "snapshot":
            for generation in event["generations"]:
                position.take_generation(generation)
        case "generation":
            position.take_generation(event)
        case "frame":
            for piece in event["pieces"]:
                position.take_piece(piece)
