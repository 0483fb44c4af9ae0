"""Which JSON values are numbers. Python counts `True`, `NaN` and infinity among them; we do not."""

import math
from typing import TypeGuard

# What every server that takes whole numbers can hold.
LARGEST_INTEGER = 2**31 - 1


def is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return is_whole_number(value)


def is_whole_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER
