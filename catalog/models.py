"""What can be asked: providers and their models, with limits, prices and parameters."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team, User
from catalog.encryption import UnreadableSecret, decrypt, encrypt
from catalog.validators import validate_effort_levels, validate_parameter_overrides

# After this long, a refresh that was asked for has got lost.
REFRESH_PATIENCE = timedelta(minutes=2)


class ProviderKind(models.TextChoices):
    GROQ = "groq", "Groq"
    ANTHROPIC = "anthropic", "Anthropic"
    OPENAI_COMPATIBLE = "openai_compatible", "OpenAI-compatible"
    LOCAL = "local", "Local models"


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self) -> ProviderQuerySet:
        """Those that can be asked: switched on, and not short of a key."""
        return self.filter(is_active=True, unavailable_reason="")

    def for_team(self, team: Team) -> ProviderQuerySet:
        """Those that serve everyone or this team."""
        return self.filter(Q(team__isnull=True) | Q(team=team))


class Provider(models.Model):
    """Who serves models. The key comes from the environment or, encrypted, from the admin.

    `is_active` is the admin's switch; `unavailable_reason` says what the set-up lacks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=ProviderKind.choices)
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="providers",
        help_text="Empty: every team may use it.",
    )
    base_url = models.CharField(max_length=300, blank=True)
    encrypted_api_key = models.TextField(blank=True, editable=False)
    limit_parameter = models.CharField(
        max_length=30,
        default="max_tokens",
        choices=[("max_tokens", "max_tokens"), ("max_completion_tokens", "max_completion_tokens")],
        help_text="What an OpenAI-compatible server calls the limit of the answer's length.",
    )
    max_concurrency = models.PositiveIntegerField(
        null=True, blank=True, help_text="Answers at once, over all workers. Empty: no limit."
    )
    is_active = models.BooleanField(default=True)
    unavailable_reason = models.CharField(max_length=200, blank=True, editable=False)
    last_refresh_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_good_refresh_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_refresh_error = models.TextField(blank=True, editable=False)
    last_refresh_added = models.PositiveIntegerField(default=0, editable=False)
    last_refresh_changed = models.PositiveIntegerField(default=0, editable=False)
    last_refresh_gone = models.PositiveIntegerField(default=0, editable=False)
    refresh_requested_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ProviderKind.values), name="provider_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(max_concurrency__isnull=True) | Q(max_concurrency__gte=1),
                name="provider_concurrency_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def api_key(self) -> str:
        """The key in clear, for the adapter alone: the admin's, else the environment's.

        Raises `UnreadableSecret`, with a sentence for a person.
        """
        if not self.encrypted_api_key:
            return self.environment_key
        try:
            return decrypt(self.encrypted_api_key)
        except UnreadableSecret as error:
            raise UnreadableSecret(
                f"The stored key of {self.name} was encrypted with another ENCRYPTION_KEYS or"
                " SECRET_KEY: an administrator must enter it again."
            ) from error

    @property
    def is_usable(self) -> bool:
        return self.is_active and not self.unavailable_reason

    @property
    def is_from_environment(self) -> bool:
        """Whether this is the row that the environment's settings fill."""
        return self.slug == ENVIRONMENT_SLUGS.get(self.kind)

    @property
    def environment_key(self) -> str:
        """The environment's key, which belongs to the provider made from the environment only."""
        if not self.is_from_environment:
            return ""
        return str(settings.PROVIDER_KEYS.get(self.kind, ""))

    @property
    def is_refreshing(self) -> bool:
        """Whether somebody asked for its list and the answer is still to come."""
        asked_at, read_at = self.refresh_requested_at, self.last_refresh_at
        if asked_at is None or (read_at is not None and read_at >= asked_at):
            return False
        return timezone.now() - asked_at < REFRESH_PATIENCE

    def set_api_key(self, api_key: str) -> None:
        self.encrypted_api_key = encrypt(api_key) if api_key else ""


ENVIRONMENT_SLUGS: dict[str, str] = {
    ProviderKind.GROQ: "groq",
    ProviderKind.ANTHROPIC: "anthropic",
    ProviderKind.OPENAI_COMPATIBLE: "openai",
    ProviderKind.LOCAL: "local",
}


class LanguageModelQuerySet(models.QuerySet["LanguageModel"]):
    def for_team(self, team: Team) -> LanguageModelQuerySet:
        """Models whose provider serves everyone or this team."""
        return self.filter(Q(provider__team__isnull=True) | Q(provider__team=team))

    def usable(self) -> LanguageModelQuerySet:
        return self.filter(
            is_active=True,
            is_listed=True,
            provider__is_active=True,
            provider__unavailable_reason="",
        )

    def unusable(self) -> LanguageModelQuerySet:
        """History and what is switched off: the opposite of `usable`."""
        return self.filter(
            Q(is_active=False)
            | Q(is_listed=False)
            | Q(provider__is_active=False)
            | ~Q(provider__unavailable_reason="")
        )

    def with_status(self, status: ModelStatus) -> LanguageModelQuerySet:
        """The models whose `status` is this one."""
        in_use = Q(is_active=True, provider__is_active=True)
        match status:
            case ModelStatus.RETIRED:
                return self.filter(is_listed=False)
            case ModelStatus.INACTIVE:
                return self.filter(~in_use, is_listed=True)
            case ModelStatus.UNAVAILABLE:
                return self.filter(in_use, ~Q(provider__unavailable_reason=""), is_listed=True)
            case ModelStatus.RETIRING | ModelStatus.ACTIVE:
                is_staying = status is ModelStatus.ACTIVE
                return self.usable().filter(retired_on__isnull=is_staying)

    def search(self, words: str) -> LanguageModelQuerySet:
        """Models that have every one of `words` in a name, the owner or the strengths."""
        found = self
        for word in words.replace("\0", " ").split()[:10]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(display_name__icontains=word)
                | Q(owner__icontains=word)
                | Q(strengths__icontains=word)
                | Q(provider__name__icontains=word)
            )
        return found


class ModelStatus(models.TextChoices):
    """What stands between a person and a model."""

    ACTIVE = "active"
    RETIRING = "retiring", "active, with a retirement date"
    RETIRED = "retired", "no longer offered by its provider"
    INACTIVE = "inactive", "switched off by an administrator"
    UNAVAILABLE = "unavailable", "its provider is not set up"


class LanguageModel(models.Model):
    """One model of one provider, with the facts that people choose by.

    Never deleted: history points here. `is_listed` follows the provider's list, `is_active` is
    the admin's switch. `retired_on` may lie ahead. A refresh leaves alone what is named in
    `pinned_fields`: the admin set it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(max_length=200, help_text="The provider's own id of the model.")
    display_name = models.CharField(max_length=200, blank=True)
    owner = models.CharField(max_length=100, blank=True)
    context_window = models.PositiveIntegerField(null=True, blank=True)
    max_completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    strengths = models.TextField(blank=True)
    input_price = models.DecimalField(
        max_digits=14, decimal_places=6, null=True, blank=True, help_text="USD per million tokens."
    )
    cached_input_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    output_price = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    price_source = models.CharField(
        max_length=20,
        blank=True,
        choices=[("admin", "admin"), ("provider", "provider"), ("genai-prices", "genai-prices")],
    )
    effort_levels = models.JSONField(null=True, blank=True, validators=[validate_effort_levels])
    parameter_overrides = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_parameter_overrides],
        help_text="Per parameter, what differs from the defaults of the provider and family.",
    )
    is_active = models.BooleanField(default=True)
    is_listed = models.BooleanField(default=True, editable=False)
    retired_on = models.DateField(null=True, blank=True)
    replacement_name = models.CharField(max_length=200, blank=True)
    pinned_fields = models.JSONField(default=list, editable=False)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LanguageModelQuerySet.as_manager()

    class Meta:
        ordering = ["provider__name", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="model_unique_in_provider"),
            models.CheckConstraint(
                condition=(Q(input_price__isnull=True) | Q(input_price__gte=0))
                & (Q(output_price__isnull=True) | Q(output_price__gte=0))
                & (Q(cached_input_price__isnull=True) | Q(cached_input_price__gte=0)),
                name="model_prices_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.display_name or self.name

    @property
    def full_name(self) -> str:
        """`provider/model`, as the API takes it."""
        return f"{self.provider.slug}/{self.name}"

    @property
    def is_usable(self) -> bool:
        return self.is_active and self.is_listed and self.provider.is_usable

    @property
    def status(self) -> ModelStatus:
        if not self.is_listed:
            return ModelStatus.RETIRED
        if not (self.is_active and self.provider.is_active):
            return ModelStatus.INACTIVE
        if self.provider.unavailable_reason:
            return ModelStatus.UNAVAILABLE
        return ModelStatus.RETIRING if self.retired_on else ModelStatus.ACTIVE

    def cost(
        self, prompt_tokens: int, cached_tokens: int, completion_tokens: int
    ) -> Decimal | None:
        """USD for these tokens, or `None` without known prices.

        Without a price for cached input, the full input price is charged.
        """
        if self.input_price is None or self.output_price is None:
            return None
        cached_price = (
            self.input_price if self.cached_input_price is None else self.cached_input_price
        )
        micro_dollars = (
            (prompt_tokens - cached_tokens) * self.input_price
            + cached_tokens * cached_price
            + completion_tokens * self.output_price
        )
        return micro_dollars / 1_000_000


class PresetQuerySet(models.QuerySet["Preset"]):
    def visible_to(self, user: User, team: Team) -> PresetQuerySet:
        """A person's own presets in a team and those that the team shares, none deleted."""
        mine_or_shared = Q(created_by=user) | Q(is_shared=True)
        return self.filter(mine_or_shared, team=team, deleted_at__isnull=True)

    def search(self, words: str) -> PresetQuerySet:
        """Presets with every one of `words` in the name, the description or the model's name."""
        found = self
        for word in words.replace("\0", " ").split()[:10]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(description__icontains=word)
                | Q(model__name__icontains=word)
                | Q(model__display_name__icontains=word)
            )
        return found

    def favourites_first(self, user: User) -> PresetQuerySet:
        """With `is_favourite` of `user`, in the order of lists; the model comes along."""
        favourite = PresetFavourite.objects.filter(user=user, preset=models.OuterRef("pk"))
        return (
            self.annotate(is_favourite=models.Exists(favourite))
            .select_related("model__provider", "created_by")
            .order_by("-is_favourite", "name", "id")
        )


class Preset(models.Model):
    """Parameters and a system prompt with a name, for one model or for any.

    What is asked with a preset is asked with a copy of it: later edits change nothing that was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="presets")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="presets"
    )
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, max_length=1000)
    model = models.ForeignKey(
        LanguageModel, on_delete=models.SET_NULL, null=True, blank=True, related_name="presets"
    )
    parameters = models.JSONField(default=dict, blank=True)
    system = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "created_by", "name"],
                condition=Q(deleted_at__isnull=True),
                name="preset_name_unique_for_a_person",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="preset_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PresetFavourite(models.Model):
    """A preset that a person wants to find first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    preset = models.ForeignKey(Preset, on_delete=models.CASCADE, related_name="favourites")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "preset"], name="preset_favourite_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.preset_id}"
