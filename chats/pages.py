"""What the pages of chats show, put together from rows."""

import uuid
from dataclasses import dataclass, field

from catalog.models import LanguageModel
from chats.context import Context, TooLong
from chats.models import Chat, ChatMessage, Role
from chats.selectors import Version, context_of, transcript, tree_of
from inference.models import Generation
from inference.rendering.answers import answer_html

ANSWER_TEMPLATE = "chats/_answer_body.html"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as the templates read it.

    `switched_from` is the model that answered before, where another does now; `body` the HTML of
    an ended answer; `parameters` what the person set for it.
    """

    message: ChatMessage
    version: Version
    is_dropped: bool = False
    switched_from: LanguageModel | None = None
    body: str = ""

    @property
    def generation(self) -> Generation | None:
        return self.message.generation

    @property
    def is_question(self) -> bool:
        return self.message.role == Role.USER


@dataclass(frozen=True, slots=True)
class Meter:
    """How full the window is. `share` is in percent; `problem` says why nothing can be sent."""

    sent_tokens: int = 0
    reserved_tokens: int = 0
    window: int | None = None
    dropped: frozenset[uuid.UUID] = frozenset()
    is_exact: bool = True
    problem: str = ""

    @property
    def room_tokens(self) -> int | None:
        return None if self.window is None else self.window - self.reserved_tokens

    @property
    def share(self) -> int | None:
        return None if not self.room_tokens else round(100 * self.sent_tokens / self.room_tokens)


@dataclass(frozen=True, slots=True)
class Thread:
    """The newest part of a chat's shown branch, or an older one."""

    entries: list[Entry] = field(default_factory=list)
    older_than: uuid.UUID | None = None
    meter: Meter = field(default_factory=Meter)

    @property
    def is_answering(self) -> bool:
        return any(
            entry.generation is not None and not entry.generation.is_finished
            for entry in self.entries
        )


def thread_of(chat: Chat, before: uuid.UUID | None = None) -> Thread:
    """Raises `ChatMessage.DoesNotExist` for a `before` that the branch has not."""
    tree = tree_of(chat)
    page = transcript(chat, tree, before)
    meter = _meter(chat, tree.branch(chat.leaf_id))
    return Thread(
        entries=_entries(page.messages, page.versions, meter.dropped),
        older_than=page.older_than,
        meter=meter,
    )


def meter_of(chat: Chat) -> Meter:
    return _meter(chat, tree_of(chat).branch(chat.leaf_id))


def meter_for(chat: Chat, model: LanguageModel) -> Meter:
    """The meter as it would be with another model: what switching would drop."""
    return _meter(chat, tree_of(chat).branch(chat.leaf_id), model)


def _meter(chat: Chat, branch: list[uuid.UUID], model: LanguageModel | None = None) -> Meter:
    try:
        context: Context = context_of(chat, branch, model)
    except TooLong as error:
        return Meter(window=(model or chat.model).context_window, problem=str(error))
    return Meter(
        sent_tokens=context.sent_tokens,
        reserved_tokens=context.reserved_tokens,
        window=context.window,
        dropped=context.dropped,
        is_exact=context.is_exact,
    )


def _entries(
    messages: list[ChatMessage],
    versions: dict[uuid.UUID, Version],
    dropped: frozenset[uuid.UUID],
) -> list[Entry]:
    entries = []
    former: LanguageModel | None = None
    for message in messages:
        generation = message.generation
        switched_from = None
        if generation is not None:
            if former is not None and former.pk != generation.model_id:
                switched_from = former
            former = generation.model
        entries.append(
            Entry(
                message=message,
                version=versions[message.pk],
                is_dropped=message.pk in dropped,
                switched_from=switched_from,
                body=_body(generation),
            )
        )
    return entries


def _body(generation: Generation | None) -> str:
    if generation is None or not generation.is_finished:
        return ""
    return answer_html(generation, ANSWER_TEMPLATE)
