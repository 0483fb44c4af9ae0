"""How programs prove who they are: `Authorization: Bearer mmchat_…`."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User, digest_of
from accounts.selectors import membership_in

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema

SCHEME = "Bearer"
USE_NOTED_EVERY = timedelta(minutes=1)


class BearerTokenAuthentication(BaseAuthentication):
    """Signs a program in by its token; `request.auth` is the token, the team is the token's."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Raises `AuthenticationFailed` (401) for a token that does not, or no longer, count."""
        secret = _secret_in(get_authorization_header(request))
        if secret is None:
            return None
        token = (
            ApiToken.objects.select_related("user", "team").filter(digest=digest_of(secret)).first()
        )
        if token is None:
            raise AuthenticationFailed("The token is not known.")
        if token.is_expired:
            raise AuthenticationFailed("The token has expired.")
        if not token.user.is_active:
            raise AuthenticationFailed("The account of this token is switched off.")
        membership = membership_in(token.user, token.team_id)
        if membership is None:
            raise AuthenticationFailed("The token's owner is no longer in its team.")
        membership.user, membership.team = token.user, token.team
        request._request.membership = membership  # type: ignore[attr-defined]
        note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'


def note_use(token: ApiToken) -> None:
    """Record that the token was used, at most once a minute however many requests come at once."""
    now = timezone.now()
    latest = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > latest:
        return
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=latest)
    ApiToken.objects.filter(is_due, pk=token.pk).update(last_used_at=now)


def _secret_in(header: bytes) -> str | None:
    """Return the secret; `None` if the header is missing or speaks of another scheme."""
    scheme, _, credentials = header.partition(b" ")
    if scheme.lower() != SCHEME.lower().encode():
        return None
    try:
        secret = credentials.strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise AuthenticationFailed("The token is not known.") from error
    if not secret or any(character.isspace() for character in secret):
        raise AuthenticationFailed("Write the token after the word Bearer and one space.")
    return secret


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the API's schema about the token."""

    target_class = "accounts.api_authentication.BearerTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the portal: `manage.py token EMAIL` prints a new one.",
        }
