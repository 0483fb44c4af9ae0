"""One attempt from claim to end, against the simulated provider."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Provider
from inference import worker
from inference.models import Generation, Status
from inference.outcome import End, Outcome
from inference.services import attempts, cancelling, sweeping
from tests.inference.conftest import Ask
from tests.provider.server import RunningProvider
from usage.models import LedgerEntry

pytestmark = pytest.mark.django_db(transaction=True)


def performed(generation: Generation) -> Generation:
    worker.perform(generation.id)
    generation.refresh_from_db()
    return generation


def test_an_answer_is_kept_with_its_figures_and_a_ledger_row(ask: Ask) -> None:
    generation = performed(ask("sim:tokens=40,tps=400,ttft=50"))

    assert generation.status == Status.SUCCEEDED
    assert generation.text
    assert generation.completion_tokens == 40
    assert generation.ttft_ms is not None
    assert generation.ttft_ms >= 50
    assert generation.cost is not None
    entry = LedgerEntry.objects.get(generation_id=generation.id)
    assert (entry.attempt, entry.completion_tokens, entry.cost) == (1, 40, generation.cost)


def test_a_second_delivery_changes_nothing(ask: Ask) -> None:
    first = performed(ask("sim:tokens=5"))

    again = performed(first)

    assert (again.attempt, again.finished_at) == (1, first.finished_at)
    assert LedgerEntry.objects.filter(generation_id=first.id).count() == 1


def test_ten_deliveries_at_once_make_one_call(
    ask: Ask, provider: RunningProvider, tag: str
) -> None:
    generation = ask("sim:tokens=20,tps=100")

    def deliver() -> None:
        worker.perform(generation.id)
        connection.close()

    with ThreadPoolExecutor(10) as threads:
        for delivery in [threads.submit(deliver) for _ in range(10)]:
            delivery.result()

    assert len(provider.calls(tag)) == 1


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("sim:fault=unauthorized", "authentication_failed"),
        ("sim:fault=model-not-found", "model_retired"),
        ("sim:tokens=30,fault=cut,at=10", "provider_unavailable"),
        ("sim:tokens=30,fault=malformed,at=10", "broken_answer"),
        ("sim:tokens=10,finish=none", "broken_answer"),
    ],
)
def test_a_fault_ends_with_its_kind_and_a_sentence(ask: Ask, script: str, kind: str) -> None:
    generation = performed(ask(script))

    assert (generation.status, generation.error_kind) == (Status.FAILED, kind)
    assert generation.error.endswith(".")
    assert bool(generation.text) == ("tokens" in script)


def test_a_retired_model_is_no_longer_offered(ask: Ask) -> None:
    generation = performed(ask("sim:fault=model-not-found"))

    generation.model.refresh_from_db()
    assert not generation.model.is_usable


def test_a_rate_limit_waits_as_the_provider_asks_and_then_answers(ask: Ask) -> None:
    generation = performed(ask("sim:tokens=5,fault=rate-limit,retry-after=2,fail-first=1"))
    assert generation.status == Status.QUEUED
    assert generation.retry_at is not None
    assert "2 s" in generation.notice

    Generation.objects.filter(pk=generation.pk).update(retry_at=timezone.now())
    performed(generation)

    assert (generation.status, generation.attempt) == (Status.SUCCEEDED, 2)
    assert LedgerEntry.objects.filter(generation_id=generation.id).count() == 2


def test_a_wait_longer_than_allowed_fails_at_once(ask: Ask, settings: Settings) -> None:
    settings.MAX_RETRY_WAIT_S = 1

    generation = performed(ask("sim:fault=rate-limit,retry-after=61"))

    assert (generation.status, generation.error_kind) == (Status.FAILED, "rate_limited")


def test_a_generation_is_not_taken_before_its_time(ask: Ask) -> None:
    generation = ask("sim:tokens=5")
    later = timezone.now() + timedelta(minutes=1)
    Generation.objects.filter(pk=generation.pk).update(retry_at=later)

    assert performed(generation).status == Status.QUEUED


def test_a_provider_answers_no_more_at_once_than_it_may(ask: Ask, groq: Provider) -> None:
    Provider.objects.filter(pk=groq.pk).update(max_concurrency=1)
    first, second = ask("sim:tokens=5"), ask("sim:tokens=5")

    assert attempts.claim(first.id, uuid.uuid4()) is not None
    assert attempts.claim(second.id, uuid.uuid4()) is None


def test_silence_before_the_first_token_times_out(ask: Ask, settings: Settings) -> None:
    settings.FIRST_TOKEN_TIMEOUT_S = 0.3
    settings.MAX_ATTEMPTS = 1

    generation = performed(ask("sim:fault=hang-headers"))

    assert (generation.status, generation.error_kind) == (Status.FAILED, "timed_out")


def test_silence_amid_an_answer_keeps_the_text(ask: Ask, settings: Settings) -> None:
    settings.IDLE_TIMEOUT_S = 0.3

    generation = performed(ask("sim:tokens=30,fault=hang,at=10"))

    assert (generation.status, generation.error_kind) == (Status.FAILED, "timed_out")
    assert generation.text


def test_a_queued_generation_is_cancelled_at_once(ask: Ask) -> None:
    generation = ask("sim:tokens=5")

    cancelling.cancel([generation.id])

    assert performed(generation).status == Status.CANCELLED


def test_a_running_answer_stops_and_keeps_its_text(
    ask: Ask, provider: RunningProvider, tag: str
) -> None:
    generation = ask("sim:tokens=60,tps=200,fault=hang,at=20")
    running = threading.Thread(target=_perform_and_let_go, args=[generation.id])
    running.start()
    provider.wait_for_calls(tag, state="answering")

    cancelling.cancel([generation.id])
    running.join(10)

    generation.refresh_from_db()
    assert generation.status == Status.CANCELLED
    assert LedgerEntry.objects.get(generation_id=generation.id).tokens_estimated
    provider.wait_for_calls(tag, state="ended")


def test_what_has_ended_never_changes(ask: Ask) -> None:
    generation = performed(ask("sim:tokens=5"))

    cancelling.cancel([generation.id])
    sweeping.sweep()

    generation.refresh_from_db()
    assert generation.status == Status.SUCCEEDED


def test_a_lost_worker_gives_its_generation_back(ask: Ask) -> None:
    generation = ask("sim:tokens=5")
    _claim_and_die(generation)

    sweeping.sweep()

    generation.refresh_from_db()
    assert (generation.status, generation.attempt) == (Status.QUEUED, 1)


def test_after_the_last_attempt_a_lost_worker_fails_it(ask: Ask, settings: Settings) -> None:
    settings.MAX_ATTEMPTS = 1
    generation = ask("sim:tokens=5")
    _claim_and_die(generation)

    sweeping.sweep()

    generation.refresh_from_db()
    assert (generation.status, generation.error_kind) == (Status.FAILED, "worker_lost")


def test_a_generation_of_another_lease_is_left_alone(ask: Ask) -> None:
    generation = ask("sim:tokens=5")
    stale = attempts.claim(generation.id, uuid.uuid4())
    assert stale is not None
    Generation.objects.filter(pk=generation.pk).update(lease_owner=uuid.uuid4())

    attempts.end(stale, Outcome(end=End.FINISHED, answer="late"))

    generation.refresh_from_db()
    assert (generation.status, generation.text) == (Status.RUNNING, "")


def _perform_and_let_go(generation_id: uuid.UUID) -> None:
    worker.perform(generation_id)
    connection.close()


def _claim_and_die(generation: Generation) -> None:
    attempts.claim(generation.id, uuid.uuid4())
    past = timezone.now() - timedelta(seconds=1)
    Generation.objects.filter(pk=generation.pk).update(lease_expires_at=past)
