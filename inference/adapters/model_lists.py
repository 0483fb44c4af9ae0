"""Model lists as they come: optional fields, odd types, prices in two units."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from inference.adapters.base import BrokenAnswer, Price
from inference.adapters.errors import Party
from inference.adapters.text import clean_text
from inference.adapters.usage_figures import count

TOKENS_PER_PRICE = 1_000_000

Item = Mapping[str, object]


def listed_items(body: bytes, party: Party) -> list[Item]:
    """Return the models of `{"data": […]}` or of a bare list. Raises `BrokenAnswer`."""
    value = _decoded(body)
    items = value.get("data") if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise BrokenAnswer(f"{party.at_start} sent no model list. Is its base URL right?")
    return [item for item in items if isinstance(item, dict) and words(item, "id")]


def next_page(body: bytes) -> str:
    """Return the id after which the next page begins, empty on the last page."""
    value = _decoded(body)
    if not isinstance(value, dict) or value.get("has_more") is not True:
        return ""
    return words(value, "last_id")


def words(item: Item, *names: str) -> str:
    """Return the first of the named fields that holds text."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return clean_text(value).strip()
    return ""


def tokens(item: Item, *names: str) -> int | None:
    """Return the first of the named fields that holds a positive number of tokens."""
    for name in names:
        if number := count(item.get(name)):
            return number
    return None


def within(item: Item, name: str) -> Item:
    """Return the object in a field, or an empty one."""
    value = item.get(name)
    return value if isinstance(value, dict) else {}


def texts(item: Item, name: str) -> list[str]:
    """Return the texts of a list field."""
    value = item.get(name)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def day(item: Item, name: str) -> date | None:
    """Return the day of an ISO date or time."""
    try:
        return datetime.fromisoformat(words(item, name)).date()
    except ValueError:
        return None


def price_from_tokens(pricing: Item) -> Price | None:
    """Read prices in USD per token: `prompt`, `completion`, `input_cache_read`."""
    return _price(pricing, ("prompt", "completion", "input_cache_read"), TOKENS_PER_PRICE)


def price_from_millions(pricing: Item) -> Price | None:
    """Read prices in USD per million tokens: `input`, `output`, `cached_input`."""
    return _price(pricing, ("input", "output", "cached_input"), 1)


def _price(pricing: Item, names: tuple[str, str, str], factor: int) -> Price | None:
    prompt, completion, cached = (_amount(pricing.get(name), factor) for name in names)
    if prompt is None or completion is None:
        return None
    return Price(input=prompt, output=completion, cached_input=cached)


def _amount(value: object, factor: int) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value)) * factor
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < TOKENS_PER_PRICE:
        return None
    # Through text: `normalize` alone would leave exponents such as 1E+1.
    return Decimal(f"{amount.normalize():f}")


def _decoded(body: bytes) -> object:
    """Return the JSON value, or `None` for what is not JSON."""
    try:
        value: object = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value
