"""Filters of the history, the same for the page and the API."""

import django_filters
from django.db.models import QuerySet

from comparisons.models import ComparisonRun, RunStatus


class ComparisonRunFilter(django_filters.FilterSet):
    """`q` looks into the prompt; `model` takes a model's id or part of its name."""

    q = django_filters.CharFilter(field_name="prompt", lookup_expr="icontains", label="Prompt")
    status = django_filters.ChoiceFilter(choices=RunStatus.choices)
    model = django_filters.CharFilter(method="filter_model", label="Model")
    created_from = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__gte", label="From"
    )
    created_to = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__lte", label="To"
    )
    mine = django_filters.BooleanFilter(method="filter_mine", label="Only mine")

    class Meta:
        model = ComparisonRun
        fields: list[str] = []

    def filter_model(
        self, runs: QuerySet[ComparisonRun], name: str, value: str
    ) -> QuerySet[ComparisonRun]:
        matching = runs.model.objects.filter(
            columns__generation__model__name__icontains=value, columns__is_current=True
        )
        return runs.filter(pk__in=matching.values("pk"))

    def filter_mine(
        self, runs: QuerySet[ComparisonRun], name: str, value: bool
    ) -> QuerySet[ComparisonRun]:
        if not value or self.request is None or not self.request.user.is_authenticated:
            return runs
        return runs.filter(created_by=self.request.user)
