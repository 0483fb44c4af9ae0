"""From what a form or a program sent to a run that can be started, or all that is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import Team
from catalog import parameters as parameter_specs
from catalog.models import LanguageModel
from catalog.selectors import ModelUnavailable, find_models
from catalog.tokens import estimate_prompt_tokens
from comparisons.services import RunRequest
from inference.adapters.base import Message
from inference.services.asking import Question


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model as the asker named it, an id or `provider/name`, and what to set."""

    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)


class InvalidRun(Exception):
    """A run that can't be started; `errors` has every reason, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


def build_run(
    team: Team,
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
    models, problems = _resolve(team, choices)
    if not errors:
        problems += _problems_of_length(models, [*_system(system), *messages])
    if problems:
        errors["models"] = problems
    if errors:
        raise InvalidRun(errors)
    conversation = [*_system(system), *messages]
    questions = [
        Question(model, conversation, parameter_specs.with_required(choice.parameters, model))
        for model, choice in zip(models, choices, strict=True)
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


def _resolve(team: Team, choices: Sequence[ModelChoice]) -> tuple[list[LanguageModel], list[str]]:
    """Return the models that exist, and all that is wrong with names and parameters."""
    models: list[LanguageModel] = []
    problems: list[str] = []
    found = find_models(team, [choice.name for choice in choices])
    for choice in choices:
        model = found[choice.name]
        if isinstance(model, ModelUnavailable):
            problems.append(str(model))
            continue
        models.append(model)
        invalid = parameter_specs.validate(choice.parameters, model)
        problems += [text for texts in invalid.values() for text in texts]
    return models, problems


def _problems_of_length(models: Sequence[LanguageModel], messages: Sequence[Message]) -> list[str]:
    """A prompt that fills a window leaves no room for an answer: it must be shorter."""
    problems = []
    for model in dict.fromkeys(models):
        if model.context_window is None:
            continue
        estimate = estimate_prompt_tokens(model, messages)
        if estimate.tokens >= model.context_window:
            about = "" if estimate.is_exact else "about "
            problems.append(
                f"{model}: the prompt has {about}{estimate.tokens:,} tokens; "
                f"this model's context window holds {model.context_window:,}."
            )
    return problems
