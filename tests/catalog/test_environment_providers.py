import logging

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import LanguageModel, Provider
from catalog.services import ensure_environment_providers
from tests.factories import LanguageModelFactory, ProviderFactory

pytestmark = pytest.mark.django_db

KEY = "sk-canary-of-the-environment"


@pytest.fixture(autouse=True)
def _one_key(settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"groq": KEY, "anthropic": "", "openai_compatible": ""}
    settings.PROVIDER_BASE_URLS = {
        "groq": "https://groq.test",
        "anthropic": "https://anthropic.test",
        "openai_compatible": "https://api.openai.com/v1",
    }
    settings.LOCAL_MODELS = "off"


def test_a_key_makes_a_provider_that_never_stores_it() -> None:
    ensure_environment_providers()

    provider = Provider.objects.get()
    assert (provider.slug, provider.kind) == ("groq", "groq")
    assert provider.base_url == "https://groq.test"
    assert provider.api_key == KEY
    assert KEY not in str(Provider.objects.values().get())
    assert KEY not in repr(provider)


def test_every_configured_kind_gets_its_provider(settings: Settings) -> None:
    settings.PROVIDER_KEYS = dict.fromkeys(["groq", "anthropic", "openai_compatible"], KEY)
    settings.LOCAL_MODELS = "on"

    ensure_environment_providers()

    slugs = set(Provider.objects.values_list("slug", flat=True))
    assert slugs == {"groq", "anthropic", "openai", "local"}
    openai = Provider.objects.get(slug="openai")
    assert openai.limit_parameter == "max_completion_tokens"


def test_a_compatible_server_gets_the_common_name_of_the_limit(settings: Settings) -> None:
    settings.PROVIDER_KEYS = {"openai_compatible": KEY}
    settings.PROVIDER_BASE_URLS = {"openai_compatible": "http://10.0.0.5:8000/v1"}

    ensure_environment_providers()

    assert Provider.objects.get(slug="openai").limit_parameter == "max_tokens"


def test_run_again_it_changes_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ensure_environment_providers()
    before = list(Provider.objects.values())

    with django_assert_num_queries(2):
        ensure_environment_providers()

    assert list(Provider.objects.values()) == before


def test_a_new_address_in_the_environment_is_taken_over(settings: Settings) -> None:
    ensure_environment_providers()
    settings.PROVIDER_BASE_URLS = {"groq": "https://proxy.test"}

    ensure_environment_providers()

    assert Provider.objects.get().base_url == "https://proxy.test"


def test_without_its_key_a_provider_stays_but_is_unavailable_for_a_stated_reason(
    settings: Settings,
) -> None:
    ensure_environment_providers()
    model = LanguageModelFactory.create(provider=Provider.objects.get())
    settings.PROVIDER_KEYS = {}

    ensure_environment_providers()

    provider = Provider.objects.get()
    assert provider.unavailable_reason == "No key is set (GROQ_API_KEY)."
    assert provider.is_active
    assert not Provider.objects.active().exists()
    assert not LanguageModel.objects.usable().exists()
    assert not LanguageModel.objects.get(pk=model.pk).is_usable


def test_the_key_back_the_provider_is_available_again(settings: Settings) -> None:
    ensure_environment_providers()
    settings.PROVIDER_KEYS = {}
    ensure_environment_providers()
    settings.PROVIDER_KEYS = {"groq": KEY}

    ensure_environment_providers()

    assert Provider.objects.active().count() == 1


def test_what_the_admin_switched_off_stays_off() -> None:
    ensure_environment_providers()
    Provider.objects.update(is_active=False)

    ensure_environment_providers()

    assert not Provider.objects.get().is_active


def test_a_key_entered_in_the_admin_outlives_the_environments(settings: Settings) -> None:
    ensure_environment_providers()
    provider = Provider.objects.get()
    provider.set_api_key("sk-entered")
    provider.save()
    settings.PROVIDER_KEYS = {}

    ensure_environment_providers()

    assert Provider.objects.active().get().api_key == "sk-entered"


def test_local_models_that_are_switched_off_say_so(settings: Settings) -> None:
    settings.LOCAL_MODELS = "on"
    ensure_environment_providers()
    settings.LOCAL_MODELS = "off"

    ensure_environment_providers()

    assert "LOCAL_MODELS" in Provider.objects.get(slug="local").unavailable_reason


def test_a_foreign_row_under_the_slug_gets_neither_key_nor_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ProviderFactory.create(slug="groq", base_url="https://elsewhere.test/v1")

    with caplog.at_level(logging.WARNING):
        ensure_environment_providers()

    provider = Provider.objects.get()
    assert provider.api_key == ""
    assert provider.base_url == "https://elsewhere.test/v1"
    assert "another provider has the slug groq" in caplog.text
    assert KEY not in caplog.text


def test_a_key_of_a_lost_encryption_key_makes_its_provider_unavailable(
    settings: Settings,
) -> None:
    provider = ProviderFactory.create(name="Own server")
    provider.set_api_key("sk-entered")
    provider.save()
    settings.SECRET_KEY = "another secret key, as after a lost var folder"

    ensure_environment_providers()

    provider.refresh_from_db()
    assert "encrypted with another" in provider.unavailable_reason
    assert provider not in Provider.objects.active()
