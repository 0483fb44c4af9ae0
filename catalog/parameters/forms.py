"""Parameters as form fields: named `parameter-…`, empty where the person sets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.parameters.building import specs_for
from catalog.parameters.specs import ParameterSpec, ParameterType, ParameterValue, Support
from catalog.parameters.validation import validate

if TYPE_CHECKING:
    from catalog.models import LanguageModel

PREFIX = "parameter-"

# How a list's entries are written one per line, though an entry may hold a line break itself.
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def read_parameters(
    posted: Mapping[str, object], model: LanguageModel
) -> tuple[dict[str, object], dict[str, list[str]]]:
    """Return what the fields set, typed after the specs, and every violation by parameter name.

    A text that is no number stays a text, so that the violation names what is wanted instead.
    """
    specs = {spec.name: spec for spec in specs_for(model)}
    values: dict[str, object] = {}
    for field, raw in posted.items():
        if not field.startswith(PREFIX) or not isinstance(raw, str):
            continue
        name = field.removeprefix(PREFIX)
        if _is_empty(raw, specs.get(name)):
            continue
        values[name] = _typed(specs[name], raw) if name in specs else raw
    return values, validate(values, model)


def field_texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return what the fields of `values` hold, by field name."""
    return {f"{PREFIX}{name}": field_text(value) for name, value in values.items()}


def field_text(value: object) -> str:
    """Write a value as its field shows it; `read_parameters` reads it back."""
    if isinstance(value, list | tuple):
        return "\n".join(_escaped(str(entry)) for entry in value)
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Control:
    """One parameter as the panel shows it."""

    spec: ParameterSpec
    text: str = ""
    problem: str = ""

    @property
    def field_name(self) -> str:
        return f"{PREFIX}{self.spec.name}"

    @property
    def kind(self) -> ParameterType:
        return self.spec.type

    @property
    def has_effect(self) -> bool:
        return self.spec.support is not Support.NO_EFFECT

    @property
    def has_slider(self) -> bool:
        """A slider over millions of values sets none of them."""
        spec = self.spec
        if spec.type not in {ParameterType.NUMBER, ParameterType.INTEGER}:
            return False
        return spec.minimum is not None and spec.maximum is not None and spec.name != "seed"

    @property
    def default_text(self) -> str:
        return field_text(self.spec.default)

    @property
    def slider_text(self) -> str:
        """Where the slider stands: at the value, the default, or the middle."""
        spec = self.spec
        middle = ((spec.minimum or 0) + (spec.maximum or 0)) / 2
        return self.text or self.default_text or str(middle)


@dataclass(frozen=True, slots=True)
class Panel:
    """All controls of a model, and the labels of what it does not take."""

    model: LanguageModel
    controls: tuple[Control, ...]
    refused: tuple[str, ...]


def panel_of(
    model: LanguageModel, values: Mapping[str, ParameterValue | object] | None = None
) -> Panel:
    """Make the panel with `values` set; what is not right says why."""
    values = values or {}
    problems = validate(values, model)
    specs = specs_for(model)
    return Panel(
        model=model,
        controls=tuple(
            Control(spec, field_text(values.get(spec.name)), " ".join(problems.get(spec.name, [])))
            for spec in specs
            if spec.is_offered or spec.name in problems
        ),
        refused=tuple(
            spec.label for spec in specs if not spec.is_offered and spec.name not in problems
        ),
    )


def _is_empty(raw: str, spec: ParameterSpec | None) -> bool:
    """Spaces alone set nothing, except in a list: they may well be where an answer is to stop."""
    is_list = spec is not None and spec.type is ParameterType.LIST
    return not (raw.strip("\r\n") if is_list else raw.strip())


def _typed(spec: ParameterSpec, raw: str) -> object:
    match spec.type:
        case ParameterType.LIST:
            return [_unescaped(line) for line in raw.replace("\r\n", "\n").split("\n") if line]
        case ParameterType.CHOICE:
            return raw.strip()
        case ParameterType.INTEGER | ParameterType.NUMBER:
            return _number(raw.strip())


def _number(raw: str) -> object:
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        return float(raw)
    except ValueError:
        return raw


def _escaped(entry: str) -> str:
    for plain, written in _ESCAPES:
        entry = entry.replace(plain, written)
    return entry


def _unescaped(line: str) -> str:
    read = {"n": "\n", "r": "\r", "t": "\t"}
    parts = iter(line.split("\\"))
    entry = next(parts)
    for part in parts:
        if part:
            entry += read.get(part[0], part[0]) + part[1:]
        else:
            entry += "\\" + next(parts, "")
    return entry
