"""A model to ask, and a way to end its answers without a provider."""

import uuid

import pytest

from accounts.models import Team, User
from catalog.models import LanguageModel
from comparisons.models import ComparisonRun
from comparisons.services import RunRequest, start_run
from inference.adapters.base import Message
from inference.models import Generation
from inference.outcome import End, Outcome
from inference.services import attempts
from inference.services.asking import Asker, Question
from tests.factories import LanguageModelFactory


@pytest.fixture
def model(db: None) -> LanguageModel:
    return LanguageModelFactory.create(context_window=1000)


@pytest.fixture
def run(alice: User, team: Team, model: LanguageModel) -> ComparisonRun:
    """A run of two answers, both queued."""
    return a_run(alice, team, model)


def a_run(user: User, team: Team, model: LanguageModel, prompt: str = "Why?") -> ComparisonRun:
    messages = [Message("user", prompt)]
    questions = [Question(model, messages, {})] * 2
    return start_run(Asker(team, user), RunRequest(messages, "", questions))


def finish(generation: Generation, answer: str) -> None:
    claimed = attempts.claim(generation.id, uuid.uuid4())
    assert claimed is not None
    end(claimed, answer)


def end(claimed: Generation, answer: str) -> None:
    attempts.end(claimed, Outcome(End.FINISHED, answer=answer, finish_reason="stop"))
