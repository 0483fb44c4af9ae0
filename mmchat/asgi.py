"""The ASGI application: pages, sockets, and the embedded worker's start and end."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmchat.settings")
# Before anything that imports models.
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from chats import routing as chat_routing  # noqa: E402
from comparisons import routing as comparison_routing  # noqa: E402
from mmchat.lifespan import Lifespan  # noqa: E402
from mmchat.sockets import refuse_unknown_paths  # noqa: E402

websocket_urlpatterns = [
    *comparison_routing.websocket_urlpatterns,
    *chat_routing.websocket_urlpatterns,
]

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(
                refuse_unknown_paths(URLRouter(websocket_urlpatterns))  # type: ignore[arg-type]
            )
        ),
        "lifespan": Lifespan(),
    }
)
