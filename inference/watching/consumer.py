"""The socket of a page that watches answers: snapshot, frames and changes out; wishes in."""

import asyncio
import json
import logging
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.models import User
from inference.watching.feed import Feed, Gone
from inference.watching.messages import Message, encode
from inference.watching.outbox import Outbox, ReaderStuck

logger = logging.getLogger(__name__)

MAX_MESSAGE_CHARACTERS = 4096

# Codes of our own, after HTTP's: a page that gets one of the first two must not try again.
SIGNED_OUT = 4401
NOT_FOUND = 4404
READER_STUCK = 4408


class WatchConsumer(AsyncWebsocketConsumer):
    """Joins the group before its first snapshot, so that nothing falls between.

    A subclass says what is watched and who may cancel. A socket that is refused is accepted first:
    a browser shows its page no code of a refused handshake, so the page would try for ever.
    """

    def open_feed(self, user: User, *, wants_html: bool) -> Feed:
        """Return the feed of what the path names. Raises `Gone`. Runs in a database thread."""
        raise NotImplementedError

    def cancel(self, generation_id: uuid.UUID | None) -> str:
        """Stop one answer or all; return why that was not done, or nothing. As `open_feed`."""
        raise NotImplementedError

    async def connect(self) -> None:
        user: Any = self.scope["user"]
        if not user.is_authenticated:
            await self._refuse_socket(SIGNED_OUT)
            return
        query = parse_qs(self.scope["query_string"].decode(errors="replace"))
        self.user: User = user
        try:
            self.feed = await database_sync_to_async(self.open_feed)(
                user, wants_html=query.get("html") != ["0"]
            )
        except Gone:
            await self._refuse_socket(NOT_FOUND)
            return
        await self.channel_layer.group_add(self.feed.group, self.channel_name)
        await self.accept()
        self.outbox = Outbox(self._send_text, self.feed)
        self.outbox.want_snapshot()
        self.sender = asyncio.create_task(self._run_outbox())

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "sender"):
            self.sender.cancel()
            await self.channel_layer.group_discard(self.feed.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not hasattr(self, "outbox"):
            return
        match _parsed(text_data):
            case {"type": "resync"}:
                self.outbox.want_snapshot()
            case {"type": "cancel", "id": str(generation_id)}:
                await self._cancel(_uuid(generation_id))
            case {"type": "cancel"}:
                await self._cancel(None)
            case _:
                self._refuse('Send {"type": "resync"} or {"type": "cancel", "id": …}.')

    async def live_text(self, event: Message) -> None:
        self.outbox.take(event)

    async def live_generation(self, event: Message) -> None:
        self.outbox.take(event)

    async def _refuse_socket(self, code: int) -> None:
        await self.accept()
        await self.close(code)

    async def _run_outbox(self) -> None:
        try:
            await self.outbox.run()
        except ReaderStuck:
            logger.info("A socket of %s took nothing for too long.", self.feed.group)
            await self.close(READER_STUCK)
        except Gone:
            await self.close(NOT_FOUND)

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def _cancel(self, generation_id: uuid.UUID | None) -> None:
        if problem := await database_sync_to_async(self.cancel)(generation_id):
            self._refuse(problem)

    def _refuse(self, detail: str) -> None:
        self.outbox.put(encode({"type": "error", "detail": detail}))


def _parsed(text: str | None) -> object:
    if text is None or len(text) > MAX_MESSAGE_CHARACTERS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _uuid(text: str) -> uuid.UUID:
    """Return the id that `text` is, or one that nothing has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
