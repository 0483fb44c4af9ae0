"""The socket of a chat's page."""

import uuid

from accounts.models import User
from chats import services
from chats.feed import ChatFeed
from chats.models import Chat
from chats.selectors import unfinished_answers
from inference.services.cancelling import cancel
from inference.watching.consumer import WatchConsumer


class ChatConsumer(WatchConsumer):
    def open_feed(self, user: User, *, wants_html: bool) -> ChatFeed:
        feed = ChatFeed(Chat.objects.of_person(user), self._chat_id, wants_html)
        feed.check()
        return feed

    def cancel(self, generation_id: uuid.UUID | None) -> str:
        chat = Chat.objects.of_person(self.user).filter(pk=self._chat_id).first()
        if chat is None:
            return "This chat is gone."
        if generation_id is None:
            services.cancel_answers(chat)
            return ""
        if not unfinished_answers(chat).filter(pk=generation_id).exists():
            return "This chat has no such answer under way."
        cancel([generation_id])
        return ""

    @property
    def _chat_id(self) -> uuid.UUID:
        chat_id: uuid.UUID = self.scope["url_route"]["kwargs"]["chat_id"]
        return chat_id
