"""Filters of the catalogue's page."""

from decimal import Decimal

import django_filters
from django.db.models import QuerySet

from catalog.models import LanguageModel, LanguageModelQuerySet, ModelStatus

ANY_STATUS = "all"
STATUSES = [
    (ModelStatus.ACTIVE, "Active"),
    (ModelStatus.RETIRING, "Retiring"),
    (ModelStatus.RETIRED, "Retired"),
    (ModelStatus.INACTIVE, "Switched off"),
    (ModelStatus.UNAVAILABLE, "Not set up"),
    (ANY_STATUS, "All"),
]
# What lists are sorted by; the rows know their speeds, so sorting is the page's.
ORDERS = [
    ("name", "Name"),
    ("context", "Largest context"),
    ("price", "Lowest price"),
    ("speed", "Most tokens per second here"),
    ("ttft", "Quickest first token here"),
]


class CatalogueFilter(django_filters.FilterSet):
    """`q` looks into names, owner and strengths; prices are USD per million tokens of output.

    Without a `status`, only models that can be asked now are found.
    """

    q = django_filters.CharFilter(method="filter_words", label="Search")
    provider = django_filters.CharFilter(field_name="provider__slug", label="Provider")
    context = django_filters.NumberFilter(
        field_name="context_window", lookup_expr="gte", min_value=0, label="Context window from"
    )
    price = django_filters.NumberFilter(
        field_name="output_price", lookup_expr="lte", min_value=Decimal(0), label="Price up to"
    )
    status = django_filters.ChoiceFilter(method="filter_status", choices=STATUSES, label="Status")
    order = django_filters.ChoiceFilter(method="keep", choices=ORDERS, label="Order")

    class Meta:
        model = LanguageModel
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[LanguageModel]) -> QuerySet[LanguageModel]:
        models: QuerySet[LanguageModel] = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("status") and isinstance(models, LanguageModelQuerySet):
            models = models.usable()
        return models

    def filter_words(
        self, models: LanguageModelQuerySet, name: str, value: str
    ) -> LanguageModelQuerySet:
        return models.search(value)

    def filter_status(
        self, models: LanguageModelQuerySet, name: str, value: str
    ) -> LanguageModelQuerySet:
        return models if value == ANY_STATUS else models.with_status(ModelStatus(value))

    def keep(self, models: LanguageModelQuerySet, name: str, value: str) -> LanguageModelQuerySet:
        return models
