"""The page's form for a new run."""

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Membership
from comparisons.models import ComparisonRun
from comparisons.requests import InvalidRun, ModelChoice, build_run
from comparisons.services import RunRequest
from inference.adapters.base import Message
from inference.models import Generation

PARAMETERS = ("temperature", "top_p", "max_completion_tokens")


class RunForm(forms.Form):
    """Prompt, models and the common parameters; an empty parameter is the model's default.

    The models are read from the list of `models` values and checked by the run's own rules, so a
    person is told the same as a program. `generation` names an answer whose conversation, up to
    its question, goes before the prompt.
    """

    prompt = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    system = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    temperature = forms.FloatField(required=False)
    top_p = forms.FloatField(required=False, label="Top-p")
    max_completion_tokens = forms.IntegerField(required=False, label="Longest answer (tokens)")
    generation = forms.UUIDField(required=False, label="Earlier conversation")
    models = forms.Field(required=False)

    def __init__(self, data: QueryDict | None, *, membership: Membership) -> None:
        super().__init__(data)
        self.membership = membership
        self.history: list[Message] = []
        self.selected = data.getlist("models") if data is not None else []
        self.run_request: RunRequest | None = None

    def start_from(self, run: ComparisonRun | None) -> None:
        """Fill the empty form with what a former run asked."""
        if run is None:
            return
        self.initial = {"prompt": run.prompt, "system": run.system}
        self.selected = [str(column.generation.model_id) for column in run.current_columns]

    def choose(self, model_ids: list[str]) -> None:
        """Tick these models, besides what a former run ticked."""
        self.selected = [*self.selected, *model_ids]

    def go_on_from(self, generation_id: str) -> None:
        """Fill the empty form with the question that an answer answered, and what went before."""
        conversation = self._conversation_of(generation_id)
        if not conversation:
            return
        system, self.history, question = _parted(conversation)
        self.initial = {"prompt": question, "system": system, "generation": generation_id}

    def clean_generation(self) -> uuid.UUID | None:
        """Read the conversation that goes before."""
        generation_id: uuid.UUID | None = self.cleaned_data["generation"]
        if generation_id is None:
            return None
        conversation = self._conversation_of(str(generation_id))
        if not conversation:
            raise forms.ValidationError("The conversation to go on from is no longer there.")
        self.history = _parted(conversation)[1]
        return generation_id

    def clean(self) -> dict[str, Any]:
        """Build the run; what is wrong with it goes to the field that can mend it."""
        fields = self.cleaned_data
        parameters = {name: fields[name] for name in PARAMETERS if fields.get(name) is not None}
        try:
            self.run_request = build_run(
                self.membership,
                messages=[*self.history, Message("user", fields.get("prompt", ""))],
                system=fields.get("system", ""),
                choices=[ModelChoice(name, parameters) for name in self.selected],
            )
        except InvalidRun as invalid:
            for field, texts in invalid.errors.items():
                for text in texts:
                    self.add_error(field, text)
        return fields

    def _conversation_of(self, generation_id: str) -> list[Message]:
        try:
            wanted = uuid.UUID(generation_id)
        except ValueError:
            return []
        readable = Generation.objects.readable_by(self.membership.user, self.membership.team)
        found = readable.filter(pk=wanted).values_list("messages", flat=True).first()
        return [Message(**message) for message in found or []]


def _parted(conversation: list[Message]) -> tuple[str, list[Message], str]:
    """Part a conversation into its system prompt, what was said, and the last question."""
    said = [message for message in conversation if message.role != "system"]
    system = "\n\n".join(message.content for message in conversation if message.role == "system")
    return system, said[:-1], said[-1].content
