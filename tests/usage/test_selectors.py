"""Speeds that were measured."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone

from accounts.models import Team, User
from catalog.measured import MeasuredSpeed
from catalog.models import LanguageModel
from tests.factories import LanguageModelFactory
from tests.fixtures.servers import free_port
from usage import selectors
from usage.models import LedgerEntry

Medians = Callable[[QuerySet[LedgerEntry]], dict[uuid.UUID, MeasuredSpeed]]


@pytest.fixture
def model(db: None) -> LanguageModel:
    return LanguageModelFactory.create()


def entry(
    user: User,
    model: LanguageModel,
    ttft_ms: float | None,
    speed: float | None,
    status: str = "finished",
) -> LedgerEntry:
    team: Team = user.teams.get()
    return LedgerEntry.objects.create(
        team=team,
        user=user,
        source="comparison",
        source_id=uuid.uuid4(),
        generation_id=uuid.uuid4(),
        attempt=1,
        model=model,
        status=status,
        ttft_ms=ttft_ms,
        tokens_per_second=speed,
    )


@pytest.mark.parametrize("medians", [selectors._medians_by_database, selectors._medians_here])
def test_medians_are_the_same_by_database_and_here(
    alice: User, model: LanguageModel, medians: Medians
) -> None:
    for ttft_ms, speed in ((100.0, 10.0), (200.0, 40.0), (500.0, 20.0), (400.0, None)):
        entry(alice, model, ttft_ms, speed)
    silent = LanguageModelFactory.create()
    entry(alice, silent, None, None)

    assert medians(LedgerEntry.objects.all()) == {
        model.pk: MeasuredSpeed(calls=4, ttft_ms=300.0, tokens_per_second=20.0),
        silent.pk: MeasuredSpeed(calls=1, ttft_ms=None, tokens_per_second=None),
    }


def test_failures_and_old_answers_do_not_count(alice: User, model: LanguageModel) -> None:
    cache.clear()
    entry(alice, model, 100.0, 10.0, status="failed")
    old = entry(alice, model, 100.0, 10.0)
    LedgerEntry.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))

    assert selectors.measured_speeds() == {}


def test_the_figures_are_known_for_a_minute(alice: User, model: LanguageModel) -> None:
    cache.clear()
    entry(alice, model, 100.0, 10.0)
    first = selectors.measured_speeds()
    entry(alice, model, 300.0, 30.0)

    assert selectors.measured_speeds() == first
    assert first[model.pk].calls == 1


def test_speeds_are_known_while_the_cache_is_away(alice: User, model: LanguageModel) -> None:
    entry(alice, model, 100.0, 10.0)
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
    }

    with override_settings(CACHES={"default": away}):
        speeds = selectors.measured_speeds()

    assert speeds == {model.pk: MeasuredSpeed(1, 100.0, 10.0)}
