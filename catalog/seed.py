"""What is known of models beyond the providers' lists: `seed.toml`, read once."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from catalog.facts import ModelFacts

SEED_FILE = Path(__file__).with_name("seed.toml")


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a provider stops serving a model, and what to take instead, if that is known."""

    kind: str
    name: str
    on: date
    replacement: str


@dataclass(frozen=True, slots=True)
class Seed:
    """Both maps go by provider kind and model name."""

    facts: dict[tuple[str, str], ModelFacts]
    retirements: dict[tuple[str, str], Retirement]


def known_facts(kind: str, name: str) -> ModelFacts:
    """Return what the seed says of a model: at least its name."""
    return load_seed().facts.get((kind, name), ModelFacts(name=name))


def retirement_of(kind: str, name: str) -> Retirement | None:
    return load_seed().retirements.get((kind, name))


def retirements_named(name: str) -> list[Retirement]:
    """Retirements of a model of this name, at any kind of provider."""
    return [found for found in load_seed().retirements.values() if found.name == name]


@cache
def load_seed() -> Seed:
    kinds = tomllib.loads(SEED_FILE.read_text(encoding="utf-8"))
    facts = {
        (kind, name): ModelFacts(name=name, **entry)
        for kind, tables in kinds.items()
        for name, entry in tables.get("models", {}).items()
    }
    retirements = {
        (kind, name): Retirement(kind, name, entry["on"], entry.get("replacement", ""))
        for kind, tables in kinds.items()
        for name, entry in tables.get("retired", {}).items()
    }
    return Seed(facts, retirements)
