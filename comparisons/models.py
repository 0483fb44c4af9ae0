"""Comparison runs: one question to several models."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Team, User
from inference.models import Generation, Source, group_name


class RunStatus(models.TextChoices):
    RUNNING = "running"
    FINISHED = "finished"


class ComparisonRunQuerySet(models.QuerySet["ComparisonRun"]):
    def for_team(self, team: Team) -> ComparisonRunQuerySet:
        return self.filter(team=team)

    def for_user(self, user: User) -> ComparisonRunQuerySet:
        """Runs of every team that `user` belongs to."""
        return self.filter(team__in=user.teams.all())


class ComparisonRun(models.Model):
    """One question, asked of several models at once.

    `messages` is the conversation as given; `prompt` its last user message, for lists and search.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="comparison_runs")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="comparison_runs",
    )
    system = models.TextField(blank=True)
    prompt = models.TextField()
    messages = models.JSONField()
    status = models.CharField(max_length=10, choices=RunStatus.choices, default=RunStatus.RUNNING)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ComparisonRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"], name="run_by_team_newest_first"),
            models.Index(
                fields=["created_at"], condition=Q(status="running"), name="run_unfinished"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=RunStatus.values), name="run_status_known"
            )
        ]

    def __str__(self) -> str:
        return self.prompt[:60]

    @property
    def group(self) -> str:
        return group_name(Source.COMPARISON, self.id)

    @property
    def current_columns(self) -> list[Column]:
        """The newest answer of each place, in order; no query where columns were prefetched."""
        return [column for column in self.columns.all() if column.is_current]

    @property
    def current_generations(self) -> list[Generation]:
        return [column.generation for column in self.current_columns]


class ColumnQuerySet(models.QuerySet["Column"]):
    def current(self) -> ColumnQuerySet:
        """The newest generation of each place; earlier ones were retried."""
        return self.filter(is_current=True)


class Column(models.Model):
    """A generation's place in a run. A retry adds a row at the same position."""

    run = models.ForeignKey(ComparisonRun, on_delete=models.CASCADE, related_name="columns")
    generation = models.OneToOneField(Generation, on_delete=models.CASCADE, related_name="column")
    position = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "position"],
                condition=Q(is_current=True),
                name="one_current_column_per_position",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.position}"


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def made_before(self, moment: datetime) -> IdempotencyKeyQuerySet:
        return self.filter(created_at__lt=moment)


class IdempotencyKey(models.Model):
    """A client's name for one POST, so that a repeat gives the same run."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    run = models.ForeignKey(ComparisonRun, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user", "key"], name="idempotency_key_used_once"
            )
        ]

    def __str__(self) -> str:
        return self.key
