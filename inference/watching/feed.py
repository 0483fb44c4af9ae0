"""What watchers of a group of answers are told, the same for a page's socket and an event stream.

A watcher joins the group first and takes its snapshot second, so nothing falls between the two;
what it gets twice carries its offset.
"""

import logging
import uuid
from collections.abc import Sequence
from typing import Protocol

from redis.exceptions import RedisError

from inference.live_buffer import AttemptKey, live_buffer
from inference.models import Status
from inference.watching.messages import Message

logger = logging.getLogger(__name__)


class Gone(Exception):
    """What is watched is no longer there for this watcher."""


class Feed(Protocol):
    """One comparison run or chat as one watcher may see it."""

    @property
    def group(self) -> str:
        """The channel-layer group that gets its frames and announcements."""
        ...

    async def snapshot(self) -> Message:
        """Everything as it is now: `status` and `generations`. Raises `Gone`."""
        ...

    async def generations(self, ids: Sequence[uuid.UUID]) -> list[Message]:
        """Those of the named answers that are there to be seen, as they are now."""
        ...

    def state(self, snapshot: Message) -> Message:
        """The message that says how the whole stands, as `snapshot` has it."""
        ...

    def is_over(self, message: Message) -> bool:
        """Whether nothing more can come after `message`."""
        ...


async def add_live_texts(generations: Sequence[Message]) -> None:
    """Fill in what running answers have said so far."""
    running = [message for message in generations if message["status"] == Status.RUNNING]
    keys = [AttemptKey(uuid.UUID(message["id"]), message["attempt"]) for message in running]
    if not keys:
        return
    try:
        texts = await live_buffer().read(keys)
    except (RedisError, OSError) as error:
        logger.warning("The live buffer is away (%s); texts so far are left out.", error)
        return
    for message, key in zip(running, keys, strict=True):
        message["text"] = texts[key].answer
        message["reasoning"] = texts[key].reasoning
