from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from pytest_django import Settings


def found(*, deploy: bool = False) -> dict[str, str]:
    """The catalogue's complaints: id and text."""
    messages = run_checks(include_deployment_checks=deploy)
    return {
        str(message.id): f"{message.msg} {message.hint or ''}"
        for message in messages
        if str(message.id).startswith("catalog.")
    }


def test_the_settings_as_shipped_pass() -> None:
    assert found() == {}


def test_an_encryption_key_that_is_none_is_told_without_showing_it(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), "sk-canary"]

    text = found()["catalog.E001"]
    assert "Key number 2" in text
    assert "canary" not in text


def test_a_deployment_without_encryption_keys_is_warned(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []

    assert "catalog.W001" in found(deploy=True)


@pytest.mark.parametrize(
    ("kind", "address", "code"),
    [
        ("groq", "https://api.groq.com/openai/v1", "catalog.E003"),
        ("groq", "https://api.groq.com/openai/v1/", "catalog.E003"),
        ("groq", "api.groq.com", "catalog.E002"),
        ("anthropic", "", "catalog.E002"),
        ("openai_compatible", "file:///etc/passwd", "catalog.E002"),
    ],
)
def test_a_wrong_provider_address_is_told(
    settings: Settings, kind: str, address: str, code: str
) -> None:
    settings.PROVIDER_BASE_URLS = settings.PROVIDER_BASE_URLS | {kind: address}

    assert found().keys() == {code}


def test_a_folder_of_models_must_be_there(settings: Settings, tmp_path: Path) -> None:
    settings.LOCAL_MODELS = str(tmp_path)
    assert found() == {}

    settings.LOCAL_MODELS = str(tmp_path / "missing")
    assert "missing" in found()["catalog.E004"]
