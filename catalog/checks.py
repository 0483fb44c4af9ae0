"""Settings of the catalogue that would fail later, told at start."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ValidationError

from catalog.validators import validate_base_url

_VARIABLES = {
    "groq": "GROQ_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "openai_compatible": "OPENAI_BASE_URL",
}


@register(Tags.security)
def encryption_keys_are_fernet_keys(**_: Any) -> list[CheckMessage]:
    hint = (
        "Make one: python -c 'from cryptography.fernet import Fernet;"
        " print(Fernet.generate_key().decode())'"
    )
    return [
        Error(
            f"Key number {number} in ENCRYPTION_KEYS is not a Fernet key.",
            hint=hint,
            id="catalog.E001",
        )
        for number, key in enumerate(settings.ENCRYPTION_KEYS, start=1)
        if not _is_fernet_key(key)
    ]


@register(Tags.security, deploy=True)
def encryption_keys_are_set(**_: Any) -> list[CheckMessage]:
    if settings.ENCRYPTION_KEYS:
        return []
    return [
        checks.Warning(
            "ENCRYPTION_KEYS is not set: provider keys are encrypted with a key made from"
            " SECRET_KEY, and a new SECRET_KEY makes them unreadable.",
            hint="Set ENCRYPTION_KEYS to one or more Fernet keys, the newest first.",
            id="catalog.W001",
        )
    ]


@register()
def provider_addresses_are_right(**_: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    for kind, variable in _VARIABLES.items():
        base_url = settings.PROVIDER_BASE_URLS[kind]
        try:
            validate_base_url(base_url)
        except ValidationError as error:
            messages.append(
                Error(f"{variable} is wrong. {' '.join(error.messages)}", id="catalog.E002")
            )
            continue
        if kind == "groq" and urlsplit(base_url).path.rstrip("/").endswith("/openai/v1"):
            messages.append(
                Error(
                    "GROQ_BASE_URL must not end in /openai/v1: that is added to it.",
                    hint="Take /openai/v1 away from its end.",
                    id="catalog.E003",
                )
            )
    return messages


@register()
def local_models_setting_is_right(**_: Any) -> list[CheckMessage]:
    value = settings.LOCAL_MODELS
    if value in {"on", "off"} or Path(value).expanduser().is_dir():
        return []
    return [
        Error(
            f"LOCAL_MODELS is neither on, off nor a folder: {value}",
            hint="Set it to on, off, or the path of a folder with GGUF files.",
            id="catalog.E004",
        )
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key.encode())
    except ValueError:
        return False
    return True
