"""What is done to single messages of a chat."""

import uuid
from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.decorators import TeamRequest, team_required
from chats import services
from chats.models import Chat, ChatMessage
from chats.services import AlreadyAnswering, InvalidMessage
from chats.views.chats import changed, refused
from chats.views.requests import asker_of, own_chat, own_message


@require_POST
@team_required
def edit(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    def change(chat: Chat, message: ChatMessage) -> None:
        services.edit(asker_of(request), chat, message, request.POST.get("content", ""))

    return _changed_by(request, chat_id, message_id, change)


@require_POST
@team_required
def ask_again(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    def change(chat: Chat, message: ChatMessage) -> None:
        services.ask_again(asker_of(request), chat, message)

    return _changed_by(request, chat_id, message_id, change)


@require_POST
@team_required
def show(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    return _changed_by(request, chat_id, message_id, services.show_version)


@require_POST
@team_required
def delete(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    def change(chat: Chat, message: ChatMessage) -> None:
        asker_of(request)
        services.delete_turn(chat, message)

    return _changed_by(request, chat_id, message_id, change)


@require_POST
@team_required
def restore(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    def change(chat: Chat, message: ChatMessage) -> None:
        asker_of(request)
        services.restore_turn(chat, message)

    return _changed_by(request, chat_id, message_id, change)


@require_POST
@team_required
def pin(request: TeamRequest, chat_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    def change(chat: Chat, message: ChatMessage) -> None:
        asker_of(request)
        services.pin_message(message, not message.is_pinned)

    return _changed_by(request, chat_id, message_id, change)


def _changed_by(
    request: TeamRequest,
    chat_id: uuid.UUID,
    message_id: uuid.UUID,
    change: Callable[[Chat, ChatMessage], object],
) -> HttpResponse:
    chat = own_chat(request, chat_id)
    message = own_message(chat, message_id)
    try:
        change(chat, message)
    except (InvalidMessage, AlreadyAnswering) as error:
        return refused(request, chat, error)
    return changed(request, chat)
