"""Provider keys at rest: Fernet tokens, with keys that can be rotated."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecret(Exception):
    """What is stored was encrypted with a key that is no longer in the settings."""


def encrypt(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises `UnreadableSecret` if no current key made `token`."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret from error


def _cipher() -> MultiFernet:
    """`ENCRYPTION_KEYS`, newest first; without any, a key derived from `SECRET_KEY`."""
    return _cipher_of(tuple(settings.ENCRYPTION_KEYS), settings.SECRET_KEY)


@cache
def _cipher_of(keys: tuple[str, ...], secret_key: str) -> MultiFernet:
    encoded = [key.encode() for key in keys] or [_derived_key(secret_key)]
    return MultiFernet([Fernet(key) for key in encoded])


def _derived_key(secret_key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mmchat provider keys")
    return base64.urlsafe_b64encode(derivation.derive(secret_key.encode()))
