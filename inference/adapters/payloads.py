"""JSON from providers into typed values: fast for what is right, patient with bad characters."""

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


class MalformedPayload(ValueError):
    """Not JSON, or not of the form that the protocol asks for."""


def decode_payload(decoder: msgspec.json.Decoder[T], payload: bytes) -> T:
    """Decode with `decoder`; half surrogate pairs and broken UTF-8 are let through.

    Raises `MalformedPayload`.
    """
    try:
        return decoder.decode(payload)
    except (ValueError, RecursionError):
        return _decode_patiently(decoder, payload)


def _decode_patiently(decoder: msgspec.json.Decoder[T], payload: bytes) -> T:
    # msgspec refuses escaped halves of surrogate pairs, which servers that cut text by
    # UTF-16 units do send; the standard library takes them.
    try:
        value = json.loads(payload.decode("utf-8", "replace"))
        decoded: T = msgspec.convert(value, decoder.type)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload from error
    return decoded
