"""Sockets to addresses that do not exist."""

from typing import Any

from channels.routing import URLRouter


def refuse_unknown_paths(router: URLRouter) -> Any:
    """Refuse the handshake where the router, finding no route, would raise."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        try:
            await router(scope, receive, send)
        except ValueError as error:
            if "No route found" not in str(error):
                raise
            await send({"type": "websocket.close", "code": 4404})

    return application
