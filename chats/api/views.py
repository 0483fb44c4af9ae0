"""The `chats` calls."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.http import Http404, HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import membership_of
from catalog.models import LanguageModel
from catalog.selectors import ModelUnavailable, resolve_model
from chats import services
from chats.api.serializers import (
    BranchSerializer,
    ChangeChatSerializer,
    ChangeModelSerializer,
    ChatMessageSerializer,
    ChatSerializer,
    ChatSummarySerializer,
    ContentSerializer,
    ContextSerializer,
    CreateChatSerializer,
    PinSerializer,
    TranscriptSerializer,
)
from chats.context import TooLong
from chats.exports import as_json, as_markdown
from chats.feed import ChatFeed
from chats.filters import ChatFilter
from chats.models import Chat, ChatMessage, ChatQuerySet
from chats.selectors import chat_of, context_of, transcript, tree_of, with_answers
from chats.services import AlreadyAnswering, InvalidMessage
from chats.services.chats import InvalidChat
from inference.api.asking import Conflict, asker_of
from inference.api.negotiation import EventStreamRenderer
from inference.loop import streaming_loop
from inference.watching.events import event_stream
from inference.watching.feed import add_live_texts

Result = TypeVar("Result")

CHANGES: dict[str, Callable[[Chat, Any], None]] = {
    "title": services.rename,
    "system": services.set_system,
    "pinned": services.set_pinned,
    "archived": services.set_archived,
}
MESSAGE_ID = OpenApiParameter("message_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class NewestFirst(CursorPagination):
    """Pages of chats by their last activity."""

    ordering = ("-active_at", "-id")
    page_size = 25
    page_size_query_param = "limit"
    max_page_size = 100


class ChatViewSet(viewsets.GenericViewSet[Chat]):
    """Your own chats in your team."""

    queryset = Chat.objects.none()
    serializer_class = ChatSerializer
    pagination_class = NewestFirst
    filterset_class = ChatFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> ChatQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Chat.objects.none()
        membership = membership_of(self.request)
        return Chat.objects.of(membership.user, membership.team)

    @extend_schema(
        responses=ChatSummarySerializer(many=True), summary="List chats, the last active first"
    )
    def list(self, request: Request) -> Response:
        chats = self.filter_queryset(self.get_queryset().select_related("model__provider"))
        page = self.paginate_queryset(chats)
        return self.get_paginated_response(ChatSummarySerializer(page, many=True).data)

    @extend_schema(
        request=CreateChatSerializer, responses={201: ChatSerializer}, summary="Make a chat"
    )
    def create(self, request: Request) -> Response:
        asked = _validated(CreateChatSerializer, request)
        model = self._model(request, asked.pop("model"))
        chat = _checked(lambda: services.create_chat(asker_of(request), model, **asked))
        location = request.build_absolute_uri(f"{request.path}{chat.pk}/")
        return Response(
            ChatSerializer(chat).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": location},
        )

    @extend_schema(responses=ChatSerializer, summary="Read a chat")
    def retrieve(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(ChatSerializer(self._chat(pk)).data)

    @extend_schema(
        request=ChangeChatSerializer,
        responses=ChatSerializer,
        summary="Rename, pin, archive, or set the system prompt",
    )
    def partial_update(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        asked = _validated(ChangeChatSerializer, request)
        for name, value in asked.items():
            _checked(partial(CHANGES[name], chat, value))
        return Response(ChatSerializer(chat).data)

    @extend_schema(responses={204: None}, summary="Delete a chat; `restore` brings it back")
    def destroy(self, request: Request, pk: uuid.UUID) -> Response:
        services.delete_chat(self._chat(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ChatSerializer, summary="Bring a deleted chat back")
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: uuid.UUID) -> Response:
        membership = membership_of(request)
        deleted = Chat.objects.filter(user=membership.user, team=membership.team)
        chat = self._chat(pk, deleted)
        services.restore_chat(chat)
        return Response(ChatSerializer(chat).data)

    @extend_schema(
        request=ChangeModelSerializer,
        responses=ChatSerializer,
        summary="Switch the model; parameters go to its defaults",
    )
    @action(detail=True, methods=["post"])
    def model(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        asked = _validated(ChangeModelSerializer, request)
        model = self._model(request, asked["model"])
        _checked(lambda: services.change_model(chat, model, asked["parameters"]))
        return Response(ChatSerializer(chat).data)

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        responses=ChatSerializer,
        summary="Change parameters; null takes one back to the model's default",
    )
    @action(detail=True, methods=["patch"])
    def parameters(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        if not isinstance(request.data, dict):
            raise ValidationError({"parameters": ["Send an object of parameters."]})
        wanted = {**chat.parameters, **request.data}
        parameters = {name: value for name, value in wanted.items() if value is not None}
        _checked(lambda: services.set_parameters(chat, parameters))
        return Response(ChatSerializer(chat).data)

    @extend_schema(
        responses=ContextSerializer, summary="See what of the chat would go to its model"
    )
    @action(detail=True, methods=["get"])
    def context(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        try:
            context = context_of(chat, tree_of(chat).branch(chat.leaf_id))
        except TooLong as error:
            raise Conflict(str(error)) from error
        return Response(ContextSerializer(context).data)

    @extend_schema(
        methods=["get"],
        responses=TranscriptSerializer,
        parameters=[OpenApiParameter("before", OpenApiTypes.UUID, description="Older than this.")],
        summary="Read the shown branch, the newest messages first to come",
    )
    @extend_schema(
        methods=["post"],
        request=ContentSerializer,
        responses={202: ChatMessageSerializer},
        summary="Ask; the answer comes by socket, event stream or reading again",
    )
    @action(detail=True, methods=["get", "post"])
    def messages(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        if request.method == "POST":
            content = _validated(ContentSerializer, request)["content"]
            return self._accepted(lambda: services.send(asker_of(request), chat, content))
        before = _uuid_or_none(request.query_params.get("before"))
        try:
            page = transcript(chat, tree_of(chat), before)
        except ChatMessage.DoesNotExist as error:
            raise Http404 from error
        data = ChatMessageSerializer(page.messages, many=True).data
        answers = [message["generation"] for message in data if message["generation"]]
        streaming_loop().submit(add_live_texts(answers)).result()
        older = request.build_absolute_uri(f"{request.path}?before={page.older_than}")
        return Response({"results": data, "previous": older if page.older_than else None})

    @extend_schema(
        methods=["patch"],
        request=PinSerializer,
        responses=ChatMessageSerializer,
        parameters=[MESSAGE_ID],
        summary="Pin a message: its turn always goes along",
    )
    @extend_schema(
        methods=["delete"],
        responses={204: None},
        parameters=[MESSAGE_ID],
        summary="Delete a question with its answer, or an answer",
    )
    @action(detail=True, methods=["patch", "delete"], url_path="messages/<uuid:message_id>")
    def message(self, request: Request, pk: uuid.UUID, message_id: uuid.UUID) -> Response:
        chat = self._chat(pk)
        message = _message(chat, message_id)
        if request.method == "DELETE":
            services.delete_turn(chat, message)
            return Response(status=status.HTTP_204_NO_CONTENT)
        services.pin_message(message, _validated(PinSerializer, request)["pinned"])
        return Response(ChatMessageSerializer(message).data)

    @extend_schema(
        request=None,
        responses={204: None},
        parameters=[MESSAGE_ID],
        summary="Bring a deleted turn back",
    )
    @action(detail=True, methods=["post"], url_path="messages/<uuid:message_id>/restore")
    def restore_message(self, request: Request, pk: uuid.UUID, message_id: uuid.UUID) -> Response:
        chat = self._chat(pk)
        services.restore_turn(chat, _message(chat, message_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=ContentSerializer,
        responses={202: ChatMessageSerializer},
        parameters=[MESSAGE_ID],
        summary="Ask something else in a message's place, as a branch of its own",
    )
    @action(detail=True, methods=["post"], url_path="messages/<uuid:message_id>/edit")
    def edit(self, request: Request, pk: uuid.UUID, message_id: uuid.UUID) -> Response:
        chat = self._chat(pk)
        message = _message(chat, message_id)
        content = _validated(ContentSerializer, request)["content"]
        return self._accepted(lambda: services.edit(asker_of(request), chat, message, content))

    @extend_schema(
        request=None,
        responses={202: ChatMessageSerializer},
        parameters=[MESSAGE_ID],
        summary="Let the chat's model answer again",
    )
    @action(detail=True, methods=["post"], url_path="messages/<uuid:message_id>/retry")
    def retry(self, request: Request, pk: uuid.UUID, message_id: uuid.UUID) -> Response:
        chat = self._chat(pk)
        message = _message(chat, message_id)
        return self._accepted(lambda: services.ask_again(asker_of(request), chat, message))

    @extend_schema(
        request=BranchSerializer, responses=ChatSerializer, summary="Show another branch"
    )
    @action(detail=True, methods=["post"])
    def branch(self, request: Request, pk: uuid.UUID) -> Response:
        chat = self._chat(pk)
        message = _message(chat, _validated(BranchSerializer, request)["message"])
        services.show_version(chat, message)
        return Response(ChatSerializer(chat).data)

    @extend_schema(request=None, responses={204: None}, summary="Stop the answer")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        services.cancel_answers(self._chat(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="The id of the last event you have: only what came after it is sent.",
            )
        ],
        summary="Follow the answer as Server-Sent Events",
        description=(
            "Events are `snapshot`, `frame`, `generation` and `chat`, with the same JSON as the "
            "page's socket. The stream ends when nothing is being answered."
        ),
    )
    @action(detail=True, methods=["get"], renderer_classes=[EventStreamRenderer, JSONRenderer])
    def events(self, request: Request, pk: uuid.UUID) -> StreamingHttpResponse:
        chat = self._chat(pk)
        feed = ChatFeed(scope=self.get_queryset(), chat_id=chat.pk, wants_html=False)
        stream = event_stream(feed, request.headers.get("Last-Event-ID", ""))
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        return StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)

    @extend_schema(
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/markdown"): OpenApiTypes.STR,
        },
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "markdown"])],
        summary="Export the shown branch",
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, pk: uuid.UUID) -> HttpResponse | Response:
        chat = self._chat(pk)
        match request.query_params.get("format", "json"):
            case "json":
                return Response(as_json(chat))
            case "markdown":
                return HttpResponse(as_markdown(chat), content_type="text/markdown; charset=utf-8")
            case _:
                raise ValidationError({"format": ["Choose json or markdown."]})

    def _chat(self, chat_id: uuid.UUID, scope: ChatQuerySet | None = None) -> Chat:
        try:
            return chat_of(self.get_queryset() if scope is None else scope, chat_id)
        except Chat.DoesNotExist as error:
            raise Http404 from error

    def _model(self, request: Request, name: str) -> LanguageModel:
        try:
            return resolve_model(membership_of(request).team, name)
        except ModelUnavailable as error:
            raise ValidationError({"model": [str(error)]}) from error

    def _accepted(self, ask: Callable[[], ChatMessage]) -> Response:
        answer = _checked(ask)
        message = with_answers(ChatMessage.objects.all()).get(pk=answer.pk)
        return Response(ChatMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED)


def _message(chat: Chat, message_id: uuid.UUID) -> ChatMessage:
    message = with_answers(chat.messages.all()).filter(pk=message_id).first()
    if message is None:
        raise Http404
    return message


def _validated(serializer_class: type[Any], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated


def _checked(change: Callable[[], Result]) -> Result:
    try:
        return change()
    except (InvalidChat, InvalidMessage) as error:
        raise ValidationError(error.errors) from error
    except AlreadyAnswering as error:
        raise Conflict(str(error)) from error


def _uuid_or_none(text: str | None) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
