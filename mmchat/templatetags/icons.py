"""Lucide icons as inline SVG, drawn in the colour of the text around them."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag(name="icon")
def icon(name: str, size: int = 16) -> SafeString:
    """An icon that only decorates: what it means must stand beside it as text."""
    return _icon(str(name), size)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> SafeString:
    svg = lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"})
    return mark_safe(svg)  # noqa: S308 - the package's own drawing
