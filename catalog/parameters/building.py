"""A model's specs: the common ones, changed by its family, its own facts and the admin."""

from __future__ import annotations

import logging
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from catalog.parameters.families import RULES, SPECS
from catalog.parameters.overrides import changes_of, override_problems
from catalog.parameters.specs import ParameterSpec, ParameterType, SpecChanges, Support

if TYPE_CHECKING:
    from catalog.models import LanguageModel

logger = logging.getLogger(__name__)

Specs = tuple[ParameterSpec, ...]


def specs_for(model: LanguageModel) -> Specs:
    """Every parameter mmchat knows, as `model` takes it; what it refuses is there, marked so."""
    provider = model.provider
    specs = _family_specs(provider.kind, server_of(provider.base_url), model.name.lower())
    specs = _changed(specs, _changes_of_facts(model))
    specs = _changed(specs, _changes_of_admin(model))
    return _consistent(specs)


def offered_specs(model: LanguageModel) -> Specs:
    """The parameters that a form shows for `model`."""
    return tuple(spec for spec in specs_for(model) if spec.is_offered)


def server_of(base_url: str) -> str:
    """`host:port` of an address, in lower case, without a password that may stand before it."""
    return urlsplit(base_url).netloc.rpartition("@")[2].lower()


@lru_cache(maxsize=4096)
def _family_specs(kind: str, server: str, name: str) -> Specs:
    specs = SPECS
    for rule in RULES:
        if rule.kind == kind and _any(rule.models, name) and _any(rule.servers, server):
            specs = _changed(specs, rule.changes)
    return specs


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _changed(specs: Specs, changes: SpecChanges) -> Specs:
    return tuple(
        replace(spec, **changes[spec.name]) if spec.name in changes else spec for spec in specs
    )


def _changes_of_facts(model: LanguageModel) -> SpecChanges:
    changes: SpecChanges = {}
    limit = model.max_completion_tokens or model.context_window
    if limit:
        changes["max_completion_tokens"] = {"maximum": limit}
    if model.effort_levels is not None:
        levels = tuple(model.effort_levels)
        changes["reasoning_effort"] = {
            "support": Support.WORKS if levels else Support.REFUSED,
            "choices": levels,
            "note": "",
        }
    return changes


def _changes_of_admin(model: LanguageModel) -> SpecChanges:
    problems = override_problems(model.parameter_overrides)
    if problems:
        logger.warning("The parameter overrides of %s are not used: %s", model, " ".join(problems))
        return {}
    return changes_of(model.parameter_overrides)


def _consistent(specs: Specs) -> Specs:
    """Refuse what depends on a value that this model cannot have; keep defaults within limits."""
    by_name = {spec.name: spec for spec in specs}
    return tuple(_within_limits(_possible(spec, by_name)) for spec in specs)


def _possible(spec: ParameterSpec, by_name: dict[str, ParameterSpec]) -> ParameterSpec:
    if spec.only_with is None:
        return spec
    other = by_name[spec.only_with.name]
    if other.is_offered and set(spec.only_with.values) & set(other.choices):
        return spec
    return replace(spec, support=Support.REFUSED, note="", only_with=None)


def _within_limits(spec: ParameterSpec) -> ParameterSpec:
    default = spec.default
    if spec.type is ParameterType.CHOICE:
        return spec if default in spec.choices else replace(spec, default=None)
    if isinstance(default, int | float):
        if spec.maximum is not None and default > spec.maximum:
            return replace(spec, default=spec.maximum)
        if spec.minimum is not None and default < spec.minimum:
            return replace(spec, default=spec.minimum)
    return spec
