"""Who asks through the API, and what a call answers that comes at the wrong time."""

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import ApiToken
from accounts.permissions import membership_of
from inference.services.asking import Asker


class Conflict(APIException):
    """The request is sound, but not as things stand now."""

    status_code = status.HTTP_409_CONFLICT


def asker_of(request: Request) -> Asker:
    """Return who asks, and so who pays; only behind `TeamPermission`."""
    membership = membership_of(request)
    token = request.auth if isinstance(request.auth, ApiToken) else None
    return Asker(team=membership.team, user=membership.user, api_token=token)
