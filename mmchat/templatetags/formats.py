"""Numbers and times as people read them. What is not known is a dash that says so, never a 0.

Every filter writes the short form and keeps the exact value in the element's title.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from string import ascii_uppercase
from typing import Final

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

Number = int | float | Decimal

UNKNOWN: Final = "–"
SMALLEST_COST: Final = Decimal("0.000001")
SERIES_COLOURS: Final = 12


def duration_text(milliseconds: Number) -> str:
    """`320 ms`, `1.24 s`, `41.3 s`, `2 min 05 s`."""
    if round(milliseconds) < 1000:
        return f"{round(milliseconds)} ms"
    seconds = float(milliseconds) / 1000
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def count_text(count: Number) -> str:
    """`412`, `12.4k`, `131k`, `1.05M`."""
    for limit, divisor, suffix in ((999_500, 1000, "k"), (float("inf"), 1_000_000, "M")):
        if count < 1000:
            return str(round(count))
        if count < limit:
            scaled = float(count) / divisor
            digits = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 or divisor == 1000 else 2
            return _without_trailing_zeros(f"{scaled:.{digits}f}") + suffix
    raise AssertionError("unreachable: the last limit is infinite")


def cost_text(dollars: Decimal) -> str:
    """`$0`, `< $0.000001`, `$0.00031`, `$0.042`, `$1.24`."""
    if dollars == 0:
        return "$0"
    if dollars < SMALLEST_COST:
        return f"< ${SMALLEST_COST:f}"
    if dollars >= 1:
        return f"${dollars.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    step = Decimal(1).scaleb(dollars.adjusted() - 1)
    return f"${dollars.quantize(step, ROUND_HALF_UP):f}"


def speed_text(tokens_per_second: Number) -> str:
    """Tokens per second: `0.84`, `92.3`, `1,240`."""
    if tokens_per_second >= 100:
        return f"{round(tokens_per_second):,}"
    return f"{tokens_per_second:.1f}" if tokens_per_second >= 1 else f"{tokens_per_second:.2f}"


def price_text(dollars_per_million: Decimal) -> str:
    """USD per million tokens: `$0.59`, `$15`, `$0.075`."""
    text = f"{dollars_per_million:f}"
    if "." in text:
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0")
        text = f"{whole}.{fraction:0<2}" if fraction else whole
    return f"${text}"


def _without_trailing_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _titled(text: str, exact: str) -> SafeString:
    return format_html('<span title="{}">{}</span>', exact, text)


def _unknown(what: str) -> SafeString:
    return format_html(
        '<span class="unknown" title="{0}"><span aria-hidden="true">{1}</span>'
        '<span class="visually-hidden">{0}</span></span>',
        f"{what} not known",
        UNKNOWN,
    )


@register.filter
def duration(milliseconds: Number | None) -> SafeString:
    if milliseconds is None:
        return _unknown("Time")
    return _titled(duration_text(milliseconds), f"{float(milliseconds):,.1f} ms")


@register.filter
def tokens(count: int | None) -> SafeString:
    return _unknown("Number") if count is None else _titled(count_text(count), f"{count:,} tokens")


@register.filter
def cost(dollars: Decimal | None) -> SafeString:
    if dollars is None:
        return _unknown("Price")
    return _titled(cost_text(dollars), f"${dollars.normalize():f}")


@register.filter
def speed(tokens_per_second: Number | None) -> SafeString:
    if tokens_per_second is None:
        return _unknown("Speed")
    return _titled(speed_text(tokens_per_second), f"{tokens_per_second:,.2f} tokens per second")


@register.filter
def price(dollars_per_million: Decimal | None) -> SafeString:
    if dollars_per_million is None:
        return _unknown("Price")
    text = price_text(dollars_per_million)
    return _titled(text, f"{text} per million tokens")


@register.filter
def measure(value: Number | None, unit: str) -> SafeString:
    """The value written in the way of its unit: duration, speed, tokens or cost."""
    if unit == "duration":
        return duration(value)
    if unit == "speed":
        return speed(value)
    if unit == "tokens":
        return tokens(None if value is None else int(value))
    if unit == "cost":
        return cost(None if value is None else Decimal(value))
    raise ValueError(f"There is no way to write the unit {unit!r}.")


@register.filter
def mark_if(value: Number | None, is_estimate: bool) -> SafeString | str:
    """The mark that stands before an estimated value; nothing before a counted or unknown one."""
    if value is None or not is_estimate:
        return ""
    return format_html('<span title="{}">~</span>', "Estimated")


@register.filter
def letter(position: int) -> str:
    """The letter of a column: 0 is A."""
    return ascii_uppercase[position] if position < len(ascii_uppercase) else str(position + 1)


@register.filter
def series(position: int) -> int:
    """The number of a column's colour, from 1."""
    return position % SERIES_COLOURS + 1


@register.filter
def exact_time(moment: datetime) -> str:
    """`24 Nov 2026, 14:05:09 UTC`, in the current time zone."""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y, %H:%M:%S %Z}"
