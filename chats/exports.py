"""A chat as a document: its shown branch, with who answered and how."""

from collections.abc import Iterator

from chats.models import Chat, ChatMessage, Role
from chats.selectors import tree_of, with_answers

FORMAT_VERSION = 1


def as_json(chat: Chat) -> dict[str, object]:
    """Return the shown branch as plain values; times are ISO 8601, cost is USD."""
    return {
        "version": FORMAT_VERSION,
        "title": chat.title,
        "created_at": chat.created_at.isoformat(),
        "system": chat.system,
        "messages": [_message_as_json(message) for message in _shown(chat)],
    }


def as_markdown(chat: Chat) -> str:
    """Return the shown branch as Markdown: a heading per message, its text as it was written."""
    parts = [f"# {_on_one_line(chat.title or 'Chat')}"]
    if chat.system.strip():
        parts += ["## System", chat.system]
    for message in _shown(chat):
        parts += [f"## {_speaker(message)}", message.text or "*(no text)*"]
    return "\n\n".join(parts) + "\n"


def _shown(chat: Chat) -> Iterator[ChatMessage]:
    branch = tree_of(chat).branch(chat.leaf_id)
    found = with_answers(chat.messages.filter(deleted_at__isnull=True)).in_bulk(branch)
    return (found[message_id] for message_id in branch if message_id in found)


def _message_as_json(message: ChatMessage) -> dict[str, object]:
    said: dict[str, object] = {
        "role": message.role,
        "text": message.text,
        "created_at": message.created_at.isoformat(),
        "pinned": message.is_pinned,
    }
    generation = message.generation
    if generation is None:
        return said
    return said | {
        "model": generation.model.full_name,
        "parameters": generation.parameters,
        "status": generation.status,
        "error": generation.error,
        "reasoning": generation.reasoning,
        "finish_reason": generation.finish_reason,
        "prompt_tokens": generation.prompt_tokens,
        "completion_tokens": generation.completion_tokens,
        "ttft_ms": generation.ttft_ms,
        "duration_ms": generation.duration_ms,
        "cost": None if generation.cost is None else str(generation.cost),
    }


def _speaker(message: ChatMessage) -> str:
    if message.role == Role.USER:
        return "You"
    if message.generation is None:
        return "Assistant"
    state = "" if message.generation.status == "succeeded" else f" ({message.generation.status})"
    return f"{_on_one_line(message.generation.model.label)}{state}"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
