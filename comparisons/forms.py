"""The page's form for a new run."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Team
from comparisons.models import ComparisonRun
from comparisons.requests import InvalidRun, ModelChoice, build_run
from comparisons.services import RunRequest
from inference.adapters.base import Message

PARAMETERS = ("temperature", "top_p", "max_completion_tokens")


class RunForm(forms.Form):
    """Prompt, models and the common parameters; an empty parameter is the model's default.

    The models are read from the list of `models` values and checked by the run's own rules, so a
    person is told the same as a program.
    """

    prompt = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    system = forms.CharField(strip=False, required=False, widget=forms.Textarea)
    temperature = forms.FloatField(required=False)
    top_p = forms.FloatField(required=False, label="Top-p")
    max_completion_tokens = forms.IntegerField(required=False, label="Longest answer (tokens)")
    models = forms.Field(required=False)

    def __init__(self, data: QueryDict | None, *, team: Team) -> None:
        super().__init__(data)
        self.team = team
        self.selected = data.getlist("models") if data is not None else []
        self.run_request: RunRequest | None = None

    def start_from(self, run: ComparisonRun | None) -> None:
        """Fill the empty form with what a former run asked."""
        if run is None:
            return
        self.initial = {"prompt": run.prompt, "system": run.system}
        self.selected = [str(column.generation.model_id) for column in run.current_columns]

    def clean(self) -> dict[str, Any]:
        """Build the run; what is wrong with it goes to the field that can mend it."""
        fields = self.cleaned_data
        parameters = {name: fields[name] for name in PARAMETERS if fields.get(name) is not None}
        try:
            self.run_request = build_run(
                self.team,
                messages=[Message("user", fields.get("prompt", ""))],
                system=fields.get("system", ""),
                choices=[ModelChoice(name, parameters) for name in self.selected],
            )
        except InvalidRun as invalid:
            for field, texts in invalid.errors.items():
                for text in texts:
                    self.add_error(field, text)
        return fields
