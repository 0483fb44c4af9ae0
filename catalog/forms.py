"""What an admin may write into the catalogue."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import ENVIRONMENT_SLUGS, LanguageModel, Provider, ProviderKind
from catalog.validators import validate_base_url

PINNABLE_FIELDS = (
    "display_name",
    "owner",
    "context_window",
    "max_completion_tokens",
    "strengths",
    "effort_levels",
    "retired_on",
    "replacement_name",
)
PRICE_FIELDS = ("input_price", "cached_input_price", "output_price")


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A provider and, to be written but never read, its key."""

    api_key = forms.CharField(
        label="New API key",
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown. Empty: the key stays as it is.",
    )
    remove_api_key = forms.BooleanField(label="Remove the stored API key", required=False)

    class Meta:
        model = Provider
        fields = (
            "name",
            "slug",
            "kind",
            "team",
            "base_url",
            "limit_parameter",
            "max_concurrency",
            "is_active",
        )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in ENVIRONMENT_SLUGS.values():
            # Such a row would get the environment's key, with an address of its own.
            raise ValidationError("This slug belongs to the provider made from the environment.")
        return slug

    def clean_api_key(self) -> str:
        api_key: str = self.cleaned_data["api_key"]
        if not all("!" <= character <= "~" for character in api_key):
            raise ValidationError("A key is made of ASCII letters, digits and signs, no spaces.")
        return api_key

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"].strip()
        if base_url:
            validate_base_url(base_url)
        return base_url

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        kind = fields.get("kind", self.instance.kind)
        base_url = fields.get("base_url", self.instance.base_url)
        if fields.get("api_key") and fields.get("remove_api_key"):
            self.add_error("remove_api_key", "Enter a new key or remove the old one, not both.")
        if kind == ProviderKind.LOCAL and (base_url or fields.get("api_key")):
            self.add_error(None, "Local models have neither an address nor a key.")
        if kind == ProviderKind.OPENAI_COMPATIBLE and not base_url and "base_url" in fields:
            self.add_error("base_url", "Write the server's address, such as https://host/v1.")
        if self._would_send_the_key_elsewhere(base_url):
            self.add_error(
                "api_key", "Enter the key again: the stored one would go to the new address."
            )
        return fields

    def _would_send_the_key_elsewhere(self, base_url: str) -> bool:
        if not self.instance.encrypted_api_key or self.cleaned_data.get("api_key"):
            return False
        if self.cleaned_data.get("remove_api_key"):
            return False
        return "base_url" in self.changed_data and base_url != self.initial.get("base_url")

    def save(self, commit: bool = True) -> Provider:
        if self.cleaned_data["remove_api_key"]:
            self.instance.set_api_key("")
        elif self.cleaned_data["api_key"]:
            self.instance.set_api_key(self.cleaned_data["api_key"])
        provider: Provider = super().save(commit)
        return provider


class LanguageModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an admin sets here, a refresh leaves alone; what is emptied, a refresh fills again."""

    class Meta:
        model = LanguageModel
        fields = (*PINNABLE_FIELDS, *PRICE_FIELDS, "parameter_overrides", "is_active")

    def clean_parameter_overrides(self) -> object:
        return self.cleaned_data["parameter_overrides"] or {}

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        has_input, has_output = (
            fields.get(name) is not None for name in ("input_price", "output_price")
        )
        if has_input != has_output:
            self.add_error(None, "A price needs both, for input and for output; or empty both.")
        if fields.get("cached_input_price") is not None and not has_input:
            self.add_error("cached_input_price", "This needs the full input price beside it.")
        return fields

    def save(self, commit: bool = True) -> LanguageModel:
        model = self.instance
        for name in set(PINNABLE_FIELDS) & set(self.changed_data):
            is_set = self.cleaned_data[name] not in ("", None)
            model.pinned_fields = sorted(
                {*model.pinned_fields, name} if is_set else {*model.pinned_fields} - {name}
            )
        if set(PRICE_FIELDS) & set(self.changed_data):
            model.price_source = "admin" if model.input_price is not None else ""
        saved: LanguageModel = super().save(commit)
        return saved
