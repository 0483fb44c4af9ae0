"""What several rooms' serializers are made of."""

from rest_framework import serializers

from catalog.models import LanguageModel


class ModelNameSerializer(serializers.ModelSerializer[LanguageModel]):
    """A model as an answer names it."""

    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    provider = serializers.CharField(source="provider.slug", read_only=True)

    class Meta:
        model = LanguageModel
        fields = ["id", "name", "label", "provider"]


class StrictSerializer(serializers.Serializer[object]):
    """Refuses fields that it does not know: what a client sends is never dropped in silence."""

    def to_internal_value(self, data: object) -> object:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {str(name): [f"Unknown field. Known are: {known}."] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)
