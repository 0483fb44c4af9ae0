from django.urls import path

from chats.consumers import ChatConsumer

websocket_urlpatterns = [
    # Channels' router takes ASGI applications where Django's types know views only.
    path("ws/chats/<uuid:chat_id>/", ChatConsumer.as_asgi()),  # type: ignore[arg-type]
]
