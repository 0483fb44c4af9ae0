"""The work that is measured, and the bars it must reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TOKENS_PER_SECOND = 50
# Answers of one run do not begin all at the same moment in life either.
FIRST_TOKEN_MS = (250, 300, 350, 400)
_WARM_UP_TOKENS = 50


class SetUp(StrEnum):
    SCALED = "scaled"
    EMBEDDED = "embedded"


class Measure(StrEnum):
    """What has a bar. Each is better the smaller it is; `MISSING` counts characters."""

    WALL = "wall ÷ ideal"
    FIRST_TOKEN = "first token, added delay, median, ms"
    MEDIAN = "any token, added delay, median, ms"
    P99 = "any token, added delay, p99, ms"
    CPU = "portal's CPU per token, µs"
    WEB_MEMORY = "memory of web, MB"
    WORKER_MEMORY = "memory of worker, MB"
    MISSING = "characters lost, added or wrong"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`runs` are started at the same moment, each with one model per `FIRST_TOKEN_MS`.

    It is done `rounds` times: few streams in one round are few first tokens.
    """

    name: str
    set_up: SetUp
    runs: int
    tokens: int
    rounds: int
    bars: Mapping[Measure, float] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """Ids of the simulated provider's models, which say how they answer."""
        return [_model(ttft_ms, self.tokens) for ttft_ms in FIRST_TOKEN_MS]

    @property
    def streams(self) -> int:
        return self.runs * len(FIRST_TOKEN_MS)

    @property
    def ideal_s(self) -> float:
        """The slowest model's own time: until its first token, then the others at their pace."""
        return max(FIRST_TOKEN_MS) / 1000 + (self.tokens - 1) / TOKENS_PER_SECOND

    @property
    def title(self) -> str:
        runs = "1 run" if self.runs == 1 else f"{self.runs} runs at once"
        return f"{runs} × {len(FIRST_TOKEN_MS)} models, {self.set_up}"


_ONE_RUN = {
    Measure.WALL: 1.03,
    Measure.FIRST_TOKEN: 15,
    Measure.MEDIAN: 45,
    Measure.MISSING: 0,
}
SCENARIOS = (
    Scenario("1x4", SetUp.SCALED, runs=1, tokens=500, rounds=3, bars=_ONE_RUN),
    Scenario(
        "20x4",
        SetUp.SCALED,
        runs=20,
        tokens=1000,
        rounds=1,
        bars={
            Measure.WALL: 1.06,
            Measure.MEDIAN: 60,
            Measure.P99: 200,
            Measure.CPU: 150,
            Measure.MISSING: 0,
        },
    ),
    Scenario(
        "50x4",
        SetUp.SCALED,
        runs=50,
        tokens=1000,
        rounds=1,
        bars={
            Measure.WALL: 1.15,
            Measure.WEB_MEMORY: 200,
            Measure.WORKER_MEMORY: 250,
            Measure.MISSING: 0,
        },
    ),
    Scenario("embedded", SetUp.EMBEDDED, runs=1, tokens=500, rounds=3, bars=_ONE_RUN),
)


def warm_up(scenario: Scenario) -> Scenario:
    """Return the same breadth with short answers: threads, connections and code are then ready."""
    return Scenario(
        f"{scenario.name}-warm-up", scenario.set_up, scenario.runs, _WARM_UP_TOKENS, rounds=1
    )


def all_models() -> list[str]:
    """Every model that any scenario or its warm-up asks."""
    asked = [each for scenario in SCENARIOS for each in (scenario, warm_up(scenario))]
    return sorted({model for scenario in asked for model in scenario.models})


def _model(ttft_ms: int, tokens: int) -> str:
    return f"sim:style=stamp,ttft={ttft_ms},tps={TOKENS_PER_SECOND},tokens={tokens}"
