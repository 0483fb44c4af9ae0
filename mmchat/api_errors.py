"""Every API error in one shape: `detail`, and for fields `errors: {field: [text]}`."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM_JSON = "application/problem+json"


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's own handling, with the body reshaped after RFC 9457."""
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, ValidationError):
        errors = flat_errors(response.data)
        detail = "; ".join(text for texts in errors.values() for text in texts)
        body: dict[str, Any] = {"detail": detail, "errors": errors}
    else:
        body = {"detail": str(response.data.get("detail", error))}
    response.data = {"status": response.status_code, **body}
    response.content_type = PROBLEM_JSON
    return response


def flat_errors(errors: object, path: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested errors: `{"models": [{}, {"model": […]}]}` becomes `models.1.model`."""
    if isinstance(errors, Mapping):
        nested = {
            "" if name == "non_field_errors" else str(name): value for name, value in errors.items()
        }
    elif isinstance(errors, list) and any(isinstance(item, Mapping) for item in errors):
        nested = {str(index): item for index, item in enumerate(errors)}
    else:
        texts = errors if isinstance(errors, list) else [errors]
        return {path or "request": [str(text) for text in texts]} if texts else {}
    flat: dict[str, list[str]] = {}
    for name, value in nested.items():
        flat |= flat_errors(value, ".".join(filter(None, [path, name])))
    return flat
