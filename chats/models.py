"""Chats: how a conversation goes on, with branches."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team, User
from catalog.models import LanguageModel
from inference.models import Generation, Source, group_name

TITLE_LENGTH = 120


class ChatQuerySet(models.QuerySet["Chat"]):
    def of(self, user: User, team: Team) -> ChatQuerySet:
        """A person's own chats in a team, without the deleted ones. Chats are private."""
        return self.filter(user=user, team=team, deleted_at__isnull=True)

    def of_person(self, user: User) -> ChatQuerySet:
        """A person's own chats in every team that they still belong to."""
        return self.filter(user=user, team__in=user.teams.all(), deleted_at__isnull=True)

    def search(self, words: str) -> ChatQuerySet:
        """Chats with every one of `words` in the title or in any text, asked or answered."""
        found = self
        for word in words.replace("\0", " ").split()[:10]:
            having = ChatMessage.objects.filter(
                Q(content__icontains=word) | Q(generation__text__icontains=word),
                chat=models.OuterRef("pk"),
                deleted_at__isnull=True,
            )
            found = found.filter(Q(title__icontains=word) | models.Exists(having))
        return found


class Chat(models.Model):
    """A conversation with one model at a time, which may be switched.

    `leaf` is the last message of the branch that is shown. `parameters` are what the person set
    for `model`; `set_aside` has, by model id, what they had set for others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="chats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chats"
    )
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    model = models.ForeignKey(LanguageModel, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict, blank=True)
    set_aside = models.JSONField(default=dict, blank=True, editable=False)
    system = models.TextField(blank=True)
    leaf = models.ForeignKey(
        "ChatMessage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(default=timezone.now)
    pinned_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ChatQuerySet.as_manager()

    class Meta:
        ordering = ["-active_at", "-id"]
        indexes = [
            models.Index(
                fields=["user", "team", "-active_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="chat_newest_first",
            ),
        ]

    def __str__(self) -> str:
        return self.title or "New chat"

    @property
    def group(self) -> str:
        return group_name(Source.CHAT, self.id)


class Role(models.TextChoices):
    USER = "user"
    ASSISTANT = "assistant"


class ChatMessage(models.Model):
    """A message in the tree of a chat: what was asked, or the answer that a generation makes.

    An answer that was taken over from elsewhere as text has `content` instead of a generation.

    An edit or a retry adds a sibling: messages of one parent are versions of each other. A deleted
    message keeps its place in the tree, so that what follows it stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    content = models.TextField(blank=True)
    generation = models.ForeignKey(
        Generation, on_delete=models.RESTRICT, null=True, blank=True, related_name="chat_messages"
    )
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["chat", "created_at", "id"], name="chat_messages_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(generation__isnull=True) & ~Q(content=""))
                | Q(role="assistant", generation__isnull=False, content=""),
                name="chat_message_is_a_question_or_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="chat_message_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def text(self) -> str:
        """What was asked or answered; reads `generation`."""
        return self.content if self.generation is None else self.generation.text

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


def title_of(text: str) -> str:
    """Make a title of a first message: its first line, cut at a word where it is long."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    title = " ".join(line.lstrip("#>*- ").split()) or " ".join(line.split())
    if len(title) <= 60:
        return title
    cut = title[:60].rsplit(" ", 1)[0] if " " in title[30:60] else title[:60]
    return f"{cut}…"
