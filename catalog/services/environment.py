"""Providers that the environment sets up: one row for each key that is there."""

import logging
from urllib.parse import urlsplit

from django.conf import settings

from catalog.encryption import UnreadableSecret
from catalog.models import ENVIRONMENT_SLUGS, Provider, ProviderKind

logger = logging.getLogger(__name__)

NAMES: dict[str, str] = {
    ProviderKind.GROQ: "Groq",
    ProviderKind.ANTHROPIC: "Anthropic",
    ProviderKind.OPENAI_COMPATIBLE: "OpenAI",
    ProviderKind.LOCAL: "Local models",
}


def ensure_environment_providers() -> None:
    """Make a provider per configured key, and one for local models unless they are off.

    Keys stay in the environment. The address of such a provider is always the environment's. When
    its key is gone, the provider and its models stay, unavailable for a stated reason, until the
    key is back; what an admin switched off stays off. Run again, it changes nothing.
    """
    for kind, slug in ENVIRONMENT_SLUGS.items():
        if _is_set_up(kind):
            _ensure(kind, slug)
    for provider in Provider.objects.all():
        update_availability(provider)


def update_availability(provider: Provider) -> None:
    """Note in `unavailable_reason` what keeps `provider` from being asked, or that nothing does."""
    reason = _unavailable_reason(provider)
    if provider.unavailable_reason != reason:
        provider.unavailable_reason = reason
        provider.save(update_fields=["unavailable_reason"])


def _ensure(kind: str, slug: str) -> None:
    base_url = settings.PROVIDER_BASE_URLS.get(kind, "")
    provider, is_new = Provider.objects.get_or_create(
        slug=slug,
        defaults={
            "name": NAMES[kind],
            "kind": kind,
            "base_url": base_url,
            "limit_parameter": _limit_parameter(base_url),
        },
    )
    if is_new:
        return
    if not provider.is_from_environment:
        logger.warning(
            "The %s key of the environment is not used: another provider has the slug %s.",
            NAMES[kind],
            slug,
        )
    elif provider.base_url != base_url:
        provider.base_url = base_url
        provider.save(update_fields=["base_url"])


def _is_set_up(kind: str) -> bool:
    if kind == ProviderKind.LOCAL:
        return bool(settings.LOCAL_MODELS != "off")
    return bool(settings.PROVIDER_KEYS.get(kind))


def _unavailable_reason(provider: Provider) -> str:
    if provider.encrypted_api_key:
        return _why_key_is_unreadable(provider)
    if not provider.is_from_environment or _is_set_up(provider.kind):
        return ""
    if provider.kind == ProviderKind.LOCAL:
        return "Local models are switched off (LOCAL_MODELS)."
    return f"No key is set ({provider.slug.upper()}_API_KEY)."


def _why_key_is_unreadable(provider: Provider) -> str:
    try:
        provider.api_key  # noqa: B018 - reading decrypts
    except UnreadableSecret as error:
        return str(error)[:200]
    return ""


def _limit_parameter(base_url: str) -> str:
    """OpenAI's reasoning models refuse `max_tokens`; most compatible servers know nothing else."""
    is_openai = urlsplit(base_url).hostname == "api.openai.com"
    return "max_completion_tokens" if is_openai else "max_tokens"
