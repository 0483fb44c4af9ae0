"""Facts are read from lists with odd, missing and unknown fields."""

import json
from datetime import date
from decimal import Decimal

import pytest

from inference.adapters.base import BrokenAnswer, Price
from inference.adapters.errors import Party
from inference.adapters.model_lists import (
    day,
    listed_items,
    next_page,
    price_from_millions,
    price_from_tokens,
    tokens,
)

PARTY = Party("the provider")


def test_a_list_may_be_bare_or_wrapped() -> None:
    items = [{"id": "a"}, {"id": "b"}]

    assert listed_items(json.dumps(items).encode(), PARTY) == items
    assert listed_items(json.dumps({"data": items}).encode(), PARTY) == items


def test_items_without_an_id_are_left_out() -> None:
    body = json.dumps({"data": [{"id": ""}, {"name": "x"}, 7, None, {"id": 3}, {"id": "a"}]})

    assert listed_items(body.encode(), PARTY) == [{"id": "a"}]


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"data": null}', b'"text"'])
def test_what_is_no_list_is_a_broken_answer(body: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        listed_items(body, PARTY)


def test_the_next_page_begins_after_the_last_id() -> None:
    assert next_page(b'{"data": [], "has_more": true, "last_id": "m9"}') == "m9"
    assert next_page(b'{"data": [], "has_more": false, "last_id": "m9"}') == ""


def test_prices_per_token_become_prices_per_million() -> None:
    pricing = {
        "prompt": "0.00000015",
        "completion": "0.00001",
        "input_cache_read": "0.000000075",
    }

    price = price_from_tokens(pricing)

    assert price == Price(Decimal("0.15"), Decimal(10), Decimal("0.075"))
    assert str(price.output) == "10"


@pytest.mark.parametrize(
    "pricing",
    [
        {},
        {"prompt": "0.1"},
        {"prompt": None, "completion": None},
        {"prompt": "-1", "completion": "-1"},
        {"prompt": "NaN", "completion": "1"},
        {"prompt": "free", "completion": "free"},
        {"prompt": True, "completion": True},
        {"prompt": "1e99", "completion": "1"},
    ],
)
def test_a_price_that_makes_no_sense_is_unknown(pricing: dict[str, object]) -> None:
    assert price_from_tokens(pricing) is None


def test_prices_per_million_stay_as_they_are() -> None:
    assert price_from_millions({"input": 0.18, "output": 0.59}) == Price(
        Decimal("0.18"), Decimal("0.59")
    )


@pytest.mark.parametrize("value", [0, -1, "8192", None, True, 10**12, 1.5e300])
def test_a_limit_that_makes_no_sense_is_unknown(value: object) -> None:
    assert tokens({"context_window": value}, "context_window") is None


def test_days_are_read_from_dates_and_times() -> None:
    assert day({"d": "2027-01-14"}, "d") == date(2027, 1, 14)
    assert day({"d": "2026-11-30T00:00:00Z"}, "d") == date(2026, 11, 30)
    assert day({"d": "soon"}, "d") is None
    assert day({}, "d") is None
