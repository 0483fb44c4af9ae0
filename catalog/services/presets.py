"""Keeping presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from catalog import parameters as parameter_specs
from catalog.models import LanguageModel, Preset, PresetFavourite

NAME_LENGTH = 100
DESCRIPTION_LENGTH = 1000


class InvalidPreset(Exception):
    """What can't be kept; `errors` has every reason, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


class NotYours(Exception):
    """A preset that this person may use and not change."""

    def __init__(self) -> None:
        super().__init__("Only who made a preset, and the team's admins, may change it.")


@dataclass(frozen=True, slots=True)
class PresetValues:
    """Everything of a preset that a person sets."""

    name: str
    description: str = ""
    model: LanguageModel | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    system: str = ""
    is_shared: bool = False


def create_preset(member: Membership, values: PresetValues) -> Preset:
    """Raises `InvalidPreset`, and `NotYours` for viewers."""
    _check_may_make(member)
    preset = Preset(team=member.team, created_by=member.user)
    return _keep(preset, values)


def update_preset(member: Membership, preset: Preset, values: PresetValues) -> Preset:
    """Raises `InvalidPreset` and `NotYours`."""
    check_may_change(member, preset)
    return _keep(preset, values)


def duplicate_preset(member: Membership, preset: Preset) -> Preset:
    """Make a private copy with a name that is free. Raises `NotYours` for viewers."""
    _check_may_make(member)
    values = PresetValues(
        name=free_name(member, preset.name),
        description=preset.description,
        model=preset.model,
        parameters=preset.parameters,
        system=preset.system,
    )
    return _keep(Preset(team=member.team, created_by=member.user), values, checks_parameters=False)


def delete_preset(member: Membership, preset: Preset) -> None:
    """Take the preset out of sight; `restore_preset` brings it back. Raises `NotYours`."""
    check_may_change(member, preset)
    preset.deleted_at = timezone.now()
    preset.save(update_fields=["deleted_at"])


def restore_preset(member: Membership, preset: Preset) -> None:
    """Raises `NotYours`, and `InvalidPreset` when the name was taken meanwhile."""
    check_may_change(member, preset)
    preset.deleted_at = None
    try:
        with transaction.atomic():
            preset.save(update_fields=["deleted_at"])
    except IntegrityError as error:
        raise InvalidPreset({"name": [_taken(preset.name)]}) from error


def set_favourite(member: Membership, preset: Preset, is_favourite: bool) -> None:
    if is_favourite:
        PresetFavourite.objects.get_or_create(user=member.user, preset=preset)
    else:
        PresetFavourite.objects.filter(user=member.user, preset=preset).delete()


def check_may_change(member: Membership, preset: Preset) -> None:
    """Raises `NotYours`."""
    is_own = preset.created_by_id == member.user_id
    if not (member.can_run and (is_own or (preset.is_shared and member.can_administer))):
        raise NotYours


def _check_may_make(member: Membership) -> None:
    if not member.can_run:
        raise NotYours


def free_name(member: Membership, name: str) -> str:
    """Return `name`, or it with a number, as no other preset of the person is called."""
    taken = set(
        Preset.objects.filter(
            team=member.team, created_by=member.user, deleted_at__isnull=True
        ).values_list("name", flat=True)
    )
    candidate, number = name, 2
    while candidate in taken:
        suffix = f" ({number})"
        candidate = name[: NAME_LENGTH - len(suffix)] + suffix
        number += 1
    return candidate


@dataclass(frozen=True, slots=True)
class PresetFit:
    """What of a preset a model takes, and by name why it does not take the rest."""

    parameters: dict[str, object]
    refused: dict[str, list[str]]


def fit_preset(preset: Preset, model: LanguageModel) -> PresetFit:
    """Part a preset's parameters into what `model` takes and what it does not."""
    refused = parameter_specs.validate(preset.parameters, model)
    kept = {name: value for name, value in preset.parameters.items() if name not in refused}
    return PresetFit(kept, refused)


def problems_of(values: PresetValues) -> dict[str, list[str]]:
    """Return every reason why these values can't be kept, by field."""
    problems = {
        "name": _problems_of_name(values.name),
        "description": _problems_of_text(values.description, DESCRIPTION_LENGTH),
        "system": _problems_of_text(values.system, settings.MAX_PROMPT_CHARACTERS),
        "parameters": _problems_of_parameters(values),
    }
    return {name: texts for name, texts in problems.items() if texts}


def _keep(preset: Preset, values: PresetValues, *, checks_parameters: bool = True) -> Preset:
    problems = problems_of(values)
    if not checks_parameters:
        problems.pop("parameters", None)
    if problems:
        raise InvalidPreset(problems)
    preset.name = values.name.strip()
    preset.description = values.description
    preset.model = values.model
    preset.parameters = dict(values.parameters)
    preset.system = values.system
    preset.is_shared = values.is_shared
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError as error:
        raise InvalidPreset({"name": [_taken(preset.name)]}) from error
    return preset


def _taken(name: str) -> str:
    return f"You have a preset called “{name}” already. Choose another name."


def _problems_of_name(name: str) -> list[str]:
    if not name.strip():
        return ["Give the preset a name."]
    return _problems_of_text(name.strip(), NAME_LENGTH)


def _problems_of_text(text: str, limit: int) -> list[str]:
    problems = []
    if len(text) > limit:
        problems.append(f"At most {limit:,} characters are allowed; these are {len(text):,}.")
    if "\0" in text:
        problems.append("NUL characters can't be stored. Remove them.")
    return problems


def _problems_of_parameters(values: PresetValues) -> list[str]:
    """With a model, its specs judge; without one, a value must be right for some model."""
    if values.model is not None:
        judged = parameter_specs.validate(values.parameters, values.model)
    else:
        judged = parameter_specs.validate_for_any(values.parameters)
    return [text for texts in judged.values() for text in texts]
