"""The embedded set-up's channel layer: in memory, and safe to send to from any thread."""

import asyncio
from typing import Any

from channels.layers import InMemoryChannelLayer


class ThreadSafeInMemoryChannelLayer(InMemoryChannelLayer):
    """Hands every send to the loop that receives.

    The parent's queues are asyncio queues of the web server's loop; a put from the streaming
    loop's thread would neither be safe nor wake the reader.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._receiving_loop: asyncio.AbstractEventLoop | None = None

    async def new_channel(self, prefix: str = "specific.") -> str:
        self._receiving_loop = asyncio.get_running_loop()
        return await super().new_channel(prefix)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        owner = self._receiving_loop
        if owner is None or owner.is_closed():
            return
        if owner is asyncio.get_running_loop():
            await super().group_send(group, message)
        else:
            sending = asyncio.run_coroutine_threadsafe(super().group_send(group, message), owner)
            await asyncio.wrap_future(sending)
