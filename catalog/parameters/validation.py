"""Whether what a person set suits the model, said in sentences that name both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from catalog.parameters.building import specs_for
from catalog.parameters.families import SPECS
from catalog.parameters.specs import ParameterSpec, ParameterType, ParameterValue, Support
from catalog.parameters.values import is_number, is_whole_number

if TYPE_CHECKING:
    from catalog.models import LanguageModel

MAX_TEXT_LENGTH = 200


def validate(parameters: Mapping[str, object], model: LanguageModel) -> dict[str, list[str]]:
    """Return every violation, by parameter name; empty when all may be sent to `model`."""
    specs = {spec.name: spec for spec in specs_for(model)}
    errors: dict[str, list[str]] = {}
    for name, value in parameters.items():
        spec = specs.get(name)
        if spec is None:
            errors[name] = [f"{_shortened(name)} is not a parameter of {model.name}."]
        elif problem := _problem(spec, value, parameters, model.name):
            errors[name] = [problem]
    return errors


def validate_for_any(parameters: Mapping[str, object]) -> dict[str, list[str]]:
    """Return what no model could take, by parameter name: for presets that are for any model."""
    specs = {spec.name: spec for spec in SPECS}
    errors: dict[str, list[str]] = {}
    for name, value in parameters.items():
        spec = specs.get(name)
        if spec is None:
            errors[name] = [f"{_shortened(name)} is not a parameter of any model."]
        elif not _is_right_for_some(spec, value):
            errors[name] = [f"{spec.name} must be {_wanted(spec)}."]
    return errors


def with_required(
    parameters: Mapping[str, object], model: LanguageModel
) -> dict[str, object | ParameterValue]:
    """Return `parameters` and, where the user set none, the values that must always be sent.

    Anthropic requires a limit of the answer's length; Groq without one reserves the model's whole
    maximum from the tokens per minute.
    """
    required = {
        spec.name: spec.default
        for spec in specs_for(model)
        if spec.is_always_sent and spec.default is not None
    }
    return required | dict(parameters)


def _problem(
    spec: ParameterSpec, value: object, parameters: Mapping[str, object], model_name: str
) -> str:
    if spec.support is Support.REFUSED:
        return f"{spec.name} is not supported by {model_name}."
    if not _is_right(spec, value):
        return f"{spec.name} must be {_wanted(spec)} for {model_name}."
    if spec.not_with in parameters:
        return f"{spec.name} and {spec.not_with} cannot both be set for {model_name}."
    needed = spec.only_with
    if needed is not None and parameters.get(needed.name) not in needed.values:
        return f"{spec.name} is not supported by {model_name} unless {needed}."
    return ""


def _is_right(spec: ParameterSpec, value: object) -> bool:
    match spec.type:
        case ParameterType.NUMBER:
            return is_number(value) and _is_within(spec, value)
        case ParameterType.INTEGER:
            return is_whole_number(value) and _is_within(spec, value)
        case ParameterType.CHOICE:
            return isinstance(value, str) and value in spec.choices
        case ParameterType.LIST:
            return (
                isinstance(value, list | tuple)
                and _is_within(spec, len(value))
                and all(_is_text(entry) for entry in value)
            )


def _is_right_for_some(spec: ParameterSpec, value: object) -> bool:
    """Models differ in their choices and in how many entries they take, not beyond the ranges."""
    match spec.type:
        case ParameterType.CHOICE:
            return _is_text(value)
        case ParameterType.LIST:
            return isinstance(value, list | tuple) and bool(value) and all(map(_is_text, value))
        case _:
            return _is_right(spec, value)


def _is_within(spec: ParameterSpec, value: float) -> bool:
    return (spec.minimum is None or value >= spec.minimum) and (
        spec.maximum is None or value <= spec.maximum
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT_LENGTH and "\0" not in value


def _wanted(spec: ParameterSpec) -> str:
    match spec.type:
        case ParameterType.NUMBER:
            return f"a number{_range(spec)}"
        case ParameterType.INTEGER:
            return f"a whole number{_range(spec)}"
        case ParameterType.CHOICE:
            return f"one of {', '.join(spec.choices)}"
        case ParameterType.LIST:
            return (
                f"a list of 1 to {_figure(spec.maximum)} texts of at most"
                f" {MAX_TEXT_LENGTH} characters"
            )


def _range(spec: ParameterSpec) -> str:
    if spec.minimum is not None and spec.maximum is not None:
        return f" from {_figure(spec.minimum)} to {_figure(spec.maximum)}"
    if spec.minimum is not None:
        return f" of at least {_figure(spec.minimum)}"
    return ""


def _figure(number: float | None) -> str:
    """0.5 as `0.5`, 2.0 as `2`, 128000 as `128000`: what can be typed back."""
    if number is None:
        return "many"
    return str(int(number)) if number == int(number) else str(number)


def _shortened(name: str) -> str:
    return name if len(name) <= 50 else f"{name[:50]}…"
