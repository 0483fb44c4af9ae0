"""Providers and models in the admin."""

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from catalog.forms import LanguageModelForm, ProviderForm
from catalog.models import LanguageModel, LanguageModelQuerySet, Provider
from catalog.services import update_availability
from catalog.signals import refresh_requested


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ProviderForm
    list_display = [
        "name",
        "kind",
        "team",
        "is_active",
        "state",
        "key",
        "listed_models",
        "last_good_refresh_at",
        "last_refresh_error",
    ]
    list_filter = ["kind", "is_active"]
    list_select_related = ["team"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["team"]
    actions = ["refresh_models"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "team", "is_active", "state"]}),
        ("Connection", {"fields": ["base_url", "key", "api_key", "remove_api_key"]}),
        ("Limits", {"fields": ["limit_parameter", "max_concurrency"]}),
        (
            "Model list",
            {"fields": ["last_refresh_at", "last_good_refresh_at", "last_refresh_error"]},
        ),
    ]
    readonly_fields = [
        "key",
        "state",
        "last_refresh_at",
        "last_good_refresh_at",
        "last_refresh_error",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        listed = Count("models", filter=Q(models__is_listed=True))
        providers: QuerySet[Provider] = super().get_queryset(request)
        return providers.annotate(listed_models=listed)

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> list[str]:
        # Models are known by slug and spoken to by kind; a later change would confuse both.
        fixed = ["slug", "kind"] if obj else []
        if obj and obj.is_from_environment:
            fixed.append("base_url")
        return [*self.readonly_fields, *fixed]

    @method_decorator(sensitive_post_parameters("api_key"))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(
        self, request: HttpRequest, obj: Provider, form: "ModelForm[Provider]", change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        update_availability(obj)

    @admin.display(description="key")
    def key(self, provider: Provider) -> str:
        """Where the key is; nothing of the key itself."""
        if provider.encrypted_api_key:
            return "stored here, encrypted"
        return "from the environment" if provider.environment_key else "none"

    @admin.display(description="state")
    def state(self, provider: Provider) -> str:
        return provider.unavailable_reason or ("ready" if provider.is_active else "switched off")

    @admin.display(description="models", ordering="listed_models")
    def listed_models(self, provider: Provider) -> int:
        return int(getattr(provider, "listed_models", 0))

    @admin.action(description="Refresh models now", permissions=["change"])
    def refresh_models(self, request: HttpRequest, providers: QuerySet[Provider]) -> None:
        chosen = list(providers)
        only = chosen[0] if len(chosen) == 1 else None
        refresh_requested.send(sender=type(self), provider=only)
        self.message_user(request, "The model lists are being read again.", messages.SUCCESS)


@admin.register(LanguageModel)
class LanguageModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Models come and go with the providers' lists; here they are switched off and corrected."""

    form = LanguageModelForm
    list_display = [
        "name",
        "provider",
        "status",
        "context_window",
        "max_completion_tokens",
        "input_price",
        "output_price",
        "price_source",
        "is_active",
    ]
    list_filter = ["provider", "is_active", "is_listed", "price_source"]
    list_select_related = ["provider"]
    list_per_page = 50
    search_fields = ["name", "display_name", "owner", "strengths", "provider__name"]
    actions = ["switch_on", "switch_off"]
    fieldsets = [
        (None, {"fields": ["provider", "name", "display_name", "owner", "is_active", "status"]}),
        ("What it can do", {"fields": ["strengths", "context_window", "max_completion_tokens"]}),
        (
            "Prices, USD per million tokens",
            {"fields": ["input_price", "cached_input_price", "output_price", "price_source"]},
        ),
        ("Parameters", {"fields": ["effort_levels", "parameter_overrides"]}),
        (
            "Life",
            {"fields": ["retired_on", "replacement_name", "first_seen_at", "last_seen_at", "kept"]},
        ),
    ]
    readonly_fields = [
        "provider",
        "name",
        "status",
        "price_source",
        "first_seen_at",
        "last_seen_at",
        "kept",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LanguageModel | None = None) -> bool:
        return False

    @admin.display(description="status")
    def status(self, model: LanguageModel) -> str:
        return model.status.label

    @admin.display(description="kept at a refresh")
    def kept(self, model: LanguageModel) -> str:
        prices = ["prices"] if model.price_source == "admin" else []
        return ", ".join([*model.pinned_fields, *prices]) or "nothing"

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, models: LanguageModelQuerySet) -> None:
        count = models.update(is_active=True)
        self.message_user(request, f"Switched on: {count}.", messages.SUCCESS)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, models: LanguageModelQuerySet) -> None:
        count = models.update(is_active=False)
        self.message_user(request, f"Switched off: {count}.", messages.SUCCESS)
