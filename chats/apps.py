from typing import Any

from django.apps import AppConfig


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = "Chats"

    def ready(self) -> None:
        from inference.signals import generation_ended

        generation_ended.connect(_tell_state, dispatch_uid="chats.tell_state")


def _tell_state(generation: Any, **_: Any) -> None:
    from chats.models import Chat
    from chats.services.asking import announce_state
    from inference.models import Source

    if generation.source == Source.CHAT:
        announce_state(Chat(pk=generation.source_id))
