"""The `comparisons` and `generations` calls, and what bad input gets."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import Membership, Team, User
from catalog.models import LanguageModel
from catalog.services.presets import PresetValues, create_preset, update_preset
from comparisons.models import ComparisonRun
from inference.models import Generation
from tests.comparisons.conftest import finish
from tests.factories import LanguageModelFactory, ProviderFactory

URL = "/api/v1/comparisons/"


def body(model: LanguageModel, **changes: object) -> dict[str, object]:
    return {"prompt": "Why?", "models": [{"model": str(model.id)}]} | changes


def test_a_run_is_started(alice_api: APIClient, model: LanguageModel) -> None:
    response = alice_api.post(URL, body(model, system="Be brief.", samples=2))

    assert response.status_code == 201
    assert response["Location"].endswith(f"{URL}{response.data['id']}/")
    assert [each["position"] for each in response.data["generations"]] == [0, 1]
    messages = Generation.objects.first().messages  # type: ignore[union-attr]
    assert [message["role"] for message in messages] == ["system", "user"]


def test_a_model_is_named_by_provider_and_name_too(
    alice_api: APIClient, model: LanguageModel
) -> None:
    response = alice_api.post(URL, body(model, models=[{"model": model.full_name}]))

    assert response.status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n "}, "prompt"),
        ({"prompt": "long " * 5000}, "models"),
        ({"prompt": ["a"]}, "prompt"),
        ({"prompt": "nul \x00"}, "prompt"),
        ({"models": []}, "models"),
        ({"models": [{"model": "nobody/nothing"}]}, "models"),
        ({"models": "all"}, "models"),
        ({"models": [{}]}, "models"),
        ({"models": [{"preset": "x"}]}, "models.0.preset"),
        ({"models": [{"preset": "6a0a1e6e-3f5e-4e8c-9c57-0c7a7d2f9b10"}]}, "models"),
        ({"models": [{"model": 7, "parameters": []}]}, "models.0.parameters"),
        ({"samples": 0}, "samples"),
        ({"samples": "many"}, "samples"),
        ({"blind": True}, "blind"),
        ({"messages": [{"role": "user", "content": "Why?"}]}, "prompt"),
    ],
)
def test_bad_input_names_its_field_and_starts_nothing(
    alice_api: APIClient, model: LanguageModel, changes: dict[str, object], field: str
) -> None:
    response = alice_api.post(URL, body(model, **changes))

    assert response.status_code == 400
    assert field in response.data["errors"]
    assert not ComparisonRun.objects.exists()
    assert not Generation.objects.exists()


def test_two_hundred_models_are_too_many(alice_api: APIClient, model: LanguageModel) -> None:
    response = alice_api.post(URL, body(model, models=[{"model": str(model.id)}] * 200))

    assert response.status_code == 400
    assert "at most 12" in response.data["detail"]


def test_parameters_out_of_range_are_named(alice_api: APIClient, model: LanguageModel) -> None:
    choice = {"model": str(model.id), "parameters": {"temperature": 9, "unheard": 1}}

    response = alice_api.post(URL, body(model, models=[choice]))

    assert response.status_code == 400
    assert "temperature" in response.data["detail"]
    assert "unheard" in response.data["detail"]


@pytest.mark.parametrize("data", ["{", "[" * 10_000, '{"prompt": NaN}', "null", "[]"])
def test_what_is_no_run_at_all_is_refused(alice_api: APIClient, data: str) -> None:
    response = alice_api.generic("POST", URL, data, content_type="application/json")

    assert response.status_code == 400


def test_an_inactive_model_is_refused(alice_api: APIClient, model: LanguageModel) -> None:
    LanguageModel.objects.update(is_active=False)

    assert alice_api.post(URL, body(model)).status_code == 400


def test_another_teams_model_is_unknown(alice_api: APIClient, charlie: User) -> None:
    provider = ProviderFactory.create(team=charlie.teams.get())
    foreign = LanguageModelFactory.create(provider=provider)

    response = alice_api.post(URL, body(foreign))

    assert response.status_code == 400
    assert "There is no model" in response.data["detail"]


def test_a_repeated_key_starts_one_run(alice_api: APIClient, model: LanguageModel) -> None:
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "one"}}

    first = alice_api.post(URL, body(model), **key)
    again = alice_api.post(URL, body(model), **key)
    other = alice_api.post(URL, body(model, prompt="Another?"), **key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.data["id"] == again.data["id"]
    assert ComparisonRun.objects.count() == 1


def test_a_viewer_reads_and_does_not_start(
    victor_api: APIClient, run: ComparisonRun, model: LanguageModel
) -> None:
    assert victor_api.get(f"{URL}{run.id}/").status_code == 200
    assert victor_api.post(URL, body(model)).status_code == 403
    assert victor_api.post(f"{URL}{run.id}/cancel/").status_code == 403


def test_another_teams_run_is_not_there(charlie_api: APIClient, run: ComparisonRun) -> None:
    generation_id = run.current_columns[0].generation_id

    answers = [
        charlie_api.get(f"{URL}{run.id}/"),
        charlie_api.get(f"{URL}{run.id}/events/"),
        charlie_api.post(f"{URL}{run.id}/cancel/"),
        charlie_api.post(f"/api/v1/generations/{generation_id}/cancel/"),
        charlie_api.post(f"/api/v1/generations/{generation_id}/retry/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert charlie_api.get(URL).data["results"] == []


def test_without_a_token_nothing_is_told(run: ComparisonRun) -> None:
    assert APIClient().get(f"{URL}{run.id}/").status_code == 401


def test_a_list_takes_few_queries_however_long(
    alice_api: APIClient, run: ComparisonRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):
        page = alice_api.get(URL, {"q": "why", "status": "running"})

    assert [each["id"] for each in page.data["results"]] == [str(run.id)]


def test_a_run_is_finished_when_its_last_answer_is(
    alice_api: APIClient, run: ComparisonRun
) -> None:
    for column in run.current_columns:
        assert alice_api.get(f"{URL}{run.id}/").data["status"] == "running"
        finish(column.generation, "Because.")

    read = alice_api.get(f"{URL}{run.id}/").data

    assert read["status"] == "finished"
    assert [each["text"] for each in read["generations"]] == ["Because.", "Because."]


def test_stopping_a_run_ends_all_that_waits(alice_api: APIClient, run: ComparisonRun) -> None:
    response = alice_api.post(f"{URL}{run.id}/cancel/")

    assert response.status_code == 204
    assert {each["status"] for each in alice_api.get(f"{URL}{run.id}/").data["generations"]} == {
        "cancelled"
    }


def test_a_stopped_answer_is_asked_for_again_in_its_place(
    alice_api: APIClient, run: ComparisonRun
) -> None:
    old = run.current_columns[1].generation_id
    alice_api.post(f"/api/v1/generations/{old}/cancel/")

    response = alice_api.post(f"/api/v1/generations/{old}/retry/")

    assert response.status_code == 201
    assert response.data["position"] == 1
    assert response.data["id"] != str(old)
    assert alice_api.post(f"/api/v1/generations/{old}/retry/").status_code == 409


def test_an_answer_under_way_is_not_asked_for_again(
    alice_api: APIClient, run: ComparisonRun
) -> None:
    generation_id = run.current_columns[0].generation_id

    assert alice_api.post(f"/api/v1/generations/{generation_id}/retry/").status_code == 409


def test_a_token_that_may_only_read_does_not_start(
    alice: User, team: Team, model: LanguageModel
) -> None:
    from accounts.models import ApiToken

    _, secret = ApiToken.objects.issue(alice, team, scopes=["read"])
    reader = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")

    assert reader.get(URL).status_code == 200
    assert reader.post(URL, body(model)).status_code == 403


def test_one_model_stands_twice_with_two_presets(
    alice: User, team: Team, alice_api: APIClient, model: LanguageModel
) -> None:
    member = Membership.objects.get(user=alice, team=team)
    cold = create_preset(member, PresetValues("Cold", model=model, parameters={"temperature": 0}))
    warm = create_preset(
        member, PresetValues("Warm", parameters={"temperature": 1, "top_p": 0.5}, system="Rhyme.")
    )
    choices = [
        {"preset": str(cold.pk)},
        {"preset": str(warm.pk), "model": str(model.pk), "parameters": {"top_p": 0.9}},
    ]

    response = alice_api.post(URL, body(model, models=choices))
    update_preset(member, warm, PresetValues("Warm", parameters={"temperature": 2}))

    assert response.status_code == 201
    first, second = ComparisonRun.objects.get().current_generations
    assert first.parameters == {"temperature": 0}
    assert second.parameters == {"temperature": 1, "top_p": 0.9}
    assert [message["content"] for message in second.messages] == ["Rhyme.", "Why?"]


def test_what_of_a_preset_does_not_fit_is_said_by_name(
    alice: User, team: Team, alice_api: APIClient, model: LanguageModel
) -> None:
    member = Membership.objects.get(user=alice, team=team)
    preset = create_preset(member, PresetValues("Cold", parameters={"temperature": 0.1}))
    refusing = LanguageModelFactory.create(
        parameter_overrides={"temperature": {"support": "refused"}}
    )

    choice = {"preset": str(preset.pk), "model": str(refusing.pk)}
    response = alice_api.post(URL, body(model, models=[choice]))

    assert response.json()["errors"]["models"] == [
        f"Preset “Cold”: temperature is not supported by {refusing.name}."
    ]


def test_anothers_private_preset_is_unknown(
    bob: User, team: Team, alice_api: APIClient, model: LanguageModel
) -> None:
    preset = create_preset(Membership.objects.get(user=bob, team=team), PresetValues("Mine"))

    choice = {"preset": str(preset.pk), "model": str(model.pk)}
    response = alice_api.post(URL, body(model, models=[choice]))

    assert "There is no preset" in response.json()["errors"]["models"][0]
