import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from catalog.encryption import UnreadableSecret, decrypt, encrypt


def test_a_secret_comes_back_and_is_not_in_what_is_stored() -> None:
    stored = encrypt("sk-canary")

    assert decrypt(stored) == "sk-canary"
    assert "canary" not in stored


def test_a_new_key_in_front_still_reads_what_the_old_one_wrote(settings: Settings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    stored = encrypt("sk-canary")

    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored) == "sk-canary"

    settings.ENCRYPTION_KEYS = [new]
    with pytest.raises(UnreadableSecret):
        decrypt(stored)


def test_without_keys_of_its_own_the_secret_key_protects(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []
    stored = encrypt("sk-canary")

    settings.SECRET_KEY = "another"
    with pytest.raises(UnreadableSecret):
        decrypt(stored)


@pytest.mark.parametrize("stored", ["", "nonsense", "gAAAAA"])
def test_what_was_never_encrypted_is_unreadable(stored: str) -> None:
    with pytest.raises(UnreadableSecret):
        decrypt(stored)
