"""Presets as a JSON file: exact both ways, and nothing half-imported."""

import json
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from accounts.models import Membership
from catalog.models import LanguageModel, Preset
from catalog.selectors import ModelUnavailable, find_models
from catalog.services.presets import (
    InvalidPreset,
    PresetValues,
    create_preset,
    free_name,
    problems_of,
)

VERSION = 1
MAX_FILE_BYTES = 1_000_000
MAX_PRESETS = 500
_TYPES: dict[str, tuple[type, str]] = {
    "name": (str, "a text"),
    "description": (str, "a text"),
    "model": (str, "a model as provider/name"),
    "parameters": (dict, "an object"),
    "system": (str, "a text"),
    "shared": (bool, "true or false"),
}


class InvalidFile(Exception):
    """A file that can't be imported; `problems` has every reason, each with its entry."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


def export_presets(presets: Iterable[Preset]) -> dict[str, object]:
    """Return the presets as plain values; `import_presets` makes the same of them again."""
    return {"version": VERSION, "presets": [_entry(preset) for preset in presets]}


def import_presets(member: Membership, text: str | bytes) -> list[Preset]:
    """Make the presets of a file, all or none; a name that is taken gets a number.

    A model that the team has not is left open, so that a file goes from one portal to another.
    Raises `InvalidFile`.
    """
    entries = _entries(text)
    problems = [
        f"Preset {number}: {problem}"
        for number, entry in enumerate(entries, start=1)
        for problem in _problems_of_entry(entry)
    ]
    if problems:
        raise InvalidFile(problems)
    values = _values(member, entries)
    problems = [
        f"Preset {number}, {field}: {text}"
        for number, each in enumerate(values, start=1)
        for field, texts in problems_of(each).items()
        for text in texts
    ]
    if problems:
        raise InvalidFile(problems)
    return _create(member, values)


@transaction.atomic
def _create(member: Membership, values: Sequence[PresetValues]) -> list[Preset]:
    presets = []
    for each in values:
        named = PresetValues(
            name=free_name(member, each.name.strip()),
            description=each.description,
            model=each.model,
            parameters=each.parameters,
            system=each.system,
            is_shared=each.is_shared,
        )
        try:
            presets.append(create_preset(member, named))
        except InvalidPreset as error:
            raise InvalidFile(
                [text for texts in error.errors.values() for text in texts]
            ) from error
    return presets


def _entry(preset: Preset) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": preset.name,
        "description": preset.description,
        "parameters": preset.parameters,
        "system": preset.system,
        "shared": preset.is_shared,
    }
    return entry if preset.model is None else entry | {"model": preset.model.full_name}


def _entries(text: str | bytes) -> list[object]:
    if len(text) > MAX_FILE_BYTES:
        raise InvalidFile([f"The file is larger than {MAX_FILE_BYTES:,} bytes."])
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidFile([f"The file is not JSON: {error}."]) from error
    if not isinstance(document, dict) or set(document) != {"version", "presets"}:
        raise InvalidFile(['The file must be an object with "version" and "presets".'])
    if document["version"] != VERSION:
        raise InvalidFile([f"The file's version must be {VERSION}."])
    entries = document["presets"]
    if not isinstance(entries, list) or not entries:
        raise InvalidFile(['"presets" must be a list with at least one preset.'])
    if len(entries) > MAX_PRESETS:
        raise InvalidFile([f"At most {MAX_PRESETS} presets go into one file."])
    return entries


def _problems_of_entry(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return ["it must be an object."]
    problems = [f"“{name}” is not a field of a preset." for name in entry if name not in _TYPES]
    for name, (wanted_type, wanted) in _TYPES.items():
        if name in entry and not isinstance(entry[name], wanted_type):
            problems.append(f"{name} must be {wanted}.")
    if "name" not in entry:
        problems.append("it has no name.")
    return problems


def _values(member: Membership, entries: Sequence[object]) -> list[PresetValues]:
    fields: list[Mapping[str, object]] = [entry for entry in entries if isinstance(entry, dict)]
    found = find_models(member.team, [str(entry["model"]) for entry in fields if "model" in entry])
    return [_values_of(entry, found) for entry in fields]


def _values_of(
    entry: Mapping[str, object], found: Mapping[str, LanguageModel | ModelUnavailable]
) -> PresetValues:
    model = found.get(str(entry.get("model", "")))
    parameters = entry.get("parameters", {})
    return PresetValues(
        name=str(entry["name"]),
        description=str(entry.get("description", "")),
        model=model if isinstance(model, LanguageModel) else None,
        parameters=parameters if isinstance(parameters, dict) else {},
        system=str(entry.get("system", "")),
        is_shared=entry.get("shared") is True,
    )
