"""What watchers are told, as JSON."""

from typing import Any

from rest_framework.utils.encoders import JSONEncoder

Message = dict[str, Any]

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(message: Message) -> str:
    return str(_encode(message))
