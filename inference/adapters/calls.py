"""How every SDK client here is set up, and how its exceptions become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from inference.adapters.base import AdapterError, AuthenticationFailed, ProviderUnavailable
from inference.adapters.errors import Party, refusal
from inference.adapters.streaming import HttpResponse
from inference.adapters.transport_errors import TRANSPORT_ERRORS, transport_error

CONNECT_TIMEOUT_S = 5.0
# Waiting for a free connection of the pool counts too, so this is a little longer.
POOL_TIMEOUT_S = 10.0
MAX_CONNECTIONS = 1000
# Longer than the libraries' 5 s: the next question of a chat finds the connection still open.
KEEPALIVE_S = 30.0


@dataclass(frozen=True, slots=True)
class SdkErrors:
    """One SDK's exceptions: with an HTTP status, and the base of all."""

    with_status: type[Exception]
    any: type[Exception]


class StatusError(Protocol):
    """What the three SDKs' `APIStatusError` have in common."""

    status_code: int
    response: HttpResponse


@contextmanager
def told_as_adapter_error(party: Party, sdk: SdkErrors, model: str = "") -> Iterator[None]:
    """Let only `AdapterError` out of the block."""
    if not (party.api_key.isascii() and party.api_key.isprintable()):
        raise AuthenticationFailed(
            f"The key for {party.name} holds characters that no key has. "
            "Ask an administrator to check it."
        )
    try:
        yield
    except AdapterError:
        raise
    except sdk.with_status as error:
        # Without its cause: the SDK's text quotes the body, and bodies may quote the key.
        raise _refusal(party, cast("StatusError", error), model) from None
    except TRANSPORT_ERRORS as error:
        raise transport_error(party, error) from error
    except sdk.any as error:
        raise _sdk_failure(party, error) from error


def _refusal(party: Party, error: StatusError, model: str) -> AdapterError:
    response = error.response
    return refusal(party, error.status_code, response.headers, response.content, model)


def _sdk_failure(party: Party, error: Exception) -> AdapterError:
    if isinstance(error.__cause__, TRANSPORT_ERRORS):
        return transport_error(party, error)
    return ProviderUnavailable(f"The call to {party.name} failed before an answer came.")
