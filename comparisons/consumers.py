"""The socket of a run's page: snapshot, frames and changes out; resync and cancel in."""

import asyncio
import json
import logging
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from accounts.models import User
from comparisons import services
from comparisons.feed import Feed, encode, run_status
from comparisons.models import ComparisonRun
from comparisons.outbox import Outbox, ReaderStuck
from inference.services.cancelling import cancel

logger = logging.getLogger(__name__)

READER_STUCK = 4408
MAX_MESSAGE_CHARACTERS = 4096


class ComparisonConsumer(AsyncWebsocketConsumer):
    """Joins the run's group before its first snapshot, so that nothing falls between."""

    async def connect(self) -> None:
        user: Any = self.scope["user"]
        run = await self._run_of(user) if user.is_authenticated else None
        if run is None:
            await self.close()
            return
        self.user: User = user
        self.run = run
        query = parse_qs(self.scope["query_string"].decode(errors="replace"))
        self.feed = Feed(
            scope=ComparisonRun.objects.for_user(user),
            run_id=run.id,
            wants_html=query.get("html") != ["0"],
        )
        await self.channel_layer.group_add(run.group, self.channel_name)
        await self.accept()
        self.outbox = Outbox(self._send_text, self._snapshot)
        self.outbox.want_snapshot()
        self.sender = asyncio.create_task(self._run_outbox())

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "sender"):
            self.sender.cancel()
            await self.channel_layer.group_discard(self.run.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        match _parsed(text_data):
            case {"type": "resync"}:
                self.outbox.want_snapshot()
            case {"type": "cancel", "id": str(generation_id)}:
                await self._cancel(generation_id)
            case {"type": "cancel"}:
                await self._cancel(None)
            case _:
                self._refuse('Send {"type": "resync"} or {"type": "cancel", "id": …}.')

    async def live_frame(self, event: dict[str, str]) -> None:
        self.outbox.put(event["text"])

    async def live_generation(self, event: dict[str, str]) -> None:
        message = await self.feed.generation(uuid.UUID(event["id"]))
        if message is not None:
            self.outbox.put(encode(message))

    async def live_run(self, event: dict[str, str]) -> None:
        self.outbox.put(encode(run_status(event["status"])))

    async def _run_outbox(self) -> None:
        try:
            await self.outbox.run()
        except ReaderStuck:
            logger.info("A socket of run %s took nothing for too long.", self.run.id)
            await self.close(READER_STUCK)
        except ComparisonRun.DoesNotExist:
            await self.close()

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def _snapshot(self) -> str:
        return encode(await self.feed.snapshot())

    async def _cancel(self, generation_id: str | None) -> None:
        problem = await self._try_to_cancel(generation_id)
        if problem:
            self._refuse(problem)

    def _refuse(self, detail: str) -> None:
        self.outbox.put(encode({"type": "error", "detail": detail}))

    @database_sync_to_async
    def _run_of(self, user: User) -> ComparisonRun | None:
        run_id = self.scope["url_route"]["kwargs"]["run_id"]
        return ComparisonRun.objects.for_user(user).filter(pk=run_id).first()

    @database_sync_to_async
    def _try_to_cancel(self, generation_id: str | None) -> str:
        """Return why it was not done, or nothing."""
        membership = self.run.team.memberships.filter(user=self.user).first()
        if membership is None or not membership.can_run:
            return "Your role in this team does not allow you to stop answers."
        if generation_id is None:
            services.cancel_run(self.run)
            return ""
        wanted = _uuid(generation_id)
        if wanted is None or not self.run.columns.current().filter(generation_id=wanted).exists():
            return "This run has no such answer."
        cancel([wanted])
        return ""


def _parsed(text: str | None) -> object:
    if text is None or len(text) > MAX_MESSAGE_CHARACTERS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
