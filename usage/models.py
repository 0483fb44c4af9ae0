"""The ledger: what every attempt cost, one row each, never changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ApiToken, Team
from catalog.models import LanguageModel


class LedgerEntry(models.Model):
    """One attempt that reached a provider. A correction is a new row.

    `generation_id` and `source_id` are plain ids: the ledger outlives what it counted.
    `cost` is USD; `None` where no price was known. Times in ms.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ledger")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    api_token = models.ForeignKey(
        ApiToken, on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    source = models.CharField(max_length=20)
    source_id = models.UUIDField()
    generation_id = models.UUIDField()
    attempt = models.PositiveSmallIntegerField()
    model = models.ForeignKey(LanguageModel, on_delete=models.PROTECT, related_name="ledger")
    status = models.CharField(max_length=20, help_text="How the attempt ended.")
    error_kind = models.CharField(max_length=40, blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=False)
    input_price = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    cached_input_price = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    output_price = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    cost = models.DecimalField(max_digits=18, decimal_places=10, null=True)
    ttft_ms = models.FloatField(null=True)
    duration_ms = models.FloatField(null=True)
    tokens_per_second = models.FloatField(null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["team", "created_at"], name="ledger_by_team_and_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["generation_id", "attempt"], name="attempt_billed_at_most_once"
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="ledger_cost_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.generation_id} attempt {self.attempt}"
