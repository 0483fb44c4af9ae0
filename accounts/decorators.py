"""Who may open a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from accounts.models import Membership, User

P = ParamSpec("P")


class TeamRequest(HttpRequest):
    """What a view behind `team_required` gets: for annotations only."""

    user: User
    membership: Membership


def team_required(
    view: Callable[Concatenate[TeamRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask for a sign-in first; refuse (403) a person who is in no team."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        member_request = cast("TeamRequest", request)
        if getattr(request, "membership", None) is None:
            raise PermissionDenied("You are in no team. Ask the owner of a team to add you.")
        return view(member_request, *args, **kwargs)

    return login_required(checked)
