"""A chat with a model, and answers without a provider."""

import uuid

import pytest

from accounts.models import Team, User
from catalog.models import LanguageModel
from chats import services
from chats.models import Chat, ChatMessage
from inference.outcome import End, Outcome
from inference.services import attempts
from inference.services.asking import Asker
from tests.factories import LanguageModelFactory


@pytest.fixture
def model(db: None) -> LanguageModel:
    return LanguageModelFactory.create(context_window=1000, max_completion_tokens=200)


@pytest.fixture
def asker(alice: User, team: Team) -> Asker:
    return Asker(team, alice)


@pytest.fixture
def chat(asker: Asker, model: LanguageModel) -> Chat:
    return services.create_chat(asker, model)


def answered(asker: Asker, chat: Chat, question: str, answer: str = "Because.") -> ChatMessage:
    """Ask, and let the answer end; returns the answer."""
    return finish(services.send(asker, chat, question), answer)


def finish(message: ChatMessage, answer: str = "Because.") -> ChatMessage:
    assert message.generation is not None
    claimed = attempts.claim(message.generation.id, uuid.uuid4())
    assert claimed is not None
    attempts.end(claimed, Outcome(End.FINISHED, answer=answer, finish_reason="stop"))
    message.refresh_from_db()
    message.chat.refresh_from_db()
    return message
