"""What every view of chats asks of its request."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.decorators import TeamRequest
from catalog.models import LanguageModel
from catalog.selectors import ModelUnavailable, resolve_model
from chats.models import Chat, ChatMessage, ChatQuerySet
from chats.selectors import chat_of, with_answers
from inference.services.asking import Asker


def asker_of(request: TeamRequest) -> Asker:
    """Return who asks. Raises `PermissionDenied` for viewers."""
    if not request.membership.can_run:
        raise PermissionDenied("Viewers of a team may read only. Ask an owner for another role.")
    return Asker(team=request.membership.team, user=request.user)


def own_chat(request: TeamRequest, chat_id: uuid.UUID, scope: ChatQuerySet | None = None) -> Chat:
    """Return the person's chat. Raises `Http404`, for another person's too."""
    chats = Chat.objects.of_person(request.user) if scope is None else scope
    try:
        return chat_of(chats, chat_id)
    except Chat.DoesNotExist as error:
        raise Http404("There is no such chat.") from error


def own_message(chat: Chat, message_id: uuid.UUID) -> ChatMessage:
    """Return a message of the chat. Raises `Http404`."""
    message = with_answers(chat.messages.all()).filter(pk=message_id).first()
    if message is None:
        raise Http404("There is no such message.")
    return message


def chosen_model(request: TeamRequest, reference: str) -> LanguageModel:
    """Return the model that a form names. Raises `ModelUnavailable`."""
    if not reference:
        raise ModelUnavailable("Choose a model.")
    return resolve_model(request.membership.team, reference)


def named_id(text: str | None) -> uuid.UUID:
    """Return the id that a request names. Raises `Http404` for what is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError as error:
        raise Http404("There is no such thing.") from error


def wants_pieces(request: HttpRequest) -> bool:
    """Whether a script asks, who takes pieces of the page instead of another page."""
    return request.headers.get("X-Wants") == "pieces"
