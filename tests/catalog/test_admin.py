import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from catalog.facts import ModelFacts
from catalog.models import LanguageModel, Provider
from catalog.services import ensure_environment_providers, record_models
from catalog.signals import refresh_requested
from tests.factories import LanguageModelFactory, ProviderFactory

pytestmark = pytest.mark.django_db

CANARY = "sk-canary-7f3a9b"
PROVIDERS = "/admin/catalog/provider/"
MODELS = "/admin/catalog/languagemodel/"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def provider() -> Provider:
    provider = ProviderFactory.create(name="Server", base_url="https://server.test/v1")
    provider.set_api_key(CANARY)
    provider.save()
    return provider


@pytest.fixture
def model() -> LanguageModel:
    return LanguageModelFactory.create(name="small", context_window=1000, max_completion_tokens=500)


@pytest.fixture
def refreshes() -> Iterator[list[object]]:
    asked: list[object] = []

    def note(provider: object, **_: object) -> None:
        asked.append(provider)

    listeners, refresh_requested.receivers = refresh_requested.receivers, []
    refresh_requested.connect(note)
    yield asked
    refresh_requested.receivers = listeners
    refresh_requested.sender_receivers_cache.clear()


def provider_form(**changes: object) -> dict[str, Any]:
    return {
        "name": "Server",
        "slug": "server",
        "kind": "openai_compatible",
        "team": "",
        "base_url": "https://server.test/v1",
        "limit_parameter": "max_tokens",
        "max_concurrency": "",
        "is_active": "on",
        "api_key": "",
    } | changes


def model_form(**changes: object) -> dict[str, Any]:
    return {
        "display_name": "",
        "owner": "",
        "context_window": 1000,
        "max_completion_tokens": 500,
        "strengths": "",
        "effort_levels": "null",
        "retired_on": "",
        "replacement_name": "",
        "input_price": "",
        "cached_input_price": "",
        "output_price": "",
        "parameter_overrides": "{}",
        "is_active": "on",
    } | changes


def errors_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.context["adminform"].form.errors)


def test_a_provider_is_added_with_its_key_encrypted(admin_client: Client) -> None:
    response = admin_client.post(f"{PROVIDERS}add/", provider_form(api_key=CANARY))

    assert response.status_code == 302
    provider = Provider.objects.get()
    assert provider.api_key == CANARY
    assert CANARY not in str(Provider.objects.values().get())


def test_the_key_never_reaches_a_page_a_log_or_the_history(
    admin_client: Client, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    change = f"{PROVIDERS}{provider.pk}/change/"

    with caplog.at_level(logging.DEBUG):
        pages = [
            admin_client.get(PROVIDERS),
            admin_client.get(change),
            admin_client.post(change, provider_form(api_key=CANARY, base_url="not an address")),
            admin_client.post(change, provider_form(api_key=CANARY), follow=True),
            admin_client.get(f"{PROVIDERS}{provider.pk}/history/"),
            admin_client.get(f"{PROVIDERS}{provider.pk}/delete/"),
            admin_client.get(f"{PROVIDERS}?q={provider.slug}"),
        ]

    provider.refresh_from_db()
    for page in pages:
        text = page.content.decode()
        assert CANARY not in text
        assert provider.encrypted_api_key not in text
    assert CANARY not in caplog.text
    assert CANARY not in str(list(LogEntry.objects.values()))


def test_the_environments_key_never_reaches_a_page(
    admin_client: Client, settings: Settings
) -> None:
    settings.PROVIDER_KEYS = {"groq": CANARY}
    ensure_environment_providers()
    provider = Provider.objects.get()

    for path in (PROVIDERS, f"{PROVIDERS}{provider.pk}/change/"):
        text = admin_client.get(path).content.decode()
        assert "from the environment" in text
        assert CANARY not in text


def test_an_empty_field_leaves_the_key_and_the_box_removes_it(
    admin_client: Client, provider: Provider
) -> None:
    change = f"{PROVIDERS}{provider.pk}/change/"

    admin_client.post(change, provider_form(name="Renamed"))
    provider.refresh_from_db()
    assert (provider.name, provider.api_key) == ("Renamed", CANARY)

    admin_client.post(change, provider_form(remove_api_key="on"))
    provider.refresh_from_db()
    assert provider.api_key == ""


def test_a_new_address_needs_the_key_again(admin_client: Client, provider: Provider) -> None:
    change = f"{PROVIDERS}{provider.pk}/change/"
    elsewhere = "https://elsewhere.test/v1"

    refused = admin_client.post(change, provider_form(base_url=elsewhere))
    provider.refresh_from_db()
    assert "Enter the key again" in errors_of(refused)
    assert provider.base_url != elsewhere

    admin_client.post(change, provider_form(base_url=elsewhere, api_key="sk-new"))
    provider.refresh_from_db()
    assert (provider.base_url, provider.api_key) == (elsewhere, "sk-new")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base_url": "ftp://server.test/"}, "http:// or https://"),
        ({"base_url": "javascript:alert(1)"}, "http:// or https://"),
        ({"base_url": "server.test/v1"}, "http:// or https://"),
        ({"base_url": "https://"}, "http:// or https://"),
        ({"base_url": "https://user:secret@server.test/"}, "Leave name and password out"),
        ({"base_url": "https://server.test/?key=1"}, "Leave out what starts with"),
        ({"base_url": "https://server.test:99999/"}, "not an address"),
        ({"base_url": "https://[::1/"}, "not an address"),
        ({"base_url": "https://ser ver.test/"}, "no spaces"),
        ({"base_url": ""}, "Write the server"),
        ({"kind": "local"}, "neither an address nor a key"),
        ({"kind": "nonsense"}, "not one of the available choices"),
        ({"slug": "groq"}, "belongs to the provider made from the environment"),
        ({"slug": "local"}, "belongs to the provider made from the environment"),
        ({"api_key": "two words"}, "no spaces"),
        ({"api_key": "schlüssel"}, "ASCII"),
        ({"api_key": "x" * 1001}, "at most 1000"),
        ({"api_key": "k", "remove_api_key": "on"}, "not both"),
        ({"max_concurrency": "0"}, "violated"),
    ],
)
def test_a_mistake_in_a_provider_is_told_and_nothing_is_saved(
    admin_client: Client, changes: dict[str, object], message: str
) -> None:
    response = admin_client.post(f"{PROVIDERS}add/", provider_form(**changes))

    assert message in errors_of(response)
    assert not Provider.objects.exists()


def test_address_and_slug_of_the_environments_provider_are_fixed(
    admin_client: Client, settings: Settings
) -> None:
    settings.PROVIDER_KEYS = {"groq": CANARY}
    settings.PROVIDER_BASE_URLS = {"groq": "https://groq.test"}
    ensure_environment_providers()
    provider = Provider.objects.get()

    admin_client.post(
        f"{PROVIDERS}{provider.pk}/change/",
        provider_form(base_url="https://evil.test", slug="mine", kind="anthropic", name="G"),
    )

    provider.refresh_from_db()
    assert (provider.name, provider.slug, provider.kind) == ("G", "groq", "groq")
    assert provider.base_url == "https://groq.test"


def test_a_key_entered_again_makes_the_provider_available_again(
    admin_client: Client, provider: Provider
) -> None:
    Provider.objects.update(encrypted_api_key="unreadable", unavailable_reason="Unreadable.")

    admin_client.post(f"{PROVIDERS}{provider.pk}/change/", provider_form(api_key="sk-new"))

    provider.refresh_from_db()
    assert provider.unavailable_reason == ""


def test_the_refresh_action_asks_for_a_refresh(
    admin_client: Client, provider: Provider, refreshes: list[object]
) -> None:
    other = ProviderFactory.create()
    one = {"action": "refresh_models", "_selected_action": [str(provider.pk)]}
    both = {"action": "refresh_models", "_selected_action": [str(provider.pk), str(other.pk)]}

    admin_client.post(PROVIDERS, one)
    response = admin_client.post(PROVIDERS, both, follow=True)

    assert refreshes == [provider, None]
    assert "being read again" in response.content.decode()


def test_what_the_admin_sets_survives_a_refresh_until_it_is_emptied(
    admin_client: Client, model: LanguageModel
) -> None:
    change = f"{MODELS}{model.pk}/change/"
    facts = [ModelFacts(name="small", context_window=1000, max_completion_tokens=500)]

    response = admin_client.post(
        change,
        model_form(
            context_window=77,
            strengths="Ours.",
            input_price="1.5",
            output_price="2.5",
            parameter_overrides='{"temperature": {"maximum": 1}}',
        ),
    )
    record_models(model.provider, facts, NOW)
    model.refresh_from_db()
    assert response.status_code == 302
    assert (model.context_window, model.strengths) == (77, "Ours.")
    assert (model.input_price, model.price_source) == (Decimal("1.5"), "admin")
    assert model.pinned_fields == ["context_window", "strengths"]
    assert model.parameter_overrides == {"temperature": {"maximum": 1}}

    admin_client.post(change, model_form(context_window="", strengths="Ours."))
    record_models(model.provider, facts, NOW)
    model.refresh_from_db()
    assert (model.context_window, model.strengths) == (1000, "Ours.")
    assert model.pinned_fields == ["strengths"]
    assert (model.input_price, model.price_source) == (None, "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_price": "-1", "output_price": "1"}, "violated"),
        ({"input_price": "1"}, "A price needs both"),
        ({"cached_input_price": "1"}, "full input price"),
        ({"context_window": "-1"}, "greater than or equal to 0"),
        ({"parameter_overrides": "{"}, "valid JSON"),
        ({"parameter_overrides": '{"heat": {}}'}, "heat is not a parameter"),
        ({"parameter_overrides": '["x"]'}, "Write an object"),
        ({"effort_levels": '"low"'}, "Write a list"),
        ({"effort_levels": "[1]"}, "short texts"),
    ],
)
def test_a_mistake_in_a_model_is_told_and_nothing_is_saved(
    admin_client: Client, model: LanguageModel, changes: dict[str, object], message: str
) -> None:
    before = LanguageModel.objects.values().get()

    response = admin_client.post(f"{MODELS}{model.pk}/change/", model_form(**changes))

    assert message in errors_of(response)
    assert LanguageModel.objects.values().get() == before


def test_emptied_overrides_are_no_overrides(admin_client: Client, model: LanguageModel) -> None:
    response = admin_client.post(f"{MODELS}{model.pk}/change/", model_form(parameter_overrides=""))

    model.refresh_from_db()
    assert response.status_code == 302
    assert model.parameter_overrides == {}


def test_models_are_neither_added_nor_deleted(admin_client: Client, model: LanguageModel) -> None:
    assert admin_client.get(f"{MODELS}add/").status_code == 403
    assert admin_client.post(f"{MODELS}{model.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(MODELS, {"action": "delete_selected", "_selected_action": [str(model.pk)]})

    assert LanguageModel.objects.filter(pk=model.pk).exists()


def test_a_provider_with_models_is_not_deleted(admin_client: Client, model: LanguageModel) -> None:
    admin_client.post(f"{PROVIDERS}{model.provider.pk}/delete/", {"post": "yes"})

    assert Provider.objects.filter(pk=model.provider.pk).exists()


def test_models_are_listed_searched_and_switched_off(
    admin_client: Client, model: LanguageModel
) -> None:
    query = "?q=small&is_active__exact=1&is_listed__exact=1"
    page = admin_client.get(f"{MODELS}{query}")
    assert "small" in page.content.decode()

    chosen = {"_selected_action": [str(model.pk)]}
    admin_client.post(MODELS, {"action": "switch_off", **chosen})
    model.refresh_from_db()
    assert not model.is_active

    admin_client.post(MODELS, {"action": "switch_on", **chosen})
    model.refresh_from_db()
    assert model.is_active


def test_a_hostile_name_of_a_model_is_only_text_on_the_page(admin_client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    model = LanguageModelFactory.create(name=hostile, strengths=hostile, display_name=hostile)

    for path in (MODELS, f"{MODELS}{model.pk}/change/"):
        assert hostile not in admin_client.get(path).content.decode()
