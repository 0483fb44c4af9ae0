"""Adapters of this process, one per provider connection, made and closed on the streaming loop."""

from catalog.encryption import UnreadableSecret
from catalog.models import Provider
from inference.adapters import make_adapter
from inference.adapters.base import Adapter, AuthenticationFailed, Connection

_adapters: dict[Connection, Adapter] = {}


def connection_to(provider: Provider) -> Connection:
    """Return how to reach `provider`, its key in clear.

    Raises `AuthenticationFailed` if the stored key was encrypted with a key that is gone.
    """
    try:
        api_key = provider.api_key
    except UnreadableSecret as error:
        raise AuthenticationFailed(
            f"The key of {provider} can't be decrypted. An administrator must enter it again."
        ) from error
    return Connection(
        kind=provider.kind,
        base_url=provider.base_url,
        api_key=api_key,
        limit_parameter=provider.limit_parameter,
    )


async def adapter_for(connection: Connection) -> Adapter:
    """Return the adapter for `connection`; a changed key or address makes another."""
    if connection not in _adapters:
        _adapters[connection] = make_adapter(connection)
    return _adapters[connection]


async def close_adapters() -> None:
    """Close every connection to a provider, at the end of the process."""
    while _adapters:
        _, adapter = _adapters.popitem()
        await adapter.close()
