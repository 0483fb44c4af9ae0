"""What the commands of the scaled set-up have in common."""

from django.conf import settings
from django.core.management.base import CommandError


def require_redis(command: str) -> None:
    """Raise `CommandError` in the embedded set-up, where the web process does this work itself."""
    if not settings.REDIS_URL:
        raise CommandError(
            f"`{command}` is a part of the scaled set-up and needs REDIS_URL "
            "(for example redis://localhost:6379/0); `make run` needs neither."
        )
