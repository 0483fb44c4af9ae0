"""Percentiles, and what one scenario measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figures:
    """One scenario's measurements. Delays and times in ms, memory in MB, CPU in µs per token.

    `ideal_s` is the models' own time: first-token delay and pace, as the simulated provider keeps
    them. A delay is the time from the provider's sending of a token to its arrival in a socket
    message.
    """

    name: str
    runs: int
    tokens: int
    ideal_s: float
    wall_s: float
    first_token_delay_ms: Sequence[float]
    delay_ms: Sequence[float]
    frames: int
    missing_answers: int
    cpu_us_per_token: dict[str, float] = field(default_factory=dict)
    rss_mb: dict[str, float] = field(default_factory=dict)

    @property
    def wall_ratio(self) -> float:
        return self.wall_s / self.ideal_s

    @property
    def portal_cpu_us(self) -> float:
        return sum(self.cpu_us_per_token.values())


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: a value that really occurred. NaN without values."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
