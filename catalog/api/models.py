"""The catalogue as programs read it."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import TeamPermission, membership_of
from catalog.models import LanguageModel, LanguageModelQuerySet, ModelStatus
from catalog.parameters import ParameterSpec, ParameterType, Support, specs_for
from catalog.selectors import visible_models
from catalog.services import request_refresh

_PRICE: dict[str, Any] = {"max_digits": 14, "decimal_places": 6, "allow_null": True}


class PricesSerializer(serializers.Serializer[LanguageModel]):
    """USD per million tokens; null where unknown."""

    input = serializers.DecimalField(source="input_price", **_PRICE)
    cached_input = serializers.DecimalField(source="cached_input_price", **_PRICE)
    output = serializers.DecimalField(source="output_price", **_PRICE)
    source = serializers.CharField(  # type: ignore[assignment]
        source="price_source", help_text="`admin`, `provider`, `genai-prices`, or empty."
    )


class RequirementSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class ParameterSerializer(serializers.Serializer[ParameterSpec]):
    """One parameter: what may be set, and whether it does anything at this model."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=[str(value) for value in ParameterType])
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    step = serializers.FloatField(allow_null=True)
    default = serializers.JSONField(allow_null=True, help_text="Null: the provider's own.")
    choices = serializers.ListField(child=serializers.CharField())
    support = serializers.ChoiceField(choices=[str(value) for value in Support])
    note = serializers.CharField()
    only_with = RequirementSerializer(
        allow_null=True, help_text="Another parameter that must have one of these values."
    )


class LanguageModelSerializer(serializers.ModelSerializer[LanguageModel]):
    provider = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    full_name = serializers.CharField(help_text="`provider/name`, to name it in other calls.")
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What pages call it."
    )
    prices = PricesSerializer(source="*")
    parameters = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=ModelStatus.choices)
    replacement = serializers.CharField(
        source="replacement_name", help_text="What to take instead of a retired model, if known."
    )

    class Meta:
        model = LanguageModel
        fields = [
            "id",
            "provider",
            "name",
            "full_name",
            "label",
            "owner",
            "context_window",
            "max_completion_tokens",
            "strengths",
            "prices",
            "parameters",
            "status",
            "retired_on",
            "replacement",
        ]
        read_only_fields = fields

    @extend_schema_field(ParameterSerializer(many=True))
    def get_parameters(self, model: LanguageModel) -> Any:
        return [ParameterSerializer(spec).data for spec in specs_for(model)]


class LanguageModelFilter(filters.FilterSet):
    search = filters.CharFilter(
        method="find", label="Words in the name, owner, strengths or provider."
    )
    provider = filters.CharFilter(field_name="provider__slug", label="The provider's slug.")
    active = filters.BooleanFilter(
        method="choose_active", label="Whether the model can be asked now."
    )

    class Meta:
        model = LanguageModel
        fields = ["search", "provider", "active"]

    def find(self, models: LanguageModelQuerySet, name: str, words: str) -> LanguageModelQuerySet:
        return models.search(words)

    def choose_active(
        self, models: LanguageModelQuerySet, name: str, is_active: bool
    ) -> LanguageModelQuerySet:
        return models.usable() if is_active else models.unusable()


class ModelPagination(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class RefreshSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


@extend_schema_view(
    list=extend_schema(
        summary="Models",
        description="The models of the team's providers, those that can be asked and those that"
        " no longer can.",
    ),
    retrieve=extend_schema(summary="One model"),
)
@extend_schema(tags=["models"])
class LanguageModelViewSet(viewsets.ReadOnlyModelViewSet[LanguageModel]):
    serializer_class = LanguageModelSerializer
    filterset_class = LanguageModelFilter
    pagination_class = ModelPagination
    lookup_value_converter = "uuid"
    queryset = LanguageModel.objects.none()

    def get_queryset(self) -> QuerySet[LanguageModel]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return visible_models(membership_of(self.request).team)

    @extend_schema(
        summary="Refresh the models",
        description="Ask every provider for its list again, soon. For administrators.",
        request=None,
        responses={202: OpenApiResponse(RefreshSerializer, "The refresh is under way.")},
    )
    @action(
        detail=False,
        methods=["post"],
        permission_classes=[TeamPermission, IsAdminUser],
        pagination_class=None,
        filterset_class=None,
    )
    def refresh(self, request: Request) -> Response:
        request_refresh(type(self))
        return Response(
            {"detail": "The model lists are being read again."}, status=status.HTTP_202_ACCEPTED
        )
