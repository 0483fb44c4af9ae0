"""What the charts of a finished run show: bars, who is best, and who leads by how much.

Plain values in, plain values out: numbers stay numbers here, templates write them for people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

Number = float | int | Decimal


@dataclass(frozen=True, slots=True)
class AnswerMetrics:
    """One answer as the charts know it. Times in ms, cost in USD, `None` for what is not known."""

    position: int
    label: str
    provider: str
    is_complete: bool
    status: str
    ttft_ms: float | None = None
    first_answer_ms: float | None = None
    duration_ms: float | None = None
    tokens_per_second: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: Decimal | None = None
    tokens_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer in one chart. `share` is its length in percent of the longest."""

    position: int
    label: str
    status: str
    value: Number | None
    share: float
    is_best: bool
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric over all answers. `unit` says how its values are written."""

    key: str
    title: str
    unit: str
    direction: str
    best_word: str
    bars: tuple[Bar, ...]

    @property
    def is_empty(self) -> bool:
        return all(bar.value is None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Win:
    """A metric in which one answer alone is best; `lead_percent` is its distance to the next."""

    key: str
    unit: str
    claim: str
    direction: str
    value: Number
    lead_percent: int

    @property
    def lead_factor(self) -> float:
        """How many times the next one, for leads that read badly in percent."""
        return round(1 + self.lead_percent / 100, 1)


@dataclass(frozen=True, slots=True)
class Leader:
    """An answer that is best in something, and in what."""

    position: int
    label: str
    wins: tuple[Win, ...]


@dataclass(frozen=True, slots=True)
class RunSummary:
    answers: tuple[AnswerMetrics, ...]
    charts: tuple[Chart, ...]
    leaders: tuple[Leader, ...]
    complete: int
    failed: int
    stopped: int


@dataclass(frozen=True, slots=True)
class _Metric:
    key: str
    title: str
    unit: str
    read: Callable[[AnswerMetrics], Number | None]
    direction: str = ""
    best_word: str = ""
    claim: str = ""


METRICS: Final = (
    _Metric(
        "ttft_ms", "Time to first token", "duration", lambda answer: answer.ttft_ms,
        "lower", "Quickest start", "began first",
    ),
    _Metric(
        "duration_ms", "Total time", "duration", lambda answer: answer.duration_ms,
        "lower", "Done first", "was done first",
    ),
    _Metric(
        "tokens_per_second", "Speed", "speed", lambda answer: answer.tokens_per_second,
        "higher", "Fastest", "wrote fastest",
    ),
    _Metric("completion_tokens", "Answer length", "tokens", lambda a: a.completion_tokens),
    _Metric(
        "cost", "Cost", "cost", lambda answer: answer.cost,
        "lower", "Cheapest", "cost least",
    ),
)  # fmt: skip


def summarise(answers: Sequence[AnswerMetrics]) -> RunSummary:
    """Charts and leaders of a run's answers, in the order of their columns."""
    ordered = tuple(sorted(answers, key=lambda answer: answer.position))
    return RunSummary(
        answers=ordered,
        charts=tuple(_chart(metric, ordered) for metric in METRICS),
        leaders=_leaders(ordered),
        complete=sum(answer.is_complete for answer in ordered),
        failed=sum(answer.status == "failed" for answer in ordered),
        stopped=sum(answer.status == "cancelled" for answer in ordered),
    )


def _chart(metric: _Metric, answers: Sequence[AnswerMetrics]) -> Chart:
    longest = max((value for a in answers if (value := _comparable(metric, a))), default=0)
    best = _best_value(metric, answers)
    return Chart(
        key=metric.key,
        title=metric.title,
        unit=metric.unit,
        direction=metric.direction,
        best_word=metric.best_word,
        bars=tuple(_bar(metric, answer, longest, best) for answer in answers),
    )


def _bar(metric: _Metric, answer: AnswerMetrics, longest: Number, best: Number | None) -> Bar:
    value = _comparable(metric, answer)
    return Bar(
        position=answer.position,
        label=answer.label,
        status=answer.status,
        value=value,
        share=round(100 * float(value) / float(longest), 2) if value and longest else 0.0,
        is_best=best is not None and value == best,
        is_estimate=answer.tokens_estimated and metric.key not in {"ttft_ms", "duration_ms"},
    )


def _comparable(metric: _Metric, answer: AnswerMetrics) -> Number | None:
    """The value, of complete answers only: a failed one would win every race."""
    return metric.read(answer) if answer.is_complete else None


def _known_values(metric: _Metric, answers: Sequence[AnswerMetrics]) -> list[Number]:
    values = (_comparable(metric, answer) for answer in answers)
    return sorted(
        (value for value in values if value is not None), reverse=metric.direction == "higher"
    )


def _best_value(metric: _Metric, answers: Sequence[AnswerMetrics]) -> Number | None:
    """The best value, or `None` where nothing is better than anything else."""
    values = _known_values(metric, answers)
    if not metric.direction or len(values) < 2 or values[0] == values[-1]:
        return None
    return values[0]


def _leaders(answers: Sequence[AnswerMetrics]) -> tuple[Leader, ...]:
    """Who wins alone, in the order of the metrics of their first win."""
    wins: dict[int, list[Win]] = {}
    for metric in METRICS:
        best = _best_value(metric, answers)
        holders = [answer for answer in answers if _comparable(metric, answer) == best]
        if best is not None and len(holders) == 1:
            lead = _lead_percent(best, _known_values(metric, answers)[1])
            win = Win(metric.key, metric.unit, metric.claim, metric.direction, best, lead)
            wins.setdefault(holders[0].position, []).append(win)
    labels = {answer.position: answer.label for answer in answers}
    return tuple(Leader(position, labels[position], tuple(won)) for position, won in wins.items())


def _lead_percent(best: Number, second: Number) -> int:
    """How much smaller, or larger, the best is than the next, in percent of the next."""
    return round(100 * abs(float(second) - float(best)) / float(second)) if second else 0
