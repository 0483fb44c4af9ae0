"""Lets clients ask for `text/event-stream`."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from inference.watching.messages import encode


class EventStreamRenderer(BaseRenderer):
    """Names the media type for content negotiation.

    The stream itself is a `StreamingHttpResponse`; only an error passes here, as one event.
    """

    media_type = "text/event-stream"
    format = "event-stream"
    charset = "utf-8"

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        return f"event: error\ndata: {encode({'type': 'error', 'detail': data})}\n\n"
