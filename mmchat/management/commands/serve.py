"""`manage.py serve`: the web processes of the scaled set-up."""

from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

from mmchat.scaled import require_redis
from mmchat.serving import APPLICATION, host, listen, port, server_options, web_workers


class Command(BaseCommand):
    help = "Serve pages, API and WebSockets in WEB_WORKERS processes; the work is done by workers."

    def handle(self, *args: Any, **options: Any) -> None:
        require_redis("serve")
        # A port that is taken is told here, in one line, and not by every process.
        listen().close()
        uvicorn.run(
            APPLICATION, host=host(), port=port(), workers=web_workers(), **server_options()
        )
