"""Models next to each other, line by line, with what differs marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.measured import DAYS, MeasuredSpeed
from catalog.models import LanguageModel
from catalog.parameters import ParameterSpec, specs_for


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of every model. `unit` says how it is written: as text, price or measure."""

    name: str
    unit: str
    values: tuple[object, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """What one parameter may be at every model."""

    name: str
    specs: tuple[ParameterSpec, ...]

    @property
    def differs(self) -> bool:
        return len({_range_of(spec) for spec in self.specs}) > 1


def fact_lines(
    models: Sequence[LanguageModel], speeds: Sequence[MeasuredSpeed | None]
) -> list[FactLine]:
    """Compare the facts of `models`, whose `speeds` come in the same order."""

    def of_models(name: str, unit: str, attribute: str) -> FactLine:
        return FactLine(name, unit, tuple(getattr(model, attribute) for model in models))

    def of_speeds(name: str, unit: str, attribute: str) -> FactLine:
        values = (None if speed is None else getattr(speed, attribute) for speed in speeds)
        return FactLine(name, unit, tuple(values))

    return [
        FactLine("Provider", "text", tuple(model.provider.name for model in models)),
        of_models("Owner", "text", "owner"),
        of_models("Strengths", "text", "strengths"),
        of_models("Context window", "tokens", "context_window"),
        of_models("Max output", "tokens", "max_completion_tokens"),
        of_models("$ per million in", "price", "input_price"),
        of_models("$ per million cached in", "price", "cached_input_price"),
        of_models("$ per million out", "price", "output_price"),
        of_speeds(f"First token here, median of {DAYS} days", "duration", "ttft_ms"),
        of_speeds("Tokens/s here, median", "speed", "tokens_per_second"),
        of_speeds(f"Calls in {DAYS} days", "text", "calls"),
    ]


def parameter_lines(models: Sequence[LanguageModel]) -> list[ParameterLine]:
    """Compare what the parameters may be; every model has a spec of each."""
    by_parameter = zip(*(specs_for(model) for model in models), strict=True)
    return [ParameterLine(specs[0].label, specs) for specs in by_parameter]


def _range_of(spec: ParameterSpec) -> tuple[object, ...]:
    if not spec.is_offered:
        return ()
    return (spec.support, spec.minimum, spec.maximum, spec.choices)
