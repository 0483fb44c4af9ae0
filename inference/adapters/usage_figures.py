"""Figures that a provider reports of itself, kept only where they make sense."""

import math

MOST_TOKENS = 2**31 - 1


def count(value: object) -> int | None:
    """Return a number of tokens, or `None` for what cannot be one."""
    number = figure(value)
    return None if number is None or number > MOST_TOKENS else int(number)


def figure(value: object) -> float | None:
    """Return a finite number that is not negative, or `None`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return float(value) if 0 <= value <= MOST_TOKENS else None
    return value if math.isfinite(value) and value >= 0 else None


def per_second(tokens: int | None, seconds: float | None) -> float | None:
    """Return a speed, or `None` where there is nothing to divide."""
    return tokens / seconds if tokens and seconds else None
