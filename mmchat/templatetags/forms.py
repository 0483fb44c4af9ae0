"""Form fields tied to their errors and help texts."""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def described(field: BoundField) -> SafeString:
    """The field's widget, naming its errors first and its help text second as its description."""
    if field.use_fieldset:
        return field.as_widget(attrs={"aria-labelledby": f"{field.auto_id}_label"})
    described_by = [
        f"{field.auto_id}_{part}"
        for part, is_there in (("error", field.errors), ("helptext", field.help_text))
        if is_there
    ]
    return field.as_widget(
        attrs={"aria-describedby": " ".join(described_by)} if described_by else {}
    )
