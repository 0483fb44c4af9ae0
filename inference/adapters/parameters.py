"""mmchat's parameter names, and what goes over the wire for each."""

from collections.abc import Mapping

from inference.adapters.base import BadRequest, Request

NAMES = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "frequency_penalty",
        "presence_penalty",
        "max_completion_tokens",
        "seed",
        "stop",
        "reasoning_effort",
        "response_format",
    }
)


def wire_parameters(request: Request, wire_names: Mapping[str, str]) -> dict[str, object]:
    """Return what the user set under the provider's names, nothing else.

    `wire_names` maps the parameters that the provider kind takes. Raises `BadRequest` naming a
    parameter that nobody knows or that this kind does not take.
    """
    for name in request.parameters:
        if name not in NAMES:
            raise BadRequest(f"There is no parameter called {name}.")
        if name not in wire_names:
            raise BadRequest(f"{name} is not supported by {request.model}.")
    return {
        wire_names[name]: _on_the_wire(name, value) for name, value in request.parameters.items()
    }


def _on_the_wire(name: str, value: object) -> object:
    """A response format without a schema is a word with us and an object with every provider."""
    if name == "response_format" and isinstance(value, str):
        return {"type": value}
    return value
