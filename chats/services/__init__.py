"""What changes chats, one verb each."""

from chats.services.asking import (
    AlreadyAnswering,
    InvalidMessage,
    ask_again,
    cancel_answers,
    edit,
    send,
)
from chats.services.chats import (
    change_model,
    continue_from,
    create_chat,
    delete_chat,
    rename,
    restore_chat,
    set_archived,
    set_parameters,
    set_pinned,
    set_system,
)
from chats.services.messages import (
    delete_turn,
    pin_message,
    restore_turn,
    show_version,
)

__all__ = [
    "AlreadyAnswering",
    "InvalidMessage",
    "ask_again",
    "cancel_answers",
    "change_model",
    "continue_from",
    "create_chat",
    "delete_chat",
    "delete_turn",
    "edit",
    "pin_message",
    "rename",
    "restore_chat",
    "restore_turn",
    "send",
    "set_archived",
    "set_parameters",
    "set_pinned",
    "set_system",
    "show_version",
]
