"""The admin's changes to a model's parameters: JSON such as `{"temperature": {"maximum": 1}}`."""

from collections.abc import Callable, Mapping

from catalog.parameters.families import SPECS
from catalog.parameters.specs import ParameterSpec, ParameterType, SpecChange, SpecChanges, Support
from catalog.parameters.values import is_number, is_whole_number

_BY_NAME = {spec.name: spec for spec in SPECS}


def changes_of(overrides: Mapping[str, Mapping[str, object]]) -> SpecChanges:
    """Turn overrides without `override_problems` into changes of specs."""
    return {name: _change(change) for name, change in overrides.items()}


def _change(override: Mapping[str, object]) -> SpecChange:
    change = dict(override)
    if "support" in change:
        change["support"] = Support(str(change["support"]))
    for name in ("choices", "default"):
        value = change.get(name)
        if isinstance(value, list):
            change[name] = tuple(value)
    return change  # type: ignore[return-value]


def override_problems(overrides: object) -> list[str]:
    """Return what is wrong with the JSON an admin wrote, a sentence each; empty if nothing is."""
    if not isinstance(overrides, Mapping):
        return ['Write an object, such as {"temperature": {"maximum": 1}}.']
    problems: list[str] = []
    for name, change in overrides.items():
        spec = _BY_NAME.get(name)
        if spec is None:
            problems.append(f"{name} is not a parameter. There are: {', '.join(_BY_NAME)}.")
        elif not isinstance(change, Mapping):
            problems.append(f'{name} needs an object, such as {{"support": "refused"}}.')
        else:
            problems.extend(_problems_of_change(spec, change))
    return problems


def _problems_of_change(spec: ParameterSpec, change: Mapping[str, object]) -> list[str]:
    problems = [
        f"{spec.name}.{key} cannot be changed. What can: {', '.join(_CHECKS)}."
        for key in change
        if key not in _CHECKS
    ]
    for key, (is_right, wanted) in _CHECKS.items():
        if key in change and not is_right(spec, change[key]):
            problems.append(f"{spec.name}.{key} must be {wanted}.")
    minimum, maximum = change.get("minimum", spec.minimum), change.get("maximum")
    if is_number(minimum) and is_number(maximum) and minimum > maximum:
        problems.append(f"{spec.name}.maximum must not be below its minimum, {minimum:g}.")
    return problems


def _is_limit(spec: ParameterSpec, value: object) -> bool:
    if spec.type is ParameterType.NUMBER:
        return is_number(value)
    return spec.type is not ParameterType.CHOICE and is_whole_number(value)


def _is_step(spec: ParameterSpec, value: object) -> bool:
    return is_number(value) and value > 0


def _is_default(spec: ParameterSpec, value: object) -> bool:
    match spec.type:
        case ParameterType.NUMBER:
            return is_number(value)
        case ParameterType.INTEGER:
            return is_whole_number(value)
        case ParameterType.CHOICE:
            return isinstance(value, str)
        case ParameterType.LIST:
            return _are_texts(spec, value)


def _are_texts(spec: ParameterSpec, value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, str) and entry for entry in value)
    )


def _are_choices(spec: ParameterSpec, value: object) -> bool:
    return spec.type is ParameterType.CHOICE and _are_texts(spec, value)


def _is_text(spec: ParameterSpec, value: object) -> bool:
    return isinstance(value, str)


def _is_other_parameter(spec: ParameterSpec, value: object) -> bool:
    return value in _BY_NAME and value != spec.name


def _is_support(spec: ParameterSpec, value: object) -> bool:
    return isinstance(value, str) and value in set(Support)


_CHECKS: dict[str, tuple[Callable[[ParameterSpec, object], bool], str]] = {
    "support": (_is_support, f"one of {', '.join(Support)}"),
    "minimum": (_is_limit, "a number of this parameter's type"),
    "maximum": (_is_limit, "a number of this parameter's type"),
    "step": (_is_step, "a number above 0"),
    "default": (_is_default, "a value of this parameter's type"),
    "choices": (_are_choices, "a list of texts, for a parameter with choices"),
    "not_with": (_is_other_parameter, "the name of another parameter"),
    "note": (_is_text, "a text"),
    "help": (_is_text, "a text"),
}
