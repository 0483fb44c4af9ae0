"""From a scenario's rounds to its figures."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.messages import AnswerRecord, RunRecord
from bench.rounds import Round
from bench.scenarios import Measure, Scenario
from tests.provider.script import STAMP_WIDTH


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a scenario; `measures` are those that may have a bar.

    `cpu_us` is per token, by process; `others_cores` is how many processor cores programs beside
    ours took meanwhile. `start_ms` is the API's answer to a start, `queue_ms` what the portal
    reports; medians. `late_tokens` reached their page with a snapshot or final
    message, `repeated_tokens` came again in a frame and were recognised by their offset.
    """

    scenario: Scenario
    measures: Mapping[Measure, float]
    cpu_us: Mapping[str, float]
    memory_mb: Mapping[str, float]
    others_cores: float
    provider_wall: float
    frames_per_s: float
    tokens: int
    late_tokens: int
    repeated_tokens: int
    resyncs: int
    start_ms: float
    queue_ms: float
    first_token_worst_ms: float
    delay_worst_ms: float
    problems: Sequence[str]

    def is_met(self, measure: Measure) -> bool:
        """Tell whether a measure with a bar is within it; what is not known isn't."""
        return self.measures[measure] <= self.scenario.bars[measure]

    @property
    def all_met(self) -> bool:
        return all(self.is_met(measure) for measure in self.scenario.bars)


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least `percent` % of the values do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]


def figures_of(rounds: Sequence[Round], portal_parts: Iterable[str]) -> Figures:
    """Put the rounds of one scenario together; its wall is that of the slowest round."""
    scenario = rounds[0].scenario
    runs = [run for each in rounds for run in each.records]
    answers = [answer for each in rounds for answer in each.answers]
    tokens = scenario.streams * scenario.tokens * len(rounds)
    seconds = sum(each.wall_s for each in rounds)
    delays = [of_answer for each in rounds for of_answer in each.delays_ms()]
    cpu_us = _cpu_us(rounds, tokens)
    memory_mb = _memory_mb(rounds)
    return Figures(
        scenario=scenario,
        measures={
            Measure.WALL: max(each.wall_s for each in rounds) / scenario.ideal_s,
            Measure.FIRST_TOKEN: percentile(_first(delays), 50),
            Measure.MEDIAN: percentile(_every(delays), 50),
            Measure.P99: percentile(_every(delays), 99),
            Measure.CPU: sum(cpu_us[part] for part in portal_parts),
            Measure.WEB_MEMORY: memory_mb["web"],
            Measure.WORKER_MEMORY: memory_mb.get("worker", math.nan),
            Measure.MISSING: sum(each.wrong_characters() for each in rounds),
        },
        cpu_us=cpu_us,
        memory_mb=memory_mb,
        others_cores=_others_cores(rounds, seconds),
        provider_wall=max(each.provider_s for each in rounds) / scenario.ideal_s,
        frames_per_s=sum(run.frames for run in runs) / seconds,
        tokens=tokens,
        late_tokens=sum(answer.late_characters for answer in answers) // STAMP_WIDTH,
        repeated_tokens=sum(answer.repeated for answer in answers) // STAMP_WIDTH,
        resyncs=sum(run.resyncs for run in runs),
        start_ms=percentile(map(_start_ms, runs), 50),
        queue_ms=percentile(_queues_ms(answers), 50),
        first_token_worst_ms=max(_first(delays), default=math.nan),
        delay_worst_ms=max(_every(delays), default=math.nan),
        problems=[problem for each in rounds for problem in each.problems()],
    )


def _first(delays: Sequence[Sequence[float]]) -> list[float]:
    return [of_answer[0] for of_answer in delays if of_answer]


def _every(delays: Sequence[Sequence[float]]) -> list[float]:
    return [delay for of_answer in delays for delay in of_answer]


def _start_ms(run: RunRecord) -> float:
    return (run.accepted_at_us - run.posted_at_us) / 1000


def _queues_ms(answers: Sequence[AnswerRecord]) -> list[float]:
    return [answer.queue_ms for answer in answers if answer.queue_ms is not None]


def _cpu_us(rounds: Sequence[Round], tokens: int) -> dict[str, float]:
    parts = rounds[0].watch.cpu_s
    return {
        part: sum(each.watch.cpu_s[part] for each in rounds) / tokens * 1_000_000 for part in parts
    }


def _memory_mb(rounds: Sequence[Round]) -> dict[str, float]:
    parts = rounds[0].watch.peak_mb
    return {part: max(each.watch.peak_mb[part] for each in rounds) for part in parts}


def _others_cores(rounds: Sequence[Round], seconds: float) -> float:
    ours = sum(sum(each.watch.cpu_s.values()) for each in rounds)
    all_programs = sum(each.watch.machine_cpu_s for each in rounds)
    return max(0.0, all_programs - ours) / seconds
