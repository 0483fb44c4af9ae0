"""Filters of the catalogue's page."""

from decimal import Decimal

import django_filters
from django.db.models import QuerySet

from catalog.models import LanguageModel, LanguageModelQuerySet


class CatalogueFilter(django_filters.FilterSet):
    """`q` looks into names, owner and strengths; prices are USD per million tokens of output."""

    q = django_filters.CharFilter(method="filter_words", label="Search")
    provider = django_filters.CharFilter(field_name="provider__slug", label="Provider")
    context = django_filters.NumberFilter(
        field_name="context_window", lookup_expr="gte", min_value=0, label="Context window from"
    )
    price = django_filters.NumberFilter(
        field_name="output_price", lookup_expr="lte", min_value=Decimal(0), label="Price up to"
    )
    all = django_filters.BooleanFilter(method="filter_all", label="Retired and inactive too")

    class Meta:
        model = LanguageModel
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[LanguageModel]) -> QuerySet[LanguageModel]:
        models: QuerySet[LanguageModel] = super().filter_queryset(queryset)
        if not self.form.cleaned_data["all"] and isinstance(models, LanguageModelQuerySet):
            models = models.usable()
        return models

    def filter_words(
        self, models: LanguageModelQuerySet, name: str, value: str
    ) -> LanguageModelQuerySet:
        return models.search(value)

    def filter_all(
        self, models: LanguageModelQuerySet, name: str, value: bool
    ) -> LanguageModelQuerySet:
        return models
