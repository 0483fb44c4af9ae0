from decimal import Decimal

import pytest

from catalog.facts import Price
from catalog.prices import cleaned_price, current_price, listed_price

OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize(
    ("kind", "base_url", "name", "price"),
    [
        ("groq", "", "openai/gpt-oss-20b", ("0.075", "0.30", "0.0375")),
        ("groq", "", "openai/gpt-oss-120b", ("0.15", "0.60", "0.075")),
        ("groq", "", "qwen/qwen3.8-27b", ("0.80", "4", None)),
        ("anthropic", "", "claude-haiku-5-5", ("0.10", "0.50", "0.01")),
        ("openai_compatible", OPENAI, "gpt-4.1-mini", ("0.40", "1.60", "0.10")),
    ],
)
def test_the_bundled_list_knows_the_price_of_a_short_prompt(
    kind: str, base_url: str, name: str, price: tuple[str, str, str | None]
) -> None:
    input_price, output_price, cached_price = price

    assert listed_price(kind, base_url, name) == Price(
        input=Decimal(input_price),
        output=Decimal(output_price),
        cached_input=None if cached_price is None else Decimal(cached_price),
    )


@pytest.mark.parametrize(
    ("kind", "base_url", "name"),
    [
        ("groq", "", "allam-2-7b"),
        ("groq", "", "no-such-model"),
        ("openai_compatible", "http://127.0.0.1:8000/v1", "gpt-4.1-mini"),
        ("openai_compatible", "", "gpt-4.1-mini"),
        ("local", "", "openai/gpt-oss-20b"),
    ],
)
def test_a_price_that_nobody_lists_is_unknown_not_zero(kind: str, base_url: str, name: str) -> None:
    assert current_price(kind, base_url, name, None) is None


def test_the_providers_own_price_comes_before_the_bundled_list() -> None:
    live = Price(input=Decimal(9), output=Decimal(10))

    found = current_price("groq", "", "openai/gpt-oss-20b", live)

    assert found is not None
    assert (found.price, found.source) == (live, "provider")


def test_without_a_live_price_the_bundled_list_is_named_as_the_source() -> None:
    found = current_price("groq", "", "openai/gpt-oss-20b", None)

    assert found is not None
    assert found.source == "genai-prices"


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1000000.1"])
def test_what_is_no_price_is_unknown(amount: str) -> None:
    assert cleaned_price(Price(input=Decimal(amount), output=Decimal(1))) is None
    assert cleaned_price(Price(input=Decimal(1), output=Decimal(amount))) is None


def test_a_cached_price_that_is_none_leaves_the_others() -> None:
    price = Price(input=Decimal(1), output=Decimal(2), cached_input=Decimal(-1))

    assert cleaned_price(price) == Price(input=Decimal(1), output=Decimal(2))


def test_free_is_a_price() -> None:
    free = Price(input=Decimal(0), output=Decimal(0))

    assert cleaned_price(free) == free
