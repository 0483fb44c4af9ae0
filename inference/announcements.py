"""Telling open pages and event streams that something changed.

An announcement names what changed and no more: who shows it reads the row, so no channel ever
carries what its reader may not see.
"""

import logging

from redis.exceptions import RedisError

from inference.layer import channel_layer
from inference.loop import streaming_loop
from inference.models import Generation
from inference.watching.messages import Message, encode

logger = logging.getLogger(__name__)


def announce_generation(generation: Generation) -> None:
    """Tell the generation's group that its row changed. Call it after the commit."""
    _post(generation.group, {"type": "live.generation", "id": str(generation.id)})


def announce(group: str, message: Message) -> None:
    """Tell every watcher of `group` this very message. Call it after the commit."""
    _post(group, {"type": "live.text", "text": encode(message)})


def _post(group: str, event: dict[str, str]) -> None:
    """From any thread but the streaming loop's."""
    streaming_loop().post(_send(group, event))


async def _send(group: str, event: dict[str, str]) -> None:
    try:
        await channel_layer().group_send(group, event)
    except (RedisError, OSError) as error:
        logger.warning("An announcement was lost (%s); pages ask for a snapshot.", error)
