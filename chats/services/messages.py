"""Turns of a chat that exist: pinning, deleting, going to another version."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chats.models import Chat, ChatMessage, Role
from chats.selectors import tree_of


def pin_message(message: ChatMessage, is_pinned: bool) -> None:
    """Keep the message's turn going along, however long the chat becomes."""
    message.is_pinned = is_pinned
    message.save(update_fields=["is_pinned"])


@transaction.atomic
def delete_turn(chat: Chat, message: ChatMessage) -> list[UUID]:
    """Take a question with its shown answer, or an answer alone, out of the chat.

    What follows stays. Returns the ids, for `restore_turn`.
    """
    turn = _turn(chat, message)
    chat.messages.filter(pk__in=turn, deleted_at__isnull=True).update(deleted_at=timezone.now())
    return turn


@transaction.atomic
def restore_turn(chat: Chat, message: ChatMessage) -> None:
    chat.messages.filter(pk__in=_turn(chat, message)).update(deleted_at=None)


@transaction.atomic
def show_version(chat: Chat, message: ChatMessage) -> None:
    """Show the branch of `message`, down to its newest end."""
    Chat.objects.select_for_update().get(pk=chat.pk)
    chat.leaf_id = tree_of(chat).newest_leaf(message.pk)
    chat.save(update_fields=["leaf"])


def _turn(chat: Chat, message: ChatMessage) -> list[UUID]:
    if message.role == Role.ASSISTANT:
        return [message.pk]
    chat = Chat.objects.select_for_update().get(pk=chat.pk)
    branch = tree_of(chat).branch(chat.leaf_id)
    if message.pk not in branch:
        return [message.pk]
    return branch[branch.index(message.pk) :][:2]
