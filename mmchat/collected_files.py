"""Collects static files, but only when one of them has changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collected_files_are_current() -> bool:
    return _stamp().exists() and _stamp().read_text() == _fingerprint()


def collect_files() -> None:
    """Run `collectstatic`, and remember of which files."""
    fingerprint = _fingerprint()
    _stamp().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp().write_text(fingerprint)


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".fingerprint"


def _fingerprint() -> str:
    """Return a digest of the names, sizes and times of all that `collectstatic` would read."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            found.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return found.hexdigest()
