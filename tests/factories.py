"""Rows for tests, with sensible values for what a test does not care about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import ApiToken, Membership, Role, Scope, Team, User
from catalog.models import LanguageModel, Provider, ProviderKind


class UserFactory(DjangoModelFactory[User]):
    """A person with a team of their own. Without a password, signing in takes `force_login`."""

    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"person-{number}@example.com")
    password: str | None = None

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(*args, **fields)


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")
    slug = factory.Sequence(lambda number: f"team-{number}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER


class ProviderFactory(DjangoModelFactory[Provider]):
    class Meta:
        model = Provider

    slug = factory.Sequence(lambda number: f"provider-{number}")
    name = factory.Sequence(lambda number: f"Provider {number}")
    kind = ProviderKind.OPENAI_COMPATIBLE
    base_url = "http://127.0.0.1:9/v1"


class LanguageModelFactory(DjangoModelFactory[LanguageModel]):
    class Meta:
        model = LanguageModel

    provider = factory.SubFactory(ProviderFactory)
    name = factory.Sequence(lambda number: f"model-{number}")
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
