"""The list of chats, and new ones."""

import uuid

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import TeamRequest, team_required
from catalog.models import LanguageModel, LanguageModelQuerySet, Preset
from catalog.parameters.forms import panel_of, read_parameters
from catalog.selectors import ModelUnavailable, models_for_picker
from catalog.services.presets import fit_preset
from chats import services
from chats.filters import ChatFilter
from chats.models import Chat
from chats.services import InvalidMessage
from chats.services.chats import InvalidChat
from chats.views.requests import asker_of, chosen_model, named_id
from inference.models import Generation, Status

CHATS_PER_PAGE = 50

Errors = dict[str, list[str]]


@require_GET
@team_required
def chat_list(request: TeamRequest) -> HttpResponse:
    chats = Chat.objects.of(request.user, request.membership.team)
    filters = ChatFilter(request.GET, chats.select_related("model"), request=request)
    page = Paginator(filters.qs.filter(pinned_at__isnull=True), CHATS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    pinned = filters.qs.filter(pinned_at__isnull=False) if page.number == 1 else []
    context = {
        "filter": filters,
        "page_obj": page,
        "pinned": pinned,
        "deleted": _just_deleted(request),
    }
    return render(request, "chats/list.html", context)


@require_http_methods(["GET", "POST"])
@team_required
def new_chat(request: TeamRequest) -> HttpResponse:
    errors: Errors = {}
    if request.method == "POST":
        chat, errors = _start(request)
        if chat is not None:
            return redirect("chat", chat.pk)
    models = models_for_picker(request.membership.team)
    preset = _preset(request)
    chosen = _preselected(request, models, preset)
    set_values = _set_values(request, chosen, preset)
    context = {
        "models": models,
        "chosen": chosen,
        "text": request.POST.get("content", ""),
        "system": request.POST.get("system", preset.system if preset else ""),
        "preset": preset,
        "refused": fit_preset(preset, chosen).refused if preset and chosen else {},
        "panel": chosen and panel_of(chosen, set_values),
        "errors": errors,
        "max_prompt_characters": settings.MAX_PROMPT_CHARACTERS,
    }
    return render(request, "chats/new.html", context, status=422 if errors else 200)


@require_POST
@team_required
def continue_generation(request: TeamRequest) -> HttpResponse:
    """Make a chat of an answer that the team was given, to go on from there."""
    asker = asker_of(request)
    answers = Generation.objects.readable_by(asker.user, asker.team).with_model()
    generation = get_object_or_404(answers, pk=named_id(request.POST.get("generation")))
    if generation.status != Status.SUCCEEDED:
        raise Http404("Only an answer that has ended well can be continued.")
    return redirect("chat", services.continue_from(asker, generation).pk)


def _just_deleted(request: TeamRequest) -> Chat | None:
    """The chat that was deleted a moment ago, to offer it back."""
    try:
        deleted = uuid.UUID(request.GET.get("deleted", ""))
    except ValueError:
        return None
    gone = Chat.objects.filter(user=request.user, team=request.membership.team)
    return gone.filter(pk=deleted, deleted_at__isnull=False).first()


def _start(request: TeamRequest) -> tuple[Chat | None, Errors]:
    """Make a chat with its first question, or return all that is wrong and make nothing."""
    asker = asker_of(request)
    try:
        model = chosen_model(request, request.POST.get("model", ""))
    except ModelUnavailable as error:
        return None, {"model": [str(error)]}
    values, wrong = read_parameters(request.POST.dict(), model)
    if wrong:
        return None, {"parameters": [text for texts in wrong.values() for text in texts]}
    try:
        with transaction.atomic():
            chat = services.create_chat(
                asker, model, parameters=values, system=request.POST.get("system", "")
            )
            services.send(asker, chat, request.POST.get("content", ""))
    except (InvalidChat, InvalidMessage) as error:
        return None, error.errors
    return chat, {}


def _preset(request: TeamRequest) -> Preset | None:
    """The preset that the link names, if the person may use it."""
    try:
        wanted = uuid.UUID(request.GET.get("preset", ""))
    except ValueError:
        return None
    visible = Preset.objects.visible_to(request.user, request.membership.team)
    return visible.select_related("model__provider").filter(pk=wanted).first()


def _set_values(
    request: TeamRequest, model: LanguageModel | None, preset: Preset | None
) -> dict[str, object]:
    """What the form sets, or what of the preset the model takes."""
    if model is None:
        return {}
    if request.method == "GET" and preset is not None:
        return fit_preset(preset, model).parameters
    return read_parameters(request.POST.dict(), model)[0]


def _preselected(
    request: TeamRequest, models: LanguageModelQuerySet, preset: Preset | None
) -> LanguageModel | None:
    """The model that form, link or preset names, else the last chat's, else the first."""
    of_preset = str(preset.model_id) if preset and preset.model_id else ""
    wanted = request.POST.get("model") or request.GET.get("model") or of_preset
    usable = {str(model.pk): model for model in models}
    if wanted in usable:
        return usable[wanted]
    last = Chat.objects.of(request.user, request.membership.team).first()
    if last is not None and str(last.model_id) in usable:
        return usable[str(last.model_id)]
    return next(iter(usable.values()), None)
