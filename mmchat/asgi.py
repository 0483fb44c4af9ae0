"""The ASGI application: pages, sockets, and the embedded worker's start and end."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmchat.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from comparisons.routing import websocket_urlpatterns
from mmchat.lifespan import Lifespan
from mmchat.sockets import refuse_unknown_paths

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(refuse_unknown_paths(URLRouter(websocket_urlpatterns)))
        ),
        "lifespan": Lifespan(),
    }
)
