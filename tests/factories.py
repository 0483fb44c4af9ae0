"""Rows for tests, with sensible values for what a test does not care about.

Write `UserFactory.create(...)`: the short form, `UserFactory(...)`, has no type.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import ApiToken, Membership, Role, Scope, Team, User
from catalog.models import LanguageModel, Provider, ProviderKind


def _numbered(pattern: str) -> Any:
    """Another text each time: `pattern` with a number in its place."""
    return Sequence(pattern.format)  # type: ignore[no-untyped-call]


class UserFactory(DjangoModelFactory[User]):
    """A person with a team of their own. Without a password, signing in takes `force_login`."""

    class Meta:
        model = User

    email = _numbered("person-{}@example.com")
    password: str | None = None

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = _numbered("Team {}")
    slug = _numbered("team-{}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    team = SubFactory(TeamFactory)  # type: ignore[no-untyped-call]
    user = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    role = Role.MEMBER


class ProviderFactory(DjangoModelFactory[Provider]):
    class Meta:
        model = Provider

    slug = _numbered("provider-{}")
    name = _numbered("Provider {}")
    kind = ProviderKind.OPENAI_COMPATIBLE
    base_url = "http://127.0.0.1:9/v1"


class LanguageModelFactory(DjangoModelFactory[LanguageModel]):
    class Meta:
        model = LanguageModel

    provider = SubFactory(ProviderFactory)  # type: ignore[no-untyped-call]
    name = _numbered("model-{}")
    context_window = 8192
    max_completion_tokens = 1024


def issue_token(
    user: User,
    team: Team,
    *,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a token and return its secret."""
    chosen = list(Scope.values) if scopes is None else scopes
    _, secret = ApiToken.objects.issue(user, team, scopes=chosen, expires_at=expires_at)
    return secret


def bearer(secret: str) -> Mapping[str, str]:
    """The header that proves it, as Django's test client and request factory take it."""
    return {"Authorization": f"Bearer {secret}"}
