"""A secret key that is made once and kept, so that a first start needs no configuration."""

import os
import secrets
from pathlib import Path


def load_secret_key(path: Path) -> str:
    """Return the key in `path`, making the file (readable by its owner only) if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
