"""Runs as JSON."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import ModelNameSerializer, StrictSerializer
from comparisons.models import ComparisonRun
from inference.api.serializers import GenerationSerializer


class ColumnSerializer(GenerationSerializer):
    """One answer of a run, and its place there."""

    position = serializers.IntegerField(source="column.position", read_only=True)

    class Meta(GenerationSerializer.Meta):
        fields = ["id", "position", *GenerationSerializer.Meta.fields[1:]]
        read_only_fields = fields


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

    generations = ColumnSerializer(many=True, source="current_generations")

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


class MessageSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=["user", "assistant"])
    content = serializers.CharField(trim_whitespace=False)


class ModelChoiceSerializer(StrictSerializer):
    model = serializers.CharField(
        required=False,
        default="",
        max_length=300,
        help_text="A model's id or `provider/name`; may be left out with a preset for one model.",
    )
    preset = serializers.UUIDField(required=False, default=None, allow_null=True)
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
