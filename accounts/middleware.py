"""Which team a page is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase

from accounts.selectors import active_membership

if TYPE_CHECKING:
    from accounts.models import Membership

TEAM_SESSION_KEY = "team_id"


class RequestOfMember(HttpRequest):
    """A request that finds its asker's membership when it is first asked for."""

    @cached_property
    def membership(self) -> Membership | None:
        """The membership in the session's team, else in the person's first; one query, once."""
        if not self.user.is_authenticated:
            return None
        return active_membership(self.user, self.session.get(TEAM_SESSION_KEY))


def current_membership(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give each request a lazy `membership`.

    A lazy object around `None` would not pass for `None`, so the request itself gets the property.
    Async views must read it in a thread, like every other query.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.__class__ = _with_membership(type(request))  # type: ignore[arg-type]
        return get_response(request)

    return middleware


@cache
def _with_membership(request_class: type[HttpRequest]) -> type[HttpRequest]:
    return type(request_class.__name__, (RequestOfMember, request_class), {})
