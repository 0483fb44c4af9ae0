"""How the portal is served over HTTP and WebSocket, in both set-ups."""

import errno
import socket
from ipaddress import ip_address
from typing import Any

import environ
import uvicorn
from django.core.management.base import CommandError

APPLICATION = "mmchat.asgi:application"
# What a page sends is a few dozen bytes.
LARGEST_SOCKET_MESSAGE = 64 * 1024
GRACE_S = 5

env = environ.Env()


def host() -> str:
    return str(env.str("HOST", default="127.0.0.1"))


def port() -> int:
    """Return the port to listen on; raises `CommandError` where `PORT` is none."""
    given = str(env.str("PORT", default="8000"))
    if not (given.isdecimal() and int(given) < 2**16):
        raise CommandError(f"PORT must be a number from 0 to 65535, not {given!r}.")
    return int(given)


def web_workers() -> int:
    return int(env.int("WEB_WORKERS", default=1))


def listen() -> socket.socket:
    """Take the address in `HOST` and `PORT`; raises `CommandError` where somebody else has it."""
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    wanted = port()
    try:
        listener.bind((host(), wanted))
        listener.listen()
    except OSError as error:
        listener.close()
        raise CommandError(_why_not_bound(error, wanted)) from error
    return listener


def _why_not_bound(error: OSError, wanted: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {wanted} is in use. Choose another one, for example PORT={wanted + 1}."
    return f"{host()} port {wanted} cannot be served ({error.strerror}). Change HOST or PORT."


def server_options() -> dict[str, Any]:
    """Return what uvicorn is told in every set-up."""
    return {
        "lifespan": "on",
        "ws": "websockets-sansio",
        "ws_max_size": LARGEST_SOCKET_MESSAGE,
        # Frames are small and many: compressing each would cost more than it saves.
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": GRACE_S,
        "server_header": False,
        "forwarded_allow_ips": env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1"),
        # Django's LOGGING has the say.
        "log_config": None,
        "access_log": False,
    }


class AnnouncingServer(uvicorn.Server):
    """Says where the portal is once a browser can open it."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._announcement, flush=True)  # noqa: T201


def url_of(listener: socket.socket) -> str:
    """Return the address that a browser on this machine opens."""
    name, bound = listener.getsockname()[:2]
    address = ip_address(name)
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://{address}:{bound}" if address.version == 4 else f"http://[{address}]:{bound}"
