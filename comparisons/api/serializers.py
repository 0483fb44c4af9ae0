"""Runs and answers as JSON: for the API, and the same for sockets and event streams."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import LanguageModel
from comparisons.models import Column, ComparisonRun
from inference.models import Status


class ModelNameSerializer(serializers.ModelSerializer[LanguageModel]):
    """A model as an answer names it."""

    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    provider = serializers.CharField(source="provider.slug", read_only=True)

    class Meta:
        model = LanguageModel
        fields = ["id", "name", "label", "provider"]


class GenerationSerializer(serializers.ModelSerializer[Column]):
    """One answer of a run. Times in ms, cost in USD.

    `text` and `reasoning` of an unfinished answer are what has come so far.
    """

    id = serializers.UUIDField(source="generation.id")
    status = serializers.ChoiceField(source="generation.status", choices=Status.choices)
    attempt = serializers.IntegerField(
        source="generation.attempt", help_text="0 while it waits for its first try."
    )
    model = ModelNameSerializer(source="generation.model")
    parameters = serializers.JSONField(source="generation.parameters")
    text = serializers.CharField(source="generation.text")
    reasoning = serializers.CharField(source="generation.reasoning")
    finish_reason = serializers.CharField(source="generation.finish_reason")
    error_kind = serializers.CharField(source="generation.error_kind")
    error = serializers.CharField(source="generation.error")
    notice = serializers.CharField(source="generation.notice")
    retry_at = serializers.DateTimeField(source="generation.retry_at", allow_null=True)
    prompt_tokens = serializers.IntegerField(source="generation.prompt_tokens", allow_null=True)
    cached_tokens = serializers.IntegerField(source="generation.cached_tokens", allow_null=True)
    completion_tokens = serializers.IntegerField(
        source="generation.completion_tokens", allow_null=True
    )
    reasoning_tokens = serializers.IntegerField(
        source="generation.reasoning_tokens", allow_null=True
    )
    tokens_estimated = serializers.BooleanField(source="generation.tokens_estimated")
    queue_ms = serializers.FloatField(source="generation.queue_ms", allow_null=True)
    ttft_ms = serializers.FloatField(source="generation.ttft_ms", allow_null=True)
    first_answer_ms = serializers.FloatField(source="generation.first_answer_ms", allow_null=True)
    duration_ms = serializers.FloatField(source="generation.duration_ms", allow_null=True)
    tokens_per_second = serializers.FloatField(
        source="generation.tokens_per_second", allow_null=True
    )
    provider_tokens_per_second = serializers.FloatField(
        source="generation.provider_tokens_per_second", allow_null=True
    )
    cost = serializers.DecimalField(
        source="generation.cost",
        max_digits=18,
        decimal_places=10,
        allow_null=True,
        help_text="USD; null where the model's price is not known.",
    )
    cached = serializers.SerializerMethodField(
        help_text="Whether the answer came from the cache and cost nothing."
    )
    created_at = serializers.DateTimeField(source="generation.created_at")
    started_at = serializers.DateTimeField(source="generation.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="generation.finished_at", allow_null=True)

    class Meta:
        model = Column
        fields = [
            "id",
            "position",
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

    @extend_schema_field(bool)
    def get_cached(self, column: Column) -> bool:
        return column.generation.cached_from_id is not None


class RunSummarySerializer(serializers.ModelSerializer[ComparisonRun]):
    """A run in a list: what was asked, of whom, and how far it is."""

    models = serializers.SerializerMethodField()

    class Meta:
        model = ComparisonRun
        fields = ["id", "status", "prompt", "models", "created_at", "finished_at"]
        read_only_fields = fields

    @extend_schema_field(ModelNameSerializer(many=True))
    def get_models(self, run: ComparisonRun) -> object:
        models = [column.generation.model for column in run.current_columns]
        return ModelNameSerializer(models, many=True).data


class RunSerializer(serializers.ModelSerializer[ComparisonRun]):
    """A run with its answers, in order of position."""

    generations = GenerationSerializer(many=True, source="current_columns")

    class Meta:
        model = ComparisonRun
        fields = [
            "id",
            "status",
            "system",
            "prompt",
            "messages",
            "created_at",
            "finished_at",
            "generations",
        ]
        read_only_fields = fields


class StrictSerializer(serializers.Serializer[object]):
    """Refuses fields that it does not know: what a client sends is never dropped in silence."""

    def to_internal_value(self, data: object) -> object:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {str(name): [f"Unknown field. Known are: {known}."] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class MessageSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=["user", "assistant"])
    content = serializers.CharField(trim_whitespace=False)


class ModelChoiceSerializer(StrictSerializer):
    model = serializers.CharField(max_length=300, help_text="A model's id or `provider/name`.")
    parameters = serializers.DictField(
        required=False, default=dict, help_text="Only what is to differ from the model's defaults."
    )


class StartRunSerializer(StrictSerializer):
    """A question to several models: `prompt`, or a conversation as `messages`."""

    prompt = serializers.CharField(required=False, trim_whitespace=False)
    messages = MessageSerializer(many=True, required=False)
    system = serializers.CharField(
        required=False, default="", allow_blank=True, trim_whitespace=False
    )
    models = ModelChoiceSerializer(many=True)
    samples = serializers.IntegerField(
        required=False, default=1, min_value=1, help_text="Answers from each model."
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if ("prompt" in attrs) == ("messages" in attrs):
            raise serializers.ValidationError(
                {"prompt": ["Give either a prompt or messages, and not both."]}
            )
        return attrs
