"""Whether the process answers."""

from django.http import HttpRequest, HttpResponse


async def alive(request: HttpRequest) -> HttpResponse:
    """The event loop turns. Asks no service: a restart would not mend those."""
    return HttpResponse("ok\n", content_type="text/plain")
