import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import Team, User
from catalog.models import LanguageModel
from catalog.signals import refresh_requested
from tests.factories import LanguageModelFactory, ProviderFactory, bearer, issue_token

pytestmark = pytest.mark.django_db

MODELS = "/api/v1/models/"


@pytest.fixture
def model() -> LanguageModel:
    provider = ProviderFactory.create(slug="groq", kind="groq", name="Groq")
    return LanguageModelFactory.create(
        provider=provider,
        name="openai/gpt-oss-20b",
        owner="OpenAI",
        context_window=131_072,
        max_completion_tokens=65_536,
        strengths="Fast.",
        input_price=Decimal("0.075"),
        output_price=Decimal("0.3"),
        price_source="genai-prices",
    )


@pytest.fixture
def refreshes() -> Iterator[list[object]]:
    """The refreshes that were asked for."""
    asked: list[object] = []

    def note(provider: object, **_: object) -> None:
        asked.append(provider)

    listeners, refresh_requested.receivers = refresh_requested.receivers, []
    refresh_requested.connect(note)
    yield asked
    refresh_requested.receivers = listeners
    refresh_requested.sender_receivers_cache.clear()


def names(client: APIClient, **filters: str) -> list[str]:
    response = client.get(MODELS, filters)
    assert response.status_code == 200, response.data
    return [found["name"] for found in response.data["results"]]


def test_a_model_has_the_fields_of_the_contract(
    victor_api: APIClient, model: LanguageModel
) -> None:
    response = victor_api.get(f"{MODELS}{model.pk}/")

    parameters = {found["name"]: found for found in response.data.pop("parameters")}
    assert response.json() | {"parameters": None} == {
        "id": str(model.pk),
        "provider": "groq",
        "name": "openai/gpt-oss-20b",
        "full_name": "groq/openai/gpt-oss-20b",
        "label": "openai/gpt-oss-20b",
        "owner": "OpenAI",
        "context_window": 131_072,
        "max_completion_tokens": 65_536,
        "strengths": "Fast.",
        "prices": {
            "input": "0.075000",
            "cached_input": None,
            "output": "0.300000",
            "source": "genai-prices",
        },
        "parameters": None,
        "status": "active",
        "retired_on": None,
        "replacement": "",
    }
    assert parameters["temperature"]["maximum"] == 2
    assert parameters["top_k"]["support"] == "refused"
    assert parameters["reasoning_effort"]["choices"] == ["low", "medium", "high"]


def test_the_list_is_paginated(bob_api: APIClient) -> None:
    LanguageModelFactory.create_batch(5)

    page = bob_api.get(MODELS, {"page_size": 2}).data

    assert page["count"] == 5
    assert len(page["results"]) == 2
    assert page["previous"] is None
    assert len(bob_api.get(page["next"]).data["results"]) == 2
    assert bob_api.get(MODELS, {"page": 99}).status_code == 404


def test_the_list_takes_the_same_few_queries_for_one_model_and_for_many(
    bob_api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    LanguageModelFactory.create()
    names(bob_api)

    # Two for the token, one to count, one for the models.
    with django_assert_num_queries(4):
        assert len(names(bob_api)) == 1
    LanguageModelFactory.create_batch(20)
    with django_assert_num_queries(4):
        assert len(names(bob_api)) == 21


def test_the_list_can_be_searched_and_filtered(bob_api: APIClient, model: LanguageModel) -> None:
    LanguageModelFactory.create(name="other", is_active=False)

    assert names(bob_api, search="gpt GROQ") == [model.name]
    assert names(bob_api, search="fast") == [model.name]
    assert names(bob_api, search="gpt nonsense") == []
    assert names(bob_api, provider="groq") == [model.name]
    assert names(bob_api, active="true") == [model.name]
    assert names(bob_api, active="false") == ["other"]
    assert set(names(bob_api)) == {model.name, "other"}


@pytest.mark.parametrize(
    "query",
    ["search=%25", "search=_", "search=%27%3B--", "search=" + "zz+" * 2000, "search=%EF%BF%BF"],
)
def test_a_hostile_search_finds_nothing(
    bob_api: APIClient, model: LanguageModel, query: str
) -> None:
    response = bob_api.get(f"{MODELS}?{query}")

    assert response.status_code == 200
    assert response.data["results"] == []


def test_a_nul_character_in_a_filter_is_a_mistake_of_the_asker(bob_api: APIClient) -> None:
    for name in ("search", "provider"):
        assert bob_api.get(f"{MODELS}?{name}=%00").status_code == 400


def test_another_teams_model_is_not_there(
    bob_api: APIClient, charlie_api: APIClient, charlie: User
) -> None:
    private = LanguageModelFactory.create(name="private", provider__team=charlie.teams.get())

    assert names(bob_api) == []
    assert bob_api.get(f"{MODELS}{private.pk}/").status_code == 404
    assert names(bob_api, search="private", provider=private.provider.slug) == []
    assert names(charlie_api) == ["private"]


@pytest.mark.parametrize("model_id", [str(uuid.uuid4()), "nonsense", "1", "..", "%00"])
def test_an_id_that_is_none_is_not_found(bob_api: APIClient, model_id: str) -> None:
    assert bob_api.get(f"{MODELS}{model_id}/").status_code == 404


def test_a_session_reads_the_models_of_its_team(
    victor_client: Client, model: LanguageModel
) -> None:
    response = victor_client.get(MODELS)

    assert [found["name"] for found in response.json()["results"]] == [model.name]


def test_nobody_reads_nothing(client: Client, model: LanguageModel) -> None:
    for path in (MODELS, f"{MODELS}{model.pk}/"):
        assert client.get(path).status_code == 401


def test_a_token_without_the_scope_read_reads_nothing(
    client: Client, bob: User, team: Team
) -> None:
    headers: Any = bearer(issue_token(bob, team, scopes=["run"]))

    assert client.get(MODELS, headers=headers).status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_models_are_not_written_here(
    admin_api: APIClient, model: LanguageModel, method: str
) -> None:
    for path in (MODELS, f"{MODELS}{model.pk}/"):
        assert getattr(admin_api, method)(path).status_code == 405


def test_an_administrator_asks_for_a_refresh(admin_api: APIClient, refreshes: list[object]) -> None:
    response = admin_api.post(f"{MODELS}refresh/")

    assert response.status_code == 202
    assert response.data["detail"]
    assert refreshes == [None]


def test_nobody_else_asks_for_a_refresh(
    alice_api: APIClient,
    victor_api: APIClient,
    charlie_api: APIClient,
    client: Client,
    refreshes: list[object],
) -> None:
    for api in (alice_api, victor_api, charlie_api):
        assert api.post(f"{MODELS}refresh/").status_code == 403
    assert client.post(f"{MODELS}refresh/").status_code == 401
    assert refreshes == []


def test_a_reading_token_of_an_administrator_asks_for_no_refresh(
    client: Client, admin: User, team: Team, refreshes: list[object]
) -> None:
    headers: Any = bearer(issue_token(admin, team, scopes=["read"]))

    assert client.post(f"{MODELS}refresh/", headers=headers).status_code == 403
    assert refreshes == []


def test_an_administrators_session_needs_the_csrf_token_for_a_refresh(
    admin_client: Client, refreshes: list[object]
) -> None:
    admin_client.handler.enforce_csrf_checks = True

    assert admin_client.post(f"{MODELS}refresh/").status_code == 403
    assert refreshes == []


def test_the_schema_describes_the_models_and_the_token() -> None:
    schema = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )

    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    listing = schema["paths"][MODELS]["get"]
    assert {found["name"] for found in listing["parameters"]} == {
        "active",
        "page",
        "page_size",
        "provider",
        "search",
    }
    assert "202" in schema["paths"][f"{MODELS}refresh/"]["post"]["responses"]
    fields = schema["components"]["schemas"]["LanguageModel"]["properties"]
    assert fields["parameters"]["type"] == "array"
