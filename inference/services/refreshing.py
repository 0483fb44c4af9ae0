"""Filling the catalogue from the providers' own lists."""

import asyncio
import logging
import uuid
from dataclasses import dataclass

from catalog import services as catalog_services
from catalog.models import Provider
from inference.adapters.base import AdapterError, ModelFacts, TimedOut
from inference.connections import adapter_for, connection_to
from inference.loop import streaming_loop

logger = logging.getLogger(__name__)

LISTING_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What one provider's list changed, or why it could not be had."""

    provider: Provider
    added: int = 0
    changed: int = 0
    gone: int = 0
    error: str = ""


def refresh_catalogue(
    *, kinds: list[str] | None = None, provider_id: uuid.UUID | None = None
) -> list[RefreshResult]:
    """Ask every active provider (of `kinds`, or the one named) for its models and record them.

    A provider that does not answer keeps what is known of it.
    """
    catalog_services.ensure_environment_providers()
    providers = Provider.objects.active()
    if kinds is not None:
        providers = providers.filter(kind__in=kinds)
    if provider_id is not None:
        providers = providers.filter(pk=provider_id)
    return [_refresh(provider) for provider in providers]


def _refresh(provider: Provider) -> RefreshResult:
    try:
        facts = _list_models(provider)
    except AdapterError as error:
        logger.warning("The models of %s were not refreshed: %s", provider, error.message)
        catalog_services.record_refresh_failure(provider, error.message)
        return RefreshResult(provider, error=error.message)
    counts = catalog_services.record_models(provider, facts)
    return RefreshResult(provider, counts.added, counts.changed, counts.gone)


def _list_models(provider: Provider) -> list[ModelFacts]:
    connection = connection_to(provider)

    async def listing() -> list[ModelFacts]:
        adapter = await adapter_for(connection)
        try:
            async with asyncio.timeout(LISTING_TIMEOUT_S):
                return await adapter.list_models()
        except TimeoutError as error:
            raise TimedOut(f"No list of models came within {LISTING_TIMEOUT_S:g} s.") from error

    return streaming_loop().submit(listing()).result()
