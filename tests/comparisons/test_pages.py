"""The pages of runs, by the test client."""

import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from catalog.models import LanguageModel
from comparisons.models import ComparisonRun
from inference.adapters.base import Message
from inference.models import Source
from inference.services.asking import Asker, Question, create_generations
from tests.comparisons.conftest import a_run, finish

CONVERSATION = [
    Message("system", "Be brief."),
    Message("user", "Why is the sky blue?"),
    Message("assistant", "Scattering."),
    Message("user", "And why red?"),
]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_a_person_starts_a_run(alice_client: Client, model: LanguageModel) -> None:
    response = alice_client.post(
        "/comparisons/new/", {"prompt": "Why?", "models": [str(model.id)], "temperature": "0.5"}
    )

    run = ComparisonRun.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/comparisons/{run.id}/"
    assert run.current_columns[0].generation.parameters["temperature"] == 0.5


@pytest.mark.parametrize("form", [{"prompt": ""}, {"prompt": "Why?"}, {"temperature": "hot"}])
def test_a_form_with_errors_keeps_what_was_written(
    alice_client: Client, model: LanguageModel, form: dict[str, str]
) -> None:
    response = alice_client.post("/comparisons/new/", {"system": "Be brief."} | form)

    assert response.status_code == 422
    assert b"Be brief." in response.content
    assert not ComparisonRun.objects.exists()


def test_pages_take_few_queries(
    alice_client: Client, run: ComparisonRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for path in ("/comparisons/new/", "/comparisons/", f"/comparisons/{run.id}/"):
        with django_assert_max_num_queries(8):
            assert alice_client.get(path).status_code == 200


def test_hostile_text_stays_text(alice: User, team: Team, model: LanguageModel) -> None:
    run = a_run(alice, team, model, HOSTILE)
    finish(run.current_columns[0].generation, HOSTILE)
    client = Client()
    client.force_login(alice)

    for path in (f"/comparisons/{run.id}/", "/comparisons/", f"/comparisons/{run.id}/summary/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_another_teams_run_is_not_there(charlie_client: Client, run: ComparisonRun) -> None:
    generation_id = run.current_columns[0].generation_id

    assert charlie_client.get(f"/comparisons/{run.id}/").status_code == 404
    assert charlie_client.get(f"/comparisons/{run.id}/summary/").status_code == 404
    assert charlie_client.post(f"/comparisons/{run.id}/cancel/").status_code == 404
    assert charlie_client.post(f"/generations/{generation_id}/retry/").status_code == 404


def test_a_viewer_reads_and_does_not_stop(victor_client: Client, run: ComparisonRun) -> None:
    assert victor_client.get(f"/comparisons/{run.id}/").status_code == 200
    assert victor_client.post(f"/comparisons/{run.id}/cancel/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client: Client, run: ComparisonRun) -> None:
    response = client.get(f"/comparisons/{run.id}/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_pages_allow_no_foreign_script_and_are_not_stored(alice_client: Client) -> None:
    response = alice_client.get("/comparisons/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["Cache-Control"] == "no-store"


def test_a_question_of_a_conversation_is_asked_of_others(
    alice: User, team: Team, alice_client: Client, model: LanguageModel
) -> None:
    [generation] = create_generations(
        Asker(team, alice),
        Source.CHAT,
        uuid.uuid4(),
        [Question(model, CONVERSATION, {})],
    )
    form = alice_client.get("/comparisons/new/", {"generation": str(generation.id)})

    alice_client.post(
        "/comparisons/new/",
        {
            "prompt": "And why red?",
            "system": "Be brief.",
            "models": [str(model.id)],
            "generation": str(generation.id),
        },
    )

    assert b"And why red?" in form.content
    assert b"2 messages go before the prompt" in form.content
    asked = ComparisonRun.objects.get().current_columns[0].generation.messages
    assert asked == [{"role": each.role, "content": each.content} for each in CONVERSATION]


def test_anothers_conversation_stays_private(
    alice: User, team: Team, bob_client: Client, model: LanguageModel
) -> None:
    question = Question(model, CONVERSATION, {})
    [generation] = create_generations(Asker(team, alice), Source.CHAT, uuid.uuid4(), [question])
    form = {"prompt": "And?", "models": [str(model.id)], "generation": str(generation.id)}

    page = bob_client.get("/comparisons/new/", {"generation": str(generation.id)})
    refused = bob_client.post("/comparisons/new/", form)
    continued = bob_client.post("/chats/continue/", {"generation": str(generation.id)})

    assert b"why red" not in page.content
    assert refused.status_code == 422
    assert continued.status_code == 404
    assert not ComparisonRun.objects.exists()
