"""Filters of the list of chats, the same for the page and the API."""

import django_filters
from django.db.models import QuerySet

from chats.models import Chat, ChatQuerySet


class ChatFilter(django_filters.FilterSet):
    """`q` looks into titles and texts; archived chats are shown only when asked for."""

    q = django_filters.CharFilter(method="filter_words", label="Search")
    archived = django_filters.BooleanFilter(method="filter_archived", label="Archived")

    class Meta:
        model = Chat
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Chat]) -> QuerySet[Chat]:
        chats: QuerySet[Chat] = super().filter_queryset(queryset)
        if not self.form.cleaned_data["archived"]:
            chats = chats.filter(archived_at__isnull=True)
        return chats

    def filter_words(self, chats: ChatQuerySet, name: str, value: str) -> ChatQuerySet:
        return chats.search(value)

    def filter_archived(self, chats: ChatQuerySet, name: str, value: bool) -> ChatQuerySet:
        return chats.filter(archived_at__isnull=not value)
