"""The Generation: one call to one model, and how it went."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ApiToken, Team, User
from catalog.models import LanguageModel


class Source(models.TextChoices):
    """For what a generation is made; with `source_id` it names the group that gets its frames."""

    COMPARISON = "comparison"
    CHAT = "chat"


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


TERMINAL = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
UNFINISHED = (Status.QUEUED, Status.RUNNING)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def for_team(self, team: Team) -> GenerationQuerySet:
        return self.filter(team=team)

    def readable_by(self, user: User, team: Team) -> GenerationQuerySet:
        """What `user` may read: the team's comparisons, and their own chats, which are private."""
        return self.filter(Q(source=Source.COMPARISON) | Q(user=user), team=team)

    def queued(self) -> GenerationQuerySet:
        return self.filter(status=Status.QUEUED)

    def running(self) -> GenerationQuerySet:
        return self.filter(status=Status.RUNNING)

    def unfinished(self) -> GenerationQuerySet:
        return self.filter(status__in=UNFINISHED)

    def due(self, now: datetime) -> GenerationQuerySet:
        """Queued, not to be cancelled, and not waiting for a provider's `retry-after`."""
        return self.queued().filter(
            Q(retry_at__isnull=True) | Q(retry_at__lte=now), cancel_requested_at__isnull=True
        )

    def with_model(self) -> GenerationQuerySet:
        return self.select_related("model__provider")


class Generation(models.Model):
    """One call to one model.

    `queued → running → succeeded | failed | cancelled`; a terminal state never changes. A running
    generation belongs to the worker named in `lease_owner` until `lease_expires_at`.
    `messages` and `parameters` are what was asked, as sent. Times in ms, cost in USD.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="generations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="generations"
    )
    api_token = models.ForeignKey(
        ApiToken, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=20, choices=Source.choices)
    source_id = models.UUIDField()
    model = models.ForeignKey(LanguageModel, on_delete=models.PROTECT, related_name="generations")
    messages = models.JSONField()
    parameters = models.JSONField(default=dict)
    cached_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    enqueued_at = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)

    text = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=30, blank=True)
    error_kind = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    notice = models.TextField(blank=True)
    provider_request_id = models.CharField(max_length=200, blank=True)

    prompt_tokens = models.PositiveIntegerField(null=True)
    cached_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    reasoning_tokens = models.PositiveIntegerField(null=True)
    tokens_estimated = models.BooleanField(default=False)
    queue_ms = models.FloatField(null=True)
    ttft_ms = models.FloatField(null=True)
    first_answer_ms = models.FloatField(null=True)
    duration_ms = models.FloatField(null=True)
    tokens_per_second = models.FloatField(null=True)
    provider_tokens_per_second = models.FloatField(null=True)
    provider_queue_ms = models.FloatField(null=True)
    cost = models.DecimalField(max_digits=18, decimal_places=10, null=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["source", "source_id"], name="generation_by_source"),
            models.Index(fields=["team", "created_at"], name="generation_by_team_and_time"),
            models.Index(
                fields=["status", "lease_expires_at"],
                condition=Q(status__in=["queued", "running"]),
                name="generation_unfinished",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="generation_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RUNNING)
                | Q(lease_owner__isnull=False, lease_expires_at__isnull=False),
                name="running_generation_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED) | Q(finished_at__isnull=False),
                name="ended_generation_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} {self.status} ({self.id})"

    @property
    def group(self) -> str:
        """The channel-layer group that gets this generation's frames."""
        return group_name(self.source, self.source_id)

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL


def group_name(source: str, source_id: uuid.UUID) -> str:
    return f"{source}.{source_id}"
