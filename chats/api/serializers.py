"""Chats and their messages as JSON."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import ModelNameSerializer, StrictSerializer
from chats.context import Context
from chats.models import TITLE_LENGTH, Chat, ChatMessage
from inference.api.serializers import GenerationSerializer


class AnswerSerializer(GenerationSerializer):
    """An answer as sockets and event streams tell it."""


class ContextSerializer(serializers.Serializer[Context]):
    """What of the conversation goes to the model, in tokens."""

    sent_tokens = serializers.IntegerField()
    reserved_tokens = serializers.IntegerField(help_text="Kept free for the answer.")
    window = serializers.IntegerField(allow_null=True)
    is_exact = serializers.BooleanField(help_text="Counted with the model's own encoding.")
    dropped = serializers.ListField(
        child=serializers.UUIDField(), help_text="Messages that no longer go along."
    )


class ChatSummarySerializer(serializers.ModelSerializer[Chat]):
    """A chat in a list."""

    model = ModelNameSerializer()
    pinned = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()

    class Meta:
        model = Chat
        fields = ["id", "title", "model", "pinned", "archived", "created_at", "active_at"]
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_pinned(self, chat: Chat) -> bool:
        return chat.pinned_at is not None

    @extend_schema_field(bool)
    def get_archived(self, chat: Chat) -> bool:
        return chat.archived_at is not None


class ChatSerializer(ChatSummarySerializer):
    """A chat with who answers in it and how."""

    leaf = serializers.UUIDField(
        source="leaf_id", allow_null=True, help_text="The last message of the shown branch."
    )

    class Meta(ChatSummarySerializer.Meta):
        fields = [*ChatSummarySerializer.Meta.fields, "parameters", "system", "leaf"]
        read_only_fields = fields


class VersionSerializer(serializers.Serializer[object]):
    """Which of how many versions of its place a message is."""

    number = serializers.IntegerField()
    count = serializers.IntegerField()
    previous_id = serializers.UUIDField(allow_null=True)
    next_id = serializers.UUIDField(allow_null=True)


class ChatMessageSerializer(serializers.ModelSerializer[ChatMessage]):
    """A question, or an answer with its generation, whose text may still be coming."""

    text = serializers.CharField()
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )
    pinned = serializers.BooleanField(source="is_pinned")
    deleted = serializers.BooleanField(source="is_deleted")
    generation = GenerationSerializer(allow_null=True)

    class Meta:
        model = ChatMessage
        fields = ["id", "role", "text", "parent", "pinned", "deleted", "created_at", "generation"]
        read_only_fields = fields


class CreateChatSerializer(StrictSerializer):
    model = serializers.CharField(max_length=300, help_text="A model's id or `provider/name`.")
    parameters = serializers.DictField(required=False, default=dict)
    system = serializers.CharField(
        required=False, default="", allow_blank=True, trim_whitespace=False
    )
    title = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=TITLE_LENGTH
    )


class ChangeChatSerializer(StrictSerializer):
    title = serializers.CharField(required=False, max_length=TITLE_LENGTH)
    system = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    pinned = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)


class ChangeModelSerializer(StrictSerializer):
    model = serializers.CharField(max_length=300, help_text="A model's id or `provider/name`.")
    parameters = serializers.DictField(
        required=False, default=dict, help_text="Without them, the model's defaults."
    )


class ContentSerializer(StrictSerializer):
    content = serializers.CharField(trim_whitespace=False, allow_blank=True)


class PinSerializer(StrictSerializer):
    pinned = serializers.BooleanField()


class BranchSerializer(StrictSerializer):
    message = serializers.UUIDField(help_text="A message of the branch to show.")


class TranscriptSerializer(serializers.Serializer[object]):
    """Messages of the shown branch, oldest first; `previous` has those before them."""

    results = ChatMessageSerializer(many=True)
    previous = serializers.URLField(allow_null=True)
