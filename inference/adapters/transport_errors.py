"""What went wrong beneath HTTP, as our errors.

Three libraries may raise here: `httpx` (groq), `httpx2` (anthropic, openai), and the `aiohttp`
beneath both, whose errors the bridge between them renames badly: a refused connection and one
closed before the headers both arrive as a connect timeout. So the causes are looked at first.
"""

import asyncio
import ssl
from collections.abc import Iterator

import aiohttp
import httpx
import httpx2

from inference.adapters.base import AdapterError, BrokenAnswer, ProviderUnavailable, TimedOut
from inference.adapters.errors import Party

CONNECT_TIMEOUTS = (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout, httpx2.ConnectTimeout)
POOL_TIMEOUTS = (httpx.PoolTimeout, httpx2.PoolTimeout)
TIMEOUTS = (aiohttp.ServerTimeoutError, httpx.TimeoutException, httpx2.TimeoutException)
UNREACHED = (
    aiohttp.ClientConnectorError,
    aiohttp.InvalidURL,
    httpx.ConnectError,
    httpx2.ConnectError,
    httpx.UnsupportedProtocol,
    httpx2.UnsupportedProtocol,
    httpx.ProxyError,
    httpx2.ProxyError,
)
UNTRUSTED = (aiohttp.ClientSSLError, ssl.SSLError)
CUT = (
    aiohttp.ClientPayloadError,
    aiohttp.ClientConnectionError,
    httpx.TransportError,
    httpx2.TransportError,
    OSError,
)
GARBLED = (
    aiohttp.ClientError,
    httpx.DecodingError,
    httpx2.DecodingError,
    httpx.TooManyRedirects,
    httpx2.TooManyRedirects,
)

TRANSPORT_ERRORS = (
    aiohttp.ClientError,
    httpx.RequestError,
    httpx2.RequestError,
    asyncio.TimeoutError,
    OSError,
)
MOST_TELLING_FIRST: tuple[tuple[type[BaseException], ...], ...] = (
    (aiohttp.ClientError,),
    (ssl.SSLError,),
    (httpx.RequestError, httpx2.RequestError),
)


def transport_error(party: Party, error: BaseException) -> AdapterError:
    """Return our error for a failed connection to the provider `party`."""
    causes = list(_causes(error))
    for kinds in MOST_TELLING_FIRST:
        for cause in causes:
            if isinstance(cause, kinds):
                return _decide(party, cause)
    return _decide(party, error)


def _decide(party: Party, error: BaseException) -> AdapterError:
    if isinstance(error, UNTRUSTED):
        return ProviderUnavailable(
            f"No secure connection to {party.name}: its certificate is not valid."
        )
    if isinstance(error, (*CONNECT_TIMEOUTS, *POOL_TIMEOUTS)):
        return TimedOut(f"{party.at_start} could not be reached in time.")
    if isinstance(error, UNREACHED):
        return ProviderUnavailable(f"{party.at_start} could not be reached.")
    if isinstance(error, (*TIMEOUTS, asyncio.TimeoutError)):
        return TimedOut(f"{party.at_start} sent nothing for too long.")
    if isinstance(error, CUT):
        return ProviderUnavailable(f"The connection was cut by {party.name} or the network.")
    return BrokenAnswer(f"{party.at_start} sent an answer that is not valid HTTP.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what caused it, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
