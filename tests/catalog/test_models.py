from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from catalog.models import LanguageModel, Provider
from tests.factories import LanguageModelFactory, ProviderFactory


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        ({"input_price": "2", "output_price": "10"}, "0.0072"),
        ({"input_price": "2", "output_price": "10", "cached_input_price": "0.5"}, "0.0066"),
        ({"input_price": "0", "output_price": "0"}, "0"),
    ],
)
def test_cost_counts_fresh_cached_and_written_tokens(prices: dict[str, str], cost: str) -> None:
    model = LanguageModel(**{name: Decimal(price) for name, price in prices.items()})

    assert model.cost(1100, 400, 500) == Decimal(cost)


@pytest.mark.parametrize("prices", [{}, {"input_price": Decimal(1)}, {"output_price": Decimal(1)}])
def test_cost_is_unknown_without_both_prices(prices: dict[str, Decimal]) -> None:
    assert LanguageModel(**prices).cost(1, 0, 1) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"input_price": Decimal(-1)}, {"output_price": Decimal(-1)}, {"cached_input_price": -1}],
)
def test_the_database_refuses_negative_prices(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LanguageModelFactory.create(**wrong)


@pytest.mark.django_db
def test_the_database_refuses_a_second_model_of_a_name_and_an_unknown_kind() -> None:
    model = LanguageModelFactory.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        LanguageModelFactory.create(provider=model.provider, name=model.name)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderFactory.create(kind="nonsense")


@pytest.mark.django_db
def test_only_the_environments_own_row_has_its_key(settings: Settings) -> None:
    rows = [
        Provider(slug="groq", kind="groq"),
        Provider(slug="groq", kind="openai_compatible"),
        Provider(slug="mine", kind="groq"),
    ]

    settings.PROVIDER_KEYS = {"groq": "sk-canary", "openai_compatible": "sk-canary"}

    assert [row.api_key for row in rows] == ["sk-canary", "", ""]
