"""Which models a team may use, and why it may not use the others."""

import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from catalog import seed
from catalog.models import LanguageModel, LanguageModelQuerySet, ModelStatus

LONGEST_REFERENCE = 300


class ModelUnavailable(Exception):
    """A reference that a team cannot use; the message says why, for a person.

    Another team's model and one that does not exist give the same message.
    """


def visible_models(team: Team) -> LanguageModelQuerySet:
    """Every model of the team's providers, usable or not, with its provider; one query."""
    return LanguageModel.objects.for_team(team).select_related("provider")


def models_for_picker(team: Team) -> LanguageModelQuerySet:
    """The models to choose from, with their providers; one query."""
    return visible_models(team).usable()


def resolve_model(team: Team, reference: str) -> LanguageModel:
    """Return the model that `reference` (an id or `provider/name`) means to `team`.

    Raises `ModelUnavailable`.
    """
    found = find_models(team, [reference])[reference]
    if isinstance(found, ModelUnavailable):
        raise found
    return found


def find_models(
    team: Team, references: Iterable[str]
) -> dict[str, LanguageModel | ModelUnavailable]:
    """Resolve several references in one query; the callers limit how many there may be."""
    wanted = list(dict.fromkeys(references))
    searches = {reference: _search(reference) for reference in wanted}
    condition = Q(pk__in=[])
    for search in searches.values():
        if search is not None:
            condition |= search
    by_reference: dict[str, LanguageModel] = {}
    for model in visible_models(team).filter(condition):
        by_reference[str(model.pk)] = by_reference[model.full_name] = model
    return {
        reference: _usable_or_reason(reference, by_reference.get(_canonical(reference)))
        for reference in wanted
    }


def replacement_for(name: str) -> str:
    """Return what replaces a retired model, named with or without its provider; empty: unknown."""
    retirement = _past_retirement(name)
    return retirement.replacement if retirement else ""


def _search(reference: str) -> Q | None:
    """Return what finds the model; `None` for what no model can be called."""
    if len(reference) > LONGEST_REFERENCE or "\0" in reference:
        return None
    model_id = _parsed_id(reference)
    if model_id is not None:
        return Q(pk=model_id)
    slug, _, name = reference.partition("/")
    return Q(provider__slug=slug, name=name) if slug and name else None


def _canonical(reference: str) -> str:
    model_id = _parsed_id(reference)
    return reference if model_id is None else str(model_id)


def _parsed_id(reference: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(reference)
    except ValueError:
        return None


def _usable_or_reason(
    reference: str, model: LanguageModel | None
) -> LanguageModel | ModelUnavailable:
    if model is None:
        return ModelUnavailable(_unknown_message(reference))
    if model.is_usable:
        return model
    return ModelUnavailable(_unusable_message(model))


def _unknown_message(reference: str) -> str:
    shown = reference if len(reference) <= 100 else f"{reference[:100]}…"
    retirement = _past_retirement(reference)
    if retirement is None:
        return f"There is no model “{shown}”."
    gone = f"“{shown}” was retired by its provider on {retirement.on:%d %b %Y}."
    return f"{gone} Use {retirement.replacement} instead." if retirement.replacement else gone


def _unusable_message(model: LanguageModel) -> str:
    match model.status:
        case ModelStatus.RETIRED:
            since = f" since {model.retired_on:%d %b %Y}" if model.retired_on else ""
            gone = f"{model.full_name} is no longer offered{since}."
            replacement = model.replacement_name
            return f"{gone} Use {replacement} instead." if replacement else gone
        case ModelStatus.UNAVAILABLE:
            return f"{model.full_name} cannot be used now. {model.provider.unavailable_reason}"
        case _:
            return f"{model.full_name} is switched off."


def _past_retirement(reference: str) -> seed.Retirement | None:
    today = timezone.now().date()
    found = [
        *seed.retirements_named(reference),
        *seed.retirements_named(reference.partition("/")[2]),
    ]
    return next((retirement for retirement in found if retirement.on <= today), None)
