"""Asking in a chat: a new message, another version of one, another answer to one."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog import parameters as parameter_specs
from chats.context import Context, TooLong
from chats.models import Chat, ChatMessage, Role, title_of
from chats.selectors import context_of, tree_of, unfinished_answers
from inference.announcements import announce
from inference.models import Source
from inference.services.asking import Asker, Question, create_generations
from inference.services.cancelling import cancel
from inference.watching.messages import Message


class InvalidMessage(Exception):
    """A message that can't be sent; `errors` has every reason, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


class AlreadyAnswering(Exception):
    """One answer at a time: the chat's model is still writing."""

    def __init__(self) -> None:
        super().__init__("The model is still answering. Wait for the end, or stop it first.")


@transaction.atomic
def send(asker: Asker, chat: Chat, text: str) -> ChatMessage:
    """Ask at the end of the shown branch; returns the answer's message, whose text is to come.

    The first message names a chat that has no name. Raises `InvalidMessage`, `AlreadyAnswering`.
    """
    chat = _locked(chat)
    return _ask(asker, chat, text, parent_id=chat.leaf_id)


@transaction.atomic
def edit(asker: Asker, chat: Chat, question: ChatMessage, text: str) -> ChatMessage:
    """Ask something else in the place of `question`; the branch after it stays reachable.

    Raises `InvalidMessage`, `AlreadyAnswering`.
    """
    chat = _locked(chat)
    if question.role != Role.USER:
        raise InvalidMessage({"message": ["Only your own messages can be edited."]})
    return _ask(asker, chat, text, parent_id=question.parent_id)


@transaction.atomic
def ask_again(asker: Asker, chat: Chat, answer: ChatMessage) -> ChatMessage:
    """Let the chat's model answer the same question once more; the earlier answer is kept.

    Raises `InvalidMessage`, `AlreadyAnswering`.
    """
    chat = _locked(chat)
    if answer.role != Role.ASSISTANT or answer.parent_id is None:
        raise InvalidMessage({"message": ["Only an answer can be asked for again."]})
    branch = tree_of(chat).branch(answer.parent_id)
    return _answer(asker, chat, answer.parent_id, _fitted(chat, branch))


def cancel_answers(chat: Chat) -> None:
    """Stop whatever answers in the chat."""
    cancel(unfinished_answers(chat).values_list("pk", flat=True))


def announce_state(chat: Chat) -> None:
    """Tell watchers whether the chat answers, and its name. Call it after the commit."""
    announce(chat.group, chat_state(unfinished_answers(chat).exists()))


def chat_state(is_answering: bool) -> Message:
    """What watchers of a chat are told of its state."""
    return {"type": "chat", "status": "answering" if is_answering else "idle"}


def _locked(chat: Chat) -> Chat:
    """Read the chat for changing it: two messages at once must not both follow the same one."""
    chat = (
        Chat.objects.select_for_update(of=("self",))
        .select_related("model__provider")
        .get(pk=chat.pk)
    )
    if unfinished_answers(chat).exists():
        raise AlreadyAnswering
    return chat


def _ask(asker: Asker, chat: Chat, text: str, parent_id: UUID | None) -> ChatMessage:
    if problems := _problems(text):
        raise InvalidMessage({"content": problems})
    branch = tree_of(chat).branch(parent_id)
    context = _fitted(chat, branch, text)
    question = ChatMessage.objects.create(
        chat=chat, parent_id=parent_id, role=Role.USER, content=text
    )
    if not chat.title:
        chat.title = title_of(text)
    return _answer(asker, chat, question.pk, context)


def _answer(asker: Asker, chat: Chat, question_id: UUID, context: Context) -> ChatMessage:
    parameters = parameter_specs.with_required(chat.parameters, chat.model)
    question = Question(chat.model, context.messages, parameters)
    [generation] = create_generations(asker, Source.CHAT, chat.pk, [question])
    answer = ChatMessage.objects.create(
        chat=chat, parent_id=question_id, role=Role.ASSISTANT, generation=generation
    )
    chat.leaf = answer
    chat.active_at = timezone.now()
    chat.save(update_fields=["leaf", "title", "active_at"])
    transaction.on_commit(lambda: announce_state(chat))
    return answer


def _fitted(chat: Chat, branch: Sequence[UUID], new_text: str = "") -> Context:
    """Check that the model can be asked as things stand, and fit the branch into its window."""
    errors: dict[str, list[str]] = {}
    if not chat.model.is_usable:
        errors["model"] = [f"{chat.model} is no longer available. Choose another model."]
    refused = parameter_specs.validate(chat.parameters, chat.model)
    if refused:
        errors["parameters"] = [text for texts in refused.values() for text in texts]
    if errors:
        raise InvalidMessage(errors)
    try:
        return context_of(chat, branch, new_text=new_text)
    except TooLong as error:
        raise InvalidMessage({"content": [str(error)]}) from error


def _problems(text: str) -> list[str]:
    limit = settings.MAX_PROMPT_CHARACTERS
    if not text.strip():
        return ["Write a message: an empty one can't be sent."]
    problems = []
    if len(text) > limit:
        problems.append(f"The message has {len(text):,} characters; at most {limit:,} are allowed.")
    if "\x00" in text:
        problems.append("The message has NUL characters, which can't be stored. Remove them.")
    return problems
