"""Making, naming, keeping and deleting chats, and setting who answers in them."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog import parameters as parameter_specs
from catalog.models import LanguageModel
from chats.models import TITLE_LENGTH, Chat, ChatMessage, Role, title_of
from inference.models import Generation
from inference.services.asking import Asker


class InvalidChat(Exception):
    """What can't be set; `errors` has every reason, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def create_chat(
    asker: Asker,
    model: LanguageModel,
    *,
    parameters: Mapping[str, object] | None = None,
    system: str = "",
    title: str = "",
) -> Chat:
    """Make an empty chat. Raises `InvalidChat`."""
    _check(
        parameters=parameter_problems(model, parameters or {}),
        system=_text_problems(system),
        title=_title_problems(title),
    )
    return Chat.objects.create(
        team=asker.team,
        user=asker.user,
        model=model,
        parameters=dict(parameters or {}),
        system=system,
        title=title.strip(),
    )


@transaction.atomic
def continue_from(asker: Asker, generation: Generation) -> Chat:
    """Make a chat of what a generation was asked and what it answered, to go on from there."""
    chat = Chat(team=asker.team, user=asker.user, model=generation.model)
    chat.parameters = dict(generation.parameters)
    said = list(generation.messages)
    if said and said[0]["role"] == "system":
        chat.system = said.pop(0)["content"]
    chat.title = title_of(said[-1]["content"])
    chat.save()
    chat.leaf = _keep_conversation(chat, said, generation)
    chat.save(update_fields=["leaf"])
    return chat


def rename(chat: Chat, title: str) -> None:
    """Raises `InvalidChat` for a title that is empty or too long."""
    problems = _title_problems(title)
    if not title.strip():
        problems = ["Give the chat a name."]
    _check(title=problems)
    chat.title = title.strip()
    chat.save(update_fields=["title"])


def set_pinned(chat: Chat, is_pinned: bool) -> None:
    chat.pinned_at = timezone.now() if is_pinned else None
    chat.save(update_fields=["pinned_at"])


def set_archived(chat: Chat, is_archived: bool) -> None:
    chat.archived_at = timezone.now() if is_archived else None
    chat.save(update_fields=["archived_at"])


def delete_chat(chat: Chat) -> None:
    """Take the chat out of sight; `restore_chat` brings it back."""
    chat.deleted_at = timezone.now()
    chat.save(update_fields=["deleted_at"])


def restore_chat(chat: Chat) -> None:
    chat.deleted_at = None
    chat.save(update_fields=["deleted_at"])


def set_system(chat: Chat, system: str) -> None:
    """Raises `InvalidChat`."""
    _check(system=_text_problems(system))
    chat.system = system
    chat.save(update_fields=["system"])


def set_parameters(chat: Chat, parameters: Mapping[str, object]) -> None:
    """Replace all that is set for the chat's model. Raises `InvalidChat`."""
    _check(parameters=parameter_problems(chat.model, parameters))
    chat.parameters = dict(parameters)
    chat.save(update_fields=["parameters"])


def change_model(
    chat: Chat,
    model: LanguageModel,
    parameters: Mapping[str, object] | None = None,
    *,
    brings_back: bool = False,
) -> None:
    """Let another model answer from now on, with its defaults or with `parameters`.

    What was set for the former model is set aside; with `brings_back`, what was set aside for
    `model` when it answered last holds again, as far as the model still takes it. Raises
    `InvalidChat`.
    """
    if parameters is None and brings_back:
        kept = chat.set_aside.get(str(model.pk), {})
        refused = parameter_specs.validate(kept, model)
        parameters = {name: value for name, value in kept.items() if name not in refused}
    _check(parameters=parameter_problems(model, parameters or {}))
    if chat.model_id != model.pk:
        chat.set_aside = {**chat.set_aside, str(chat.model_id): chat.parameters}
    chat.model = model
    chat.parameters = dict(parameters or {})
    chat.save(update_fields=["model", "parameters", "set_aside"])


def parameter_problems(model: LanguageModel, parameters: Mapping[str, object]) -> list[str]:
    return [
        text for texts in parameter_specs.validate(parameters, model).values() for text in texts
    ]


def _keep_conversation(
    chat: Chat, said: Sequence[Mapping[str, str]], generation: Generation
) -> ChatMessage:
    """Write what was said as a branch that ends with the generation's answer."""
    parent: ChatMessage | None = None
    for message in said:
        parent = ChatMessage.objects.create(
            chat=chat, parent=parent, role=Role(message["role"]), content=message["content"]
        )
    return ChatMessage.objects.create(
        chat=chat, parent=parent, role=Role.ASSISTANT, generation=generation
    )


def _check(**problems: list[str]) -> None:
    if errors := {field: texts for field, texts in problems.items() if texts}:
        raise InvalidChat(errors)


def _text_problems(text: str) -> list[str]:
    problems = []
    limit = settings.MAX_PROMPT_CHARACTERS
    if len(text) > limit:
        problems.append(f"The text has {len(text):,} characters; at most {limit:,} are allowed.")
    if "\x00" in text:
        problems.append("The text has NUL characters, which can't be stored. Remove them.")
    return problems


def _title_problems(title: str) -> list[str]:
    problems = []
    if len(title.strip()) > TITLE_LENGTH:
        problems.append(f"A name has at most {TITLE_LENGTH} characters.")
    if "\x00" in title:
        problems.append("The name has NUL characters, which can't be stored. Remove them.")
    return problems
