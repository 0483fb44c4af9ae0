"""Checks of what an admin writes into the catalogue."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from catalog.parameters.families import EFFORT_LEVELS
from catalog.parameters.overrides import override_problems


def validate_parameter_overrides(value: object) -> None:
    problems = override_problems(value)
    if problems:
        raise ValidationError(problems)


def validate_effort_levels(value: object) -> None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValidationError('Write a list, such as ["low", "medium", "high"].')
    if not all(isinstance(level, str) and 0 < len(level) <= 20 for level in value):
        raise ValidationError(f"Levels are short texts, such as {', '.join(EFFORT_LEVELS)}.")


def validate_base_url(value: str) -> None:
    """Accept the http(s) address of a server; nothing that hides a host, a password or a query."""
    try:
        address = urlsplit(value)
        has_valid_port = address.port != 0
    except ValueError as error:
        raise ValidationError("This is not an address.") from error
    if address.scheme not in {"http", "https"} or not address.hostname or not has_valid_port:
        raise ValidationError("Write an address that starts with http:// or https://.")
    if address.username is not None or address.password is not None:
        raise ValidationError(
            "Leave name and password out of the address; there is a key for that."
        )
    if address.query or address.fragment:
        raise ValidationError("Leave out what starts with ? or #.")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ValidationError("An address holds no spaces.")
