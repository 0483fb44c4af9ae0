"""What watchers of a chat are told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.db.models import QuerySet

from chats.api.serializers import AnswerSerializer
from chats.models import ChatMessage, ChatQuerySet
from chats.services.asking import chat_state
from inference.models import UNFINISHED, Source, group_name
from inference.rendering.answers import answer_html
from inference.watching.feed import Gone, add_live_texts
from inference.watching.messages import Message

# More than a page that comes back can have missed.
ANSWERS_IN_SNAPSHOT = 20

# One for all: a serializer's fields take longer to build than an answer to write.
_serializer = AnswerSerializer()


@dataclass(frozen=True, slots=True)
class ChatFeed:
    """One chat as its owner sees it: the newest answers, of every branch."""

    scope: ChatQuerySet
    chat_id: uuid.UUID
    wants_html: bool = True

    @property
    def group(self) -> str:
        return group_name(Source.CHAT, self.chat_id)

    def check(self) -> None:
        """Raises `Gone` if the chat is not there for this watcher."""
        if not self.scope.filter(pk=self.chat_id).exists():
            raise Gone

    async def snapshot(self) -> Message:
        generations = await self._read()
        await add_live_texts(generations)
        is_answering = any(message["status"] in UNFINISHED for message in generations)
        return {
            "type": "snapshot",
            "status": chat_state(is_answering)["status"],
            "generations": generations,
        }

    async def generations(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        messages = await self._read_some(ids)
        await add_live_texts(messages)
        return messages

    def state(self, snapshot: Message) -> Message:
        return {"type": "chat", "status": snapshot["status"]}

    def is_over(self, message: Message) -> bool:
        return message["type"] in {"chat", "snapshot"} and message["status"] == "idle"

    @database_sync_to_async
    def _read(self) -> list[Message]:
        self.check()
        newest = self._answers().order_by("-created_at", "-id")[:ANSWERS_IN_SNAPSHOT]
        return [self._message(answer) for answer in reversed(newest)]

    @database_sync_to_async
    def _read_some(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        answers = self._answers().filter(generation_id__in=ids)
        return [{"type": "generation", **self._message(answer)} for answer in answers]

    def _answers(self) -> QuerySet[ChatMessage]:
        return (
            ChatMessage.objects.filter(chat_id=self.chat_id, generation__source=Source.CHAT)
            .select_related("generation__model__provider")
            .defer("generation__messages")
        )

    def _message(self, answer: ChatMessage) -> Message:
        generation = answer.generation
        assert generation is not None  # noqa: S101 - `_answers` has no other
        message = dict(_serializer.to_representation(generation))
        message["message"] = str(answer.pk)
        if self.wants_html:
            message["html"] = (
                answer_html(generation, "chats/_answer_body.html")
                if generation.is_finished
                else None
            )
        return message
