"""What a model's tokens cost: the admin's word, else the provider's, else a public price list's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from catalog.facts import Price

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

# Prices may rise in steps with a prompt's length; this is short of every first step.
_SAMPLE_TOKENS = 1000
_SMALLEST_STEP = Decimal("0.000001")
_LARGEST_PRICE = Decimal(1_000_000)

_LISTED_PROVIDERS = {"groq": "groq", "anthropic": "anthropic"}


@dataclass(frozen=True, slots=True)
class SourcedPrice:
    """A price and who says so: `provider` or `genai-prices`."""

    price: Price
    source: str


def current_price(
    kind: str, base_url: str, name: str, live_price: Price | None
) -> SourcedPrice | None:
    """Return the price to record for a model whose price the admin did not set; `None`: unknown."""
    if live_price is not None:
        return SourcedPrice(live_price, "provider")
    listed = listed_price(kind, base_url, name)
    return SourcedPrice(listed, "genai-prices") if listed is not None else None


def listed_price(kind: str, base_url: str, name: str) -> Price | None:
    """Return the price in the bundled list of `genai-prices`, which makes no network call.

    An OpenAI-compatible server is known by its address.
    """
    if kind == "local":
        return None
    try:
        read = _calculated(kind, base_url, name, input_tokens=_SAMPLE_TOKENS)
        reread = _calculated(
            kind, base_url, name, input_tokens=_SAMPLE_TOKENS, cache_read_tokens=_SAMPLE_TOKENS
        )
        written = _calculated(kind, base_url, name, output_tokens=_SAMPLE_TOKENS)
    except LookupError:
        return None
    has_cached_price = read.model_price.cache_read_mtok is not None
    return cleaned_price(
        Price(
            input=_per_million(read.input_price),
            output=_per_million(written.output_price),
            cached_input=_per_million(reread.input_price) if has_cached_price else None,
        )
    )


def _calculated(kind: str, base_url: str, name: str, **tokens: int) -> PriceCalculation:
    # Importing it takes a third of a second and is needed by a refresh alone.
    from genai_prices import Usage, calc_price

    listed_provider = _LISTED_PROVIDERS.get(kind)
    if listed_provider is not None:
        return calc_price(Usage(**tokens), name, provider_id=listed_provider)
    return calc_price(Usage(**tokens), name, provider_api_url=base_url)


def cleaned_price(price: Price | None) -> Price | None:
    """Return the price as it can be stored; `None` for one that is no price.

    Some lists say -1 for "it depends". Such a model's price is unknown.
    """
    if price is None or not (_is_price(price.input) and _is_price(price.output)):
        return None
    cached = price.cached_input
    return Price(
        input=price.input.quantize(_SMALLEST_STEP),
        output=price.output.quantize(_SMALLEST_STEP),
        cached_input=cached.quantize(_SMALLEST_STEP)
        if cached is not None and _is_price(cached)
        else None,
    )


def _is_price(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount <= _LARGEST_PRICE


def _per_million(price_of_sample: Decimal) -> Decimal:
    return price_of_sample * 1_000_000 / _SAMPLE_TOKENS
