from django.urls import path

from comparisons.consumers import ComparisonConsumer

websocket_urlpatterns = [
    # Channels' router takes ASGI applications where Django's types know views only.
    path("ws/comparisons/<uuid:run_id>/", ComparisonConsumer.as_asgi()),  # type: ignore[arg-type]
]
