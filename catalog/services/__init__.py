"""What changes the catalogue."""

from catalog.services.environment import ensure_environment_providers, update_availability
from catalog.services.recording import (
    CatalogueChanges,
    record_models,
    record_refresh_failure,
    request_refresh,
    retire_model,
)

__all__ = [
    "CatalogueChanges",
    "ensure_environment_providers",
    "record_models",
    "record_refresh_failure",
    "request_refresh",
    "retire_model",
    "update_availability",
]
