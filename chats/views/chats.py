"""A chat's page, and what is done to the chat as a whole."""

import json
import uuid
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import TeamRequest, team_required
from catalog.parameters.forms import field_texts, panel_of, read_parameters
from catalog.selectors import ModelUnavailable, models_for_picker
from chats import services
from chats.exports import as_json, as_markdown
from chats.models import Chat, ChatMessage
from chats.pages import Thread, meter_for, meter_of, thread_of
from chats.services import AlreadyAnswering, InvalidMessage
from chats.services.chats import InvalidChat
from chats.views.requests import asker_of, chosen_model, named_id, own_chat, wants_pieces

CHATS_BESIDE = 20


@require_GET
@team_required
def chat_page(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    chat = own_chat(request, chat_id)
    return render(request, "chats/chat.html", _page_context(request, chat, thread_of(chat)))


@require_GET
@team_required
def thread(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    """The thread as a piece of the page, or with `before` what is older than that message."""
    chat = own_chat(request, chat_id)
    before = request.GET.get("before")
    try:
        shown = thread_of(chat, named_id(before) if before else None)
    except ChatMessage.DoesNotExist as error:
        raise Http404("There is no such message.") from error
    template = "chats/_entries.html" if before else "chats/_thread.html"
    return render(request, template, {"chat": chat, "thread": shown, "can_run": _can_run(request)})


@require_GET
@team_required
def meter(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    """How full the window is; with `model`, how it would be with that one."""
    chat = own_chat(request, chat_id)
    reference = request.GET.get("model", "")
    if not reference:
        return render(request, "chats/_meter.html", {"chat": chat, "meter": meter_of(chat)})
    try:
        model = chosen_model(request, reference)
    except ModelUnavailable as error:
        raise Http404(str(error)) from error
    context = {"chat": chat, "meter": meter_for(chat, model), "other_model": model}
    return render(request, "chats/_meter.html", context)


@require_POST
@team_required
def send(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    chat = own_chat(request, chat_id)
    asker = asker_of(request)
    try:
        services.send(asker, chat, request.POST.get("content", ""))
    except (InvalidMessage, AlreadyAnswering) as error:
        return refused(request, chat, error)
    return changed(request, chat)


@require_POST
@team_required
def cancel(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    chat = own_chat(request, chat_id)
    services.cancel_answers(chat)
    return redirect("chat", chat.pk)


@require_POST
@team_required
def set_up(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    """Apply the model, its parameters and the system prompt of the panel, all or nothing."""
    chat = own_chat(request, chat_id)
    asker_of(request)
    try:
        model = chosen_model(request, request.POST.get("model", ""))
        values, wrong = read_parameters(request.POST.dict(), model)
        if wrong:
            raise InvalidChat(wrong)
        services.set_system(chat, request.POST.get("system", ""))
        services.change_model(chat, model, values)
    except ModelUnavailable as error:
        return refused(request, chat, InvalidChat({"model": [str(error)]}))
    except InvalidChat as error:
        return refused(request, chat, error)
    return changed(request, chat)


@require_POST
@team_required
def rename(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    chat = own_chat(request, chat_id)
    asker_of(request)
    try:
        services.rename(chat, request.POST.get("title", ""))
    except InvalidChat as error:
        return refused(request, chat, error)
    return redirect("chat", chat.pk)


@require_POST
@team_required
def mark(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    """Pin or archive, or take that back."""
    chat = own_chat(request, chat_id)
    asker_of(request)
    match request.POST.get("mark"):
        case "pin":
            services.set_pinned(chat, True)
        case "unpin":
            services.set_pinned(chat, False)
        case "archive":
            services.set_archived(chat, True)
        case "unarchive":
            services.set_archived(chat, False)
    return redirect("chat", chat.pk)


@require_POST
@team_required
def delete(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    chat = own_chat(request, chat_id)
    asker_of(request)
    services.delete_chat(chat)
    return redirect(f"{reverse('chat-list')}?deleted={chat.pk}")


@require_POST
@team_required
def restore(request: TeamRequest, chat_id: uuid.UUID) -> HttpResponse:
    scope = Chat.objects.filter(user=request.user, team__in=request.user.teams.all())
    chat = own_chat(request, chat_id, scope)
    asker_of(request)
    services.restore_chat(chat)
    return redirect("chat", chat.pk)


@require_GET
@team_required
def export(request: TeamRequest, chat_id: uuid.UUID, suffix: str) -> HttpResponse:
    chat = own_chat(request, chat_id)
    if suffix == "md":
        response = HttpResponse(as_markdown(chat), content_type="text/markdown; charset=utf-8")
    else:
        text = json.dumps(as_json(chat), ensure_ascii=False, indent=2)
        response = HttpResponse(text, content_type="application/json")
    name = quote(f"{chat}.{suffix}", safe="")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def changed(request: TeamRequest, chat: Chat) -> HttpResponse:
    """Show the chat as it is now."""
    if not wants_pieces(request):
        return redirect("chat", chat.pk)
    chat = own_chat(request, chat.pk)
    context = {"chat": chat, "thread": thread_of(chat), "can_run": _can_run(request)}
    return render(request, "chats/_changed.html", context)


def refused(
    request: TeamRequest, chat: Chat, error: InvalidChat | InvalidMessage | AlreadyAnswering
) -> HttpResponse:
    """Say what is wrong, with everything that was typed still there."""
    errors = {"": [str(error)]} if isinstance(error, AlreadyAnswering) else error.errors
    status = 409 if isinstance(error, AlreadyAnswering) else 422
    texts = [text for texts in errors.values() for text in texts]
    if wants_pieces(request):
        return JsonResponse({"errors": texts}, status=status)
    chat.refresh_from_db()
    context = _page_context(request, chat, thread_of(chat))
    context |= {"errors": texts, "text": request.POST.get("content", "")}
    return render(request, "chats/chat.html", context, status=status)


def _page_context(request: TeamRequest, chat: Chat, shown: Thread) -> dict[str, object]:
    beside = Chat.objects.of(request.user, chat.team).filter(archived_at__isnull=True)
    return {
        "chat": chat,
        "thread": shown,
        "panel": panel_of(chat.model, chat.parameters),
        "set_aside": json.dumps(
            {model: field_texts(values) for model, values in chat.set_aside.items()}
        ),
        "models": models_for_picker(chat.team),
        "beside": beside.order_by("-active_at", "-id")[:CHATS_BESIDE],
        "can_run": _can_run(request),
        "max_prompt_characters": settings.MAX_PROMPT_CHARACTERS,
    }


def _can_run(request: TeamRequest) -> bool:
    return request.membership.can_run
