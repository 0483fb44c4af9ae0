"""A client that starts one run and watches it through the page's socket."""

import time
import uuid
from dataclasses import dataclass, field

import msgspec
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.provider.script import STAMP_WIDTH, read_stamps


class Piece(msgspec.Struct):
    id: uuid.UUID
    offset: int
    text: str
    kind: str


class Answer(msgspec.Struct):
    id: uuid.UUID
    status: str
    text: str


class Message(msgspec.Struct):
    """Any message of the socket; only what the bench reads."""

    type: str
    pieces: list[Piece] = []
    generations: list[Answer] = []
    id: uuid.UUID | None = None
    status: str = ""
    text: str = ""


@dataclass(slots=True)
class Watched:
    """What one client saw. Delays in ms; times in s of `time.monotonic`."""

    started_at: float
    ended_at: float = 0.0
    first_token_delay_ms: list[float] = field(default_factory=list)
    delay_ms: list[float] = field(default_factory=list)
    frames: int = 0
    texts: dict[uuid.UUID, str] = field(default_factory=dict)
    missing_answers: int = 0


_decoder = msgspec.json.Decoder(Message)


async def start_and_watch(
    session: ClientSession, url: str, cookie: str, models: list[str]
) -> Watched:
    """Start a run through the API and follow it on its socket to the last answer's end."""
    watched = Watched(started_at=time.monotonic())
    body = {"prompt": "Measure.", "models": [{"model": model} for model in models]}
    async with session.post(f"{url}/api/v1/comparisons/", json=body) as response:
        response.raise_for_status()
        run_id = (await response.json())["id"]
    socket_url = url.replace("http", "ws", 1) + f"/ws/comparisons/{run_id}/"
    headers = {"Cookie": cookie}
    ended: dict[uuid.UUID, str] = {}
    async with connect(
        socket_url, additional_headers=headers, origin=Origin(url), compression=None, max_size=None
    ) as socket:
        while len(ended) < len(models):
            text = await socket.recv(decode=False)
            _take(watched, ended, _decoder.decode(text), time.monotonic())
    watched.ended_at = time.monotonic()
    watched.missing_answers = sum(watched.texts.get(key) != text for key, text in ended.items())
    return watched


def _take(watched: Watched, ended: dict[uuid.UUID, str], message: Message, now: float) -> None:
    match message.type:
        case "frame":
            watched.frames += 1
            for piece in message.pieces:
                _take_piece(watched, piece, now)
        case "snapshot":
            for answer in message.generations:
                if len(answer.text) > len(watched.texts.get(answer.id, "")):
                    watched.texts[answer.id] = answer.text
        case "generation" if message.id is not None and message.status == "succeeded":
            ended[message.id] = message.text


def _take_piece(watched: Watched, piece: Piece, now: float) -> None:
    known = watched.texts.get(piece.id, "")
    new = piece.text[len(known) - piece.offset :] if piece.offset <= len(known) else ""
    watched.texts[piece.id] = known + new
    whole = new[: len(new) // STAMP_WIDTH * STAMP_WIDTH]
    delays = [now * 1000 - stamp / 1000 for stamp in read_stamps(whole)]
    if piece.offset == 0 and delays:
        watched.first_token_delay_ms.append(delays[0])
    watched.delay_ms.extend(delays)
