"""The `presets` calls."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership
from accounts.permissions import membership_of
from catalog.api.serializers import ModelNameSerializer, StrictSerializer
from catalog.models import LanguageModel, Preset, PresetQuerySet
from catalog.selectors import ModelUnavailable, resolve_model
from catalog.services import presets as services
from catalog.services.preset_files import InvalidFile, export_presets, import_presets
from catalog.services.presets import InvalidPreset, NotYours, PresetValues

Result = TypeVar("Result")

EXAMPLE = OpenApiExample(
    "A careful reviewer",
    request_only=True,
    value={
        "name": "Careful reviewer",
        "description": "Reviews code in few words.",
        "model": "groq/openai/gpt-oss-120b",
        "parameters": {"temperature": 0.2, "max_completion_tokens": 2000},
        "system": "You review code. Name the worst problem first.",
        "shared": True,
    },
)


class PresetSerializer(serializers.ModelSerializer[Preset]):
    """Parameters and a system prompt with a name."""

    model = ModelNameSerializer(allow_null=True)
    shared = serializers.BooleanField(source="is_shared")
    favourite = serializers.BooleanField(source="is_favourite")
    created_by = serializers.CharField(allow_null=True, help_text="Null: a former member.")

    class Meta:
        model = Preset
        fields = [
            "id",
            "name",
            "description",
            "model",
            "parameters",
            "system",
            "shared",
            "favourite",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class PresetValuesSerializer(StrictSerializer):
    name = serializers.CharField(allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    model = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=300,
        help_text="A model's id or `provider/name`; null for any model.",
    )
    parameters = serializers.DictField(required=False)
    system = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    shared = serializers.BooleanField(required=False)


class PresetPagination(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class PresetViewSet(viewsets.GenericViewSet[Preset]):
    """Your own presets in your team, and those that it shares."""

    queryset = Preset.objects.none()
    serializer_class = PresetSerializer
    pagination_class = PresetPagination
    lookup_value_converter = "uuid"

    def get_queryset(self) -> PresetQuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Preset.objects.none()
        member = membership_of(self.request)
        visible = Preset.objects.visible_to(member.user, member.team)
        return visible.favourites_first(member.user)

    @extend_schema(responses=PresetSerializer(many=True), summary="List presets")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(PresetSerializer(page, many=True).data)

    @extend_schema(
        request=PresetValuesSerializer,
        responses={201: PresetSerializer},
        examples=[EXAMPLE],
        summary="Make a preset",
    )
    def create(self, request: Request) -> Response:
        member = membership_of(request)
        values = _values(member, _validated(request), None)
        preset = _checked(lambda: services.create_preset(member, values))
        return self._shown(preset, status.HTTP_201_CREATED)

    @extend_schema(responses=PresetSerializer, summary="Read a preset")
    def retrieve(self, request: Request, pk: uuid.UUID) -> Response:
        return Response(PresetSerializer(self._preset(pk)).data)

    @extend_schema(
        request=PresetValuesSerializer, responses=PresetSerializer, summary="Change a preset"
    )
    def partial_update(self, request: Request, pk: uuid.UUID) -> Response:
        preset, member = self._preset(pk), membership_of(request)
        values = _values(member, _validated(request, partial=True), preset)
        return self._shown(_checked(lambda: services.update_preset(member, preset, values)))

    @extend_schema(responses={204: None}, summary="Delete a preset; `restore` brings it back")
    def destroy(self, request: Request, pk: uuid.UUID) -> Response:
        preset = self._preset(pk)
        _checked(lambda: services.delete_preset(membership_of(request), preset))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=PresetSerializer, summary="Bring a deleted preset back")
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: uuid.UUID) -> Response:
        member = membership_of(request)
        preset = Preset.objects.filter(team=member.team, created_by=member.user, pk=pk).first()
        if preset is None:
            raise Http404
        _checked(lambda: services.restore_preset(member, preset))
        return self._shown(preset)

    @extend_schema(
        request=None, responses={201: PresetSerializer}, summary="Copy a preset, for yourself"
    )
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: uuid.UUID) -> Response:
        preset = self._preset(pk)
        copy = _checked(lambda: services.duplicate_preset(membership_of(request), preset))
        return self._shown(copy, status.HTTP_201_CREATED)

    @extend_schema(methods=["put"], request=None, responses={204: None}, summary="Find it first")
    @extend_schema(methods=["delete"], responses={204: None}, summary="No longer find it first")
    @action(detail=True, methods=["put", "delete"])
    def favourite(self, request: Request, pk: uuid.UUID) -> Response:
        is_favourite = request.method == "PUT"
        services.set_favourite(membership_of(request), self._preset(pk), is_favourite)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=OpenApiTypes.OBJECT, summary="Export your presets")
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> Response:
        return Response(export_presets(self.get_queryset()))

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        responses={201: PresetSerializer(many=True)},
        summary="Import presets, all or none",
    )
    @action(detail=False, methods=["post"], url_path="import", pagination_class=None)
    def import_file(self, request: Request) -> Response:
        try:
            made = import_presets(membership_of(request), request.body)
        except InvalidFile as error:
            raise ValidationError({"file": error.problems}) from error
        shown = self.get_queryset().filter(pk__in=[preset.pk for preset in made])
        return Response(PresetSerializer(shown, many=True).data, status=status.HTTP_201_CREATED)

    def _preset(self, preset_id: uuid.UUID) -> Preset:
        preset = self.get_queryset().filter(pk=preset_id).first()
        if preset is None:
            raise Http404
        return preset

    def _shown(self, preset: Preset, code: int = status.HTTP_200_OK) -> Response:
        return Response(PresetSerializer(self._preset(preset.pk)).data, status=code)


def _validated(request: Request, *, partial: bool = False) -> dict[str, Any]:
    serializer = PresetValuesSerializer(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated


def _values(member: Membership, asked: dict[str, Any], preset: Preset | None) -> PresetValues:
    """What was sent, over what `preset` has."""
    model = preset.model if preset else None
    if "model" in asked:
        model = _model(member, asked["model"])
    return PresetValues(
        name=asked.get("name", preset.name if preset else ""),
        description=asked.get("description", preset.description if preset else ""),
        model=model,
        parameters=asked.get("parameters", preset.parameters if preset else {}),
        system=asked.get("system", preset.system if preset else ""),
        is_shared=asked.get("shared", preset.is_shared if preset else False),
    )


def _model(member: Membership, name: str | None) -> LanguageModel | None:
    if name is None:
        return None
    try:
        return resolve_model(member.team, name)
    except ModelUnavailable as error:
        raise ValidationError({"model": [str(error)]}) from error


def _checked(change: Callable[[], Result]) -> Result:
    try:
        return change()
    except InvalidPreset as error:
        raise ValidationError(error.errors) from error
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
