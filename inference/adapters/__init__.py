"""The provider kinds. A new kind is one module, one line here and one test module.

An adapter's module is imported when its first adapter is made: the SDKs take time and memory
(about 95 MB for all three) that a process which calls no provider should not pay.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from inference.adapters.base import Adapter, Connection

# The engine ends a silent call earlier by cancelling it; this is the net beneath.
READ_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the adapter of a provider kind is, and whether it calls over the network."""

    module: str
    class_name: str
    is_remote: bool = True


KINDS = {
    "groq": Kind("inference.adapters.groq", "GroqAdapter"),
    "anthropic": Kind("inference.adapters.anthropic", "AnthropicAdapter"),
    "openai_compatible": Kind("inference.adapters.openai_compatible", "OpenAICompatibleAdapter"),
    "local": Kind("inference.adapters.local", "LocalAdapter", is_remote=False),
}


class UnknownKind(LookupError):
    """No adapter is registered for this provider kind."""


class RemoteAdapterClass(Protocol):
    def __call__(self, connection: Connection, *, read_timeout_s: float) -> Adapter: ...


class LocalAdapterClass(Protocol):
    def __call__(self, connection: Connection) -> Adapter: ...


def make_adapter(connection: Connection, *, read_timeout_s: float = READ_TIMEOUT_S) -> Adapter:
    """Return a new adapter for the connection's kind. Raises `UnknownKind`.

    Make, use and close it on one event loop; a remote one holds one client with its own pool of
    connections. `read_timeout_s` bounds the silence between two reads from the network.
    """
    adapter_class = load_kind(connection.kind)
    if KINDS[connection.kind].is_remote:
        return cast("RemoteAdapterClass", adapter_class)(connection, read_timeout_s=read_timeout_s)
    return cast("LocalAdapterClass", adapter_class)(connection)


def load_kind(name: str) -> object:
    """Import the adapter class of a provider kind. Raises `UnknownKind`.

    The first time takes up to 1.5 s of import: call it from a thread where a loop must not wait.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownKind(f"there is no provider kind called {name!r}")
    adapter_class: object = getattr(import_module(kind.module), kind.class_name)
    return adapter_class
