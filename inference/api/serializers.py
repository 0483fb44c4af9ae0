"""Answers as JSON: for the API, and the same for sockets and event streams."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import ModelNameSerializer
from inference.models import Generation


class GenerationSerializer(serializers.ModelSerializer[Generation]):
    """One answer. Times in ms, cost in USD.

    `text` and `reasoning` of an unfinished answer are what has come so far.
    """

    model = ModelNameSerializer()
    cached = serializers.SerializerMethodField(
        help_text="Whether the answer came from the cache and cost nothing."
    )

    class Meta:
        model = Generation
        fields = [
            "id",
            "status",
            "attempt",
            "model",
            "parameters",
            "text",
            "reasoning",
            "finish_reason",
            "error_kind",
            "error",
            "notice",
            "retry_at",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
            "reasoning_tokens",
            "tokens_estimated",
            "queue_ms",
            "ttft_ms",
            "first_answer_ms",
            "duration_ms",
            "tokens_per_second",
            "provider_tokens_per_second",
            "cost",
            "cached",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "attempt": {"help_text": "0 while it waits for its first try."},
            "cost": {"help_text": "USD; null where the model's price is not known."},
        }

    @extend_schema_field(bool)
    def get_cached(self, generation: Generation) -> bool:
        return generation.cached_from_id is not None
