"""The pages of presets."""

import json
import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import TeamRequest, team_required
from catalog.models import LanguageModel, Preset, PresetQuerySet
from catalog.parameters.forms import PREFIX, panel_of, read_parameters
from catalog.selectors import ModelUnavailable, models_for_picker, resolve_model
from catalog.services import presets as services
from catalog.services.preset_files import (
    MAX_FILE_BYTES,
    InvalidFile,
    export_presets,
    import_presets,
)
from catalog.services.presets import InvalidPreset, NotYours, PresetValues

Errors = dict[str, list[str]]


@require_GET
@team_required
def preset_list(request: TeamRequest) -> HttpResponse:
    return _list(request)


@require_http_methods(["GET", "POST"])
@team_required
def new_preset(request: TeamRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@team_required
def preset_page(request: TeamRequest, preset_id: uuid.UUID) -> HttpResponse:
    return _form(request, _preset(request, preset_id))


@require_POST
@team_required
def duplicate(request: TeamRequest, preset_id: uuid.UUID) -> HttpResponse:
    preset = _preset(request, preset_id)
    try:
        copy = services.duplicate_preset(request.membership, preset)
    except NotYours as error:
        return _list(request, [str(error)], status=403)
    return redirect("preset", copy.pk)


@require_POST
@team_required
def delete(request: TeamRequest, preset_id: uuid.UUID) -> HttpResponse:
    preset = _preset(request, preset_id)
    try:
        services.delete_preset(request.membership, preset)
    except NotYours as error:
        return _list(request, [str(error)], status=403)
    return redirect(f"{reverse('presets')}?deleted={preset.pk}")


@require_POST
@team_required
def restore(request: TeamRequest, preset_id: uuid.UUID) -> HttpResponse:
    preset = Preset.objects.filter(team=request.membership.team, pk=preset_id).first()
    if preset is None:
        raise Http404("There is no such preset.")
    try:
        services.restore_preset(request.membership, preset)
    except NotYours as error:
        raise Http404("There is no such preset.") from error
    except InvalidPreset as error:
        return _list(request, error.errors["name"], status=422)
    return redirect("presets")


@require_POST
@team_required
def favourite(request: TeamRequest, preset_id: uuid.UUID) -> HttpResponse:
    preset = _preset(request, preset_id)
    services.set_favourite(request.membership, preset, request.POST.get("favourite") == "true")
    return redirect("presets")


@require_GET
@team_required
def export(request: TeamRequest) -> HttpResponse:
    text = json.dumps(export_presets(_visible(request)), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="presets.json"'
    return response


@require_POST
@team_required
def import_file(request: TeamRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _list(request, ["Choose a file first."], status=422)
    try:
        # One byte more than allowed tells that there is more.
        import_presets(request.membership, file.read(MAX_FILE_BYTES + 1))
    except InvalidFile as error:
        return _list(request, error.problems, status=422)
    except NotYours as error:
        return _list(request, [str(error)], status=403)
    return redirect("presets")


def _list(
    request: TeamRequest, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    words = request.GET.get("q", "")
    presets = _visible(request)
    shown = presets.search(words) if words else presets
    context = {
        "presets": [(preset, _may_change(request, preset)) for preset in shown],
        "has_any": presets.exists(),
        "words": words,
        "problems": problems or [],
        "deleted": _just_deleted(request),
        "can_run": request.membership.can_run,
    }
    return render(request, "catalog/presets.html", context, status=status)


def _form(request: TeamRequest, preset: Preset | None) -> HttpResponse:
    errors: Errors = {}
    values = _stored(preset)
    if request.method == "POST":
        values, errors = _read(request, preset)
        if not errors:
            errors = _keep(request, preset, values)
        if not errors:
            return redirect("presets")
    context = {
        "preset": preset,
        "values": values,
        "errors": errors,
        "models": models_for_picker(request.membership.team),
        "panel": values.model and panel_of(values.model, values.parameters),
        "may_change": preset is None or _may_change(request, preset),
    }
    return render(request, "catalog/preset.html", context, status=422 if errors else 200)


def _keep(request: TeamRequest, preset: Preset | None, values: PresetValues) -> Errors:
    try:
        if preset is None:
            services.create_preset(request.membership, values)
        else:
            services.update_preset(request.membership, preset, values)
    except InvalidPreset as error:
        return error.errors
    except NotYours as error:
        return {"name": [str(error)]}
    return {}


def _read(request: TeamRequest, preset: Preset | None) -> tuple[PresetValues, Errors]:
    """Return what the form sets, and what is wrong with its model and parameters.

    Without a model there are no fields for parameters: those of a preset for any model stay.
    """
    errors: Errors = {}
    model: LanguageModel | None = None
    parameters: dict[str, object] = {}
    if reference := request.POST.get("model", ""):
        try:
            model = resolve_model(request.membership.team, reference)
            parameters, wrong = read_parameters(request.POST.dict(), model)
            errors = {"parameters": texts} if (texts := _all(wrong)) else {}
        except ModelUnavailable as error:
            errors = {"model": [str(error)]}
    elif any(field.startswith(PREFIX) and value for field, value in request.POST.items()):
        errors = {"model": ["Choose the model that these parameters are for."]}
    elif preset is not None and preset.model is None:
        parameters = preset.parameters
    values = PresetValues(
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
        model=model,
        parameters=parameters,
        system=request.POST.get("system", ""),
        is_shared=request.POST.get("shared") == "true",
    )
    return values, errors


def _stored(preset: Preset | None) -> PresetValues:
    if preset is None:
        return PresetValues("")
    return PresetValues(
        name=preset.name,
        description=preset.description,
        model=preset.model,
        parameters=preset.parameters,
        system=preset.system,
        is_shared=preset.is_shared,
    )


def _all(errors: Errors) -> list[str]:
    return [text for texts in errors.values() for text in texts]


def _visible(request: TeamRequest) -> PresetQuerySet:
    visible = Preset.objects.visible_to(request.user, request.membership.team)
    return visible.favourites_first(request.user)


def _preset(request: TeamRequest, preset_id: uuid.UUID) -> Preset:
    preset = _visible(request).filter(pk=preset_id).first()
    if preset is None:
        raise Http404("There is no such preset.")
    return preset


def _may_change(request: TeamRequest, preset: Preset) -> bool:
    try:
        services.check_may_change(request.membership, preset)
    except NotYours:
        return False
    return True


def _just_deleted(request: TeamRequest) -> Preset | None:
    """The preset that was deleted a moment ago, to offer it back."""
    try:
        deleted = uuid.UUID(request.GET.get("deleted", ""))
    except ValueError:
        return None
    gone = Preset.objects.filter(team=request.membership.team, deleted_at__isnull=False)
    return gone.filter(pk=deleted, created_by=request.user).first()
