from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.facts import ModelFacts, Price
from catalog.models import LanguageModel, ModelStatus, Provider
from catalog.services import (
    CatalogueChanges,
    record_models,
    record_refresh_failure,
    retire_model,
)
from tests.factories import LanguageModelFactory, ProviderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = Price(input=Decimal("0.1"), output=Decimal("0.4"), cached_input=Decimal("0.05"))
SMALL = ModelFacts(
    name="small",
    display_name="Small",
    owner="Maker",
    context_window=1000,
    max_completion_tokens=500,
    strengths="Quick.",
    price=PRICE,
)
LARGE = ModelFacts(name="large", context_window=9000)


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory.create(name="Server")


@pytest.fixture
def groq() -> Provider:
    return ProviderFactory.create(kind="groq", base_url="https://api.groq.com")


def named(name: str) -> LanguageModel:
    return LanguageModel.objects.get(name=name)


def test_a_first_list_fills_the_catalogue(provider: Provider) -> None:
    changes = record_models(provider, [SMALL, LARGE], NOW)

    model = named("small")
    assert changes == CatalogueChanges(added=2)
    assert (model.display_name, model.owner, model.strengths) == ("Small", "Maker", "Quick.")
    assert (model.context_window, model.max_completion_tokens) == (1000, 500)
    assert (model.input_price, model.cached_input_price, model.output_price) == (
        Decimal("0.1"),
        Decimal("0.05"),
        Decimal("0.4"),
    )
    assert model.price_source == "provider"
    assert model.last_seen_at == NOW
    assert model.is_usable
    assert provider.last_good_refresh_at == provider.last_refresh_at == NOW


def test_the_same_list_again_changes_nothing(provider: Provider) -> None:
    record_models(provider, [SMALL, LARGE], NOW)

    changes = record_models(provider, [LARGE, SMALL], NOW + timedelta(hours=1))

    assert changes == CatalogueChanges()
    assert named("small").last_seen_at == NOW + timedelta(hours=1)


def test_what_changed_is_counted_and_kept(provider: Provider) -> None:
    record_models(provider, [SMALL, LARGE], NOW)

    changes = record_models(provider, [SMALL, ModelFacts(name="large", context_window=1)], NOW)

    assert changes == CatalogueChanges(changed=1)
    assert named("large").context_window == 1


def test_what_the_list_is_silent_about_stays(provider: Provider) -> None:
    record_models(provider, [SMALL], NOW)

    record_models(provider, [ModelFacts(name="small")], NOW)

    model = named("small")
    assert (model.context_window, model.strengths) == (1000, "Quick.")


def test_the_seed_completes_a_silent_list(groq: Provider) -> None:
    record_models(groq, [ModelFacts(name="openai/gpt-oss-20b")], NOW)

    model = named("openai/gpt-oss-20b")
    assert (model.context_window, model.max_completion_tokens) == (131_072, 65_536)
    assert "reasoning" in model.strengths
    assert model.price_source == "genai-prices"
    assert model.input_price == Decimal("0.075")


def test_the_providers_word_comes_before_the_seeds(groq: Provider) -> None:
    record_models(groq, [ModelFacts(name="openai/gpt-oss-20b", context_window=999)], NOW)

    assert named("openai/gpt-oss-20b").context_window == 999


def test_a_model_that_is_no_longer_listed_stays_inactive(provider: Provider) -> None:
    record_models(provider, [SMALL, LARGE], NOW)

    changes = record_models(provider, [LARGE], NOW)

    model = named("small")
    assert changes == CatalogueChanges(gone=1)
    assert not model.is_listed
    assert model.status == ModelStatus.RETIRED
    assert model.retired_on == NOW.date()
    assert model.is_active


def test_a_model_is_gone_only_once(provider: Provider) -> None:
    record_models(provider, [SMALL, LARGE], NOW)
    record_models(provider, [LARGE], NOW)

    assert record_models(provider, [LARGE], NOW + timedelta(days=9)) == CatalogueChanges()
    assert named("small").retired_on == NOW.date()


def test_a_known_retirement_gives_date_and_replacement(groq: Provider) -> None:
    LanguageModelFactory.create(provider=groq, name="llama-3.1-8b-instant")

    record_models(groq, [ModelFacts(name="openai/gpt-oss-20b")], NOW)

    model = named("llama-3.1-8b-instant")
    assert model.retired_on == date(2026, 8, 16)
    assert model.replacement_name == "openai/gpt-oss-20b"


def test_a_model_that_comes_back_is_listed_again(provider: Provider) -> None:
    record_models(provider, [SMALL, LARGE], NOW)
    record_models(provider, [LARGE], NOW)

    changes = record_models(provider, [SMALL, LARGE], NOW)

    assert changes == CatalogueChanges(changed=1)
    assert named("small").is_usable
    assert named("small").retired_on is None


def test_an_announced_retirement_is_shown_ahead(provider: Provider) -> None:
    record_models(provider, [ModelFacts(name="small", retires_on=date(2027, 1, 14))], NOW)

    model = named("small")
    assert model.status == ModelStatus.RETIRING
    assert model.is_usable


def test_the_seed_announces_retirements_too() -> None:
    anthropic = ProviderFactory.create(kind="anthropic")

    record_models(anthropic, [ModelFacts(name="claude-sonnet-4-5")], NOW)

    model = named("claude-sonnet-4-5")
    assert model.retired_on == date(2026, 11, 30)
    assert model.replacement_name == "claude-sonnet-5-5"


def test_the_admins_price_is_kept(provider: Provider) -> None:
    record_models(provider, [SMALL], NOW)
    LanguageModel.objects.update(input_price=7, output_price=8, price_source="admin")

    record_models(provider, [SMALL], NOW)

    model = named("small")
    assert (model.input_price, model.output_price) == (Decimal(7), Decimal(8))
    assert model.price_source == "admin"


def test_a_price_that_is_no_longer_known_is_unknown(provider: Provider) -> None:
    record_models(provider, [SMALL], NOW)

    record_models(provider, [ModelFacts(name="small")], NOW)

    model = named("small")
    assert model.input_price is model.output_price is None
    assert model.price_source == ""


def test_what_the_admin_pinned_and_switched_off_is_kept(provider: Provider) -> None:
    record_models(provider, [SMALL], NOW)
    LanguageModel.objects.update(
        context_window=5, pinned_fields=["context_window"], is_active=False
    )

    changes = record_models(provider, [SMALL], NOW)

    model = named("small")
    assert changes == CatalogueChanges()
    assert model.context_window == 5
    assert not model.is_active


def test_an_empty_list_is_a_failure_and_keeps_what_is_known(provider: Provider) -> None:
    record_models(provider, [SMALL], NOW)

    changes = record_models(provider, [], NOW + timedelta(hours=1))

    provider.refresh_from_db()
    assert changes == CatalogueChanges()
    assert named("small").is_usable
    assert provider.last_refresh_error == "Server listed no chat model."
    assert provider.last_good_refresh_at == NOW


def test_a_folder_without_models_is_no_failure() -> None:
    local = ProviderFactory.create(kind="local", base_url="")
    LanguageModelFactory.create(provider=local, name="small")

    assert record_models(local, [], NOW) == CatalogueChanges(gone=1)


def test_another_providers_models_are_left_alone(provider: Provider) -> None:
    other = LanguageModelFactory.create(name="small")

    record_models(provider, [LARGE], NOW)

    other.refresh_from_db()
    assert other.is_listed


def test_hostile_facts_are_cut_to_what_can_be_kept(provider: Provider) -> None:
    hostile = ModelFacts(
        name="odd\0",
        display_name="<script>" + "x" * 500 + "\0",
        owner="o" * 500,
        context_window=2**40,
        max_completion_tokens=-5,
        strengths="nul\0",
        price=Price(input=Decimal(-1), output=Decimal(-1)),
    )
    nameless = [ModelFacts(name=""), ModelFacts(name=" \0"), ModelFacts(name="n" * 201)]

    changes = record_models(provider, [hostile, *nameless, LARGE, LARGE], NOW)

    model = named("odd")
    assert changes == CatalogueChanges(added=2)
    assert len(model.display_name) == 200
    assert model.context_window is None
    assert model.max_completion_tokens is None
    assert model.input_price is None


def test_a_failed_refresh_keeps_what_is_known_and_says_when_it_was_last_good(
    provider: Provider,
) -> None:
    record_models(provider, [SMALL], NOW)

    record_refresh_failure(provider, "The server did not answer.", NOW + timedelta(hours=1))

    provider.refresh_from_db()
    assert named("small").is_usable
    assert provider.last_good_refresh_at == NOW
    assert provider.last_refresh_at == NOW + timedelta(hours=1)
    assert provider.last_refresh_error == "The server did not answer."


def test_the_next_good_refresh_clears_the_failure(provider: Provider) -> None:
    record_refresh_failure(provider, "Down.", NOW)

    record_models(provider, [SMALL], NOW)

    provider.refresh_from_db()
    assert provider.last_refresh_error == ""


def test_a_failure_that_quotes_the_key_is_kept_without_it(provider: Provider) -> None:
    provider.set_api_key("sk-canary-1234")
    provider.save()

    record_refresh_failure(provider, "Incorrect API key provided: sk-canary-1234." + "x" * 5000)

    provider.refresh_from_db()
    assert "canary" not in provider.last_refresh_error
    assert len(provider.last_refresh_error) == 1000


def test_a_model_that_turned_out_to_be_gone_is_retired_with_its_replacement(
    groq: Provider,
) -> None:
    model = LanguageModelFactory.create(provider=groq, name="gemma2-9b-it")

    replacement = retire_model(model)

    model.refresh_from_db()
    assert replacement == model.replacement_name == "openai/gpt-oss-20b"
    assert not model.is_listed
    assert model.retired_on == date(2025, 10, 8)


def test_a_model_unknown_to_the_seed_is_retired_today_and_only_once(provider: Provider) -> None:
    model = LanguageModelFactory.create(provider=provider)

    assert retire_model(model) == ""
    LanguageModel.objects.update(retired_on=date(2026, 1, 1))
    retire_model(model)

    model.refresh_from_db()
    assert model.retired_on == date(2026, 1, 1)
    assert timezone.now().date() >= model.retired_on


def test_a_long_list_takes_a_handful_of_queries(
    provider: Provider, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = [ModelFacts(name=f"model-{number}", price=PRICE) for number in range(150)]

    with django_assert_max_num_queries(10):
        record_models(provider, many, NOW)
    with django_assert_max_num_queries(8):
        record_models(provider, many, NOW)

    assert LanguageModel.objects.count() == 150
