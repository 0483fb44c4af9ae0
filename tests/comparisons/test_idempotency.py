"""`Idempotency-Key`: however often a POST is sent, it starts one run."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Team, User
from catalog.models import LanguageModel
from comparisons.models import ComparisonRun, IdempotencyKey
from comparisons.tasks import forget_old_keys
from inference.models import Generation
from tests.factories import LanguageModelFactory, UserFactory, bearer, issue_token

URL = "/api/v1/comparisons/"
KEY = {"Idempotency-Key": "one"}
AT_ONCE = 4


def body(model: LanguageModel) -> dict[str, object]:
    return {"prompt": "Why?", "models": [{"model": str(model.id)}]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_posts_at_once_with_one_key_start_one_run() -> None:
    person: User = UserFactory.create()
    question = body(LanguageModelFactory.create())
    headers = bearer(issue_token(person, person.teams.get()))
    together = threading.Barrier(AT_ONCE)

    def post() -> tuple[int, str]:
        together.wait(timeout=30)
        try:
            response = APIClient().post(URL, question, headers={**KEY, **headers})
            return response.status_code, response.data["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = [each.result() for each in [threads.submit(post) for _ in range(AT_ONCE)]]

    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert len({run_id for _, run_id in answers}) == 1
    assert ComparisonRun.objects.count() == 1
    assert Generation.objects.count() == 1


def test_the_same_key_of_two_people_means_two_runs(
    alice_api: APIClient, bob_api: APIClient, model: LanguageModel
) -> None:
    first = alice_api.post(URL, body(model), headers=KEY)
    second = bob_api.post(URL, body(model), headers=KEY)

    assert (first.status_code, second.status_code) == (201, 201)


def test_a_refused_question_does_not_use_up_its_key(
    alice_api: APIClient, model: LanguageModel
) -> None:
    refused = alice_api.post(URL, {**body(model), "models": []}, headers=KEY)
    taken = alice_api.post(URL, body(model), headers=KEY)

    assert (refused.status_code, taken.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["x" * 201, "new\tline"])
def test_a_key_that_cannot_be_kept_is_refused(
    alice_api: APIClient, model: LanguageModel, key: str
) -> None:
    response = alice_api.post(URL, body(model), headers={"Idempotency-Key": key})

    assert response.status_code == 400
    assert "Idempotency-Key" in response.data["errors"]
    assert not ComparisonRun.objects.exists()


def test_a_key_is_forgotten_after_a_day_and_its_run_stays(alice: User, run: ComparisonRun) -> None:
    age = timedelta(days=1)
    for key, made_at in [("old", -age - timedelta(minutes=1)), ("young", -age / 2)]:
        _keep(key, run, alice, run.team, made_at)

    forget_old_keys()

    assert [each.key for each in IdempotencyKey.objects.all()] == ["young"]
    assert ComparisonRun.objects.filter(pk=run.pk).exists()


def test_keys_are_forgotten_by_a_periodic_job() -> None:
    tasks = {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}

    assert forget_old_keys.name in tasks


def _keep(key: str, run: ComparisonRun, user: User, team: Team, made: timedelta) -> None:
    row = IdempotencyKey.objects.create(
        team=team, user=user, key=key, body_digest="0" * 64, run=run
    )
    IdempotencyKey.objects.filter(pk=row.pk).update(created_at=timezone.now() + made)
