"""Reads about people that more than one page needs."""

import uuid

from accounts.models import Membership, User


def active_membership(user: User, team_id: object = None) -> Membership | None:
    """Return the membership in `team_id`, else the oldest; `None` for someone without a team.

    One query. The session keeps the id; a team the person has left since is passed over.
    """
    memberships = list(user.memberships.select_related("team").order_by("created_at", "pk"))
    for membership in memberships:
        membership.user = user
    wanted = _parsed(team_id)
    chosen = [membership for membership in memberships if membership.team_id == wanted]
    return next(iter(chosen or memberships), None)


def membership_in(user: User, team_id: uuid.UUID) -> Membership | None:
    return Membership.objects.filter(user=user, team_id=team_id).first()


def _parsed(team_id: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(team_id))
    except ValueError:
        return None
