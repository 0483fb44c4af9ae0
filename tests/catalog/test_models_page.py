"""The catalogue's pages."""

import uuid
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Team, User
from catalog.facts import ModelFacts
from catalog.models import LanguageModel, ModelStatus, Provider
from catalog.services import record_models, record_refresh_failure
from tests.factories import LanguageModelFactory, ProviderFactory
from usage.models import LedgerEntry
from usage.selectors import CACHE_KEY

URL = "/models/"


@pytest.fixture(autouse=True)
def nothing_measured() -> None:
    cache.delete(CACHE_KEY)


@pytest.fixture
def provider(db: None) -> Provider:
    return ProviderFactory.create(name="Acme", slug="acme")


def names(client: Client, **query: str) -> list[str]:
    response = client.get(URL, query)
    assert response.status_code == 200
    return [row.model.name for row in response.context["rows"]]


@pytest.fixture
def three(provider: Provider) -> list[LanguageModel]:
    return [
        LanguageModelFactory.create(
            provider=provider,
            name="small",
            context_window=8_000,
            output_price=Decimal(1),
            input_price=Decimal(1),
        ),
        LanguageModelFactory.create(
            provider=provider,
            name="large",
            context_window=200_000,
            output_price=Decimal(9),
            input_price=Decimal(3),
            strengths="Law and poetry",
        ),
        LanguageModelFactory.create(name="gone", is_listed=False, replacement_name="large"),
    ]


def test_usable_models_are_listed_and_others_when_asked_for(
    alice_client: Client, three: list[LanguageModel]
) -> None:
    assert set(names(alice_client)) == {"small", "large"}
    assert set(names(alice_client, status="all")) == {"small", "large", "gone"}
    page = alice_client.get(URL, {"status": "all"}).content.decode()
    assert "use large" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "poetry"}, ["large"]),
        ({"q": "acme small"}, ["small"]),
        ({"provider": "acme"}, ["large", "small"]),
        ({"provider": "nobody"}, []),
        ({"context": "100000"}, ["large"]),
        ({"price": "1"}, ["small"]),
        ({"order": "context"}, ["large", "small"]),
        ({"order": "price"}, ["small", "large"]),
        ({"order": "nonsense"}, ["large", "small"]),
    ],
)
def test_it_is_searched_filtered_and_sorted(
    alice_client: Client, three: list[LanguageModel], query: dict[str, str], found: list[str]
) -> None:
    assert names(alice_client, **query) == found


@pytest.mark.parametrize(
    "query",
    [
        {"context": "much"},
        {"context": "-1"},
        {"price": "-1"},
        {"price": "NaN"},
        {"price": "1e400"},
        {"status": "gone"},
        {"order": "colour"},
        {"q": "a\0b"},
    ],
)
def test_a_filter_that_makes_no_sense_is_named(
    alice_client: Client, three: list[LanguageModel], query: dict[str, str]
) -> None:
    response = alice_client.get(URL, query)

    assert response.status_code == 200
    assert list(response.context["filter"].errors) == list(query)
    assert b'role="alert"' in response.content
    assert {row.model.name for row in response.context["rows"]} == {"small", "large"}


def test_another_teams_models_are_not_there(alice_client: Client, charlie: User) -> None:
    foreign = LanguageModelFactory.create(
        name="secret", provider=ProviderFactory.create(team=charlie.teams.get(), name="Hidden Inc")
    )

    page = alice_client.get(URL, {"status": "all"}).content.decode()
    compared = alice_client.get("/models/compare/", {"m": [str(foreign.pk)] * 2})

    assert "secret" not in page
    assert "Hidden Inc" not in page
    assert "secret" not in compared.content.decode()
    assert alice_client.get(reverse("model", args=[foreign.pk])).status_code == 404
    assert alice_client.get(reverse("model", args=[uuid.uuid4()])).status_code == 404


def test_300_models_take_few_queries(
    alice_client: Client,
    provider: Provider,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    LanguageModelFactory.create_batch(300, provider=provider)

    with django_assert_max_num_queries(10):
        assert len(names(alice_client)) == 300


def test_the_speed_that_was_measured_is_shown_with_its_number_of_calls(
    alice: User, team: Team, alice_client: Client, three: list[LanguageModel]
) -> None:
    for ttft_ms, speed in ((100.0, 50.0), (300.0, 70.0), (200.0, 60.0)):
        measure(alice, team, three[0], ttft_ms, speed)

    page = alice_client.get(URL, {"order": "speed"})

    [first, second] = page.context["rows"]
    assert (first.speed.calls, first.speed.ttft_ms, first.speed.tokens_per_second) == (3, 200, 60)
    assert second.speed is None


def test_a_models_page_has_its_facts_and_parameters(
    alice_client: Client, three: list[LanguageModel]
) -> None:
    page = alice_client.get(reverse("model", args=[three[1].pk])).content.decode()

    assert "Law and poetry" in page
    assert "acme/large" in page
    assert "0 to 2" in page
    assert f"/chats/new/?model={three[1].pk}" in page


def test_models_are_compared_in_the_order_of_the_address(
    alice_client: Client, three: list[LanguageModel]
) -> None:
    wanted = [str(three[1].pk), "nonsense", str(three[0].pk), str(three[1].pk)]

    compared = alice_client.get("/models/compare/", {"m": wanted})
    lonely = alice_client.get("/models/compare/", {"m": wanted[:1]})

    assert [row.model.name for row in compared.context["rows"]] == ["large", "small"]
    assert "Choose two or more" in lonely.content.decode()


def test_what_differs_between_models_is_said_in_words(
    alice_client: Client, three: list[LanguageModel]
) -> None:
    LanguageModel.objects.filter(pk=three[1].pk).update(max_completion_tokens=2048)
    wanted = [str(model.pk) for model in three[:2]]

    compared = alice_client.get("/models/compare/", {"m": wanted})

    lines = [*compared.context["facts"], *compared.context["parameters"]]
    assert {line.name for line in lines if line.differs} == {
        "Strengths",
        "Context window",
        "Max output",
        "$ per million in",
        "$ per million out",
        "Max tokens",
    }
    assert compared.content.decode().count("differs</span>") == 6


def test_a_model_is_chosen_for_a_comparison_by_its_link(
    alice_client: Client, three: list[LanguageModel]
) -> None:
    page = alice_client.get("/comparisons/new/", {"model": str(three[0].pk)})

    assert page.context["selected_ids"] == {str(three[0].pk)}


def test_only_the_staff_refreshes(
    alice_client: Client, admin_client: Client, three: list[LanguageModel]
) -> None:
    refused = alice_client.post("/models/refresh/")
    accepted = admin_client.post("/models/refresh/")

    assert refused.status_code == 403
    assert accepted["Location"] == URL


def test_a_refresh_is_shown_until_its_result_is_there(
    admin_client: Client, three: list[LanguageModel], provider: Provider
) -> None:
    admin_client.post("/models/refresh/")
    during = admin_client.get("/models/refresh/state/").content.decode()
    record_models(provider, [])
    failed = admin_client.get("/models/refresh/state/").content.decode()
    provider.refresh_from_db()
    record_refresh_failure(provider, "The key is wrong.", timezone.now())
    worse = admin_client.get(URL).content.decode()

    assert "reading its list" in during
    assert "listed no chat model" in failed
    assert "The key is wrong." in worse


@pytest.mark.parametrize("status", ModelStatus)
def test_models_of_a_status_are_those_that_say_so_themselves(
    alice_client: Client, status: ModelStatus
) -> None:
    on_off = (True, False)
    for is_on, is_active, is_listed in product(on_off, on_off, on_off):
        for reason, retired_on in product(("", "No key."), (None, date(2027, 1, 31))):
            LanguageModelFactory.create(
                provider=ProviderFactory.create(is_active=is_on, unavailable_reason=reason),
                is_active=is_active,
                is_listed=is_listed,
                retired_on=retired_on,
            )
    every = LanguageModel.objects.select_related("provider")

    found = names(alice_client, status=status)

    assert set(found) == {model.name for model in every if model.status == status}
    assert found


def test_why_a_model_cannot_be_asked_is_text(alice_client: Client) -> None:
    unready = ProviderFactory.create(unavailable_reason="It has no key.")
    model = LanguageModelFactory.create(provider=unready)

    listed = alice_client.get(URL, {"status": "unavailable"}).content.decode()
    alone = alice_client.get(reverse("model", args=[model.pk])).content.decode()

    assert "It has no key.</span>" in listed
    assert "It has no key.</span>" in alone


def test_a_provider_whose_list_never_came_is_named_to_its_team_only(
    alice_client: Client, charlie_client: Client, team: Team
) -> None:
    ProviderFactory.create(team=team, name="Own Inc", last_refresh_error="Own Inc is away.")

    assert "Own Inc is away." in alice_client.get(URL).content.decode()
    assert "Own Inc" not in charlie_client.get(URL).content.decode()


def test_a_model_never_seen_before_appears_with_the_defaults_of_its_kind(
    alice_client: Client, provider: Provider
) -> None:
    record_models(provider, [ModelFacts(name="nobody/knows-this-1", context_window=32_000)])
    new = LanguageModel.objects.get()

    page = alice_client.get(reverse("model", args=[new.pk])).content.decode()

    assert names(alice_client) == ["nobody/knows-this-1"]
    assert "Temperature" in page
    assert "0 to 2" in page
    assert "1 to 32000" in page


def test_texts_of_a_provider_are_harmless(alice_client: Client, provider: Provider) -> None:
    script = "<script>alert(1)</script>"
    model = LanguageModelFactory.create(
        provider=provider, name=script, owner=script, strengths=script
    )

    for path in (URL, f"{URL}{model.pk}/", f"{URL}compare/?m={model.pk}&m={model.pk}"):
        assert "<script>alert" not in alice_client.get(path).content.decode()


def test_the_page_without_models_says_how_to_get_some(alice_client: Client) -> None:
    assert "No model yet" in alice_client.get(URL).content.decode()


def measure(user: User, team: Team, model: LanguageModel, ttft_ms: float, speed: float) -> None:
    LedgerEntry.objects.create(
        team=team,
        user=user,
        source="comparison",
        source_id=uuid.uuid4(),
        generation_id=uuid.uuid4(),
        attempt=1,
        model=model,
        status="finished",
        ttft_ms=ttft_ms,
        tokens_per_second=speed,
    )
