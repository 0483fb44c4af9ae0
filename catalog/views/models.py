"""The catalogue's pages."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import TeamRequest, team_required
from catalog import parameters as parameter_specs
from catalog.filters import CatalogueFilter
from catalog.measured import DAYS, MeasuredSpeed, measured_speeds
from catalog.models import LanguageModel, Provider, ProviderQuerySet
from catalog.selectors import visible_models
from catalog.services import request_refresh
from catalog.side_by_side import fact_lines, parameter_lines

MOST_COMPARED = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A model with what this portal measured of it."""

    model: LanguageModel
    speed: MeasuredSpeed | None


def _speed_of(row: Row) -> float:
    return (row.speed and row.speed.tokens_per_second) or 0


def _ttft_of(row: Row) -> float:
    return (row.speed and row.speed.ttft_ms) or float("inf")


def _price_of(row: Row) -> Decimal:
    price = row.model.output_price
    return Decimal("Infinity") if price is None else price


KEYS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row.model.label.lower(),
    "context": lambda row: -(row.model.context_window or 0),
    "price": _price_of,
    "speed": lambda row: -_speed_of(row),
    "ttft": _ttft_of,
}


@require_GET
@team_required
def model_list(request: TeamRequest) -> HttpResponse:
    visible = visible_models(request.membership.team)
    filters = CatalogueFilter(request.GET, visible, request=request)
    rows = _rows(filters.qs)
    order = filters.form.cleaned_data.get("order")
    if order:
        rows.sort(key=KEYS[order])
    context = {
        "filter": filters,
        "rows": rows,
        "providers": _providers(request),
        "days": DAYS,
        "has_any": bool(rows) or visible.exists(),
    }
    return render(request, "catalog/models.html", context)


@require_GET
@team_required
def model_page(request: TeamRequest, model_id: uuid.UUID) -> HttpResponse:
    model = visible_models(request.membership.team).filter(pk=model_id).first()
    if model is None:
        raise Http404("There is no such model.")
    context = {
        "model": model,
        "speed": measured_speeds().get(model.pk),
        "days": DAYS,
        "specs": parameter_specs.specs_for(model),
    }
    return render(request, "catalog/model.html", context)


@require_GET
@team_required
def compare(request: TeamRequest) -> HttpResponse:
    """The facts of several models next to each other, in the order of the address."""
    wanted = _ids(request.GET.getlist("m"))[:MOST_COMPARED]
    found = visible_models(request.membership.team).in_bulk(wanted)
    rows = _rows(found[model_id] for model_id in wanted if model_id in found)
    models = [row.model for row in rows]
    context = {
        "rows": rows,
        "facts": fact_lines(models, [row.speed for row in rows]),
        "parameters": parameter_lines(models),
    }
    return render(request, "catalog/compare.html", context)


@require_POST
@team_required
def refresh(request: TeamRequest) -> HttpResponse:
    if not request.user.is_staff:
        raise PermissionDenied("Only administrators of the portal refresh its models.")
    request_refresh(refresh)
    return redirect("models")


@require_GET
@team_required
def refresh_state(request: TeamRequest) -> HttpResponse:
    """How the providers' lists stand, as a piece of the page."""
    return render(request, "catalog/_refresh.html", {"providers": _providers(request)})


def _rows(models: Iterable[LanguageModel]) -> list[Row]:
    speeds = measured_speeds()
    return [Row(model, speeds.get(model.pk)) for model in models]


def _providers(request: TeamRequest) -> ProviderQuerySet:
    """The team's providers, those too whose list never came."""
    return Provider.objects.for_team(request.membership.team)


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """Return the ids among `texts`, each once."""
    ids: dict[uuid.UUID, None] = {}
    for text in texts:
        try:
            ids[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(ids)
