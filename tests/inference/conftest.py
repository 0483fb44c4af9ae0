"""Generations of a model that the simulated provider answers."""

import uuid
from collections.abc import Callable

import pytest

from accounts.models import Team, User
from catalog.models import LanguageModel, Provider, ProviderKind
from inference.adapters.base import Message
from inference.models import Generation, Source
from inference.services.asking import Asker, Question, create_generations
from tests.factories import UserFactory
from tests.provider.server import RunningProvider

Ask = Callable[..., Generation]


@pytest.fixture
def person(transactional_db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def groq(transactional_db: None, provider: RunningProvider) -> Provider:
    row = Provider(
        slug="simulated", name="Simulated", kind=ProviderKind.GROQ, base_url=provider.groq_url
    )
    row.set_api_key("any key")
    row.save()
    return row


@pytest.fixture
def ask(person: User, groq: Provider, tag: str) -> Ask:
    """Queue a generation of the model that the simulated provider's grammar describes."""

    def queue(script: str, prompt: str = "Why is the sky blue?") -> Generation:
        separator = "," if ":" in script else ":"
        model, _ = LanguageModel.objects.get_or_create(
            provider=groq,
            name=f"{script}{separator}tag={tag}",
            defaults={"input_price": 1, "output_price": 2},
        )
        team: Team = person.teams.get()
        [generation] = create_generations(
            Asker(team, person),
            Source.COMPARISON,
            uuid.uuid4(),
            [Question(model, [Message("user", prompt)], {})],
        )
        return generation

    return queue
