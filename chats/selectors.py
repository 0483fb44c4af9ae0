"""Reads of chats, within what the asker may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.models import LanguageModel
from chats.context import Context, Line, build_context
from chats.models import Chat, ChatMessage, ChatQuerySet, Role
from chats.tree import MessageTree
from inference.models import UNFINISHED, Generation, Source

MESSAGES_PER_PAGE = 40


@dataclass(frozen=True, slots=True)
class Version:
    """Which of how many versions of its place a message is, and its neighbours."""

    number: int
    count: int
    previous_id: uuid.UUID | None
    next_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class TranscriptPage:
    """Messages of the branch in order, oldest first; `older_than` is where the page before ends."""

    messages: list[ChatMessage]
    versions: dict[uuid.UUID, Version]
    older_than: uuid.UUID | None


def chat_of(scope: ChatQuerySet, chat_id: uuid.UUID) -> Chat:
    """Read a chat of `scope` with its model. Raises `Chat.DoesNotExist`."""
    return scope.select_related("model__provider", "team").get(pk=chat_id)


def tree_of(chat: Chat) -> MessageTree:
    """Read the ids of the chat's whole tree; one query."""
    rows = chat.messages.order_by("created_at", "id").values_list("id", "parent_id")
    return MessageTree(rows.iterator(chunk_size=5000))


def transcript(chat: Chat, tree: MessageTree, before: uuid.UUID | None = None) -> TranscriptPage:
    """Read the newest messages of the shown branch, or those before the message `before`.

    Deleted messages are there, marked. Raises `ChatMessage.DoesNotExist` for a `before` that the
    branch has not.
    """
    branch = tree.branch(chat.leaf_id)
    if before is not None:
        if before not in branch:
            raise ChatMessage.DoesNotExist
        branch = branch[: branch.index(before)]
    shown = branch[-MESSAGES_PER_PAGE:]
    found = with_answers(chat.messages.all()).in_bulk(shown)
    return TranscriptPage(
        messages=[found[message_id] for message_id in shown],
        versions={message_id: _version(tree, message_id) for message_id in shown},
        older_than=shown[0] if len(branch) > len(shown) else None,
    )


def with_answers(messages: QuerySet[ChatMessage]) -> QuerySet[ChatMessage]:
    return messages.select_related("generation__model__provider").defer("generation__messages")


def lines_of(chat: Chat, branch: Sequence[uuid.UUID]) -> list[Line]:
    """Read what the messages of `branch` say, without the deleted ones; one query."""
    rows = chat.messages.filter(pk__in=branch, deleted_at__isnull=True).values_list(
        "id", "role", "content", "generation__text", "is_pinned"
    )
    found = {row[0]: row for row in rows}
    lines = []
    for message_id in branch:
        row = found.get(message_id)
        if row is not None:
            _, role, content, answer, is_pinned = row
            lines.append(Line(message_id, role, content or answer or "", is_pinned))
    return lines


def context_of(
    chat: Chat, branch: Sequence[uuid.UUID], model: LanguageModel | None = None, new_text: str = ""
) -> Context:
    """Return what would be sent of `branch`, with `new_text` as its newest message.

    For another `model` its defaults are assumed. Raises `TooLong`.
    """
    lines = lines_of(chat, branch)
    if new_text:
        lines.append(Line(uuid.UUID(int=0), Role.USER, new_text))
    parameters = chat.parameters if model is None or model.pk == chat.model_id else {}
    return build_context(model or chat.model, chat.system, lines, parameters)


def unfinished_answers(chat: Chat) -> QuerySet[Generation]:
    return Generation.objects.filter(source=Source.CHAT, source_id=chat.pk, status__in=UNFINISHED)


def _version(tree: MessageTree, message_id: uuid.UUID) -> Version:
    versions = tree.versions(message_id)
    at = versions.index(message_id)
    return Version(
        number=at + 1,
        count=len(versions),
        previous_id=versions[at - 1] if at else None,
        next_id=versions[at + 1] if at + 1 < len(versions) else None,
    )
