"""From what a form or a program sent to a run that can be started, or all that is wrong with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import Membership
from catalog import parameters as parameter_specs
from catalog.models import LanguageModel, Preset
from catalog.selectors import ModelUnavailable, find_models
from catalog.tokens import estimate_prompt_tokens
from comparisons.services import RunRequest
from inference.adapters.base import Message
from inference.services.asking import Question


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model as the asker named it, an id or `provider/name`, and what to set.

    A preset's parameters hold where `parameters` says nothing else, its system prompt where the
    run has none, and its model where none is named.
    """

    name: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    preset_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Who is asked, and how: a choice with its names resolved."""

    model: LanguageModel
    parameters: Mapping[str, object]
    system: str


class InvalidRun(Exception):
    """A run that can't be started; `errors` has every reason, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def build_run(
    member: Membership,
    *,
    messages: Sequence[Message],
    system: str,
    choices: Sequence[ModelChoice],
    samples: int = 1,
) -> RunRequest:
    """Check everything and return what to ask. Raises `InvalidRun` with all that is wrong."""
    errors: dict[str, list[str]] = {}
    if problems := _problems_of_text(messages, system):
        errors["prompt"] = problems
    if problem := _problem_of_count(len(choices), samples):
        raise InvalidRun({**errors, "models": [problem]})
    columns, problems = _resolve(member, choices, system)
    if not errors:
        problems += _problems_of_length(columns, messages)
    if problems:
        errors["models"] = problems
    if errors:
        raise InvalidRun(errors)
    questions = [
        Question(
            column.model,
            [*_system(column.system), *messages],
            parameter_specs.with_required(column.parameters, column.model),
        )
        for column in columns
        for _ in range(samples)
    ]
    return RunRequest(messages=messages, system=system, questions=questions)


def _system(text: str) -> list[Message]:
    return [Message("system", text)] if text.strip() else []


def _problems_of_text(messages: Sequence[Message], system: str) -> list[str]:
    limit = settings.MAX_PROMPT_CHARACTERS
    texts = [system, *(message.content for message in messages)]
    length = sum(map(len, texts))
    problems = []
    if not messages or messages[-1].role != "user":
        problems.append("The last message must be the user's question.")
    elif not all(message.content.strip() for message in messages):
        problems.append("Write a prompt: an empty one can't be asked.")
    if length > limit:
        problems.append(f"The text has {length:,} characters; at most {limit:,} are allowed.")
    if any("\x00" in text for text in texts):
        problems.append("The text has NUL characters, which can't be stored. Remove them.")
    return problems


def _problem_of_count(models: int, samples: int) -> str:
    limit = settings.MAX_MODELS_PER_RUN
    if models == 0:
        return "Choose at least one model."
    if models * samples > limit:
        times = f" × {samples} samples" if samples > 1 else ""
        return f"You chose {models} models{times}; at most {limit} answers fit into one run."
    return ""


def _resolve(
    member: Membership, choices: Sequence[ModelChoice], system: str
) -> tuple[list[Column], list[str]]:
    """Return the columns that can be asked, and all that is wrong with the others."""
    columns: list[Column] = []
    problems: list[str] = []
    presets = _presets(member, choices)
    found = find_models(member.team, [choice.name for choice in choices])
    for choice in choices:
        preset = presets.get(choice.preset_id) if choice.preset_id else None
        if choice.preset_id and preset is None:
            problems.append(f"There is no preset {choice.preset_id}.")
            continue
        model = _model(choice, preset, found)
        if isinstance(model, ModelUnavailable):
            problems.append(str(model))
            continue
        parameters = {**(preset.parameters if preset else {}), **choice.parameters}
        refused = [
            text for texts in parameter_specs.validate(parameters, model).values() for text in texts
        ]
        problems += [f"Preset “{preset}”: {text}" if preset else text for text in refused]
        columns.append(
            Column(model, parameters, system or (preset.system if preset is not None else ""))
        )
    return columns, problems


def _presets(member: Membership, choices: Sequence[ModelChoice]) -> dict[uuid.UUID, Preset]:
    wanted = [choice.preset_id for choice in choices if choice.preset_id]
    if not wanted:
        return {}
    visible = Preset.objects.visible_to(member.user, member.team)
    return visible.select_related("model__provider").in_bulk(wanted)


def _model(
    choice: ModelChoice,
    preset: Preset | None,
    found: Mapping[str, LanguageModel | ModelUnavailable],
) -> LanguageModel | ModelUnavailable:
    if choice.name:
        return found[choice.name]
    if preset is None or preset.model is None:
        return ModelUnavailable("Name a model, or a preset that is for one.")
    if not preset.model.is_usable:
        return ModelUnavailable(f"Preset “{preset}”: {preset.model} is no longer available.")
    return preset.model


def _problems_of_length(columns: Sequence[Column], messages: Sequence[Message]) -> list[str]:
    """A prompt that fills a window leaves no room for an answer: it must be shorter."""
    problems = {}
    for column in columns:
        model = column.model
        if model.context_window is None:
            continue
        estimate = estimate_prompt_tokens(model, [*_system(column.system), *messages])
        if estimate.tokens >= model.context_window:
            about = "" if estimate.is_exact else "about "
            problems[model] = (
                f"{model}: the prompt has {about}{estimate.tokens:,} tokens; "
                f"this model's context window holds {model.context_window:,}."
            )
    return list(problems.values())
