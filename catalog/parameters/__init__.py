"""What may be set for each model, within what limits, and whether it does anything there."""

from catalog.parameters.building import offered_specs, specs_for
from catalog.parameters.overrides import override_problems
from catalog.parameters.specs import ParameterSpec, ParameterType, Requirement, Support
from catalog.parameters.validation import validate, validate_for_any, with_required

__all__ = [
    "ParameterSpec",
    "ParameterType",
    "Requirement",
    "Support",
    "offered_specs",
    "override_problems",
    "specs_for",
    "validate",
    "validate_for_any",
    "with_required",
]
