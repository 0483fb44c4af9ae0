"""What an API call may do: the token's scopes and the asker's role."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Membership, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView


def membership_of(request: Request) -> Membership:
    """Return the asker's membership; only behind `TeamPermission`, which sees that there is one."""
    membership = _membership(request)
    if membership is None:
        raise LookupError("This view lacks TeamPermission: its asker is in no team.")
    return membership


class TeamPermission(BasePermission):
    """Reading takes membership and the scope `read`; all else the scope `run` and more than a
    viewer's role."""

    message = "You do not have permission to do this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        membership = _membership(request)
        if membership is None:
            self.message = "You are in no team."
            return False
        is_reading = request.method in SAFE_METHODS
        scope = Scope.READ if is_reading else Scope.RUN
        if isinstance(request.auth, ApiToken) and scope not in request.auth.scopes:
            self.message = f"This token lacks the scope “{scope}”."
            return False
        if not (is_reading or membership.can_run):
            self.message = "Viewers of a team may read only."
            return False
        return True


def _membership(request: Request) -> Membership | None:
    membership = getattr(request._request, "membership", None)
    return membership if isinstance(membership, Membership) else None
