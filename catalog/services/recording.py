"""What providers say of their models, kept."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from catalog import seed
from catalog.encryption import UnreadableSecret
from catalog.facts import ModelFacts
from catalog.models import LanguageModel, Provider, ProviderKind
from catalog.prices import cleaned_price, current_price
from catalog.signals import refresh_requested

logger = logging.getLogger(__name__)

MAX_NAME_LENGTH = 200
MAX_OWNER_LENGTH = 100
MAX_MESSAGE_LENGTH = 1000
LARGEST_LIMIT = 2**31 - 1
RECORDED_FIELDS = [
    "display_name",
    "owner",
    "context_window",
    "max_completion_tokens",
    "strengths",
    "input_price",
    "cached_input_price",
    "output_price",
    "price_source",
    "effort_levels",
    "is_listed",
    "retired_on",
    "replacement_name",
]

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class CatalogueChanges:
    """Counts of models that a refresh brought, altered, and found missing."""

    added: int = 0
    changed: int = 0
    gone: int = 0


@transaction.atomic
def record_models(
    provider: Provider, facts: Sequence[ModelFacts], now: datetime | None = None
) -> CatalogueChanges:
    """Make the catalogue say what the provider's list says, and what the seed knows beyond it.

    A model that is no longer listed stays, marked so, with its replacement where one is known.
    What the admin set is kept. An empty list from a remote provider is taken for a failure.
    """
    now = now or timezone.now()
    listed = {fact.name: fact for fact in _cleaned(facts)}
    if not listed and provider.kind != ProviderKind.LOCAL:
        record_refresh_failure(provider, f"{provider.name} listed no chat model.", now)
        return CatalogueChanges()
    # Two refreshes at once take turns.
    Provider.objects.select_for_update().get(pk=provider.pk)
    known = {model.name: model for model in LanguageModel.objects.filter(provider=provider)}
    added = [_new_model(provider, fact, now) for name, fact in listed.items() if name not in known]
    seen = [model for name, model in known.items() if name in listed]
    missing = [model for name, model in known.items() if name not in listed and model.is_listed]
    changed = [model for model in seen if _update(model, provider, listed[model.name], now)]
    for model in missing:
        _apply(model, _values_of_gone(model, provider.kind, now.date()))
    LanguageModel.objects.bulk_create(added)
    LanguageModel.objects.bulk_update([*changed, *missing], RECORDED_FIELDS)
    LanguageModel.objects.filter(provider=provider, is_listed=True).update(last_seen_at=now)
    changes = CatalogueChanges(len(added), len(changed), len(missing))
    _note_success(provider, changes, now)
    return changes


def request_refresh(sender: object) -> None:
    """Ask for every active provider's list, soon; the providers say so until it is read."""
    Provider.objects.active().update(refresh_requested_at=timezone.now())
    refresh_requested.send(sender=sender, provider=None)


def record_refresh_failure(provider: Provider, message: str, now: datetime | None = None) -> None:
    """Note that the list could not be had. What is known stays."""
    provider.last_refresh_at = now or timezone.now()
    provider.last_refresh_error = _without_key(provider, message)[:MAX_MESSAGE_LENGTH]
    provider.save(update_fields=["last_refresh_at", "last_refresh_error"])


def retire_model(model: LanguageModel) -> str:
    """Mark a model that its provider turned out not to serve any more; return its replacement.

    The replacement is empty where none is known. A later list that has the model brings it back.
    """
    values = _values_of_gone(model, model.provider.kind, timezone.now().date())
    LanguageModel.objects.filter(pk=model.pk, is_listed=True).update(**values)
    _apply(model, values)
    return model.replacement_name


def _note_success(provider: Provider, changes: CatalogueChanges, now: datetime) -> None:
    provider.last_refresh_at = provider.last_good_refresh_at = now
    provider.last_refresh_error = ""
    provider.last_refresh_added = changes.added
    provider.last_refresh_changed = changes.changed
    provider.last_refresh_gone = changes.gone
    provider.save(
        update_fields=[
            "last_refresh_at",
            "last_good_refresh_at",
            "last_refresh_error",
            "last_refresh_added",
            "last_refresh_changed",
            "last_refresh_gone",
        ]
    )


def _new_model(provider: Provider, fact: ModelFacts, now: datetime) -> LanguageModel:
    model = LanguageModel(provider=provider, name=fact.name)
    _update(model, provider, fact, now)
    return model


def _update(model: LanguageModel, provider: Provider, fact: ModelFacts, now: datetime) -> bool:
    """Bring `model` up to date, unsaved; return whether that changed what people see."""
    values = _values_of_listed(provider.kind, fact, now.date())
    if model.price_source != "admin":
        values |= _price_values(provider, fact)
    return _apply(model, values)


def _apply(model: LanguageModel, values: Values) -> bool:
    changes = {
        name: value
        for name, value in values.items()
        if name not in model.pinned_fields and getattr(model, name) != value
    }
    for name, value in changes.items():
        setattr(model, name, value)
    return bool(changes)


def _values_of_listed(kind: str, fact: ModelFacts, today: date) -> Values:
    """What the list says, completed by the seed; nothing where both are silent."""
    known = seed.known_facts(kind, fact.name)
    retirement = seed.retirement_of(kind, fact.name)
    values: Values = {
        "display_name": fact.display_name or known.display_name,
        "owner": fact.owner or known.owner,
        "context_window": fact.context_window or known.context_window,
        "max_completion_tokens": fact.max_completion_tokens or known.max_completion_tokens,
        "strengths": fact.strengths or known.strengths,
        "effort_levels": list(fact.effort_levels) if fact.effort_levels is not None else None,
    }
    values = {name: value for name, value in values.items() if value not in ("", None)}
    seed_date = retirement.on if retirement and retirement.on >= today else None
    return values | {
        "is_listed": True,
        "retired_on": fact.retires_on or seed_date,
        "replacement_name": retirement.replacement if retirement else "",
    }


def _values_of_gone(model: LanguageModel, kind: str, today: date) -> Values:
    retirement = seed.retirement_of(kind, model.name)
    announced = retirement.on if retirement else model.retired_on
    return {
        "is_listed": False,
        "retired_on": min(announced or today, today),
        "replacement_name": retirement.replacement if retirement else model.replacement_name,
    }


def _price_values(provider: Provider, fact: ModelFacts) -> Values:
    found = current_price(provider.kind, provider.base_url, fact.name, fact.price)
    return {
        "input_price": found.price.input if found else None,
        "cached_input_price": found.price.cached_input if found else None,
        "output_price": found.price.output if found else None,
        "price_source": found.source if found else "",
    }


def _cleaned(facts: Iterable[ModelFacts]) -> Iterable[ModelFacts]:
    """The lists come from outside: keep what the database can hold, leave out what has no name."""
    for fact in facts:
        name = fact.name.replace("\0", "").strip()
        if not name or len(name) > MAX_NAME_LENGTH:
            logger.warning("A model without a usable name was left out: %.50r", fact.name)
            continue
        yield replace(
            fact,
            name=name,
            display_name=fact.display_name.replace("\0", "")[:MAX_NAME_LENGTH],
            owner=fact.owner.replace("\0", "")[:MAX_OWNER_LENGTH],
            context_window=_cleaned_limit(fact.context_window),
            max_completion_tokens=_cleaned_limit(fact.max_completion_tokens),
            strengths=fact.strengths.replace("\0", ""),
            price=cleaned_price(fact.price),
        )


def _cleaned_limit(limit: int | None) -> int | None:
    return limit if limit is not None and 0 < limit <= LARGEST_LIMIT else None


def _without_key(provider: Provider, message: str) -> str:
    """Providers quote the key in some errors; this text is shown to people."""
    try:
        api_key = provider.api_key
    except UnreadableSecret:
        # It was never sent, so nobody can have quoted it.
        return message
    return message.replace(api_key, "…") if api_key else message
