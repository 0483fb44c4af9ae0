"""The `comparisons` and `generations` calls."""

import uuid
from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership
from accounts.permissions import membership_of
from comparisons import services
from comparisons.api.idempotency import start_once
from comparisons.api.serializers import (
    ColumnSerializer,
    RunSerializer,
    RunSummarySerializer,
    StartRunSerializer,
)
from comparisons.feed import RunFeed
from comparisons.filters import ComparisonRunFilter
from comparisons.models import Column, ComparisonRun, ComparisonRunQuerySet
from comparisons.requests import InvalidRun, ModelChoice, build_run
from comparisons.selectors import column_of, run_with_answers, runs_with_models
from comparisons.services import NotRetryable
from inference.adapters.base import Message
from inference.api.asking import Conflict, asker_of
from inference.api.negotiation import EventStreamRenderer
from inference.loop import streaming_loop
from inference.models import Generation
from inference.services.cancelling import cancel
from inference.watching.events import event_stream
from inference.watching.feed import add_live_texts

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Your name for this request. Sent again with the same body within 24 hours, it starts "
        "nothing new."
    ),
)


class NewestFirst(CursorPagination):
    """Pages that stay as they are while new runs come in."""

    ordering = ("-created_at", "-id")
    page_size = 25
    page_size_query_param = "limit"
    max_page_size = 100


class ComparisonRunViewSet(viewsets.GenericViewSet[ComparisonRun]):
    """Comparison runs of your team."""

    queryset = ComparisonRun.objects.none()
    pagination_class = NewestFirst
    filterset_class = ComparisonRunFilter
    lookup_value_converter = "uuid"

    def get_queryset(self) -> ComparisonRunQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return ComparisonRun.objects.none()
        return ComparisonRun.objects.for_team(membership_of(self.request).team)

    @extend_schema(responses=RunSummarySerializer(many=True), summary="List runs, newest first")
    def list(self, request: Request) -> Response:
        runs = self.filter_queryset(runs_with_models(self.get_queryset()))
        page = self.paginate_queryset(runs)
        return self.get_paginated_response(RunSummarySerializer(page, many=True).data)

    @extend_schema(
        request=StartRunSerializer,
        responses={
            201: RunSerializer,
            200: OpenApiResponse(RunSerializer, "The run that this Idempotency-Key started."),
        },
        parameters=[IDEMPOTENCY_KEY],
        summary="Start a run",
    )
    def create(self, request: Request) -> Response:
        serializer = StartRunSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asker = asker_of(request)
        asked: dict[str, Any] = serializer.validated_data

        def start() -> ComparisonRun:
            return services.start_run(asker, _build(membership_of(request), asked))

        key = request.headers.get("Idempotency-Key", "")
        if key:
            run, is_new = start_once(membership_of(request), key, request.data, start)
        else:
            run, is_new = start(), True
        location = request.build_absolute_uri(f"{request.path}{run.id}/")
        return Response(
            RunSerializer(run_with_answers(self.get_queryset(), run.id)).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
            headers={"Location": location},
        )

    @extend_schema(responses=RunSerializer, summary="Read a run and its answers so far")
    def retrieve(self, request: Request, pk: uuid.UUID) -> Response:
        run = self._run_with_answers(pk)
        data = RunSerializer(run).data
        streaming_loop().submit(add_live_texts(data["generations"])).result()
        return Response(data)

    @extend_schema(request=None, responses={204: None}, summary="Stop every answer of a run")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        services.cancel_run(self._run(pk))
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
        summary="Follow a run as Server-Sent Events",
        description=(
            "Events are `snapshot`, `frame`, `generation` and `run`, with the same JSON as the "
            "page's socket. The stream ends when the run is finished. A comment line every 15 s "
            "shows that the connection lives."
        ),
    )
    @action(detail=True, methods=["get"], renderer_classes=[EventStreamRenderer, JSONRenderer])
    def events(self, request: Request, pk: uuid.UUID) -> StreamingHttpResponse:
        run = self._run(pk)
        feed = RunFeed(scope=self.get_queryset(), run_id=run.id, wants_html=False)
        stream = event_stream(feed, request.headers.get("Last-Event-ID", ""))
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        return StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)

    def _run(self, run_id: uuid.UUID) -> ComparisonRun:
        run = self.get_queryset().filter(pk=run_id).first()
        if run is None:
            raise Http404
        return run

    def _run_with_answers(self, run_id: uuid.UUID) -> ComparisonRun:
        try:
            return run_with_answers(self.get_queryset(), run_id)
        except ComparisonRun.DoesNotExist as error:
            raise Http404 from error


class GenerationViewSet(viewsets.GenericViewSet[Generation]):
    """Single answers of your team's runs."""

    queryset = Generation.objects.none()
    serializer_class = ColumnSerializer
    lookup_value_converter = "uuid"

    @extend_schema(request=None, responses={204: None}, summary="Stop one answer")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: uuid.UUID) -> Response:
        cancel([self._column(request, pk).generation_id])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=None,
        responses={201: ColumnSerializer},
        summary="Ask again for an answer that failed or was stopped",
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: uuid.UUID) -> Response:
        try:
            new = services.retry(asker_of(request), self._column(request, pk))
        except NotRetryable as error:
            raise Conflict(str(error)) from error
        column = self._column(request, new.id)
        return Response(ColumnSerializer(column.generation).data, status=status.HTTP_201_CREATED)

    def _column(self, request: Request, generation_id: uuid.UUID) -> Column:
        try:
            return column_of(membership_of(request).team, generation_id)
        except Column.DoesNotExist as error:
            raise Http404 from error


def _build(member: Membership, asked: dict[str, Any]) -> services.RunRequest:
    if "prompt" in asked:
        messages = [Message("user", asked["prompt"])]
    else:
        messages = [Message(**message) for message in asked["messages"]]
    try:
        return build_run(
            member,
            messages=messages,
            system=asked["system"],
            choices=[
                ModelChoice(choice["model"], choice["parameters"], choice["preset"])
                for choice in asked["models"]
            ],
            samples=asked["samples"],
        )
    except InvalidRun as error:
        raise ValidationError(error.errors) from error
