"""Numbers as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmchat.templatetags import formats


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (0.4, "0 ms"),
        (320, "320 ms"),
        (999.4, "999 ms"),
        (999.6, "1.00 s"),
        (1240, "1.24 s"),
        (9994, "9.99 s"),
        (9996, "10.0 s"),
        (41_300, "41.3 s"),
        (59_940, "59.9 s"),
        (59_960, "1 min 00 s"),
        (125_000, "2 min 05 s"),
    ],
)
def test_durations_have_three_digits(milliseconds: float, text: str) -> None:
    assert formats.duration_text(milliseconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (412, "412"),
        (999, "999"),
        (1000, "1k"),
        (1240, "1.2k"),
        (12_400, "12.4k"),
        (131_072, "131k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_048_576, "1.05M"),
        (12_345_678, "12.3M"),
    ],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert formats.count_text(count) == text


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0", "$0"),
        ("0.0000009", "< $0.000001"),
        ("0.0000213", "$0.000021"),
        ("0.00031", "$0.00031"),
        ("0.0004167", "$0.00042"),
        ("0.0416", "$0.042"),
        ("0.5", "$0.50"),
        ("1.235", "$1.24"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_costs_have_the_digits_that_matter(dollars: str, text: str) -> None:
    assert formats.cost_text(Decimal(dollars)) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("15.000000", "$15"),
        ("0.590000", "$0.59"),
        ("0.075", "$0.075"),
        ("0.8", "$0.80"),
        ("0", "$0"),
    ],
)
def test_prices_lose_no_digit(price: str, text: str) -> None:
    assert formats.price_text(Decimal(price)) == text


@pytest.mark.parametrize("unit", ["duration", "speed", "tokens", "cost"])
def test_what_is_not_known_is_a_dash_that_says_so(unit: str) -> None:
    html = formats.measure(None, unit)

    assert formats.UNKNOWN in html
    assert "not known</span>" in html


def test_the_short_form_keeps_the_exact_value_in_its_title() -> None:
    assert formats.tokens(12_412) == '<span title="12,412 tokens">12.4k</span>'


def test_only_a_known_estimate_is_marked() -> None:
    assert "~" in formats.mark_if(12, True)
    assert formats.mark_if(12, False) == ""
    assert formats.mark_if(None, True) == ""


def test_columns_are_lettered() -> None:
    assert [formats.letter(position) for position in (0, 11, 25, 26)] == ["A", "L", "Z", "27"]


def test_colours_begin_again_after_the_last() -> None:
    assert [formats.series(position) for position in (0, 11, 12)] == [1, 12, 1]


def test_exact_times_name_their_zone() -> None:
    moment = datetime(2026, 11, 4, 14, 5, 9, tzinfo=UTC)

    assert formats.exact_time(moment) == "4 Nov 2026, 14:05:09 UTC"


@given(st.floats(min_value=0, max_value=1e9), st.floats(min_value=0, max_value=1e9))
def test_a_longer_time_never_reads_shorter(one: float, other: float) -> None:
    shorter, longer = sorted([one, other])

    assert _seconds(formats.duration_text(shorter)) <= _seconds(formats.duration_text(longer))


def _seconds(text: str) -> float:
    units = {"ms": 0.001, "s": 1.0, "min": 60.0}
    words = text.split()
    return sum(float(n) * units[u] for n, u in zip(words[::2], words[1::2], strict=True))
