"""What the web process starts before its first request and ends after its last."""

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings

from mmchat.embedded_worker import EmbeddedWorker


class Lifespan:
    """Answers the server's lifespan messages; runs the embedded worker where there is no Redis."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        worker = EmbeddedWorker() if settings.EMBEDDED_WORKER else None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if worker is not None:
                    await sync_to_async(worker.start, thread_sensitive=False)()
                await send({"type": "lifespan.startup.complete"})
            else:
                if worker is not None:
                    await sync_to_async(worker.stop, thread_sensitive=False)()
                await send({"type": "lifespan.shutdown.complete"})
                return
