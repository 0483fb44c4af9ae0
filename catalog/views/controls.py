"""The controls of a model's parameters, as a piece of whatever page they stand on."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import TeamRequest, team_required
from catalog.parameters.forms import panel_of, read_parameters
from catalog.selectors import visible_models


@require_GET
@team_required
def controls(request: TeamRequest, model_id: uuid.UUID) -> HttpResponse:
    """The model's controls; what the address sets, as `parameter-…`, is set in them."""
    model = visible_models(request.membership.team).filter(pk=model_id).first()
    if model is None:
        raise Http404("There is no such model.")
    values, _ = read_parameters(request.GET.dict(), model)
    return render(request, "catalog/_parameters.html", {"panel": panel_of(model, values)})
