"""Makes an API token for a person."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import ApiToken, Membership, Scope, User

DEFAULT_DAYS = 365


class Command(BaseCommand):
    help = "Print a new API token for a person: the token alone on stdout, what it is on stderr."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose token it is")
        parser.add_argument("--team", metavar="SLUG", help="its team; else the person's first")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do, once per scope; without it, all",
        )
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument(
            "--days",
            type=int,
            default=DEFAULT_DAYS,
            help=f"how long it lasts; 0 is for ever (default: {DEFAULT_DAYS})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = int(options["days"])
        if not 0 <= days <= 36_500:
            raise CommandError("--days must be from 0 (for ever) to 36500.")
        if len(options["name"]) > 100:
            raise CommandError("--name must be at most 100 characters long.")
        membership = _membership(options["email"], options["team"])
        token, secret = ApiToken.objects.issue(
            membership.user,
            membership.team,
            name=options["name"],
            scopes=sorted(set(options["scope"] or Scope.values)),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stdout.write(secret)
        self.stderr.write(_description(token, membership))


def _membership(email: str, team_slug: str | None) -> Membership:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"There is no account with the e-mail address {email}.")
    if not user.is_active:
        raise CommandError(f"The account {user.email} is switched off.")
    memberships = user.memberships.select_related("team").order_by("created_at", "pk")
    if team_slug is None:
        membership = memberships.first()
        if membership is None:
            raise CommandError(f"{user.email} is in no team.")
    else:
        membership = memberships.filter(team__slug=team_slug).first()
        if membership is None:
            teams = ", ".join(memberships.values_list("team__slug", flat=True)) or "none"
            raise CommandError(
                f"{user.email} is in no team with the slug {team_slug}. Teams: {teams}."
            )
    membership.user = user
    return membership


def _description(token: ApiToken, membership: Membership) -> str:
    until = f"until {token.expires_at:%d %b %Y}" if token.expires_at else "for ever"
    whose = f"{membership.user.email} in the team “{membership.team}” ({membership.team.slug})"
    lines = [
        f"A token of {whose}, scopes {', '.join(token.scopes)}, valid {until}.",
        "It is not shown again. Send it as: Authorization: Bearer <token>",
    ]
    if Scope.RUN in token.scopes and not membership.can_run:
        lines.append("The person is a viewer of this team, so it can only read.")
    return "\n".join(lines)
